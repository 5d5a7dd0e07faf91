import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { Vault } from '@app/connector-host';
import { Agents, Changes, CHANGES_TABLE, Workspaces } from '@app/inbox';
import {
  Clock,
  closeServer,
  createLimitedServer,
  Database,
  Ids,
  listen,
  Live,
  Logger,
  readConfig,
  roleUrl,
  runtimeSettings,
  serve,
  startApp,
  type AppConfig,
  type AppDefinition,
  type DatabaseRole,
  type RunningApp,
} from '@app/runtime';
import { apiApp, hashPassword } from '../../apps/api/src';
import { auditApp } from '../../apps/audit/src';
import { emailAccounts, emailApp } from '../../apps/connector-email/src';
import { messengerAccounts, messengerApp } from '../../apps/connector-messenger/src';
import { addHandle, addXApp, xAccounts, xApp } from '../../apps/connector-x/src';
import { triageApp } from '../../apps/triage/src';
import { ApiClient } from './api-client';
import type { Known } from './blind-answers';
import type { Fame } from './blind-fame';
import { historyOf, keepHistory } from './blind-history';
import { APP_ID, APP_SECRET, BlindPlatforms, MAILBOX, PAGE_ID, type Lists, type Pushed } from './blind-platforms';
import { allRows, Rows } from './blind-rows';
import { until } from './product';
import { testDatabase, type TestDatabase } from './test-database';

/** All of the product, as all-in-one starts it, but for the database. */
const APPS: readonly AppDefinition[] = [triageApp, auditApp, emailApp, messengerApp, xApp, apiApp];
const PEOPLE = { lea: 'agent', karim: 'supervisor', ada: 'admin' } as const;
const CONNECTOR_KEY = '5'.repeat(64);
const vault = new Vault(Buffer.from(CONNECTOR_KEY, 'hex'));
const PASSWORD = 'correct horse battery';
const STEP_MS = 1_000;
/** Longer than between any two looks at a list. */
const ROUND_MS = 10 * 60_000;

/** Product time that stands until the test moves it: what two worlds do alike they do at the same instant. */
class StandingClock extends Clock {
  constructor(private at: number) {
    super();
  }

  override now(): Date {
    return new Date(this.at);
  }

  override advance(ms: number): void {
    this.at += ms;
  }
}

export interface BlindStart {
  /** Whose handle on X is ours. */
  readonly handle: { readonly userId: string; readonly username: string };
  /** When it begins, so that what is told is neither old nor of the future. */
  readonly at: Date;
}

/**
 * The whole product in this process, with one account on each channel, in which everybody is as known as the world says. Each
 * step is finished before the next, so two worlds that are told the same do the same.
 */
export class BlindWorld {
  private readonly apps: RunningApp[] = [];
  private readonly keys = { x: '', messenger: '' };
  private workspaceId = '';
  private since = '';
  private pushes = 0;
  private url = '';

  private constructor(
    private readonly clock: StandingClock,
    private readonly owner: Client,
    private readonly database: TestDatabase,
    private readonly directory: string,
    readonly platforms: BlindPlatforms,
    private readonly server: Server,
  ) {}

  static async start(fame: Fame, { handle, at }: BlindStart): Promise<BlindWorld> {
    const directory = await mkdtemp(join(tmpdir(), 'evenhand-blind-'));
    const clock = new StandingClock(at.getTime());
    const platforms = await BlindPlatforms.start(fame, () => clock.now(), join(directory, 'mail'));
    const database = await testDatabase();
    const owner = new Client({ connectionString: database.ownerUrl });
    const world = new BlindWorld(clock, owner, database, directory, platforms, createLimitedServer());
    try {
      await owner.connect();
      await keepHistory(world.database.ownerUrl);
      await world.people();
      await world.run(handle);
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  async stop(): Promise<void> {
    await closeServer(this.server);
    for (const app of this.apps.splice(0).reverse()) await app.stop();
    await this.platforms.stop();
    await this.owner.end();
    await this.database.drop();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** X pushes a body. */
  async pushX(body: unknown): Promise<void> {
    await this.push('x', this.platforms.ofX(body));
  }

  /** Messenger pushes what `BlindPlatforms` made of it. */
  async pushMessenger(pushed: Pushed): Promise<void> {
    await this.push('messenger', pushed);
  }

  /** X lists something, of which nothing was listed before, when it is asked next. Returns once it was read. */
  async listX(lists: Lists): Promise<void> {
    this.platforms.lists = lists;
    const release = this.platforms.holdFiles();
    const before = await this.charged();
    this.clock.advance(ROUND_MS);
    // it tells how it went once all is read
    await until('X was read', async () => {
      const [row] = await this.query<{ read: boolean }>(
        `select (select checked_at >= $1 from intake.accounts where channel = 'x')
                and not exists (select from intake.events where ingested_at is null) as read`,
        [this.clock.now()],
      );
      return row!.read;
    });
    release();
    await this.settled();
    // what it cost is written by a timer of its own
    await until('its cost is written', async () => (await this.charged()) > before);
    this.platforms.lists = {};
    this.clock.advance(STEP_MS);
  }

  async arrive(from: string, subject: string, text: string): Promise<void> {
    const before = await this.count('intake.deliveries');
    this.platforms.arrive(from, subject, text);
    await until('the mail is read', async () => (await this.count('intake.deliveries')) > before);
    await this.settled();
    this.clock.advance(STEP_MS);
  }

  async signedIn(person: keyof typeof PEOPLE): Promise<ApiClient> {
    const client = new ApiClient(this.url);
    await client.signIn(`${person}@nord.example`, PASSWORD);
    return client;
  }

  /** A page that everybody, or this machine, may read. */
  async page(path: string): Promise<string> {
    return (await fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(10_000) })).text();
  }

  /** What can be asked for by name. */
  async known(): Promise<Known> {
    const rows = await this.query<{ number: number }>('select number from inbox.conversations order by number');
    // what is told to people; elsewhere timers write
    const told = (await allRows(this.database.ownerUrl)).filter(({ table }) => table.startsWith('inbox.'));
    return { ids: Rows.from(told).ids(), references: rows.map(({ number }) => `C-${number}`), since: this.since };
  }

  /** Names of this run's own servers. */
  get aliases(): (readonly [string, string])[] {
    return [
      [this.platforms.url, '<platform>'],
      [this.url, '<product>'],
    ];
  }

  /** All that stands in the database, and all that ever stood there. */
  async rows(): Promise<{ readonly now: Rows; readonly ever: Rows }> {
    await until('every webhook is counted', async () => {
      const [row] = await this.query<{ n: number }>(
        'select coalesce(sum(accepted), 0)::int as n from intake.webhook_counts',
      );
      return row!.n === this.pushes;
    });
    const cursors = await this.query<{ validity: string }>(
      `select distinct cursor ->> 'uidValidity' as validity from intake.cursors where cursor ? 'uidValidity'`,
    );
    const { imapPort, smtpPort } = this.platforms.mail;
    const aliases = [
      ...this.aliases,
      [`"port":${imapPort}`, '<imap>'],
      [`"port":${smtpPort}`, '<smtp>'],
      ...cursors.map(({ validity }) => [validity, '<mailbox>'] as const),
    ] as const;
    const ever = await historyOf(this.database.ownerUrl, 'insert');
    // counted up by a timer; what it comes to is compared
    const steady = ever.filter(({ table }) => table !== 'intake.webhook_counts');
    return { now: Rows.from(await allRows(this.database.ownerUrl), aliases), ever: Rows.from(steady, aliases) };
  }

  /** As the owner of the database, who sees everything. */
  async query<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    return (await this.owner.query<T>(sql, values)).rows;
  }

  private async push(channel: 'x' | 'messenger', { headers, body }: Pushed): Promise<void> {
    const address = `${this.url}/webhooks/${channel}/${this.keys[channel]}`;
    const response = await fetch(address, { method: 'POST', headers, body, signal: AbortSignal.timeout(20_000) });
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`the webhook answered ${response.status}`);
    this.pushes += 1;
    await this.settled();
    this.clock.advance(STEP_MS);
  }

  /** Everything that came is taken in, and what follows from it is done. */
  private async settled(): Promise<void> {
    let quiet = 0;
    await until('everything is taken in', async () => {
      const [row] = await this.query<{ events: number; jobs: number }>(
        `select (select count(*)::int from intake.events where ingested_at is null and attempts = 0) as events,
                (select count(*)::int from jobs.jobs where dead_at is null and run_at <= $1) as jobs`,
        [this.clock.now()],
      );
      quiet = row!.events === 0 && row!.jobs === 0 ? quiet + 1 : 0;
      return quiet >= 2;
    });
  }

  private async charged(): Promise<number> {
    const [row] = await this.query<{ n: number }>('select coalesce(sum(count), 0)::int as n from intake.costs');
    return row!.n;
  }

  private async count(table: string): Promise<number> {
    const [row] = await this.query<{ n: number }>(`select count(*)::int as n from ${table}`);
    return row!.n;
  }

  private async run(handle: BlindStart['handle']): Promise<void> {
    const env = {
      DATABASE_URL: this.database.ownerUrl,
      DATABASE_POOL: '4',
      EVENHAND_DATA_DIR: this.directory,
      EVENHAND_LOG_LEVEL: process.env['TEST_LOG'] ?? 'silent',
      EVENHAND_CONNECTOR_KEY: CONNECTOR_KEY,
      EVENHAND_ALLOW_PRIVATE_HOSTS: 'on',
    };
    const connect: Readonly<Record<string, () => Promise<void>>> = {
      'connector-email': () => this.connectMailbox(),
      'connector-messenger': () => this.connectPage(),
      'connector-x': () => this.connectHandle(handle),
    };
    for (const app of APPS) {
      // one after the other, so that they are heard of in one order
      const channel = app.name in connect ? app.name.slice('connector-'.length) : undefined;
      if (channel !== undefined) {
        await connect[app.name]!();
        await this.told(channel, 'degraded');
      }
      const config = readConfig({ ...runtimeSettings, ...app.settings }, env) as AppConfig;
      this.apps.push(await startApp(app, { config, server: this.server, clock: this.clock }));
      if (channel !== undefined) await this.connected(channel);
    }
    serve(this.server, this.apps);
    this.url = `http://127.0.0.1:${await listen(this.server, '127.0.0.1', 0)}`;
    await this.settled();
    this.clock.advance(STEP_MS);
    const ada = await this.signedIn('ada');
    this.since = (await ada.call<{ viewer: { syncId: string } }>('{ viewer { syncId } }')).viewer.syncId;
  }

  /** People are told how the account of a channel stands. */
  private async told(channel: string, status: string): Promise<void> {
    await until(`the account of ${channel} is ${status}`, async () => {
      const sql = 'select from inbox.accounts where channel = $1 and status = $2';
      return (await this.query(sql, [channel, status])).length > 0;
    });
  }

  /** It is read, each part of it. */
  private async connected(channel: string): Promise<void> {
    await this.told(channel, 'connected');
    if (channel === 'email')
      await until('both folders are read', async () => (await this.count('intake.cursors')) === 2);
    if (channel === 'x') {
      await until('X was asked', () => this.platforms.asked.some(({ path }) => path.endsWith('/dm_events')));
    }
  }

  private async people(): Promise<void> {
    const passwordHash = await hashPassword(PASSWORD);
    await this.as('api', async (database, live) => {
      const { workspaceId } = await database.transaction('system', (tx) =>
        new Workspaces().create(tx, { name: 'Nord', demo: false }),
      );
      this.workspaceId = workspaceId;
      const agents = new Agents(new Changes(live.changeFeed(CHANGES_TABLE)));
      await database.transaction({ workspaceId }, async (tx) => {
        for (const [displayName, role] of Object.entries(PEOPLE)) {
          const person = { email: `${displayName}@nord.example`, displayName, role, passwordHash, capacity: 100 };
          const made = await agents.create(tx, person);
          if ('error' in made) throw new Error(made.error);
        }
      });
    });
  }

  private async connectMailbox(): Promise<void> {
    const { workspaceId, platforms } = this;
    const { mail, password } = platforms;
    const server = (port: number) => ({ host: '127.0.0.1', port, tls: 'none' as const, user: MAILBOX });
    const settings = { imap: server(mail.imapPort), smtp: server(mail.smtpPort), history: 'all-as-new' };
    const credentials = { imapPassword: password, smtpPassword: password };
    const logger = Logger.create({ level: 'silent', app: 'test' });
    const mailbox = { workspaceId, address: MAILBOX, name: 'Support', settings, credentials };
    await this.as('connector', async (database) => {
      await emailAccounts({ database, vault, logger }).add(mailbox, { check: false });
    });
  }

  private async connectPage(): Promise<void> {
    const { workspaceId, platforms } = this;
    const secrets = { appSecret: APP_SECRET, verifyToken: 'verify-token' };
    const settings = { appId: APP_ID, graphUrl: platforms.url, dialogUrl: platforms.url };
    const page = { workspaceId, address: PAGE_ID, name: 'Nord', settings: { pageId: PAGE_ID, history: 'none' } };
    await this.as('connector', async (database) => {
      const pages = messengerAccounts({ database, vault });
      const { id: appId, key } = await pages.accounts.apps.add({ workspaceId, settings, secrets });
      this.keys.messenger = key;
      await pages.accounts.add({ ...page, credentials: { pageToken: 'token' }, appId }, { check: false });
      pages.close();
    });
  }

  private async connectHandle(handle: BlindStart['handle']): Promise<void> {
    const { workspaceId, platforms } = this;
    const { url } = platforms;
    const settings = { clientId: 'client', apiUrl: url, authorizeUrl: url, push: 'none' };
    const secrets = { consumerKey: 'key', consumerSecret: APP_SECRET, bearerToken: 'bearer' };
    const credentials = { kind: 'oauth1', token: 'token', tokenSecret: 'token-secret' } as const;
    await this.as('connector', async (database) => {
      const handles = xAccounts({ database, vault });
      const { id: appId, key } = await addXApp(handles, { workspaceId, settings, secrets });
      this.keys.x = key;
      await addHandle(handles, { workspaceId, appId, ...handle, credentials, history: 'days:30' });
      handles.close();
    });
  }

  private async as(role: DatabaseRole, work: (database: Database, live: Live) => Promise<void>): Promise<void> {
    const logger = Logger.create({ level: 'silent', app: 'test' });
    const { clock } = this;
    const ids = new Ids(() => clock.now().getTime());
    const url = roleUrl(this.database.ownerUrl, role);
    const database = await Database.connect({ url, poolSize: 2, applicationName: 'test', clock, ids, logger });
    try {
      await work(database, new Live({ database, logger }));
    } finally {
      await database.close();
    }
  }
}
