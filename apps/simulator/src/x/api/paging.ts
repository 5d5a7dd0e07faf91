import { compareIds } from '../ids';
import type { Call } from './call';
import type { CallFault } from './call-faults';
import { invalid } from './problem';

export interface Page<T> {
  rows: T[];
  /** `next_token` and `previous_token`, where there is more. */
  tokens: { next_token?: string; previous_token?: string };
}

/**
 * One page of a list that is ordered newest first. Tokens name a place by id, so that what comes or goes meanwhile neither
 * repeats nor hides anything.
 */
export function pageOf<T extends { id: string }>(
  all: readonly T[],
  call: Call,
  size: number,
  fault?: CallFault,
  { alwaysNext = false, token: name = 'pagination_token' } = {},
): Page<T> {
  const token = call.query[name] ?? (name === 'pagination_token' ? undefined : call.query['pagination_token']);
  const place = token === undefined ? undefined : placeOf(token, name);
  const older = place?.way === 'o' ? all.filter(({ id }) => compareIds(id, place.id) < 0) : all;
  const newer = place?.way === 'n' ? all.filter(({ id }) => compareIds(id, place.id) > 0) : undefined;
  const wanted = newer ? newer.slice(Math.max(0, newer.length - size)) : older.slice(0, size);
  const rows = cutShort(wanted, fault);
  const last = wanted.length === 0 ? undefined : (rows.at(-1)?.id ?? stepBefore(wanted[0]!.id));
  const first = wanted[0]?.id;
  const hasOlder = last !== undefined && all.some(({ id }) => compareIds(id, last) < 0);
  const hasNewer = first !== undefined && all.some(({ id }) => compareIds(id, first) > 0);
  return {
    rows,
    tokens: {
      ...(last !== undefined && (hasOlder || alwaysNext) && { next_token: tokenOf('o', last) }),
      ...(first !== undefined && hasNewer && { previous_token: tokenOf('n', first) }),
    },
  };
}

/** Newest first, between what a call names: ids exclusive, times from inclusive to exclusive. */
export function between<T extends { id: string; at: number }>(all: readonly T[], call: Call): T[] {
  const [since, until] = [call.queriedId('since_id'), call.queriedId('until_id')];
  const [from, to] = [call.time('start_time'), call.time('end_time')];
  if (since !== undefined && until !== undefined && compareIds(since, until) >= 0) {
    throw invalid('since_id', since, `'since_id' must be less than 'until_id'`);
  }
  return all
    .filter(
      ({ id, at }) =>
        (since === undefined || compareIds(id, since) > 0) &&
        (until === undefined || compareIds(id, until) < 0) &&
        (from === undefined || at >= from) &&
        (to === undefined || at < to),
    )
    .sort((a, b) => compareIds(b.id, a.id));
}

/** `meta` of a list of posts. */
export function metaOf(rows: readonly { id: string }[], tokens: object): object {
  const [newest, oldest] = [rows[0]?.id, rows.at(-1)?.id];
  return {
    result_count: rows.length,
    ...(newest !== undefined && { newest_id: newest, oldest_id: oldest }),
    ...tokens,
  };
}

function cutShort<T>(rows: readonly T[], fault: CallFault | undefined): T[] {
  if (fault?.kind === 'empty-page') return [];
  return fault?.kind === 'short-page' ? rows.slice(0, Math.ceil(rows.length / 2)) : [...rows];
}

/** So that an empty page goes on with the row it did not give. */
function stepBefore(id: string): string {
  return (BigInt(id) + 1n).toString();
}

function tokenOf(way: 'o' | 'n', id: string): string {
  return `7140${Buffer.from(`${way}${BigInt(id).toString(36)}`).toString('hex')}`;
}

function placeOf(token: string, name: string): { way: string; id: string } {
  const text = Buffer.from(token.slice(4), 'hex').toString();
  if (!token.startsWith('7140') || !/^[on][0-9a-z]{1,13}$/.test(text)) {
    throw invalid(name, token, `The \`${name}\` query parameter value [${token}] is not valid`);
  }
  let id = 0n;
  for (const digit of text.slice(1)) id = id * 36n + BigInt(Number.parseInt(digit, 36));
  return { way: text[0]!, id: id.toString() };
}
