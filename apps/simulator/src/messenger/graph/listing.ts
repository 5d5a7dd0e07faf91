import type { Faults } from '../faults';
import type { Call } from './call';
import { badParameter } from './graph-error';

/** Times in answers of the Graph API: ISO 8601 without a colon in the offset. */
export function graphTime(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, '+0000');
}

/**
 * One page of a list, with cursors. Where faults say so it holds fewer rows than asked for, or none, and goes on. The last
 * page has no `next`.
 */
export function listing<T>(
  call: Call,
  rows: readonly T[],
  { idOf, show, faults, name }: { idOf: (row: T) => string; show: (row: T) => object; faults: Faults; name: string },
  fallback = 25,
): object {
  const after = call.text('after');
  const start = after === undefined ? 0 : rows.findIndex((row) => cursor(idOf(row)) === after) + 1;
  if (after !== undefined && start === 0 && !/^[\w-]+$/.test(after)) throw badParameter('Invalid cursors values');
  const fault = faults.strike('graph', name, ['short-page', 'empty-page'])?.kind;
  const limit = call.limit(fallback);
  const size = fault === 'short-page' ? Math.max(1, limit >> 1) : fault === 'empty-page' ? 0 : limit;
  const shown = rows.slice(start, start + size);
  if (shown.length === 0 && fault !== 'empty-page') return { data: [] };
  const [first, last] = [shown[0], shown.at(-1)];
  const more = start + shown.length < rows.length;
  // an empty page goes on from where this one began
  const end = last === undefined ? (after ?? START) : cursor(idOf(last));
  return {
    data: shown.map(show),
    paging: {
      cursors: { before: first === undefined ? end : cursor(idOf(first)), after: end },
      ...(more && { next: nextAddress(call, end) }),
    },
  };
}

/** Cursor before the first row. */
const START = 'START';

function cursor(id: string): string {
  return Buffer.from(id).toString('base64url');
}

/** As the platform gives it, with the token and without the proof. */
function nextAddress(call: Call, after: string): string {
  const next = new URL(call.url);
  for (const [name, value] of Object.entries(call.params)) {
    if (name !== 'appsecret_proof' && typeof value === 'string') next.searchParams.set(name, value);
  }
  if (call.rawToken !== undefined) next.searchParams.set('access_token', call.rawToken);
  next.searchParams.set('after', after);
  return next.href;
}
