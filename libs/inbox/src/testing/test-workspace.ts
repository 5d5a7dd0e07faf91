import type { AccountEvent, ChannelKind, InboundEvent, MessageEvent, SendEvent } from '@app/channel';
import { Clock, Database, Ids, Logger, roleUrl, type DatabaseRole, type Jobs, type Tx } from '@app/runtime';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { Agents, Attachments, Changes, Drafts, Ingest, Moderation, Notes, Queue, Replies, Waits, Workspaces } from '..';
import type { IngestReport, StoredEvent } from '..';

/** What a reply handed to the connector. */
export interface EnqueuedJob {
  readonly name: string;
  readonly payload: unknown;
  readonly key?: string | undefined;
  readonly lane?: string | undefined;
}

/** A database of its own, a pool per role, and the parts of the inbox as the processes put them together. */
export class TestInbox {
  readonly clock: Clock;
  readonly jobs: EnqueuedJob[] = [];
  readonly woken: string[] = [];
  readonly changes = new Changes({ notify: (tx) => void this.woken.push(tx.workspaceId) });
  readonly ingest = new Ingest(this.changes);
  readonly queue = new Queue(this.changes);
  private readonly queued: Pick<Jobs, 'enqueue'> = {
    enqueue: async (tx, name, payload, options) => {
      const job = { name, payload, key: options?.key, lane: options?.lane };
      tx.afterCommit(() => void this.jobs.push(job));
      return tx.newId();
    },
  };
  readonly replies = new Replies(this.changes, this.queued);
  readonly moderation = new Moderation(this.changes, this.queued);
  readonly waits = new Waits(this.changes);
  readonly drafts = new Drafts(this.changes);
  readonly notes = new Notes(this.changes);
  readonly attachments = new Attachments();
  readonly agents = new Agents(this.changes);
  readonly workspaces = new Workspaces();

  private constructor(
    private readonly database: TestDatabase,
    private readonly pools: Readonly<Record<DatabaseRole | 'owner', Database>>,
    clock: Clock,
  ) {
    this.clock = clock;
  }

  static async start(poolSize = 4): Promise<TestInbox> {
    const database = await testDatabase();
    const clock = new Clock();
    const logger = Logger.create({ app: 'test', level: 'silent' });
    const connect = (url: string) =>
      Database.connect({ url, poolSize, applicationName: 'test', clock, ids: new Ids(), logger });
    const pools = {
      owner: await connect(database.ownerUrl),
      api: await connect(roleUrl(database.ownerUrl, 'api')),
      triage: await connect(roleUrl(database.ownerUrl, 'triage')),
      connector: await connect(roleUrl(database.ownerUrl, 'connector')),
      audit: await connect(roleUrl(database.ownerUrl, 'audit')),
    };
    return new TestInbox(database, pools, clock);
  }

  async stop(): Promise<void> {
    await Promise.all(Object.values(this.pools).map((pool) => pool.close()));
    await this.database.drop();
  }

  pool(role: DatabaseRole | 'owner'): Database {
    return this.pools[role];
  }

  /** A workspace with one connected mailbox. */
  async workspace(name = 'Test'): Promise<TestWorkspace> {
    const { workspaceId } = await this.pools.api.transaction('system', (tx) => this.workspaces.create(tx, { name }));
    const workspace = new TestWorkspace(this, workspaceId, new Ids().next());
    await workspace.ingest([workspace.account()]);
    return workspace;
  }
}

export class TestWorkspace {
  private counter = 0;

  constructor(
    readonly inbox: TestInbox,
    readonly id: string,
    readonly accountId: string,
    readonly address = 'support@example.org',
    readonly channel: ChannelKind = 'email',
  ) {}

  /** As an api process works. */
  api<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.inbox.pool('api').transaction({ workspaceId: this.id }, work);
  }

  triage<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.inbox.pool('triage').transaction({ workspaceId: this.id }, work);
  }

  /** Everything there is, for looking at what came out. */
  rows<T = Record<string, unknown>>(sql: string, params: readonly unknown[] = []): Promise<T[]> {
    return this.inbox.pool('owner').query<T>(sql, params);
  }

  ingest(events: readonly InboundEvent[]): Promise<IngestReport> {
    return this.triage((tx) =>
      this.inbox.ingest.ingest(
        tx,
        events.map((event) => this.stored(event)),
      ),
    );
  }

  stored(event: InboundEvent): StoredEvent {
    return {
      id: new Ids().next(),
      number: ++this.counter,
      accountId: this.accountId,
      channel: this.channel,
      kind: event.kind,
      externalId: event.externalId,
      body: JSON.parse(JSON.stringify(event)),
      receivedAt: this.inbox.clock.now(),
    };
  }

  async agent(name: string, capacity = 10): Promise<string> {
    const created = await this.api((tx) =>
      this.inbox.agents.create(tx, {
        email: `${name}-${new Ids().next()}@example.org`,
        displayName: name,
        role: 'agent',
        passwordHash: null,
        capacity,
      }),
    );
    if ('error' in created) throw new Error(created.error);
    return created.agent.id;
  }

  account(more: Partial<AccountEvent> = {}): AccountEvent {
    const version = more.version ?? 1;
    return {
      kind: 'account',
      externalId: `account:${version}`,
      version,
      at: new Date().toISOString(),
      channel: this.channel,
      address: this.address,
      name: 'Support',
      simulated: false,
      status: 'connected',
      detail: '',
      pausedUntil: null,
      maxLength: null,
      maxAttachmentBytes: null,
      partLength: null,
      publicLength: null,
      publicCounting: 'units',
      publicFiles: true,
      privateReply: false,
      moderates: false,
      tokenExpiresAt: null,
      ...more,
    };
  }

  /** A mail that came in. `minute` is its time of arrival, counted from a fixed hour; it is also its name. */
  mail(
    minute: number,
    from: string,
    more: Partial<Omit<MessageEvent, 'threading'>> & {
      readonly refs?: readonly string[];
      readonly recycled?: readonly string[];
      readonly token?: string;
      readonly threadKey?: string;
      readonly references?: MessageEvent['threading']['references'];
    } = {},
  ): MessageEvent {
    const { refs = [], recycled = [], token, threadKey, references = [], ...rest } = more;
    const external = more.externalId ?? `${from}/${minute}`;
    return {
      kind: 'message',
      externalId: external,
      direction: 'inbound',
      visibility: 'private',
      author: { value: from },
      participants: [
        { value: from, role: 'from' },
        { value: this.address, role: 'to' },
      ],
      at: minuteOf(minute),
      class: 'ordinary',
      history: false,
      subject: 'Hello',
      text: `text of ${external}`,
      attachments: [],
      pendingFiles: [],
      threading: {
        ...(token === undefined ? {} : { token }),
        ...(threadKey === undefined ? {} : { threadKey }),
        references: [
          ...references,
          ...refs.map((id) => ({ kind: 'native' as const, id: `<${id}>`, direct: true })),
          ...recycled.map((id) => ({ kind: 'native' as const, id: `<${id}>`, direct: false })),
        ],
      },
      nativeIds: [`<${external}>`],
      problems: [],
      unreadable: false,
      encrypted: false,
      commitments: {},
      ...rest,
    };
  }

  /** A mail that a colleague wrote in another mail program. */
  elsewhere(minute: number, to: string, more: Parameters<TestWorkspace['mail']>[2] = {}): MessageEvent {
    const external = more.externalId ?? `us/${minute}`;
    return this.mail(minute, this.address, {
      direction: 'outbound',
      externalId: external,
      participants: [
        { value: this.address, role: 'from' },
        { value: to, role: 'to' },
      ],
      ...more,
    });
  }

  sendNews(outboundId: string, state: SendEvent['state'], attempt = 1, more: Partial<SendEvent> = {}): SendEvent {
    return {
      kind: 'send',
      externalId: `${outboundId}:${attempt}:${state}`,
      outboundId,
      part: 0,
      parts: 1,
      attempt,
      state,
      at: new Date().toISOString(),
      nativeIds: [],
      ...(state === 'failed' ? { failure: { code: 'REFUSED' as const, detail: '550 no', retryable: true } } : {}),
      ...more,
    };
  }
}

/** A fixed hour in the past and so many minutes. */
export function minuteOf(minute: number): string {
  return new Date(Date.UTC(2026, 0, 5, 8, 0) + minute * 60_000).toISOString();
}
