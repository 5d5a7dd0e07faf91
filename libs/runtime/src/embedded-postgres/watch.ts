import type { Launcher, RunningServer } from './launcher';
import { isAlive } from './process-identity';

const LOOK_MS = 200;
/** Pause after a restart that failed, doubled each time. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Looks after a running server and starts it again when it has died. Does not keep the process alive. */
export class Watch {
  private timer: NodeJS.Timeout | undefined;
  private busy: Promise<void> | undefined;
  private ended = false;
  private pause = FIRST_PAUSE_MS;

  constructor(
    private readonly launcher: Launcher,
    private server: RunningServer,
    private readonly restarted: (server: RunningServer) => void,
    private readonly log: (message: string) => void,
  ) {
    this.lookAfter(LOOK_MS);
  }

  /** Resolves when nothing is under way any more. */
  async end(): Promise<void> {
    this.ended = true;
    clearTimeout(this.timer);
    await this.busy;
  }

  private lookAfter(milliseconds: number): void {
    if (this.ended) return;
    this.timer = setTimeout(() => {
      if (isAlive(this.server.pid)) this.lookAfter(LOOK_MS);
      else this.busy = this.startAgain();
    }, milliseconds).unref();
  }

  private async startAgain(): Promise<void> {
    try {
      const again = await this.launcher.exclusively(async () =>
        this.ended || this.launcher.wasStopped() ? undefined : await this.launcher.ensureRunning(),
      );
      if (!again) {
        if (!this.ended) this.log('PostgreSQL was stopped by somebody else and is not started again');
        return;
      }
      const moved = again.port === this.server.port ? '' : `; it had to move to port ${again.port}, restart Evenhand`;
      this.log(`PostgreSQL had died (process ${this.server.pid}) and was started again (process ${again.pid})${moved}`);
      this.server = again;
      this.pause = FIRST_PAUSE_MS;
      this.restarted(again);
      this.lookAfter(LOOK_MS);
    } catch (error) {
      this.log(`PostgreSQL has died and could not be started again: ${(error as Error).message}`);
      this.lookAfter(this.pause);
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
    }
  }
}
