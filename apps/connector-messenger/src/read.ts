import type { RawDelivery, ReadResult } from '@app/channel';
import { objectOf } from '@app/connector-host';
import { parseExactJson } from './exact-json';
import { readStoredComment, readStoredMessage } from './read/back-filled';
import { readFeed } from './read/comments';
import { addressesIn, envelopeOf, updatesOf, type Update } from './read/envelope';
import { isPrivate, readPrivate } from './read/read-private';
import { Reading, type OwnApp } from './read/reading';

export { addressesIn };
export type { OwnApp };
export type { StoredCommentContext, StoredMessageContext } from './read/back-filled';

/**
 * Reads what one delivery holds for one account. Pure: the same bytes give the same events, in whatever order they come. What
 * makes no sense is noted (`malformed:<where>`) and stops nothing else; only bytes that are no JSON object are unreadable.
 */
export function readDelivery(delivery: RawDelivery, account: { readonly address: string }, app: OwnApp): ReadResult {
  const reading = new Reading();
  try {
    const { kind } = delivery.context;
    if (kind === 'conversation-message' || kind === 'comment') readStored(delivery, kind, account.address, reading);
    else readWebhook(delivery, account.address, app, reading);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { ...reading.result(), unreadable: `The delivery cannot be read: ${error.message}.` };
  }
  return reading.result();
}

function readStored(
  { raw, context }: RawDelivery,
  kind: 'conversation-message' | 'comment',
  page: string,
  reading: Reading,
): void {
  const stored = objectOf(parseExactJson(raw));
  if (!stored) throw new SyntaxError('the JSON is no object');
  const history = context['history'] === true;
  if (kind === 'comment') readStoredComment(stored, { history }, page, reading);
  else readStoredMessage(stored, { history, psid: context['psid'] }, page, reading);
}

function readWebhook({ raw, arrivedAt }: RawDelivery, page: string, app: OwnApp, reading: Reading): void {
  const envelope = envelopeOf(raw);
  if (envelope.object !== 'page') return reading.skip('object', envelope.object);
  const { updates, malformed } = updatesOf(envelope, page);
  for (const where of malformed) reading.malformed(where);
  for (const update of updates) {
    if (update.list === 'changes') readChange(update, page, arrivedAt, app, reading);
    else readPrivate(update, page, arrivedAt, app, reading);
  }
}

/** A change has a field and a value. Test deliveries of the dashboard put private messages there too. */
function readChange(update: Update, page: string, arrivedAt: Date, app: OwnApp, reading: Reading): void {
  const change = objectOf(update.value);
  const field = change?.['field'];
  if (!change || typeof field !== 'string') return reading.malformed(update.where);
  if (field === 'feed') return readFeed(update, page, arrivedAt, reading);
  if (!isPrivate(change['value'])) return reading.skip('changes', field);
  const list = field === 'standby' ? 'standby' : 'messaging';
  return readPrivate({ ...update, list, value: change['value'] }, page, arrivedAt, app, reading);
}
