import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InboundEvent } from '@app/channel';
import { ConnectorHost, HostGuard, ReplyTokens, Vault, type ConnectorHostOptions } from '@app/connector-host';
import { Clock, Database, DiskBlobs, Ids, Jobs, Logger, roleUrl } from '@app/runtime';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import type { MailboxSettings } from '../config';
import { EmailConnector, type EmailConnectorParts } from '../connector';
import { MailReader } from '../mail/mail-reader';

/** A server that tests speak to. */
export interface Ports {
  readonly imapPort: number;
  readonly smtpPort: number;
}

/** A connector process as a test sees it: its own database, files and key; any number of hosts on them. */
export class MailboxWorld {
  readonly workspaceId = randomUUID();
  readonly clock = new Clock();
  readonly vault = new Vault(randomBytes(32));
  readonly logger = Logger.create({ level: process.env['TEST_LOG'] ?? 'silent', app: 'test' });
  private readonly hosts: { stop: () => Promise<void> }[] = [];

  private constructor(
    readonly testing: TestDatabase,
    readonly database: Database,
    private readonly dir: string,
  ) {}

  static async open(): Promise<MailboxWorld> {
    const testing = await testDatabase();
    const clock = new Clock();
    const logger = Logger.create({ level: 'silent', app: 'test' });
    const database = await Database.connect({
      url: roleUrl(testing.ownerUrl, 'connector'),
      poolSize: 8,
      applicationName: 'test',
      clock,
      ids: new Ids(),
      logger,
    });
    const world = new MailboxWorld(testing, database, await mkdtemp(join(tmpdir(), 'evenhand-mail-')));
    (world as { clock: Clock }).clock = clock;
    return world;
  }

  get blobs(): DiskBlobs {
    return new DiskBlobs(join(this.dir, 'blobs'));
  }

  /** A host with a connector of its own, started; it ends with the world, or by what is returned. */
  async host(more: { host?: Partial<ConnectorHostOptions>; parts?: Partial<EmailConnectorParts> } = {}) {
    const jobs = new Jobs({ database: this.database, logger: this.logger, pollMs: 50 });
    const connector = new EmailConnector({
      reader: new MailReader({ workers: 1, timeoutMs: 10_000, memoryMb: 256 }),
      blobs: this.blobs,
      guard: new HostGuard(true),
      replyTokens: new ReplyTokens(this.database),
      signingKeys: this.vault.signingKeys,
      clock: this.clock,
      logger: this.logger,
      smtpTimeoutMs: 2_000,
      ...more.parts,
    });
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
      ...more.host,
    });
    host.start();
    await jobs.start();
    let stopped = false;
    const stop = async (): Promise<void> => {
      if (stopped) return;
      stopped = true;
      await jobs.stop(2_000);
      await host.stop();
      await connector.close();
    };
    this.hosts.push({ stop });
    return { host, connector, jobs, stop };
  }

  settings(ports: Ports, address: string, more: Partial<MailboxSettings> = {}): Partial<MailboxSettings> {
    const server = (port: number) => ({ host: '127.0.0.1', port, tls: 'none' as const, user: address });
    return { imap: server(ports.imapPort), smtp: server(ports.smtpPort), ...more };
  }

  credentials(password: string) {
    return { imapPassword: password, smtpPassword: password };
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
    for (const { stop } of this.hosts) await stop();
    await this.database.close();
    await this.testing.drop();
    await rm(this.dir, { recursive: true, force: true });
  }
}
