import { Refused, Transient, Uncertain, type OutboundMessage, type SendReceipt } from '@app/channel';
import { BlobCorrupt, BlobMissing, BlobStoreUnavailable, BlobTooLarge, type Blobs } from '@app/runtime';
import { field, text } from './answer';
import { messengerLimits } from './capabilities';
import { pathOf, type GraphAnswer, type GraphClient } from './client';
import type { Page } from './config';
import { graphErrorOf } from './graph-error';
import { pageGraph, type GraphParts } from './page-graph';
import { commentIds } from './read/comments';
import { replyTypes, type ReplyType } from './reply-type';
import { preparedRequest, type PreparedRequest } from './write';

export interface SendParts extends GraphParts {
  readonly blobs: Blobs;
}

type PreparedMessage = Extract<PreparedRequest, { kind: 'message' }>;

/** Codes with which Meta says that this app may not answer as a person: without a subcode they mean nothing narrower. */
const NOT_AS_A_PERSON = new Set(['10', '100', '200']);

/**
 * Sends one prepared request, once.
 * @throws the errors of `Connector.send`; `Uncertain` where Meta may have taken it and did not say so.
 */
export async function sendPrepared(
  prepared: Buffer,
  outbound: OutboundMessage,
  page: Page,
  parts: SendParts,
): Promise<SendReceipt> {
  const client = pageGraph(page, parts);
  const request = preparedRequest(prepared);
  if (request.kind === 'comment') {
    await parts.limits.take(page.pageId, 'text');
    const answer = await client.post(pathOf(request.commentId, 'comments'), { message: request.text }, { once: true });
    return { nativeIds: commentIds(idIn(answer, 'id')) };
  }
  const message = await messageOf(request, page, client, parts.blobs);
  const answer = await inOrder(replyTypes(outbound, parts.now()), async (type) => {
    await withinLimits(request, page, parts);
    const body = { recipient: request.recipient, message, ...declared(type) };
    return client.post(`${page.pageId}/messages`, body, { once: true });
  });
  const nativeIds = [idIn(answer, 'message_id')];
  const person = text(field(answer.body, 'recipient_id'));
  // the author of a comment gets an id of this Page's only now
  return 'comment_id' in request.recipient && person !== undefined
    ? { nativeIds, threadKey: person, alsoKnownAs: person }
    : { nativeIds };
}

/** Tries one way after the other, as long as Meta says that it is only the way that is wrong. */
async function inOrder(
  types: readonly ReplyType[],
  attempt: (type: ReplyType) => Promise<GraphAnswer>,
): Promise<GraphAnswer> {
  let closed: unknown;
  let notAsAPerson = false;
  for (const type of types) {
    try {
      return await attempt(type);
    } catch (error) {
      const mayNot = type === 'HUMAN_AGENT' && NOT_AS_A_PERSON.has(graphErrorOf(error)?.key ?? '');
      if (!mayNot && !isClosed(error)) throw error;
      notAsAPerson ||= mayNot;
      closed = mayNot ? (closed ?? error) : error;
    }
  }
  const why = closed instanceof Error ? closed.message : '';
  const advice = notAsAPerson
    ? ' People may answer for seven days if the app has the Human Agent feature; it has not. Ask for it in the App Dashboard.'
    : '';
  throw new Refused('REPLY_WINDOW_CLOSED', why + advice, { cause: closed });
}

function isClosed(error: unknown): boolean {
  return error instanceof Refused && error.code === 'REPLY_WINDOW_CLOSED';
}

function declared(type: ReplyType): Record<string, string> {
  return type === 'RESPONSE' ? { messaging_type: type } : { messaging_type: 'MESSAGE_TAG', tag: type };
}

async function messageOf(
  { content, metadata }: PreparedMessage,
  page: Page,
  client: GraphClient,
  blobs: Blobs,
): Promise<Record<string, unknown>> {
  if ('text' in content) return { text: content.text, metadata };
  const { file, as: type } = content;
  const bytes = await blobs.read(file.sha256, messengerLimits.fileBytes).catch((error: unknown) => {
    throw unreadable(error, file.name);
  });
  // harmless to repeat: nobody sees a file before a message names it
  const answer = await client.postMultipart(
    `${page.pageId}/message_attachments`,
    { message: { attachment: { type, payload: { is_reusable: true } } } },
    { field: 'filedata', name: file.name, mime: file.mime, bytes },
  );
  const id = text(field(answer.body, 'attachment_id'));
  if (id === undefined) throw new Transient('Facebook took the file without an id for it.');
  return { attachment: { type, payload: { attachment_id: id } }, metadata };
}

async function withinLimits({ recipient, content }: PreparedMessage, page: Page, { limits }: SendParts): Promise<void> {
  if ('id' in recipient) await limits.takeInThread(page.pageId, recipient.id);
  else await limits.take(page.pageId, 'privateReply');
  await limits.take(page.pageId, 'text' in content ? 'text' : 'media');
}

function idIn({ body }: GraphAnswer, name: string): string {
  const id = text(field(body, name));
  if (id === undefined) throw new Uncertain('Facebook answered without the id of what was sent.');
  return id;
}

/** A file that cannot be had now may come back with its disk; one that is gone does not. */
function unreadable(error: unknown, name: string): unknown {
  if (error instanceof BlobStoreUnavailable) return new Transient(error.message, { cause: error });
  if (error instanceof BlobMissing || error instanceof BlobCorrupt || error instanceof BlobTooLarge) {
    return new Refused('REFUSED', `The file ${name} cannot be sent: it is no longer whole in Evenhand.`, {
      cause: error,
    });
  }
  return error;
}
