/**
 * Product time: what the product calls "now". Read once per transaction (`Tx.now`). Tests and the simulator move it.
 * Machine time, for leases only, is the database's own and is never taken from here.
 */
export class Clock {
  private offsetMs = 0;

  /** Now, in whole milliseconds. */
  now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }

  /** How far product time is ahead of the machine's. Milliseconds. */
  get aheadMs(): number {
    return this.offsetMs;
  }

  /** Moves product time; a negative number moves it back. */
  advance(ms: number): void {
    this.offsetMs += ms;
  }
}
