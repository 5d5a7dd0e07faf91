import type { Tx } from '../database/database';
import { LeaseLost } from './job-errors';

/** One attempt at a job, leased to this process. Its handler ends it with `complete` or `postpone`, or by returning. */
export class Job<P = unknown> {
  private readonly aborter = new AbortController();
  private asked: 'complete' | 'postpone' | undefined;
  private committed = false;

  constructor(
    readonly id: string,
    readonly name: string,
    readonly payload: P,
    /** From 1. Postponing does not use an attempt up. */
    readonly attempt: number,
    /** Fencing number: greater with each lease of whatever job. */
    readonly leaseNumber: number,
    /** Request in whose course the job was enqueued, for the log. */
    readonly requestId: string | undefined,
    /** Jobs of one lane run one at a time. */
    readonly lane: string | undefined,
  ) {}

  /** Aborted when the lease is lost, or when the process stops and the time to finish is over. */
  get signal(): AbortSignal {
    return this.aborter.signal;
  }

  /**
   * Deletes the job in the handler's own transaction, so that its effects and its end are one.
   * @throws LeaseLost when somebody else has the job by now: let it through, the transaction rolls back.
   */
  async complete(tx: Tx): Promise<void> {
    await this.end(tx, 'complete', /* sql */ `delete from jobs.jobs where id = $1 and lease_number = $2`, []);
  }

  /**
   * Keeps the job for later without using up the attempt; it keeps its lane.
   * @param until product time.
   * @param reason shown to operators; no message text, no addresses.
   * @throws LeaseLost as `complete` does.
   */
  async postpone(tx: Tx, until: Date, reason: string): Promise<void> {
    const sql = /* sql */ `
      update jobs.jobs set run_at = $3, last_error = $4, attempts = attempts - 1,
             lease_until = null, lease_number = null, carried_at = null
       where id = $1 and lease_number = $2`;
    await this.end(tx, 'postpone', sql, [until, reason.slice(0, 500)]);
  }

  /** @internal What became of it: nothing was asked, it is done, or the transaction that asked has rolled back. */
  get ending(): 'none' | 'committed' | 'rolled back' {
    if (this.asked === undefined) return 'none';
    return this.committed ? 'committed' : 'rolled back';
  }

  /** @internal */
  abort(reason: Error): void {
    this.aborter.abort(reason);
  }

  private async end(tx: Tx, how: 'complete' | 'postpone', sql: string, params: readonly unknown[]): Promise<void> {
    this.asked = how;
    if ((await tx.execute(sql, [this.id, this.leaseNumber, ...params])) === 0) throw new LeaseLost(this.name, this.id);
    tx.afterCommit(() => {
      this.committed = true;
    });
  }
}
