import type { LimitNews } from '../rate-limits';

/** However low a limit runs, somebody who wrote is not left unread for longer, milliseconds. */
export const SLOWEST_MS = 15 * 60_000;

/**
 * How often one list is asked for. It slows down when what the platform still allows would not last until it allows more, and
 * recovers by itself. Product time comes in as a value. What is read is always all there is, oldest first: only *when* changes.
 */
export class Pace {
  private slowness = 1;
  private isLimited = false;
  private dueAt = 0;

  constructor(private readonly usualMs: number) {}

  /** How long there is between two looks as things are, milliseconds. */
  get everyMs(): number {
    return Math.max(this.usualMs, Math.min(this.usualMs * this.slowness, SLOWEST_MS));
  }

  /** So much slower than usual that people should know; twice is what happens where somebody writes much. */
  get isSlow(): boolean {
    return this.isLimited || this.slowness > 2;
  }

  isDue(now: Date): boolean {
    return now.getTime() >= this.dueAt;
  }

  /** A look is over. @param left what the last answer said; undefined where it said nothing. */
  looked(now: Date, left: LimitNews | undefined): void {
    this.isLimited = false;
    if (left !== undefined && this.lasts(now, left)) this.slowness = 1;
    else if (left !== undefined) this.slower();
    this.dueAt = now.getTime() + this.everyMs;
  }

  /** The platform asks for patience. */
  limited(now: Date, until: Date): void {
    this.slower();
    this.isLimited = true;
    this.dueAt = Math.max(now.getTime() + this.usualMs, until.getTime());
  }

  /** A look failed for another reason and is worth trying again. */
  failed(now: Date): void {
    this.dueAt = now.getTime() + this.everyMs;
  }

  private lasts(now: Date, { remaining, resetAt }: LimitNews): boolean {
    const leftMs = resetAt.getTime() - now.getTime();
    // at the usual pace: whoever slowed down would else take its own slowness for plenty; the look at the reset counts anew
    return leftMs <= 0 || remaining >= Math.round(leftMs / this.usualMs) - 1;
  }

  private slower(): void {
    this.slowness = Math.min(this.slowness * 2, Math.ceil(SLOWEST_MS / this.usualMs));
  }
}
