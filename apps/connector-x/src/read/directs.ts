import { idOf, objectOf, textOf } from '@app/connector-host';
import { directFingerprint } from '../fingerprint';
import { timeOfId } from '../ids';
import { buildMessage, partyOf } from './build-message';
import { directOf, type Direct } from './direct-shape';
import type { Includes } from './includes';
import { directThread, keyOf } from './keys';
import { reachOf } from './reach';
import type { Reading } from './reading';
import { instantOf, toldTime } from './times';
import { sidesOf } from './two-sides';

/** Reads a direct message: of a customer, or of ours wherever it was written. */
export function readDirect(value: unknown, includes: Includes, where: string, reading: Reading): void {
  const { own, arrivedAt, history } = reading.reader;
  const direct = directOf(objectOf(value) ?? {}, includes);
  if (direct === undefined) return reading.malformed(where);
  if ('other' in direct) return reading.skip('direct', direct.other);
  const sides = sidesOf(own, direct.sender, namedBy(direct, own, includes));
  if (sides === undefined) return reading.skip('direct', 'not-ours');
  const person = includes.user(direct.sender);
  const { message, files } = buildMessage({
    externalId: direct.id,
    nativeIds: [direct.id],
    direction: sides.byUs ? 'outbound' : 'inbound',
    visibility: 'private',
    author: sides.byUs ? { value: own } : partyOf(direct.sender, person),
    to: sides.byUs ? sides.customer : undefined,
    at: instantOf(direct.at, direct.id, arrivedAt),
    text: direct.text,
    media: direct.media,
    threadKey: sides.threadKey,
    fingerprint:
      sides.byUs && sides.customer !== undefined
        ? directFingerprint({ to: sides.customer, text: direct.text })
        : undefined,
    permalink: sides.permalink,
    history,
  });
  reading.add(message, files, sides.byUs ? {} : reachOf(person, undefined));
}

/**
 * What is pushed to us and is neither from us nor to us went to a group that we are in: then the recipient is the group. Of
 * what we wrote to one the recipient is told of nowhere as a person.
 */
function namedBy(
  { sender, recipient, conversation }: Direct,
  own: string,
  includes: Includes,
): { readonly recipient?: string | undefined; readonly conversation?: string | undefined } {
  if (conversation !== undefined || recipient === undefined || recipient === own) return { recipient, conversation };
  const isGroup = sender !== own || includes.lacksUser(recipient);
  return isGroup ? { conversation: recipient } : { recipient };
}

/** The time in an id and the one that X tells of the same message differ by some milliseconds. */
const SLACK_MS = 1_000;

/** A customer has read what we wrote up to a message. */
export function readReceipt(value: unknown, where: string, reading: Reading): void {
  const { own, arrivedAt } = reading.reader;
  const receipt = objectOf(value);
  const reader = idOf(receipt?.['sender_id']);
  const last = idOf(receipt?.['last_read_event_id']);
  const readAt = toldTime(receipt?.['created_timestamp']);
  const written = last === undefined ? undefined : timeOfId(last)?.getTime();
  if (reader === undefined || (written === undefined && readAt === undefined)) return reading.malformed(where);
  // that we read what a customer wrote is nothing to tell
  if (reader === own) return reading.skip('dm-read', 'by-us');
  const at = Math.min(readAt ?? arrivedAt.getTime(), arrivedAt.getTime());
  const upTo = written === undefined ? at : Math.min(written + SLACK_MS, Math.max(at, written));
  reading.add({
    kind: 'thread',
    externalId: keyOf('dm-read', reader, last ?? at),
    threadKey: directThread(reader),
    at: new Date(at).toISOString(),
    readUpTo: new Date(upTo).toISOString(),
  });
}

/**
 * Reads a message that only the customer's and our own devices can decrypt: that there is one, of whom, and when. A port for a
 * decryptor would be here.
 */
export function readEncrypted(value: unknown, where: string, reading: Reading): void {
  const { own, arrivedAt, history } = reading.reader;
  const chat = objectOf(value);
  const id = idOf(chat?.['id']);
  const sender = idOf(chat?.['sender_id']);
  if (!chat || id === undefined || sender === undefined) return reading.malformed(where);
  // keys are exchanged without anything being said
  if (textOf(chat['encoded_event']) === undefined && textOf(chat['conversation_key_change_event']) !== undefined) {
    return reading.skip('chat', 'key-change');
  }
  const sides = sidesOf(own, sender, { conversation: idOf(chat['conversation_id']), recipient: own });
  if (sides === undefined) return reading.skip('chat', 'not-ours');
  const { message } = buildMessage({
    externalId: id,
    nativeIds: [id],
    direction: sides.byUs ? 'outbound' : 'inbound',
    visibility: 'private',
    author: { value: sender },
    to: sides.byUs ? sides.customer : undefined,
    at: instantOf(toldTime(chat['created_at_msec']), id, arrivedAt),
    text: '',
    media: { files: [], problems: [] },
    threadKey: sides.threadKey,
    permalink: sides.permalink,
    history,
    encrypted: true,
  });
  reading.add(message);
}
