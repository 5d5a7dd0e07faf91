import { DataSource, type DataSourceOptions, type EntityManager, type QueryRunner } from 'typeorm';
import { types } from 'pg';
import type { Clock } from '../clock/clock';
import type { Ids } from '../clock/ids';
import type { Logger } from '../logging/logger';

// int8: counts, numbers and milliseconds of ours all stay below 2^53; anything else is a bug and must be loud
types.setTypeParser(20, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 out of range: ${text}`);
  return value;
});

/** Which rows a transaction may see: those of one workspace, or what its role may see without one. */
export type Scope = { readonly workspaceId: string } | 'system';

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly applicationName: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly entities?: DataSourceOptions['entities'];
}

export interface TransactionOptions {
  readonly readOnly?: boolean;
  readonly isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
}

/** PostgreSQL refused because of a collision with another transaction; the same work may succeed when repeated. */
const RETRYABLE = new Set(['40P01', '40001']);
const MAX_TRIES = 6;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** One transaction. Lives as long as the work it was given to. */
export class Tx {
  /** Product time of the transaction, read once. */
  readonly now: Date;
  private readonly hooks: (() => void | Promise<void>)[] = [];

  constructor(
    private readonly runner: QueryRunner,
    readonly scope: Scope,
    clock: Clock,
    private readonly ids: Ids,
  ) {
    this.now = clock.now();
  }

  /** The workspace of the scope. @throws when the scope is the system's. */
  get workspaceId(): string {
    if (this.scope === 'system') throw new Error('this transaction has no workspace');
    return this.scope.workspaceId;
  }

  /** TypeORM's entity manager, bound to this transaction. */
  get manager(): EntityManager {
    return this.runner.manager;
  }

  /** Rows of a statement; of an UPDATE or DELETE only with RETURNING. */
  async query<T = Record<string, unknown>>(sql: string, params: readonly unknown[] = []): Promise<T[]> {
    const result = await this.runner.query(sql, params as unknown[], true);
    return result.records as T[];
  }

  /** Number of rows a statement touched. */
  async execute(sql: string, params: readonly unknown[] = []): Promise<number> {
    const result = await this.runner.query(sql, params as unknown[], true);
    return result.affected ?? 0;
  }

  /** A new UUIDv7. */
  newId(): string {
    return this.ids.next();
  }

  /** Runs once the transaction has committed; dropped when it rolls back. Must not throw; failures are logged. */
  afterCommit(hook: () => void | Promise<void>): void {
    this.hooks.push(hook);
  }

  /** @internal */
  committedHooks(): readonly (() => void | Promise<void>)[] {
    return this.hooks;
  }
}

/** A pool of one login role. */
export class Database {
  private constructor(
    private readonly source: DataSource,
    private readonly options: DatabaseOptions,
    /** Whether a transaction that is not told otherwise is READ COMMITTED and may write. */
    private readonly plainByDefault: boolean,
  ) {}

  /** Connects, and fails clearly when it cannot. */
  static async connect(options: DatabaseOptions): Promise<Database> {
    const source = new DataSource({
      type: 'postgres',
      url: options.url,
      entities: options.entities ?? [],
      synchronize: false,
      uuidExtension: 'pgcrypto',
      installExtensions: false,
      poolSize: options.poolSize,
      applicationName: options.applicationName,
      connectTimeoutMS: 10_000,
      poolErrorHandler: (error: unknown) => options.logger.warn('an idle database connection was lost', {}, error),
      extra: { statement_timeout: 60_000, idle_in_transaction_session_timeout: 120_000, keepAlive: true },
    });
    await source.initialize();
    const [defaults] = (await source.query(
      `select current_setting('default_transaction_isolation') = 'read committed'
          and current_setting('default_transaction_read_only') = 'off' as plain`,
    )) as { plain: boolean }[];
    return new Database(source, options, defaults!.plain);
  }

  get dataSource(): DataSource {
    return this.source;
  }

  get clock(): Clock {
    return this.options.clock;
  }

  /**
   * Runs `work` in one transaction, bound to the scope by row-level security. A deadlock or serialisation failure is
   * repeated, so `work` must not have effects outside the transaction; those belong into `tx.afterCommit`.
   */
  async transaction<T>(scope: Scope, work: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(scope, work, options);
      } catch (error) {
        const code = sqlState(error);
        if (code === undefined || !RETRYABLE.has(code) || attempt >= MAX_TRIES) throw error;
        this.options.logger.debug('a transaction is repeated', { sqlState: code, attempt });
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * attempt));
      }
    }
  }

  /** One statement outside any workspace. */
  async query<T = Record<string, unknown>>(sql: string, params: readonly unknown[] = []): Promise<T[]> {
    return this.source.query(sql, params as unknown[]);
  }

  async close(): Promise<void> {
    if (this.source.isInitialized) await this.source.destroy();
  }

  private async once<T>(scope: Scope, work: (tx: Tx) => Promise<T>, options: TransactionOptions): Promise<T> {
    if (scope !== 'system' && !UUID.test(scope.workspaceId)) throw new TypeError('a workspace id is a UUID');
    const runner = this.source.createQueryRunner();
    let tx: Tx;
    let result: T;
    try {
      await runner.startTransaction();
      try {
        const opening = openingOf(scope, options, this.plainByDefault);
        if (opening !== '') await runner.query(opening);
        tx = new Tx(runner, scope, this.options.clock, this.options.ids);
        result = await work(tx);
        await runner.commitTransaction();
      } catch (error) {
        // a lost connection has rolled back already
        if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
        throw error;
      }
    } finally {
      await runner.release();
    }
    for (const hook of tx.committedHooks()) {
      try {
        await hook();
      } catch (error) {
        this.options.logger.warn('something to do after a commit failed', {}, error);
      }
    }
    return result;
  }
}

/** What a transaction begins with, in one trip to the server; empty where the server's defaults are what is wanted. */
function openingOf(
  scope: Scope,
  { isolation = 'READ COMMITTED', readOnly = false }: TransactionOptions,
  plainByDefault: boolean,
): string {
  const plain = plainByDefault && isolation === 'READ COMMITTED' && !readOnly;
  const mode = plain ? [] : [`set transaction isolation level ${isolation}, read ${readOnly ? 'only' : 'write'}`];
  const bound = scope === 'system' ? [] : [`set local evenhand.workspace = '${scope.workspaceId}'`];
  return [...mode, ...bound].join('; ');
}

/** SQLSTATE of a database error, or undefined for any other error. */
export function sqlState(error: unknown): string | undefined {
  const driver =
    (error as { driverError?: { code?: unknown } } | null)?.driverError ?? (error as { code?: unknown } | null);
  return typeof driver?.code === 'string' && /^[0-9A-Z]{5}$/.test(driver.code) ? driver.code : undefined;
}
