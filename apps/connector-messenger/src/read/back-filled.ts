import { idOf, isTrue, type Json, listOf, millisOf, objectOf, textOf, webAddressOf } from '@app/connector-host';
import { messageFingerprint } from '../fingerprint';
import { readAttachments, type PlatformFile, type ReadAttachments } from './attachments';
import { buildMessage } from './build-message';
import { addComment, hideComment } from './comments';
import type { Reading } from './reading';
import { windowFrom } from './reply-window';

/*
 * What is read later from the Graph API because no webhook brought it. Each gives the same message, under the same name, as
 * its webhook would have.
 */

/** What is known of a message of the Conversations API besides its bytes; kept with the delivery. */
export interface StoredMessageContext {
  readonly kind: 'conversation-message';
  /** The customer of the conversation. */
  readonly psid: string;
  readonly threadId?: string;
  /** It was there when the account was connected. */
  readonly history?: boolean;
}

/** What is known of a comment of the Graph API besides its bytes; kept with the delivery. */
export interface StoredCommentContext {
  readonly kind: 'comment';
  readonly postId?: string;
  readonly history?: boolean;
}

/** Reads one message as the Conversations API tells it. It does not tell which program wrote for the Page: taken for a person. */
export function readStoredMessage(
  message: Json,
  context: Pick<StoredMessageContext, 'history'> & { readonly psid?: unknown },
  page: string,
  reading: Reading,
): void {
  const mid = idOf(message['id']);
  const at = millisOf(message['created_time']);
  const from = objectOf(message['from']);
  const sender = idOf(from?.['id']);
  const byPage = sender === page;
  const person = idOf(context.psid) ?? (byPage ? firstRecipient(message) : sender);
  if (mid === undefined || at === undefined || sender === undefined || person === undefined) {
    return reading.malformed('message');
  }
  const text = textOf(message['message']);
  const { files, lines, problems } = storedAttachments(message, text ?? '');
  const whole = text === undefined ? lines : [text, ...lines];
  const isEmpty = whole.length === 0 && files.length === 0 && problems.length === 0;
  const name = textOf(from?.['name']);
  const built = buildMessage({
    externalId: mid,
    nativeIds: [mid],
    visibility: 'private',
    class: 'ordinary',
    lines: whole,
    files,
    problems: isEmpty ? ['The message came without content.'] : problems,
    at,
    threadKey: person,
    replyTo: idOf(objectOf(message['reply_to'])?.['mid']),
    history: context.history === true,
    ...(byPage
      ? {
          direction: 'outbound',
          author: { value: page },
          to: person,
          fingerprint: messageFingerprint(
            person,
            text ?? '',
            listOf(objectOf(message['attachments'])?.['data']).length,
          ),
        }
      : {
          direction: 'inbound',
          author: name === undefined ? { value: person } : { value: person, name },
          window: windowFrom(at),
        }),
  });
  reading.add(built.message, built.files);
}

/** Reads one comment as the Graph API tells it. */
export function readStoredComment(
  comment: Json,
  context: Pick<StoredCommentContext, 'history'>,
  page: string,
  reading: Reading,
): void {
  const id = idOf(comment['id']);
  const at = millisOf(comment['created_time']);
  if (id === undefined || at === undefined) return reading.malformed('comment');
  const from = objectOf(comment['from']);
  const author = idOf(from?.['id']);
  const name = textOf(from?.['name']);
  const { files, lines, problems } = storedCommentFile(objectOf(comment['attachment']));
  addComment(
    {
      id,
      parent: idOf(objectOf(comment['parent'])?.['id']),
      author: author === undefined ? undefined : { value: author, ...(name === undefined ? {} : { name }) },
      text: [textOf(comment['message']), ...lines].filter((line) => line !== undefined).join('\n'),
      files,
      problems,
      at,
      history: context.history === true,
    },
    page,
    reading,
  );
  if (isTrue(comment['is_hidden'])) hideComment(id, true, at, reading);
}

function firstRecipient(message: Json): string | undefined {
  return idOf(objectOf(listOf(objectOf(message['to'])?.['data'])[0])?.['id']);
}

/** The Conversations API has other names for what the webhook calls attachments. */
function storedAttachments(message: Json, text: string): ReadAttachments {
  const files = listOf(objectOf(message['attachments'])?.['data']).map((value) => {
    const file = objectOf(value) ?? {};
    const image = objectOf(file['image_data']);
    const video = objectOf(file['video_data']);
    const type = image ? (isTrue(image['render_as_sticker']) ? 'sticker' : 'image') : video ? 'video' : typeOf(file);
    return { type, name: file['name'], payload: { url: image?.['url'] ?? video?.['url'] ?? file['file_url'] } };
  });
  const stickers = listOf(message['sticker']).map((url) => ({ type: 'sticker', payload: { url } }));
  const shares = listOf(objectOf(message['shares'])?.['data']).map((value) => {
    const share = objectOf(value) ?? {};
    return { type: 'fallback', payload: { url: share['link'], title: share['name'] } };
  });
  return readAttachments([...files, ...stickers, ...shares], text);
}

function typeOf(file: Json): 'image' | 'audio' | 'video' | 'file' {
  const [type] = (textOf(file['mime_type']) ?? '').toLowerCase().split('/');
  return type === 'image' || type === 'audio' || type === 'video' ? type : 'file';
}

function storedCommentFile(attachment: Json | undefined): ReadAttachments {
  if (!attachment) return { files: [], lines: [], problems: [] };
  const type = textOf(attachment['type']) ?? '';
  const media = objectOf(attachment['media']);
  const image = webAddressOf(objectOf(media?.['image'])?.['src']);
  const kind = type.startsWith('video') ? 'video' : type === 'sticker' ? 'sticker' : 'image';
  const url = kind === 'video' ? (webAddressOf(media?.['source']) ?? image) : image;
  if (url !== undefined && /^(photo|video|sticker|animated)/.test(type)) {
    const file: PlatformFile = { kind: kind === 'video' && url === image ? 'image' : kind, url };
    return { files: [file], lines: [], problems: [] };
  }
  return readAttachments([{ type: 'share', title: attachment['title'], url: attachment['url'] }], '');
}
