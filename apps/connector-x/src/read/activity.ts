import { idOf, type Json, listOf, objectOf, textOf } from '@app/connector-host';
import { readDirect, readEncrypted, readReceipt } from './directs';
import { Includes } from './includes';
import { readDeletion, readPost } from './posts';
import type { Reading } from './reading';
import { toldTime } from './times';

/** One event of the X Activity API, by webhook or stream. */
export interface Activity {
  readonly type: string;
  /** Whose subscription it is of; absent where it is of a word or an app. */
  readonly user: string | undefined;
  readonly payload: Json;
  readonly includes: Includes;
  readonly createdAt: unknown;
  readonly where: string;
}

type Read = (activity: Activity, reading: Reading) => void;

const readOnePost: Read = ({ payload, includes, where }, reading) => {
  const post = objectOf(payload['data']) ?? payload;
  readPost(post, includes, `${where}.payload`, reading);
};

const readDirects: Read = ({ payload, includes, where }, reading) => {
  const events = payload['direct_message_events'] ?? payload['data'] ?? payload;
  for (const [at, event] of listOf(events).entries()) {
    readDirect(event, includes, `${where}.payload.direct_message_events[${at}]`, reading);
  }
};

const readChat: Read = ({ payload, where }, reading) => readEncrypted(payload, `${where}.payload`, reading);

const TYPES: Readonly<Record<string, Read>> = {
  'post.create': readOnePost,
  'post.mention.create': readOnePost,
  'post.reply.create': readOnePost,
  'post.quote.create': readOnePost,
  'post.repost.create': (_, reading) => reading.skip('repost'),
  'post.delete': ({ payload, createdAt, where }, reading) =>
    readDeletion(
      { id: payload['id'], author: payload['author_id'], at: toldTime(payload['timestamp_ms'] ?? createdAt) },
      `${where}.payload`,
      reading,
    ),
  'dm.received': readDirects,
  'dm.sent': readDirects,
  'dm.read': ({ payload, where }, reading) => {
    const receipts = listOf(payload['direct_message_mark_read_events'] ?? payload);
    for (const [at, receipt] of receipts.entries()) {
      readReceipt(receipt, `${where}.payload.direct_message_mark_read_events[${at}]`, reading);
    }
  },
  'chat.received': readChat,
  'chat.sent': readChat,
};

/** @returns undefined where the value is no such event. */
export function activityOf(value: unknown, body: Json, where: string): Activity | undefined {
  const data = objectOf(value);
  const type = textOf(data?.['event_type']);
  if (!data || type === undefined || (data['event_uuid'] === undefined && !objectOf(data['payload']))) return undefined;
  const payload = objectOf(data['payload']) ?? {};
  return {
    type,
    user: idOf(objectOf(data['filter'])?.['user_id']),
    payload,
    // printed in each of these places
    includes: new Includes(body['includes'], data['includes'], payload['includes'], { users: payload['users'] }),
    createdAt: data['created_at'],
    where,
  };
}

/** Reads an event of ours. One of another account in the same body is theirs. */
export function readActivity(activity: Activity, reading: Reading): void {
  const { type, user } = activity;
  if (user !== undefined && user !== reading.reader.own) return;
  if (Object.hasOwn(TYPES, type)) TYPES[type]?.(activity, reading);
  else reading.skip('activity', type);
}
