import { idOf, type Json, listOf, objectOf, textOf } from '@app/connector-host';
import { accountOf, listsOf } from './account-activity';
import { activityOf, type Activity } from './activity';
import { sha256 } from './keys';
import { parseBody } from './parse-body';

/** A body is read once for its name, once for its addresses and once for each account in it; parsing is most of the work. */
const parsed = new WeakMap<Buffer, Json>();

/** @throws SyntaxError where the bytes are no JSON object. */
export function bodyOf(raw: Buffer): Json {
  const known = parsed.get(raw);
  if (known) return known;
  const body = objectOf(parseBody(raw));
  if (!body) throw new SyntaxError('the JSON is no object');
  parsed.set(raw, body);
  return body;
}

/** What the body is about, one after the other, with its place in the body. */
export function dataOf(body: Json): { value: unknown; where: string }[] {
  const isList = Array.isArray(body['data']);
  return listOf(body['data']).map((value, at) => ({ value, where: isList ? `data[${at}]` : 'data' }));
}

export function activitiesOf(body: Json): Activity[] {
  return dataOf(body).flatMap(({ value, where }) => activityOf(value, body, where) ?? []);
}

/** The accounts that a body concerns, each once; none where it names none, or cannot be read. */
export function addressesIn(raw: Buffer): string[] {
  try {
    const body = bodyOf(raw);
    const account = accountOf(body);
    const users = activitiesOf(body).flatMap(({ user }) => user ?? []);
    return [...new Set(account === undefined ? users : [account, ...users])];
  } catch {
    return [];
  }
}

/** Longest name that is kept as it came. */
const MAX_NAME = 200;

/**
 * The name of a delivery, by which a repeat is recognised: X's own, or made of the ids in it. Never of the whole body, which
 * tells how known somebody is: then the name would tell it, too.
 */
export function nameOf(raw: Buffer, receivedAt: Date): string {
  return own(raw) ?? byIds(raw, receivedAt);
}

function own(raw: Buffer): string | undefined {
  let body: Json;
  try {
    body = bodyOf(raw);
  } catch {
    return undefined;
  }
  const account = accountOf(body);
  if (account !== undefined) return `aaa:${sha256([account, ...listsOf(body).toSorted(), ...idsOf(raw)].join('\n'))}`;
  const uuids = dataOf(body).map(({ value }) => idOf(objectOf(value)?.['event_uuid']));
  const [uuid] = uuids;
  if (uuid === undefined || uuids.includes(undefined)) return undefined;
  const whole = uuids.join(',');
  return /^[\w.-]+$/.test(uuid) && whole.length <= MAX_NAME ? `xaa:${whole}` : `xaa:${sha256(whole)}`;
}

function byIds(raw: Buffer, receivedAt: Date): string {
  const ids = idsOf(raw);
  // what names nothing at all is only itself
  return `x:${sha256(ids.length > 0 ? ids.join('\n') : receivedAt.toISOString())}`;
}

/** Ids, kinds and times in a body, even a torn one, with the words before them; nothing else, and no counts. */
const NAMED =
  /"(id|id_str|\w+_id|\w+_id_str|event_uuid|event_type|type|created_at|created_timestamp|timestamp_ms|date_time|job_state)"\s*:\s*("[^"\\]{1,100}"|-?\d{1,30})/g;

function idsOf(raw: Buffer): string[] {
  return [...raw.toString('utf8').matchAll(NAMED)].map(
    ([, name, value]) => `${name}=${(value ?? '').replaceAll('"', '')}`,
  );
}

/** Somebody took back what they had allowed our app. */
export interface Revocation {
  readonly user: string;
  readonly at: unknown;
}

export function revocationIn(body: Json): Revocation | undefined {
  for (const { type, payload } of activitiesOf(body)) {
    const user = type === 'oauth.revoke' ? idOf(payload['user_id']) : undefined;
    if (user !== undefined) return { user, at: payload['date_time'] };
  }
  const revoke = objectOf(objectOf(body['user_event'])?.['revoke']);
  const user = idOf(objectOf(revoke?.['source'])?.['user_id']);
  return user === undefined ? undefined : { user, at: revoke?.['date_time'] };
}

/** X tells how a replay of missed events went. */
export function isReplayStatus(body: Json): boolean {
  return objectOf(body['replay_job_status']) !== undefined && textOf(body['for_user_id']) === undefined;
}
