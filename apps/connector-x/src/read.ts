import type { RawDelivery, ReadResult } from '@app/channel';
import { idOf, type Json, listOf, objectOf, textOf } from '@app/connector-host';
import { accountOf, readAccountActivity } from './read/account-activity';
import { activityOf, readActivity } from './read/activity';
import { readDirect } from './read/directs';
import { addressesIn, bodyOf, dataOf } from './read/envelope';
import { Includes } from './read/includes';
import { readPost } from './read/posts';
import { Reading } from './read/reading';

export { addressesIn };

/**
 * Reads what one delivery holds for one account, whether it was pushed, streamed or asked for. Pure: the same bytes give the
 * same events, in whatever order they come. What makes no sense is noted (`malformed:<where>`) and stops nothing else; only
 * bytes that are no JSON object are unreadable. What X tells of fame is in `reach` alone.
 */
export function readDelivery(
  { raw, arrivedAt, context }: RawDelivery,
  handle: { readonly userId: string; readonly username: string },
): ReadResult {
  const reading = new Reading({ own: handle.userId, arrivedAt, history: context['history'] === true });
  try {
    readBody(bodyOf(raw), reading);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { ...reading.result(), unreadable: `The delivery cannot be read: ${error.message}.` };
  }
  return reading.result();
}

function readBody(body: Json, reading: Reading): void {
  const account = accountOf(body);
  if (account !== undefined) {
    if (account === reading.reader.own) readAccountActivity(body, reading);
    return;
  }
  const data = dataOf(body);
  const includes = new Includes(body['includes']);
  for (const { value, where } of data) {
    const activity = activityOf(value, body, where);
    if (activity) readActivity(activity, reading);
    else readBare(value, includes, where, reading);
  }
  for (const error of listOf(body['errors'])) reading.skip('error', problemOf(error));
  if (data.length === 0 && body['errors'] === undefined && body['meta'] === undefined) {
    reading.skip('object', Object.keys(body)[0] ?? 'empty');
  }
}

/** A post or direct message as the API lists them, and as the filtered stream sends them. */
function readBare(value: unknown, includes: Includes, where: string, reading: Reading): void {
  const data = objectOf(value);
  if (idOf(data?.['id']) === undefined) return reading.malformed(where);
  const isDirect = data?.['dm_conversation_id'] !== undefined || data?.['event_type'] !== undefined;
  if (isDirect) readDirect(data, includes, where, reading);
  else readPost(data, includes, where, reading);
}

/** What could not be told of: gone, of a protected account, or the stream itself failed. By the kind of problem. */
function problemOf(error: unknown): string {
  const problem = objectOf(error);
  const type = textOf(problem?.['type'])?.split('/').at(-1);
  const name = type === undefined || type === 'about:blank' ? textOf(problem?.['title']) : type;
  return name?.replaceAll(' ', '-') ?? 'unknown';
}
