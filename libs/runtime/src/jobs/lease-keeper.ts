import type { Logger } from '../logging/logger';
import { LeaseLost } from './job-errors';
import type { Job } from './job';
import type { JobTable } from './job-table';

interface Held {
  readonly job: Job;
  readonly leaseMs: number;
  /** Machine time of this process (performance.now) after which others may have the job. */
  endsAt: number;
}

/** Renews the leases of running jobs, all in one statement, and tells a job whose lease is lost. */
export class LeaseKeeper {
  private readonly held = new Map<number, Held>();
  private timer: NodeJS.Timeout | undefined;
  private renewing: Promise<void> | undefined;

  constructor(
    private readonly table: JobTable,
    private readonly logger: Logger,
  ) {}

  /** @param takenAt performance.now() before the claim was sent. */
  hold(job: Job, leaseMs: number, takenAt: number): void {
    this.held.set(job.leaseNumber, { job, leaseMs, endsAt: takenAt + leaseMs });
    this.schedule();
  }

  letGo(job: Job): void {
    this.held.delete(job.leaseNumber);
    if (this.held.size > 0) return;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Resolves when no statement is on its way. */
  async settled(): Promise<void> {
    await this.renewing;
  }

  private schedule(): void {
    if (this.timer || this.held.size === 0) return;
    const shortest = Math.min(...[...this.held.values()].map((held) => held.leaseMs));
    this.timer = setTimeout(() => {
      this.renewing = this.renew().finally(() => {
        this.timer = undefined;
        this.renewing = undefined;
        this.schedule();
      });
    }, shortest / 3);
  }

  private async renew(): Promise<void> {
    const all = [...this.held.values()];
    const sentAt = performance.now();
    try {
      const ours = await this.table.renew(
        all.map(({ job, leaseMs }) => ({ id: job.id, leaseNumber: job.leaseNumber, leaseMs })),
      );
      for (const held of all) {
        if (ours.has(held.job.leaseNumber)) held.endsAt = sentAt + held.leaseMs;
        // a job that has ended meanwhile is not held any more, and has lost nothing
        else if (this.held.has(held.job.leaseNumber) && held.job.ending === 'none') this.lose(held);
      }
    } catch (error) {
      this.logger.warn('leases of running jobs could not be renewed', { jobs: all.length }, error);
      for (const held of all) if (performance.now() > held.endsAt) this.lose(held);
    }
  }

  private lose({ job }: Held): void {
    this.held.delete(job.leaseNumber);
    job.abort(new LeaseLost(job.name, job.id));
  }
}
