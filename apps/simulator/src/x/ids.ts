import type { Random } from '../messenger/random';

/** Milliseconds since 1970 at which X's ids begin. */
const EPOCH = 1_288_834_974_657n;

/** The lowest id of a moment. */
export function idAt(ms: number): bigint {
  return (BigInt(ms) - EPOCH) << 22n;
}

/** When an id was given out. Milliseconds since 1970. */
export function timeOfId(id: string): number {
  return Number((BigInt(id) >> 22n) + EPOCH);
}

/** By number, not by text: ids may differ in length. */
export function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * Gives out ids of the moment they are asked for: 64-bit numbers whose upper bits are the time. Within a millisecond each is
 * greater than the one before.
 */
export class Snowflakes {
  private lastMs = -1;
  private last = 0n;

  constructor(
    private readonly random: Random,
    /** Whether an id is already given, for instance by an earlier run. */
    private readonly taken: (id: string) => boolean,
  ) {}

  next(ms: number): string {
    const again = ms === this.lastMs;
    let id = again ? this.last + 1n + BigInt(this.random.below(64)) : idAt(ms) + BigInt(this.random.below(4_096));
    while (this.taken(id.toString())) id += 1n;
    this.lastMs = ms;
    this.last = id;
    return id.toString();
  }
}
