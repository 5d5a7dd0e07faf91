import type { Logger } from '@app/runtime';

/**
 * Does something again and again: at once when woken, otherwise every so often. One turn at a time; a wake-up during a turn
 * makes another follow. A turn that fails is told once per state, and tried again with the next.
 */
export class Turns {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = true;
  private fails = false;

  constructor(
    private readonly name: string,
    /** Milliseconds from the end of one turn to the next without a wake-up. */
    private readonly everyMs: number,
    private readonly turn: () => Promise<void>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.stopped = false;
    this.wake();
  }

  wake(): void {
    if (this.stopped) return;
    this.again = true;
    this.running ??= this.run().finally(() => (this.running = undefined));
  }

  /** Finishes the turn that runs. Safe twice. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    clearTimeout(this.timer);
    while (this.again && !this.stopped) {
      this.again = false;
      try {
        await this.turn();
        if (this.fails) this.logger.info('works again', { part: this.name });
        this.fails = false;
      } catch (error) {
        if (!this.fails) this.logger.warn('failed; tried again with every turn', { part: this.name }, error);
        this.fails = true;
      }
    }
    if (!this.stopped) this.timer = setTimeout(() => this.wake(), this.everyMs);
  }
}
