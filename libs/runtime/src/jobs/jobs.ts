import { sqlState, type Database, type Tx } from '../database/database';
import type { DatabaseListener } from '../events/database-listener';
import type { RedisLink } from '../events/redis-link';
import { WakeUps } from '../events/wake-ups';
import type { Logger } from '../logging/logger';
import { JobWiringError, LeaseLost } from './job-errors';
import { JobDefinition, type JobOptions } from './job-definition';
import { Job } from './job';
import { JobTable, type ClaimedRow, type JobGauge, type Slot } from './job-table';
import { LeaseKeeper } from './lease-keeper';

export interface JobsOptions {
  readonly database: Database;
  readonly logger: Logger;
  /** Brings wake-ups of other processes. Without it the poll alone finds their jobs. */
  readonly listener?: DatabaseListener;
  /** Brings wake-ups, and the ids of due jobs, as long as it answers. */
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

type Handler = (job: Job<never>) => Promise<void>;

/** Lanes that collide in a claim are tried again at once, so often; then the next poll does it. */
const CLAIM_TRIES = 3;

/**
 * Work to do later or elsewhere, one per process.
 *
 * A job is enqueued in the transaction that makes it necessary and deleted in the handler's own, so its effects happen
 * once. It is leased while it runs; whoever lost the lease cannot complete it (fencing number). A failed attempt comes
 * back after its back-off and keeps its lane; when attempts are used up the job is a dead letter and its lane goes on.
 * `runAt` and back-off are product time, leases are machine time of the database.
 */
export class Jobs {
  private readonly definitions = new Map<string, JobDefinition>();
  private readonly handlers = new Map<string, Handler>();
  private readonly table: JobTable;
  private readonly leases: LeaseKeeper;
  private readonly wakeUps: WakeUps;
  private readonly logger: Logger;
  private readonly running = new Map<Job, Promise<void>>();
  private serving = false;
  private pumping: Promise<void> | undefined;
  private pumpAgain = false;
  private poll: NodeJS.Timeout | undefined;
  private unlisten: (() => void) | undefined;
  private databaseFails = false;

  constructor(private readonly options: JobsOptions) {
    this.logger = options.logger;
    this.table = new JobTable(options.database);
    this.leases = new LeaseKeeper(this.table, options.logger);
    this.wakeUps = new WakeUps({ ...options, channel: 'evenhand_jobs' });
  }

  /** Makes a name known here, to enqueue it or to serve it. @throws JobWiringError when it is known differently. */
  define<P>(name: string, options: JobOptions<P>): void {
    const known = this.definitions.get(name);
    if (known && known.options.payload !== (options.payload as unknown)) {
      throw new JobWiringError(`job ${name} is defined twice with different payloads`);
    }
    this.definitions.set(name, new JobDefinition(name, options as JobOptions<unknown>));
  }

  /** Serves a name in this process. @throws JobWiringError for a second handler or a name nobody defined. */
  handle<P>(name: string, handler: (job: Job<P>) => Promise<void>): void {
    this.definition(name);
    if (this.handlers.has(name)) throw new JobWiringError(`job ${name} has two handlers in this process`);
    this.handlers.set(name, handler as Handler);
  }

  /** Boot calls it with the names this process must serve. @throws JobWiringError naming all that have no handler. */
  checkHandlers(expected: readonly string[]): void {
    const missing = expected.filter((name) => !this.handlers.has(name));
    if (missing.length > 0) throw new JobWiringError(`no handler in this process for the jobs ${missing.join(', ')}`);
  }

  /**
   * Adds a job in the caller's transaction; it may run as soon as that has committed.
   * @returns its id, or null when a live job of that name has the key.
   * @throws InvalidJobPayload
   */
  async enqueue(tx: Tx, name: string, payload: unknown, options: EnqueueOptions = {}): Promise<string | null> {
    const definition = this.definition(name);
    const runAt = options.runAt ?? tx.now;
    const id = await this.table.insert(tx, {
      name,
      payload: definition.write(payload),
      key: options.key,
      lane: options.lane,
      runAt,
      maxAttempts: options.maxAttempts ?? definition.maxAttempts,
      requestId: options.requestId,
    });
    if (id !== null && runAt <= tx.now) tx.afterCommit(() => this.wake(name));
    return id;
  }

  /** Makes a dead letter due again. @returns false when there is no such dead letter. */
  async retryDead(tx: Tx, id: string): Promise<boolean> {
    const name = await this.table.revive(tx, id).catch((error: unknown) => {
      if (sqlState(error) !== '23505') throw error;
      throw new Error(`job ${id} cannot be tried again: another job with the same key is waiting`, { cause: error });
    });
    if (name === undefined) return false;
    tx.afterCommit(() => this.wake(name));
    return true;
  }

  /** Begins to serve the names that have handlers. Never throws for want of a database; it goes on trying. */
  async start(): Promise<void> {
    if (this.serving) return;
    this.serving = true;
    this.unlisten = this.wakeUps.listen((names) => {
      if (names.length === 0 || names.some((name) => this.handlers.has(name))) this.pump();
    });
    const pollMs = this.options.pollMs ?? 1_000;
    const again = (): void => {
      // spread, so that processes started together do not poll together
      this.poll = setTimeout(
        () => {
          this.pump();
          again();
        },
        pollMs * (0.9 + 0.2 * Math.random()),
      );
    };
    again();
    this.pump();
  }

  /**
   * Takes no more jobs, lets the running ones finish for `graceMs`, then aborts their signals and gives their leases
   * back, so that others take them at once; what they still try to complete fails with LeaseLost.
   */
  async stop(graceMs = 10_000): Promise<void> {
    this.serving = false;
    clearTimeout(this.poll);
    this.unlisten?.();
    await this.pumping;
    await this.finished(graceMs);
    for (const job of this.running.keys()) job.abort(new Error('the process is stopping'));
    await this.finished(500);
    const left = [...this.running.keys()];
    for (const job of left) this.leases.letGo(job);
    if (left.length > 0) {
      this.logger.warn('jobs were given back because the process stops', { jobs: left.length });
      await this.table
        .release(left.map((job) => job.leaseNumber))
        .catch((error: unknown) => this.logger.warn('leases run out by themselves', { jobs: left.length }, error));
    }
    await Promise.all([this.leases.settled(), this.wakeUps.settled()]);
  }

  /** For tests: resolves when nothing that could run here is due or running. Back-offs and blocked lanes are not waited for. */
  async idle(): Promise<void> {
    for (;;) {
      while (this.pumping || this.running.size > 0) {
        await Promise.race([...this.running.values(), this.pumping].filter((promise) => promise !== undefined));
      }
      const due = await this.table.anyClaimable([...this.handlers.keys()], this.now());
      if (!due && !this.pumping && this.running.size === 0) return;
      this.pump();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Counts by name, of the names known here, over all processes. */
  async gauges(): Promise<JobGauge[]> {
    return this.table.gauges([...this.definitions.keys()], this.now());
  }

  private definition(name: string): JobDefinition {
    const definition = this.definitions.get(name);
    if (!definition) throw new JobWiringError(`job ${name} is not defined in this process`);
    return definition;
  }

  private now(): Date {
    return this.options.database.clock.now();
  }

  /** A job of this name has become due. */
  private wake(name: string): void {
    this.pump();
    if (this.room(name) <= 0) this.wakeUps.send(name);
  }

  private room(name: string): number {
    if (!this.serving || !this.handlers.has(name)) return 0;
    let taken = 0;
    for (const job of this.running.keys()) if (job.name === name) taken++;
    return this.definition(name).concurrency - taken;
  }

  /** Claims what is due until there is no room or nothing left. One at a time; calls meanwhile make it go round again. */
  private pump(): void {
    if (!this.serving) return;
    this.pumpAgain = true;
    this.pumping ??= this.claimAll().finally(() => {
      this.pumping = undefined;
      if (this.pumpAgain) this.pump();
    });
  }

  private async claimAll(): Promise<void> {
    while (this.pumpAgain && this.serving) {
      this.pumpAgain = false;
      const slots = this.slots();
      if (slots.length === 0) return;
      const takenAt = performance.now();
      const rows = await this.claim(slots);
      for (const row of rows) this.begin(row, takenAt);
      // with a claim cut short by room, those that finish call again
    }
  }

  private slots(): Slot[] {
    const names = [...this.handlers.keys()];
    return names
      .map((name) => ({ name, free: this.room(name), leaseMs: this.definition(name).leaseMs }))
      .filter((slot) => slot.free > 0);
  }

  private async claim(slots: readonly Slot[]): Promise<ClaimedRow[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        const rows = await this.table.claim(slots, this.now());
        if (this.databaseFails) this.logger.info('jobs can be taken again');
        this.databaseFails = false;
        return rows;
      } catch (error) {
        const collision = ['23505', '40P01'].includes(sqlState(error) ?? '');
        if (collision && attempt < CLAIM_TRIES) continue;
        if (!collision && !this.databaseFails) {
          this.databaseFails = true;
          this.logger.warn('jobs cannot be taken; trying again with every poll', {}, error);
        }
        return [];
      }
    }
  }

  private begin(row: ClaimedRow, takenAt: number): void {
    const definition = this.definition(row.name);
    const fields = [row.attempts, row.lease_number, row.request_id ?? undefined] as const;
    let job: Job;
    try {
      job = new Job(row.id, row.name, definition.read(row.payload), ...fields);
    } catch (error) {
      job = new Job(row.id, row.name, undefined, ...fields);
      this.track(job, this.fail(job, error, true));
      return;
    }
    if (row.attempts > row.max_attempts) {
      // the last attempt ended with its process, or it would have been buried then
      this.track(job, this.fail(job, new Error('the process ended during the last attempt'), true));
      return;
    }
    this.leases.hold(job, definition.leaseMs, takenAt);
    this.track(job, this.run(job));
  }

  private track(job: Job, work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        // the row keeps its lease and is found again when that runs out
        this.logger.warn('the end of a job could not be written', this.fields(job), error);
      })
      .finally(() => {
        this.leases.letGo(job);
        this.running.delete(job);
        this.pump();
      });
    this.running.set(job, tracked);
  }

  private async run(job: Job): Promise<void> {
    try {
      await this.handlers.get(job.name)!(job as Job<never>);
    } catch (error) {
      if (job.ending === 'committed') this.logger.warn('a job failed after it was done', this.fields(job), error);
      else if (error instanceof LeaseLost) this.logger.info('a job was lost to another worker', this.fields(job));
      else if (job.signal.aborted && !this.serving) await this.table.release([job.leaseNumber]);
      else await this.fail(job, error, false);
      return;
    }
    if (job.ending === 'none') await this.table.delete(job.id, job.leaseNumber);
    else if (job.ending === 'rolled back') {
      await this.fail(job, new Error('the transaction that ended the job was rolled back'), false);
    }
  }

  private async fail(job: Job, error: unknown, final: boolean): Promise<void> {
    const now = this.now();
    const retryAt = new Date(now.getTime() + this.definition(job.name).backoff(job.attempt));
    const told = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
    const outcome = await this.table.fail(job.id, job.leaseNumber, { now, retryAt, error: told, final });
    if (outcome === 'dead') this.logger.error('a job is given up; it waits as a dead letter', this.fields(job), error);
    else if (outcome === 'retry') this.logger.warn('a job failed and is tried again', this.fields(job), error);
  }

  private fields(job: Job): Record<string, string | number | undefined> {
    return { job: job.name, jobId: job.id, attempt: job.attempt, requestId: job.requestId };
  }

  /** Resolves when nothing runs any more, or after `ms`. */
  private async finished(ms: number): Promise<void> {
    if (this.running.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([Promise.all(this.running.values()), over]);
    clearTimeout(timer);
  }
}
