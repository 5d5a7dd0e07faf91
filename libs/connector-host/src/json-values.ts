/*
 * Values of a body whose shape nobody promises: each of these takes anything and gives what is meant, or undefined.
 */

export type Json = Readonly<Record<string, unknown>>;

/** Longest id that events take. */
const MAX_ID = 998;

export function objectOf(value: unknown): Json | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Json) : undefined;
}

/** A list; a lone value stands for a list of it. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/** An id as a string, whether the platform wrote it as text or as a number. */
export function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  if (typeof value !== 'string') return undefined;
  const id = value.trim();
  return id === '' || id.length > MAX_ID ? undefined : id;
}

/** Text that says something; numbers count as their digits. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

export function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === 1;
}

/** A count such as `num_edit`, as number or text. */
export function countOf(value: unknown): number | undefined {
  const count = typeof value === 'string' && /^\d{1,15}$/.test(value.trim()) ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}

/** Below it a number of a time is seconds, above milliseconds: the year 5138, or March 1973. */
const SECONDS_BELOW = 1e11;
const LAST_YEAR = Date.UTC(9999, 11, 31);

/**
 * Milliseconds since 1970 of a time in seconds or milliseconds, as number or text, or as ISO text (Graph writes `+0000`). The
 * unit differs from kind to kind, and within a kind.
 */
export function millisOf(value: unknown): number | undefined {
  const given = typeof value === 'string' ? value.trim() : value;
  if (typeof given === 'string' && /^\d{4}-\d\d-\d\d[T ]/.test(given)) {
    return within(Date.parse(given.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')));
  }
  const number = typeof given === 'string' && /^\d{1,20}(\.\d{1,9})?$/.test(given) ? Number(given) : given;
  if (typeof number !== 'number') return undefined;
  return within(Math.round(number < SECONDS_BELOW ? number * 1_000 : number));
}

function within(millis: number): number | undefined {
  return millis > 0 && millis < LAST_YEAR ? millis : undefined;
}

/** An address that can be opened or fetched. */
export function webAddressOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  return /^https?:\/\/[^\s]+$/i.test(text) && text.length <= MAX_URL ? text : undefined;
}

const MAX_URL = 10_000;

/** At most `limit` UTF-16 units, never half a character. */
export function cut(value: string, limit: number): string {
  if (value.length <= limit) return value;
  const last = value.charCodeAt(limit - 1);
  return value.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit);
}
