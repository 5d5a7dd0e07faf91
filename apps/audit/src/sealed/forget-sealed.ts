import {
  ERASE_STEP,
  eraseStepJob,
  SEALED_FORGET,
  sealedForgetJob,
  type EraseStepJob,
  type SealedForgetJob,
} from '@app/channel';
import type { Database, Job, Jobs } from '@app/runtime';

/** Erases what is sealed about a person, and tells the erasure how much that was. Commitments are made of waits, not of people. */
export class ForgetSealed {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
  ) {}

  /** Serves the job in this process. */
  serve(): void {
    this.jobs.define(ERASE_STEP, { payload: eraseStepJob });
    this.jobs.define(SEALED_FORGET, { payload: sealedForgetJob });
    this.jobs.handle<SealedForgetJob>(SEALED_FORGET, (job) => this.handle(job));
  }

  private async handle(job: Job<SealedForgetJob>): Promise<void> {
    const { workspaceId, erasureId, step, people, until } = job.payload;
    await this.database.transaction('system', async (tx) => {
      const [gone] = await tx.query<{ values: number }>('select sealed.forget($1, $2::jsonb, $3) as values', [
        workspaceId,
        JSON.stringify(people),
        until,
      ]);
      const report: EraseStepJob = { workspaceId, erasureId, step, sealedValues: gone!.values };
      await this.jobs.enqueue(tx, ERASE_STEP, report, { key: `${erasureId}:${step}` });
      await job.complete(tx);
    });
  }
}
