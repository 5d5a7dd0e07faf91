import { idOf, isTrue, type Json, listOf, objectOf } from '@app/connector-host';
import { readDirect, readReceipt } from './directs';
import { Includes } from './includes';
import { readDeletion, readPost } from './posts';
import type { Reading } from './reading';
import { toldTime } from './times';

/*
 * The Account Activity API: deprecated, and still in use. A body is of one account and has one list, named by its kind; posts
 * are in the words of version 1.1.
 */

type Read = (value: unknown, body: Json, where: string, reading: Reading) => void;

const LISTS: Readonly<Record<string, Read>> = {
  tweet_create_events: (value, body, where, reading) => {
    // of somebody whom we have blocked: X hides it from us, and takes no answer
    if (isTrue(body['user_has_blocked'])) return reading.skip('blocked');
    readPost(value, new Includes(body['includes']), where, reading);
  },
  tweet_delete_events: (value, _, where, reading) => {
    const deletion = objectOf(value);
    const status = objectOf(deletion?.['status']);
    readDeletion(
      { id: status?.['id_str'] ?? status?.['id'], author: status?.['user_id_str'] ?? status?.['user_id'], at: toldTime(deletion?.['timestamp_ms']) }, // prettier-ignore
      where,
      reading,
    );
  },
  direct_message_events: (value, body, where, reading) =>
    readDirect(value, new Includes({ users: body['users'] }), where, reading),
  direct_message_mark_read_events: (value, _, where, reading) => readReceipt(value, where, reading),
};

/** Whose account a body of this API is about; undefined for any other body. */
export function accountOf(body: Json): string | undefined {
  return idOf(body['for_user_id']);
}

/** Its lists, whether there is use for them or not. */
export function listsOf(body: Json): string[] {
  return Object.keys(body).filter((key) => /^\w{1,60}_events?$/.test(key));
}

/** Reads a body of ours. */
export function readAccountActivity(body: Json, reading: Reading): void {
  const lists = listsOf(body);
  if (lists.length === 0) return reading.skip('account-activity', 'unknown');
  for (const list of lists) {
    const read = Object.hasOwn(LISTS, list) ? LISTS[list] : undefined;
    if (read === undefined) reading.skip('account-activity', list);
    else for (const [at, value] of listOf(body[list]).entries()) read(value, body, `${list}[${at}]`, reading);
  }
}
