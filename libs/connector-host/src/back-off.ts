/** Waits between attempts to connect, in milliseconds. */
export interface BackOffOptions {
  readonly baseMs: number;
  readonly factor: number;
  /** Longest wait at first, and in a long outage. */
  readonly capMs: number;
  readonly outageCapMs: number;
  /** A connection that lived so long was good: the next attempt is made at once. */
  readonly goodAfterMs: number;
  readonly jitterMs: number;
}

/** From email.md §1.3: what a mail client in wide use does, and a longer cap for long outages. */
export const CONNECT_BACK_OFF: BackOffOptions = {
  baseMs: 2_000,
  factor: 1.5,
  capMs: 30_000,
  outageCapMs: 600_000,
  goodAfterMs: 300_000,
  jitterMs: 1_000,
};

/** Failures in a row after which an outage counts as long: about twenty minutes at the first cap. */
const LONG_OUTAGE = 40;

/** How long to wait before connecting again. One per account and process. */
export class BackOff {
  private failures = 0;

  constructor(
    private readonly options: BackOffOptions,
    private readonly random: () => number = Math.random,
  ) {}

  /** Failures since the last good connection. */
  get count(): number {
    return this.failures;
  }

  /** @param livedMs how long the connection that just ended had worked; 0 when it never did. */
  next(livedMs: number): number {
    const { baseMs, factor, capMs, outageCapMs, goodAfterMs, jitterMs } = this.options;
    if (livedMs >= goodAfterMs) {
      this.failures = 0;
      return 0;
    }
    const wait = baseMs * factor ** Math.min(this.failures, 60);
    const cap =
      this.failures < LONG_OUTAGE ? capMs : Math.min(outageCapMs, capMs * factor ** (this.failures - LONG_OUTAGE));
    this.failures += 1;
    return Math.min(wait, cap) + this.random() * jitterMs;
  }
}
