import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChannelKind, InboundEvent } from '@app/channel';
import { Agents, Changes, CHANGES_TABLE, Ingest, Workspaces, type AgentRole, type StoredEvent } from '@app/inbox';
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
  type RunningApp,
} from '@app/runtime';
import { apiApp, hashPassword } from '../../apps/api/src';
import { ApiClient } from './api-client';
import { testDatabase, type TestDatabase } from './test-database';

export const PASSWORD = 'correct horse battery';

/** A workspace with people and mail in it. */
export interface SeededWorkspace {
  readonly id: string;
  readonly accountId: string;
  /** Gives mail to triage's own ingest, as if it had just arrived. */
  arrive(mails: readonly Mail[]): Promise<void>;
  /** Connects an account of another channel, as its connector would tell of it. */
  connect(account: Readonly<Record<string, unknown>> & { readonly channel: ChannelKind }): Promise<ConnectedAccount>;
  /** Makes somebody who can sign in with `PASSWORD`. @returns the id. */
  agent(email: string, role?: AgentRole, capacity?: number): Promise<string>;
}

/** An account of which tests tell what its connector read. */
export interface ConnectedAccount {
  readonly id: string;
  /** Gives events to triage's own ingest, in one batch. What an event may leave out may be left out. */
  hear(...events: readonly HeardEvent[]): Promise<void>;
}
export type HeardEvent = Readonly<Record<string, unknown>> & {
  readonly kind: InboundEvent['kind'];
  readonly externalId: string;
};

export interface Mail {
  readonly from: string;
  readonly name?: string;
  readonly subject?: string;
  readonly text: string;
  readonly at: Date;
  readonly messageId?: string;
  readonly attachments?: readonly unknown[];
  readonly html?: string;
  readonly threading?: unknown;
  /** Left out: the sender. */
  readonly participants?: readonly unknown[];
  readonly unreadable?: boolean;
  readonly source?: unknown;
}

/** So many minutes before now. */
export function minutesAgo(n: number): Date {
  return new Date(Date.now() - n * 60_000);
}

/** The api in this process, on a port of its own, with a database of its own. */
export class RunningApi {
  private constructor(
    readonly url: string,
    readonly app: RunningApp,
    readonly clock: Clock,
    readonly triage: Database,
    private readonly live: Live,
    private readonly database: TestDatabase,
    private readonly server: Server,
    private readonly directory: string,
    readonly settings: Readonly<Record<string, string>>,
  ) {}

  static async start(settings: Readonly<Record<string, string>> = {}, definition = apiApp): Promise<RunningApi> {
    const database = await testDatabase();
    const directory = await mkdtemp(join(tmpdir(), 'evenhand-api-'));
    const env = {
      DATABASE_URL: database.ownerUrl,
      EVENHAND_DATA_DIR: directory,
      EVENHAND_LOG_LEVEL: 'silent',
      EVENHAND_PORT: '0',
      ...settings,
    };
    const config = readConfig({ ...runtimeSettings, ...definition.settings }, env) as AppConfig<typeof apiApp.settings>;
    const server = createLimitedServer();
    const clock = new Clock();
    const app = await startApp(definition, { config, server, clock });
    serve(server, [app]);
    const port = await listen(server, '127.0.0.1', 0);
    const logger = Logger.create({ level: 'silent', app: 'test' });
    const triage = await Database.connect({
      url: roleUrl(database.ownerUrl, 'triage'),
      poolSize: 3,
      applicationName: 'test triage',
      clock,
      ids: new Ids(),
      logger,
    });
    const live = new Live({ database: triage, logger });
    return new RunningApi(`http://127.0.0.1:${port}`, app, clock, triage, live, database, server, directory, env);
  }

  /** The statements of the api's own pool while `work` runs, without those of its polls. */
  async statements(work: () => Promise<unknown>): Promise<string[]> {
    const source = this.app.context.database.dataSource as { logger: unknown };
    const before = source.logger;
    const seen: string[] = [];
    const silent = (): void => undefined;
    source.logger = {
      logQuery: (sql: string) => void (/jobs\.|pg_notify|as head from/.test(sql) || seen.push(sql)),
      logQueryError: silent,
      logQuerySlow: silent,
      logSchemaBuild: silent,
      logMigration: silent,
      log: silent,
    };
    try {
      await work();
    } finally {
      source.logger = before;
    }
    return seen;
  }

  get ownerUrl(): string {
    return this.database.ownerUrl;
  }

  client(): ApiClient {
    return new ApiClient(this.url);
  }

  async signedIn(email: string): Promise<ApiClient> {
    const client = this.client();
    await client.signIn(email, PASSWORD);
    return client;
  }

  async workspace(name = 'Nord', demo = false): Promise<SeededWorkspace> {
    const { database } = this.app.context;
    const { workspaceId } = await database.transaction('system', (tx) => new Workspaces().create(tx, { name, demo }));
    const changes = new Changes(this.app.context.live.changeFeed(CHANGES_TABLE));
    const accountId = randomUUID();
    const ingest = new Ingest(new Changes(this.live.changeFeed(CHANGES_TABLE)));
    const scope = { workspaceId };
    let number = 0;
    const take = (id: string, channel: ChannelKind, bodies: readonly HeardEvent[]): Promise<void> =>
      this.triage.transaction(scope, async (tx) => {
        const events: StoredEvent[] = bodies.map((body) => ({
          id: tx.newId(),
          number: ++number,
          accountId: id,
          channel,
          kind: body.kind,
          externalId: body.externalId,
          body,
          receivedAt: tx.now,
        }));
        await ingest.ingest(tx, events);
      });
    await take(accountId, 'email', [accountBody(accountId)]);
    return {
      id: workspaceId,
      accountId,
      agent: async (email, role = 'agent', capacity = 10) => {
        const passwordHash = await hashPassword(PASSWORD);
        const made = await database.transaction(scope, (tx) =>
          new Agents(changes).create(tx, { email, displayName: email.split('@')[0]!, role, passwordHash, capacity }),
        );
        if ('error' in made) throw new Error(made.error);
        return made.agent.id;
      },
      arrive: (mails) => take(accountId, 'email', mails.map(messageBody)),
      connect: async (account) => {
        const id = randomUUID();
        await take(id, account.channel, [{ ...accountBody(id), ...account }]);
        return { id, hear: (...events) => take(id, account.channel, events) };
      },
    };
  }

  async stop(): Promise<void> {
    await closeServer(this.server);
    await this.app.stop();
    await this.triage.close();
    await this.database.drop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

function accountBody(accountId: string) {
  return {
    kind: 'account' as const,
    externalId: `account:1`,
    version: 1,
    at: new Date().toISOString(),
    channel: 'email',
    address: `help-${accountId.slice(0, 8)}@nord.example`,
    name: 'Nord',
    simulated: true,
    status: 'connected',
    detail: '',
    pausedUntil: null,
    maxLength: null,
    maxAttachmentBytes: 25_000_000,
  };
}

function messageBody(mail: Mail) {
  const messageId = mail.messageId ?? `${randomUUID()}@customer.example`;
  const author = { value: mail.from, ...(mail.name ? { name: mail.name } : {}) };
  return {
    kind: 'message' as const,
    externalId: messageId,
    direction: 'inbound',
    visibility: 'private',
    author,
    participants: mail.participants ?? [{ ...author, role: 'from' }],
    at: mail.at.toISOString(),
    class: 'ordinary',
    history: false,
    subject: mail.subject ?? 'A question',
    text: mail.text,
    ...(mail.html ? { html: mail.html } : {}),
    attachments: mail.attachments ?? [],
    threading: mail.threading ?? { references: [] },
    nativeIds: [messageId],
    problems: [],
    unreadable: mail.unreadable ?? false,
    ...(mail.source ? { source: mail.source } : {}),
  };
}
