import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Clock } from '@app/runtime';
import { MessengerSimulator, type MessengerOptions } from '../../apps/simulator/src';
import { AnsweringPerson } from './answering';
import { SeparateApps } from './installed-product';
import { until } from './product';

/** A Page of the proof as the platform and the product know it. */
export interface PageOfProof {
  readonly pageId: string;
  /** Row of the account. */
  readonly accountId: string;
  readonly userId: string;
  readonly token: string;
}

export interface ProofOptions {
  /** Default 1. */
  readonly pages?: number;
  readonly simulator?: Partial<MessengerOptions>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Product time between two looks of whoever waits for the platform's later tries: its first pause. */
const RETRY_MS = 10_000;
/** So long the product may take to see that its time has moved; real time. */
const SEEN_MS = 110;

/** The one time of product and platform, moved by the test. */
class CommonTime {
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

/**
 * Messenger as an operator has it: api, triage and connector as processes of their own, the platform played in this one, and
 * between them nothing but HTTP. Pages are connected by command.
 */
export class MessengerProof {
  readonly pages: PageOfProof[] = [];
  readonly person: AnsweringPerson;

  private constructor(
    readonly product: SeparateApps,
    readonly simulator: MessengerSimulator,
    private readonly time: CommonTime,
    readonly app: { readonly appId: string; readonly appSecret: string },
  ) {
    this.person = new AnsweringPerson(product);
  }

  static async start({ pages = 1, simulator: more, environment }: ProofOptions = {}): Promise<MessengerProof> {
    const time = new CommonTime();
    const simulator = await MessengerSimulator.start({ clock: time.clock, receipts: 'delivered', ...more });
    await simulator.listen();
    const env = { ...time.environment, ...environment };
    const product = await SeparateApps.start(env, 'connector-messenger').catch(async (error: unknown) => {
      await simulator.stop();
      throw error;
    });
    const proof = new MessengerProof(product, simulator, time, simulator.addApp({ requireProof: true }));
    try {
      for (let n = 0; n < pages; n++) await proof.connect(`Lumen ${n + 1}`);
    } catch (error) {
      await proof.kill();
      throw error;
    }
    return proof;
  }

  /** The one Page, or the first. */
  get page(): PageOfProof {
    return this.pages[0]!;
  }

  /** Lets time pass for product and platform alike; milliseconds. */
  async pass(ms: number): Promise<void> {
    await this.time.pass(ms);
  }

  /** Where the platform sends what happens. */
  get webhookUrl(): string {
    return this.simulator.world.app(this.app.appId).webhook!.url;
  }

  /** A Page on the platform, and somebody who manages it; not connected. */
  addPage(name: string): Omit<PageOfProof, 'accountId'> {
    const { pageId } = this.simulator.addPage({ name });
    const { userId } = this.simulator.addUser({ pages: [pageId] });
    const token = this.simulator.token({ appId: this.app.appId, userId, pageId });
    return { pageId, userId, token };
  }

  /** Connects a Page as an operator does, a new one unless it is given. */
  async connect(name: string, known?: Omit<PageOfProof, 'accountId'>): Promise<PageOfProof> {
    const { pageId, userId, token } = known ?? this.addPage(name);
    const args = ['account', 'add', 'messenger', '--page-id', pageId, '--app-id', this.app.appId, '--secrets-stdin'];
    args.push(
      '--graph-url',
      `${this.simulator.origin}/sim/graph`,
      '--dialog-url',
      `${this.simulator.origin}/sim/facebook`,
    );
    const said = await this.product.command(args, `${this.app.appSecret}\n${token}\n`, {
      EVENHAND_PUBLIC_URL: this.product.urlOf('connector-messenger'),
    });
    if (said.includes('does not send webhooks')) throw new Error(said);
    const accountId = await until('the Page is looked after', async () => {
      const rows = await this.product.query<{ id: string }>(
        `select a.id from intake.accounts a join inbox.accounts i on i.id = a.id where a.address = $1 and i.status = 'connected'`,
        [pageId],
      );
      return rows[0]?.id;
    });
    const page = { pageId, accountId, userId, token };
    this.pages.push(page);
    return page;
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
