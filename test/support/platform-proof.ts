import type { Clock } from '@app/runtime';
import { AnsweringPerson } from './answering';
import type { MovedClock } from './moved-clock';
import type { SeparateApps } from './installed-product';
import { until } from './product';

/** Product time between two looks of whoever waits for the platform's later tries: the longest pause before one of them. */
const RETRY_MS = 10_000;

/** What every simulated platform can say of itself. */
interface Platform {
  /** Resolves when nothing is on its way or due now. */
  settled(): Promise<void>;
  /** Nothing is left to deliver, now or later. */
  readonly idle: boolean;
  stop(): Promise<void>;
}

/**
 * A platform as an operator has it: api, triage and connector as processes of their own, the platform played in this one, and
 * between them nothing but HTTP.
 */
export class PlatformProof<P extends Platform> {
  readonly person: AnsweringPerson;

  protected constructor(
    readonly product: SeparateApps,
    readonly simulator: P,
    private readonly time: MovedClock,
  ) {
    this.person = new AnsweringPerson(product);
  }

  /** The platform's. */
  get clock(): Clock {
    return this.time.clock;
  }

  /** Lets time pass for product and platform alike; milliseconds. */
  async pass(ms: number): Promise<void> {
    await this.time.pass(ms);
  }

  /**
   * Waits until the platform has delivered everything, its later tries included, and the product has told all of it to the
   * inbox, with the files. Lets time pass from try to try. @throws with how far it came.
   */
  async everythingIn(timeoutMs = 30_000): Promise<void> {
    let seen = 'nothing could be asked';
    await until(
      'everything is delivered, read and ingested',
      async () => {
        await this.simulator.settled();
        if (!this.simulator.idle) {
          await this.pass(RETRY_MS);
          seen = 'the platform still has something to deliver';
          return false;
        }
        const [row] = await this.product.query<{ open: number; files: number; jobs: number }>(
          `select (select count(*)::int from intake.events where ingested_at is null) as open,
                  (select count(*)::int from inbox.messages where withdrawn_at is null and exists (
                     select 1 from jsonb_array_elements(pending_files) f where not f ? 'problem')) as files,
                  (select count(*)::int from jobs.jobs where dead_at is null and run_at <= now()) as jobs`,
        );
        seen = JSON.stringify(row);
        return row!.open === 0 && row!.files === 0;
      },
      timeoutMs,
    ).catch((error: Error) => {
      throw new Error(`${error.message}; ${seen}\n${this.product.output.slice(-4_000)}`);
    });
  }

  /** As half a minute later: leases of processes that were killed are over, and others do their work. */
  async leasesEnd(): Promise<void> {
    await until('every app is ready', () => this.product.ready());
    await this.product.query('update jobs.jobs set lease_until = clock_timestamp() where lease_until is not null');
    await this.product.query(
      'update intake.accounts set lease_until = clock_timestamp() where lease_until is not null',
    );
  }

  async stop(): Promise<void> {
    await this.simulator.stop();
    this.time.end();
    await this.product.stop();
  }

  /** Ends it whatever its state. */
  async kill(): Promise<void> {
    await this.simulator.stop();
    this.time.end();
    await this.product.stop().catch(() => undefined);
  }
}
