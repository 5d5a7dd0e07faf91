import {
  ACCOUNT_PURGE,
  accountDisconnectJob,
  accountDisconnectJobName,
  accountPurgeJob,
  CredentialsRejected,
  revokes,
  type AccountDisconnectJob,
  type AccountPurgeJob,
  type Connector,
} from '@app/channel';
import type { Database, Job, Jobs, Logger } from '@app/runtime';
import { UnknownAccount, type Accounts } from './accounts';

export interface DisconnectionParts {
  readonly database: Database;
  readonly connector: Connector;
  readonly accounts: Accounts;
  readonly jobs: Jobs;
  readonly logger: Logger;
}

/** Longest the platform is given to take its permission back, milliseconds. */
const REVOKE_MS = 30_000;

/** Accounts that people disconnect, and when what these brought is to be erased. */
export class Disconnections {
  constructor(private readonly parts: DisconnectionParts) {}

  /** Serves the channel's job in this process. */
  serve(): void {
    const { jobs, connector } = this.parts;
    const name = accountDisconnectJobName(connector.channel);
    jobs.define(ACCOUNT_PURGE, { payload: accountPurgeJob });
    jobs.define(name, { payload: accountDisconnectJob, concurrency: 1 });
    jobs.handle<AccountDisconnectJob>(name, (job) => this.handle(job));
  }

  /** Asks for the erasing of what accounts brought whose time has come. What is asked for already is asked for once. */
  async look(): Promise<void> {
    const { database, accounts, connector, jobs } = this.parts;
    const due = await accounts.toPurge(database.clock.now());
    await database.transaction('system', (tx) =>
      jobs.enqueueAll(
        tx,
        ACCOUNT_PURGE,
        due.map(({ id: accountId, workspaceId }) => {
          const payload: AccountPurgeJob = { workspaceId, accountId, channel: connector.channel };
          return { payload, key: accountId };
        }),
      ),
    );
  }

  /** Stops first: whatever the platform says afterwards, nobody reads or sends any more. */
  private async handle(job: Job<AccountDisconnectJob>): Promise<void> {
    const { database, accounts } = this.parts;
    const { accountId } = job.payload;
    await accounts.disconnect(accountId);
    await this.giveBack(accountId, job.signal);
    await database.transaction('system', async (tx) => {
      await accounts.forgetCredentials(tx, accountId);
      await job.complete(tx);
    });
  }

  private async giveBack(accountId: string, signal: AbortSignal): Promise<void> {
    const { connector, accounts, logger } = this.parts;
    if (!revokes(connector)) return;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(REVOKE_MS)]);
    try {
      const account = await accounts.openDisconnected(accountId);
      await Promise.race([connector.revoke(account, limit), rejectedBy(limit)]);
    } catch (error) {
      // done before, or the permission had gone already
      if (error instanceof UnknownAccount || error instanceof CredentialsRejected) return;
      logger.warn('a platform did not take back its permission; it is forgotten all the same', { accountId }, error);
    }
  }
}

async function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
