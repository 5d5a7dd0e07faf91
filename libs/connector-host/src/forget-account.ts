import {
  accountDisconnectJobName,
  accountForgetJobName,
  accountPurgeJob,
  deliveryReprocessJobName,
  fileFetchJobName,
  messageModerateJobName,
  messageSendJobName,
  personNameJobName,
  type AccountPurgeJob,
  type ChannelKind,
} from '@app/channel';
import type { Database, Job, Jobs, Logger, Tx } from '@app/runtime';

export interface ForgetAccountParts {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly channel: ChannelKind;
  readonly logger: Logger;
}

/** Rows in one transaction: short locks, and a restart loses little. */
const ROUND = 5_000;
/** How often it looks whether something of the account is still on its way, milliseconds. */
const BUSY_MS = 1_000;
/** What hangs on an account beside its deliveries; each names it in `account_id`. */
const TABLES = ['copies', 'events', 'sends', 'prepared', 'cursors', 'people', 'reply_tokens', 'costs', 'tombstones', 'tickets', 'renewals']; // prettier-ignore

/**
 * Erases what is kept in `intake` of an account that was disconnected, its credentials and address included. The row stays, by
 * which the erasing is known. Goes on where it stopped; safe to repeat.
 */
export class ForgetAccount {
  constructor(private readonly parts: ForgetAccountParts) {}

  /** Serves the channel's job in this process. */
  serve(): void {
    const { jobs, channel } = this.parts;
    const name = accountForgetJobName(channel);
    jobs.define(name, { payload: accountPurgeJob, concurrency: 1 });
    jobs.handle<AccountPurgeJob>(name, (job) => this.handle(job));
  }

  private async handle(job: Job<AccountPurgeJob>): Promise<void> {
    const { database, channel, logger } = this.parts;
    const { accountId } = job.payload;
    const [account] = await database.query<{ address: string; workspaceId: string; connected: boolean }>(
      `select address, workspace_id as "workspaceId", disconnected_at is null as connected from intake.accounts
        where id = $1 and channel = $2 and purged_at is null`,
      [accountId, channel],
    );
    if (account?.connected) logger.warn('an account is connected and is not erased', { accountId });
    if (account === undefined || account.connected) return;
    if ((await this.dropJobs(accountId)) > 0) {
      const soon = (tx: Tx): Date => new Date(tx.now.getTime() + BUSY_MS);
      return database.transaction('system', (tx) => job.postpone(tx, soon(tx), 'something of it is on its way'));
    }
    await this.dropRows(accountId, job.signal);
    await database.transaction('system', async (tx) => {
      await tx.query('select from intake.accounts where id = $1 for update', [accountId]);
      // what was stored while the rest was being removed; nothing comes after it
      for (const sql of ['', ...TABLES].map(removal)) await tx.query(sql(null), [accountId]);
      await dropStrays(tx, account.workspaceId, account.address);
      await tx.execute(
        `update intake.accounts
            set purged_at = $2, address = '', name = '', settings = '{}', credentials = '', connected_by = null, detail = '',
                send_problem = '', hold = ''
          where id = $1`,
        [accountId, tx.now],
      );
      await job.complete(tx);
    });
    logger.info('what an account brought is erased', { accountId });
  }

  private async dropRows(accountId: string, signal: AbortSignal): Promise<void> {
    const { database } = this.parts;
    for (const sql of ['', ...TABLES].map(removal)) {
      for (let gone = ROUND; gone === ROUND;) {
        signal.throwIfAborted();
        const rows = await database.transaction('system', (tx) => tx.query<{ n: number }>(sql(ROUND), [accountId]));
        gone = rows[0]!.n;
      }
    }
  }

  /** @returns how many run and have to end first. */
  private async dropJobs(accountId: string): Promise<number> {
    const { database, channel } = this.parts;
    const names = [
      messageSendJobName,
      deliveryReprocessJobName,
      fileFetchJobName,
      personNameJobName,
      messageModerateJobName,
      accountDisconnectJobName,
    ].map((nameOf) => nameOf(channel));
    const [left] = await database.transaction('system', (tx) =>
      tx.query<{ running: number }>(
        /* sql */ `
        with its as (
          select id from jobs.jobs
           where name = any($1::text[]) and $2 in (payload ->> 'accountId', payload -> 'outbound' ->> 'accountId')),
        gone as (
          delete from jobs.jobs j using its
           where j.id = its.id and (j.dead_at is not null or j.lease_until is null or j.lease_until < clock_timestamp())
          returning j.id)
        select (select count(*) from its) - (select count(*) from gone) as running`,
        [names, accountId],
      ),
    );
    return left!.running;
  }
}

/** Removes rows of a table, or deliveries with their bytes, and counts them; at most `limit`, or all. */
function removal(table: string): (limit: number | null) => string {
  return (limit) => {
    const some = `select ctid from intake.${table || 'deliveries'} where account_id = $1 ${limit === null ? '' : `limit ${limit}`}`;
    if (table !== '') {
      return `with gone as (delete from intake.${table} where ctid = any(array(${some})) returning 1) select count(*) as n from gone`;
    }
    return `with gone as (delete from intake.deliveries where ctid = any(array(${some})) returning id, received_at),
      bytes as (delete from intake.raw_bytes r using gone g where r.delivery_id = g.id and r.received_at = g.received_at)
      select count(*) as n from gone`;
  };
}

/** What came for its address when it was not connected. */
async function dropStrays(tx: Tx, workspaceId: string, address: string): Promise<void> {
  await tx.query(
    /* sql */ `
    with its as (
      select id from intake.deliveries where state = 'stray' and workspace_id = $1 and context -> 'addresses' ? $2),
    left_to_others as (
      update intake.deliveries d set context = jsonb_set(context, '{addresses}', (context -> 'addresses') - $2)
        from its where d.id = its.id and jsonb_array_length(context -> 'addresses') > 1),
    gone as (
      delete from intake.deliveries d using its where d.id = its.id and jsonb_array_length(context -> 'addresses') = 1
      returning d.id, d.received_at)
    delete from intake.raw_bytes r using gone g where r.delivery_id = g.id and r.received_at = g.received_at`,
    [workspaceId, address],
  );
}
