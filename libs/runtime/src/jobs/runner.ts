import type { Logger } from '../logging/logger';
import { Job } from './job';
import { LeaseLost } from './job-errors';
import type { JobRegistry } from './job-registry';
import type { ClaimedRow, JobTable } from './job-table';
import { LeaseKeeper } from './lease-keeper';

export interface RunnerOptions {
  readonly table: JobTable;
  readonly registry: JobRegistry;
  readonly logger: Logger;
  /** Product time. */
  readonly now: () => Date;
}

/** Runs claimed jobs, keeps their leases, and writes how each attempt ended. */
export class Runner {
  private readonly leases: LeaseKeeper;
  private readonly running = new Map<Job, Promise<void>>();
  private stopping = false;

  constructor(private readonly options: RunnerOptions) {
    this.leases = new LeaseKeeper(options.table, options.logger);
  }

  /** @param takenAt performance.now() before the claim was sent. @returns when it has ended; never rejects. */
  run(row: ClaimedRow, takenAt: number): Promise<void> {
    const definition = this.options.registry.definition(row.name);
    let payload: unknown;
    let fault: unknown;
    try {
      payload = definition.read(row.payload);
      // the last attempt ended with its process, or the job would have been buried then
      if (row.attempts > row.max_attempts) fault = new Error('the process ended during the last attempt');
    } catch (error) {
      fault = error;
    }
    const { request_id: requestId, lane } = row;
    const job = new Job(
      row.id,
      row.name,
      payload,
      row.attempts,
      row.lease_number,
      requestId ?? undefined,
      lane ?? undefined,
    );
    this.leases.hold(job, definition.leaseMs, takenAt);
    const ended = (fault === undefined ? this.attempt(job) : this.fail(job, fault, true))
      .catch((error: unknown) => {
        // the row keeps its lease and is found again when that has run out
        this.options.logger.warn('the end of a job could not be written', fields(job), error);
      })
      .finally(() => {
        this.leases.letGo(job);
        this.running.delete(job);
      });
    this.running.set(job, ended);
    return ended;
  }

  /** Lets jobs finish for `graceMs`, then aborts their signals and gives their leases back. */
  async stop(graceMs: number): Promise<void> {
    await this.allEnded(graceMs);
    this.stopping = true;
    for (const job of this.running.keys()) job.abort(new Error('the process is stopping'));
    await this.allEnded(500);
    const left = [...this.running.keys()];
    for (const job of left) this.leases.letGo(job);
    if (left.length > 0) {
      this.options.logger.warn('jobs were given back because the process stops', { jobs: left.length });
      await this.options.table.release(left.map((job) => job.leaseNumber)).catch((error: unknown) => {
        this.options.logger.warn('jobs could not be given back; their leases run out', { jobs: left.length }, error);
      });
    }
    await this.leases.settled();
  }

  private async attempt(job: Job): Promise<void> {
    const { table, registry, logger } = this.options;
    try {
      await registry.handler(job.name)(job);
    } catch (error) {
      if (job.ending === 'committed') logger.warn('a job failed after it was done', fields(job), error);
      else if (error instanceof LeaseLost) logger.info('a job was lost to another worker', fields(job));
      else if (job.signal.aborted && this.stopping) await table.release([job.leaseNumber]);
      else await this.fail(job, error, false);
      return;
    }
    if (job.ending === 'none') await table.delete(job.id, job.leaseNumber);
    else if (job.ending === 'rolled back') {
      await this.fail(job, new Error('the transaction that ended the job was rolled back'), false);
    }
  }

  private async fail(job: Job, error: unknown, final: boolean): Promise<void> {
    const { table, registry, logger } = this.options;
    const now = this.options.now();
    const retryAt = new Date(now.getTime() + registry.definition(job.name).backoff(job.attempt));
    const told = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
    const outcome = await table.fail(job.id, job.leaseNumber, { now, retryAt, error: told, final });
    if (outcome === 'dead') logger.error('a job is given up; it waits as a dead letter', fields(job), error);
    else if (outcome === 'retry') logger.warn('a job failed and is tried again', fields(job), error);
  }

  private async allEnded(ms: number): Promise<void> {
    if (this.running.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([Promise.all(this.running.values()), over]);
    clearTimeout(timer);
  }
}

function fields(job: Job): Record<string, string | number | undefined> {
  return { job: job.name, jobId: job.id, attempt: job.attempt, requestId: job.requestId };
}
