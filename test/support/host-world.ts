import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connector, InboundEvent, OutboundMessage } from '@app/channel';
import { messageSendJobName } from '@app/channel';
import { ConnectorHost, Vault, type ConnectorHostOptions } from '@app/connector-host';
import { Clock, Database, DiskBlobs, Ids, Jobs, Logger, roleUrl } from '@app/runtime';
import { testDatabase, type TestDatabase } from './test-database';

/** A host as a process runs it, and how that process ends. */
export interface RunningHost<C extends Connector> {
  readonly host: ConnectorHost;
  readonly connector: C;
  readonly jobs: Jobs;
  /** Ends it in order. Safe twice. */
  readonly stop: () => Promise<void>;
}

/** What connector processes share: a database, files and the connectors' key. Any number of hosts run on it. */
export class HostWorld {
  readonly workspaceId = randomUUID();
  readonly vault = new Vault(randomBytes(32));
  readonly logger = Logger.create({ level: process.env['TEST_LOG'] ?? 'silent', app: 'test' });
  readonly ids = new Ids();
  private readonly stops: (() => Promise<void>)[] = [];

  protected constructor(
    readonly testing: TestDatabase,
    readonly database: Database,
    readonly clock: Clock,
    readonly dir: string,
  ) {}

  static async open(): Promise<HostWorld> {
    return new HostWorld(...(await HostWorld.parts()));
  }

  protected static async parts(): Promise<[TestDatabase, Database, Clock, string]> {
    const testing = await testDatabase();
    const clock = new Clock();
    const database = await Database.connect({
      url: roleUrl(testing.ownerUrl, 'connector'),
      poolSize: 8,
      applicationName: 'test',
      clock,
      ids: new Ids(),
      logger: Logger.create({ level: 'silent', app: 'test' }),
    });
    return [testing, database, clock, await mkdtemp(join(tmpdir(), 'evenhand-host-'))];
  }

  get blobs(): DiskBlobs {
    return new DiskBlobs(join(this.dir, 'blobs'));
  }

  /** Starts a host whose waits are short. `end` is called when its process ends. */
  async run<C extends Connector>(
    connector: C,
    options: Partial<ConnectorHostOptions> = {},
    end: () => Promise<void> = async () => undefined,
  ): Promise<RunningHost<C>> {
    const jobs = new Jobs({ database: this.database, logger: this.logger, pollMs: 50 });
    const host = new ConnectorHost({
      database: this.database,
      connector,
      vault: this.vault,
      jobs,
      logger: this.logger,
      holder: randomUUID(),
      leaseMs: 3_000,
      runner: {
        lookMs: 50,
        rejectedMs: 200,
        backOff: { baseMs: 20, factor: 1.2, capMs: 100, outageCapMs: 100, goodAfterMs: 300_000, jitterMs: 0 },
      },
      sends: { lookUpAfterMs: 0, waitMs: 50, rejectedMs: 50, retries: { waits: [20], giveUpMs: 60_000, jitter: 0 } },
      ...options,
    });
    host.start();
    await jobs.start();
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> =>
      (stopped ??= (async () => {
        await jobs.stop(2_000);
        await host.stop();
        await end();
      })());
    this.stops.push(stop);
    return { host, connector, jobs, stop };
  }

  /** A reply as the inbox hands it out. */
  outbound(accountId: string, connector: Connector, more: Partial<OutboundMessage> = {}): OutboundMessage {
    return {
      id: this.ids.next(),
      workspaceId: this.workspaceId,
      accountId,
      channel: connector.channel,
      conversationId: this.ids.next(),
      at: new Date().toISOString(),
      authorName: 'Léa',
      to: [{ value: 'jeanne@customers.test', name: 'Jeanne' }],
      subject: 'Re: Ma machine',
      text: 'Bonjour,\n\nC’est réparé.',
      attachments: [],
      visibility: 'private',
      threadKey: null,
      privateReplyTo: null,
      window: null,
      automated: false,
      inReplyTo: null,
      references: [],
      ...more,
    };
  }

  /** Asks for a reply to be sent, as the inbox does. */
  async send(jobs: Jobs, outbound: OutboundMessage, again = false): Promise<void> {
    const options = { key: outbound.id, lane: outbound.accountId };
    await this.database.transaction('system', (tx) =>
      jobs.enqueue(tx, messageSendJobName(outbound.channel), { outbound, again }, options),
    );
  }

  /** Events of a kind, in the order they were stored. */
  async events<K extends InboundEvent['kind']>(
    kind: K,
    accountId?: string,
  ): Promise<Extract<InboundEvent, { kind: K }>[]> {
    const rows = await this.database.query<{ body: Extract<InboundEvent, { kind: K }> }>(
      'select body from intake.events where kind = $1 and ($2::uuid is null or account_id = $2) order by number',
      [kind, accountId ?? null],
    );
    return rows.map(({ body }) => body);
  }

  /** Waits until the outbound message has been told to be in a state. */
  async state(outbound: OutboundMessage, state: string) {
    return this.until(async () => {
      const events = await this.events('send', outbound.accountId);
      return events.find((event) => event.outboundId === outbound.id && event.state === state);
    }, `the message to be ${state}`);
  }

  /** Waits until `probe` gives a value that is neither undefined nor false. */
  async until<T>(probe: () => Promise<T | undefined | false>, what: string, timeoutMs = 20_000): Promise<T> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
      if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  async close(): Promise<void> {
    for (const stop of this.stops) await stop();
    await this.database.close();
    await this.testing.drop();
    await rm(this.dir, { recursive: true, force: true });
  }
}
