import { millisOf, textOf } from '@app/connector-host';
import { timeOfId } from '../ids';

/** As the older API writes it: `Mon Mar 26 16:33:26 +0000 2018`. */
const LEGACY = /^[A-Z][a-z]{2} [A-Z][a-z]{2} \d{1,2} \d\d:\d\d:\d\d [+-]\d{4} \d{4}$/;

/** Milliseconds since 1970 of a time in any of the forms that X writes. */
export function toldTime(value: unknown): number | undefined {
  const text = textOf(value)?.trim();
  if (text !== undefined && LEGACY.test(text)) return millisOf(Date.parse(text));
  return millisOf(value);
}

/**
 * When it was said: as told, else by its id; never later than it came, because a clock that runs ahead must not put anybody
 * behind those who came later.
 */
export function instantOf(told: number | undefined, id: string, arrivedAt: Date): string {
  const millis = told ?? timeOfId(id)?.getTime() ?? arrivedAt.getTime();
  return new Date(Math.min(millis, arrivedAt.getTime())).toISOString();
}

const SECOND = 1_000;

/** To the second, as X tells the time of posts. */
export function wholeSecond(millis: number): number {
  return Math.floor(millis / SECOND) * SECOND;
}

/**
 * Told in seconds where the list of messages is read, and in milliseconds where they are pushed. The id holds the
 * milliseconds too, so that what was written within a second keeps its order either way.
 */
export function withMilliseconds(told: number | undefined, id: string): number | undefined {
  if (told === undefined || told % SECOND !== 0) return told;
  const exact = timeOfId(id)?.getTime();
  return exact !== undefined && wholeSecond(exact) === told ? exact : told;
}
