import { accountPurgeJob, SEALED_ACCOUNT_FORGET, type AccountPurgeJob } from '@app/channel';
import type { Database, Job, Jobs } from '@app/runtime';

/** Values that go in one transaction. */
const STEP = 5_000;

/** Erases what is sealed of what came through an account that was disconnected. Safe to repeat. */
export class ForgetAccount {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
  ) {}

  /** Serves the job in this process. */
  serve(): void {
    this.jobs.define(SEALED_ACCOUNT_FORGET, { payload: accountPurgeJob });
    this.jobs.handle<AccountPurgeJob>(SEALED_ACCOUNT_FORGET, (job) => this.handle(job));
  }

  private async handle(job: Job<AccountPurgeJob>): Promise<void> {
    const { workspaceId, accountId } = job.payload;
    for (let gone = STEP; gone === STEP;) {
      const [row] = await this.database.query<{ values: number }>(
        'select sealed.forget_account($1, $2, $3) as values',
        [workspaceId, accountId, STEP],
      );
      gone = row!.values;
    }
  }
}
