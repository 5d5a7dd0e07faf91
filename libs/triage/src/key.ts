import type { BusinessClock } from './business-clock';
import type { HeadStarts, Need } from './need';

const MINUTE = 60_000;

/**
 * Place of a wait in the queue: business time at which the customer began to wait, less the head start of the need.
 * The smaller goes first. It depends on nothing else, so it does not change while the wait waits.
 *
 * @param waitingSinceMs Unix milliseconds, an integer.
 * @returns whole business milliseconds.
 */
export function keyMs(waitingSinceMs: number, need: Need, clock: BusinessClock, headStarts: HeadStarts): number {
  if (!Number.isSafeInteger(waitingSinceMs)) throw new TypeError(`not whole milliseconds: ${waitingSinceMs}`);
  return clock.at(waitingSinceMs) - headStarts[need] * MINUTE;
}
