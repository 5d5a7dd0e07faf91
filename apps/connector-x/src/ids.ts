/*
 * Ids of posts and direct messages: 64-bit numbers in text, made of the time and a counter since November 2010
 * (milliseconds since the epoch below, shifted by 22 bits). JavaScript's numbers cannot hold them.
 */

const EPOCH_MS = 1_288_834_974_657n;
const COUNTER_BITS = 22n;
/** Ids before this one were counted, and tell no time. */
const FIRST_WITH_TIME = 30_000_000_000n;
const LAST = 2n ** 63n - 1n;

/** Like `a - b`: below zero where `a` is the earlier. Ids are digits without leading zeros; anything else sorts as text. */
export function compareIds(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** When what has this id was made, to the millisecond; undefined for what tells no time. */
export function timeOfId(id: string): Date | undefined {
  if (!/^\d{1,19}$/.test(id)) return undefined;
  const number = BigInt(id);
  if (number < FIRST_WITH_TIME || number > LAST) return undefined;
  return new Date(Number((number >> COUNTER_BITS) + EPOCH_MS));
}

/** The lowest id that anything made at that time, or later, can have. */
export function idAt(date: Date): string {
  const millis = BigInt(Math.floor(date.getTime())) - EPOCH_MS;
  return millis <= 0n ? '0' : String(millis << COUNTER_BITS);
}
