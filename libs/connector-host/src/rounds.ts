import type { Logger } from '@app/runtime';

/** Does something again and again, one round at a time. A round that fails is logged once until one succeeds. */
export class Rounds {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private failing = false;

  /** @param what such as `pauses that are over`, for the log. @param everyMs milliseconds of the machine. */
  constructor(
    private readonly what: string,
    private readonly everyMs: number,
    private readonly work: () => Promise<unknown>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.look(), this.everyMs);
    this.timer.unref();
    void this.look();
  }

  /** A round now, or the one that is under way. Never rejects. */
  async look(): Promise<void> {
    this.running ??= this.once().finally(() => (this.running = undefined));
    await this.running;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async once(): Promise<void> {
    try {
      await this.work();
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn('a regular look failed; trying again', { what: this.what }, error);
      this.failing = true;
    }
  }
}
