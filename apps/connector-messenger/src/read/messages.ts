import { sendEvent } from '@app/channel';
import { idOf, isTrue, type Json, listOf, objectOf, textOf } from '@app/connector-host';
import { readAttachments } from './attachments';
import { buildMessage, type MessageParts } from './build-message';
import { hashOf, keyOf } from './keys';
import { readNotice } from './notices';
import type { PrivateUpdate } from './private-update';
import type { OwnApp, Reading } from './reading';
import { windowFrom } from './reply-window';

/** A customer wrote. */
export function readMessage(update: PrivateUpdate, reading: Reading): void {
  const { person, body, at } = update;
  if (person === undefined) return reading.malformed(update.where);
  if (isTrue(body['is_deleted'])) return withdraw(update, 'author', reading);
  const replyTo = idOf(objectOf(body['reply_to'])?.['mid']);
  said(update, person, { ...identityOf(body, person, at), ...contentOf(body), replyTo }, reading);
}

/** The Page wrote: by us, by a person in the inbox of the Page, or by another program. */
export function readEcho(update: PrivateUpdate, reading: Reading, app: OwnApp): void {
  const { person, body, at, page } = update;
  if (person === undefined) return reading.malformed(update.where);
  if (isTrue(body['is_deleted'])) return withdraw(update, 'us', reading);
  const mid = idOf(body['mid']);
  const sentBy = idOf(body['app_id']);
  const isOurs = sentBy !== undefined && sentBy === app.appId;
  const mark = sendEvent.shape.outboundId.safeParse(body['metadata']);
  if (isOurs && mark.success && mid !== undefined) return settle(mark.data, mid, at, reading);
  const { message, files } = buildMessage({
    ...identityOf(body, person, at),
    ...contentOf(body),
    direction: 'outbound',
    visibility: 'private',
    class: isOurs || isPerson(sentBy, app) ? 'ordinary' : 'auto-reply',
    author: { value: page },
    to: person,
    at,
    threadKey: person,
    replyTo: idOf(objectOf(body['reply_to'])?.['mid']),
  });
  reading.add(message, files);
}

/** The customer tapped a button; what it says is what they said. */
export function readPostback(update: PrivateUpdate, reading: Reading): void {
  const { person, body, at } = update;
  if (person === undefined) return reading.malformed(update.where);
  const text = textOf(body['title']) ?? textOf(body['payload']);
  const mid = idOf(body['mid']);
  const content = {
    externalId: mid ?? keyOf('postback', person, at, hashOf(textOf(body['payload']) ?? text)),
    nativeIds: mid === undefined ? [] : [mid],
    lines: text === undefined ? [] : [text],
    files: [],
    problems: text === undefined ? ['A button was tapped that has neither title nor payload.'] : [],
  };
  said(update, person, content, reading);
}

/** A customer said something in private, and may have come along by an ad or a link. */
function said(
  update: PrivateUpdate,
  person: string,
  content: Pick<MessageParts, 'externalId' | 'nativeIds' | 'lines' | 'files' | 'problems' | 'replyTo'>,
  reading: Reading,
): void {
  const { at } = update;
  const { message, files } = buildMessage({
    ...content,
    direction: 'inbound',
    visibility: 'private',
    class: 'ordinary',
    author: { value: person },
    at,
    threadKey: person,
    window: windowFrom(at),
  });
  reading.add(message, files);
  const referral = objectOf(update.body['referral']);
  if (referral) readNotice({ ...update, body: referral, kind: 'referral' }, reading, message.externalId);
}

/** Ids of a message; one that came without gets a name of what it holds. */
function identityOf(body: Json, person: string, at: number): Pick<MessageParts, 'externalId' | 'nativeIds'> {
  const mid = idOf(body['mid']);
  if (mid !== undefined) return { externalId: mid, nativeIds: [mid] };
  const content = hashOf(textOf(body['text']), JSON.stringify(listOf(body['attachments']).slice(0, 30)));
  return { externalId: keyOf('message', person, at, content), nativeIds: [] };
}

function contentOf(body: Json): Pick<MessageParts, 'lines' | 'files' | 'problems'> {
  // a tapped answer has its title as text; the payload speaks only where there is none
  const text = textOf(body['text']) ?? textOf(objectOf(body['quick_reply'])?.['payload']);
  const { files, lines, problems } = readAttachments(listOf(body['attachments']), text ?? '');
  const whole = text === undefined ? lines : [text, ...lines];
  if (isTrue(body['is_unsupported'])) {
    return { lines: whole, files, problems: [...problems, 'Messenger does not pass on what this message holds.'] };
  }
  const isEmpty = whole.length === 0 && files.length === 0 && problems.length === 0;
  return { lines: whole, files, problems: isEmpty ? ['The message came without content.'] : problems };
}

/** Who writes in the Page's inbox is a person; so, as far as anyone can tell, is who names no program. */
function isPerson(appId: string | undefined, app: OwnApp): boolean {
  return appId === undefined || app.pageInboxAppIds.includes(appId);
}

/** A message of ours came back: it was sent. */
function settle(outboundId: string, mid: string, at: number, reading: Reading): void {
  const instant = new Date(at).toISOString();
  reading.add({
    kind: 'send',
    externalId: `${outboundId}:seen`,
    outboundId,
    part: 0,
    parts: 1,
    attempt: 0,
    state: 'sent',
    at: instant,
    nativeIds: [mid],
    platformAt: instant,
  });
}

function withdraw({ body, at, where }: PrivateUpdate, by: 'author' | 'us', reading: Reading): void {
  const mid = idOf(body['mid']);
  if (mid === undefined) return reading.malformed(where);
  reading.add({
    kind: 'change',
    externalId: keyOf('unsend', mid),
    target: mid,
    at: new Date(at).toISOString(),
    change: { type: 'withdrawn', by },
  });
}
