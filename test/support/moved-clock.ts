import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Clock } from '@app/runtime';

/** So long the product may take to see that its time has moved; real time. */
const SEEN_MS = 110;

/** The one time of product and platform, moved by the test. */
export class MovedClock {
  readonly clock = new Clock();
  private readonly dir = mkdtempSync(join(tmpdir(), 'evenhand-time-'));
  private moved = 0;

  /** What a process of the product needs to go by it. */
  get environment(): Record<string, string> {
    return {
      NODE_OPTIONS: `--require ${resolve(__dirname, 'house/moved-time.js')}`,
      EVENHAND_TEST_TIME: join(this.dir, 'moved'),
    };
  }

  /** Lets time pass. The product sees it first: what the platform tells is never later than its own now. */
  async pass(ms: number): Promise<void> {
    this.moved += ms;
    const fresh = join(this.dir, 'fresh');
    writeFileSync(fresh, String(this.moved));
    renameSync(fresh, join(this.dir, 'moved'));
    await pause(SEEN_MS);
    this.clock.advance(ms);
  }

  end(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
