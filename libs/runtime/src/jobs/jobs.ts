import { sqlState, type Database, type Tx } from '../database/database';
import type { DatabaseListener } from '../events/database-listener';
import type { RedisLink } from '../events/redis-link';
import { WakeUps } from '../events/wake-ups';
import type { Logger } from '../logging/logger';
import { BullCarrier } from './bull-carrier';
import { Dispatcher } from './dispatcher';
import type { Job } from './job';
import type { JobOptions } from './job-definition';
import { JobWiringError } from './job-errors';
import { JobRegistry, type Handler } from './job-registry';
import { JobTable, type JobGauge, type NewJob } from './job-table';
import { Runner } from './runner';

export interface JobsOptions {
  readonly database: Database;
  readonly logger: Logger;
  /** Brings wake-ups of other processes. Without it the poll alone finds their jobs. */
  readonly listener?: DatabaseListener;
  /** Carries the ids of due jobs, as long as it answers. */
  readonly redis?: RedisLink;
  /** How often due rows are looked for without any wake-up, milliseconds. Default 1,000. */
  readonly pollMs?: number;
}

export interface EnqueueOptions {
  /** Product time; default: now. */
  readonly runAt?: Date;
  /** At most one live job of the name has this key. */
  readonly key?: string;
  /** Jobs of one lane, whatever their names, run one at a time, in the order they were enqueued. */
  readonly lane?: string;
  readonly maxAttempts?: number;
  readonly requestId?: string;
}

/**
 * Work to do later or elsewhere, one per process.
 *
 * A job is enqueued in the transaction that makes it necessary and deleted in the handler's own, so its effects happen
 * once. It is leased while it runs; whoever lost the lease cannot complete it (fencing number). A failed attempt comes
 * back after its back-off and keeps its lane; when attempts are used up the job is a dead letter and its lane goes on.
 * `runAt` and back-off are product time, leases are machine time of the database. Redis only brings ids to workers
 * sooner; without it, or when it fails, each process claims its own due rows, and nothing else differs.
 */
export class Jobs {
  private readonly registry = new JobRegistry();
  private readonly table: JobTable;
  private readonly runner: Runner;
  private readonly carrier: BullCarrier | undefined;
  private readonly dispatcher: Dispatcher;
  private readonly wakeUps: WakeUps;
  private readonly now: () => Date;
  private started = false;
  private unlisten: (() => void) | undefined;

  constructor(options: JobsOptions) {
    const { database, logger, redis } = options;
    this.now = () => database.clock.now();
    this.table = new JobTable(database);
    const parts = { table: this.table, registry: this.registry, logger, now: this.now };
    this.runner = new Runner(parts);
    this.carrier = redis && new BullCarrier(redis, logger);
    this.dispatcher = new Dispatcher({
      ...parts,
      runner: this.runner,
      pollMs: options.pollMs ?? 1_000,
      ...(this.carrier ? { carrier: this.carrier } : {}),
    });
    this.wakeUps = new WakeUps({ ...options, channel: 'evenhand_jobs' });
  }

  /** Makes a name known here, to enqueue it or to serve it. @throws JobWiringError when it is known differently. */
  define<P>(name: string, options: JobOptions<P>): void {
    this.registry.define(name, options);
  }

  /** Serves a name in this process, from `start` on. @throws JobWiringError for a second handler or an unknown name. */
  handle<P>(name: string, handler: (job: Job<P>) => Promise<void>): void {
    if (this.started) throw new JobWiringError(`job ${name} gets its handler after the start`);
    this.registry.handle(name, handler as Handler);
  }

  /** Boot calls it with the names this process must serve. @throws JobWiringError naming all that have no handler. */
  checkHandlers(expected: readonly string[]): void {
    const missing = expected.filter((name) => !this.registry.serves(name));
    if (missing.length > 0) throw new JobWiringError(`no handler in this process for the jobs ${missing.join(', ')}`);
  }

  /**
   * Adds a job in the caller's transaction; it may run as soon as that has committed.
   * @returns its id, or null when a live job of that name has the key.
   * @throws InvalidJobPayload
   */
  async enqueue(tx: Tx, name: string, payload: unknown, options: EnqueueOptions = {}): Promise<string | null> {
    const job = this.rowOf(tx, name, payload, options);
    const id = await this.table.insert(tx, job);
    if (id !== null && job.runAt <= tx.now) tx.afterCommit(() => this.due(name));
    return id;
  }

  /**
   * Adds many jobs of one name in one statement; see `enqueue`.
   * @returns how many were added. @throws InvalidJobPayload; then none is.
   */
  async enqueueAll(
    tx: Tx,
    name: string,
    many: readonly (EnqueueOptions & { readonly payload: unknown })[],
  ): Promise<number> {
    if (many.length === 0) return 0;
    const jobs = many.map(({ payload, ...options }) => this.rowOf(tx, name, payload, options));
    const added = await this.table.insertAll(tx, jobs);
    if (added > 0 && jobs.some(({ runAt }) => runAt <= tx.now)) tx.afterCommit(() => this.due(name));
    return added;
  }

  /** When the last live job of a lane is due, in product time; undefined when the lane is empty. */
  async lastDue(lane: string): Promise<Date | undefined> {
    return this.table.lastDue(lane);
  }

  /** Makes a dead letter due again, with all its attempts. @returns false when there is no such dead letter. */
  async retryDead(tx: Tx, id: string): Promise<boolean> {
    const name = await this.table.revive(tx, id).catch((error: unknown) => {
      if (sqlState(error) !== '23505') throw error;
      throw new Error(`job ${id} cannot be tried again: another job with the same key is waiting`, { cause: error });
    });
    if (name === undefined) return false;
    tx.afterCommit(() => this.due(name));
    return true;
  }

  /** Begins to serve the names that have handlers. Never throws for want of a database or Redis; it goes on trying. */
  async start(): Promise<void> {
    if (this.started) return;
    this.started = true;
    this.unlisten = this.wakeUps.listen((names) => {
      if (names.length === 0 || names.some((name) => this.registry.serves(name))) this.dispatcher.look();
    });
    this.dispatcher.start();
  }

  /**
   * Takes no more jobs, lets the running ones finish for `graceMs`, then aborts their signals and gives their leases
   * back, so that others take them at once; what they still try to complete fails with LeaseLost.
   */
  async stop(graceMs = 6_000): Promise<void> {
    this.unlisten?.();
    await this.dispatcher.stop();
    await this.runner.stop(graceMs);
    await this.wakeUps.settled();
    this.carrier?.close();
  }

  /** For tests: resolves when nothing that could run here is due or running. Back-offs and held lanes are not waited for. */
  async idle(): Promise<void> {
    for (;;) {
      if (!this.dispatcher.busy) {
        const due = await this.table.anyClaimable(this.registry.served, this.now());
        if (!due && !this.dispatcher.busy) return;
        this.dispatcher.look();
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Counts by name, of the names known here, over all processes. */
  async gauges(): Promise<JobGauge[]> {
    return this.table.gauges(this.registry.known, this.now());
  }

  private rowOf(tx: Tx, name: string, payload: unknown, options: EnqueueOptions): NewJob {
    const definition = this.registry.definition(name);
    return {
      name,
      payload: definition.write(payload),
      key: options.key,
      lane: options.lane,
      runAt: options.runAt ?? tx.now,
      maxAttempts: options.maxAttempts ?? definition.maxAttempts,
      requestId: options.requestId,
    };
  }

  private due(name: string): void {
    if (!this.dispatcher.due(name)) this.wakeUps.send(name);
  }
}
