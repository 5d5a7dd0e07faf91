import {
  ACCOUNT_FILES_FORGET,
  ACCOUNT_PURGE,
  accountFilesForgetJob,
  accountForgetJobName,
  accountPurgeJob,
  channelKind,
  SEALED_ACCOUNT_FORGET,
  type AccountFilesForgetJob,
  type AccountPurgeJob,
} from '@app/channel';
import type { Blobs, Database, Job, Jobs, Tx } from '@app/runtime';
import type { Changes } from '../changes/changes';
import { holdWorkspace } from '../conversations/lock';
import { deleteUnused, FILES_REST_MS } from '../erasure/delete-unused';
import { append } from '../record/record';
import { purgeConversations, purgePeople, type Purged } from './purge-conversations';

export interface PurgeParts {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly blobs: Blobs;
  readonly changes: Changes;
  /** Default `FILES_REST_MS`. */
  readonly filesRestMs?: number;
}

const STEP_ROWS = 5_000;
const STEP_PEOPLE = 500;

/**
 * Erases all that came through an account and all that was sent on it, some time after it was disconnected: first the inbox, step by
 * step, then what is sealed and what its connector keeps. Each step is a transaction, and finds what the one before left: stopped
 * anywhere, or asked for twice, it goes on. Left are the account as a row without its address, entries of the record (ids and times)
 * and hashes of what was erased before.
 */
export class PurgeAccounts {
  constructor(private readonly parts: PurgeParts) {}

  /** Serves the jobs in this process. */
  serve(): void {
    const { jobs } = this.parts;
    jobs.define(ACCOUNT_PURGE, { payload: accountPurgeJob });
    jobs.define(ACCOUNT_FILES_FORGET, { payload: accountFilesForgetJob });
    jobs.define(SEALED_ACCOUNT_FORGET, { payload: accountPurgeJob });
    for (const channel of channelKind.options) jobs.define(accountForgetJobName(channel), { payload: accountPurgeJob });
    jobs.handle<AccountPurgeJob>(ACCOUNT_PURGE, (job) => this.purge(job));
    jobs.handle<AccountFilesForgetJob>(ACCOUNT_FILES_FORGET, (job) => this.forgetFiles(job));
  }

  private async purge(job: Job<AccountPurgeJob>): Promise<void> {
    const { database, jobs, changes } = this.parts;
    const { workspaceId, accountId } = job.payload;
    const inWorkspace = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => database.transaction({ workspaceId }, work);
    const begun = await inWorkspace((tx) => begin(tx, accountId));
    while (begun && (await inWorkspace((tx) => this.step(tx, job.payload))));
    await inWorkspace(async (tx) => {
      const known = begun && (await finish(tx, accountId));
      const { payload } = job;
      await jobs.enqueue(tx, SEALED_ACCOUNT_FORGET, payload, { key: accountId });
      await jobs.enqueue(tx, accountForgetJobName(payload.channel), payload, { key: accountId });
      if (known) await changes.write(tx, [{ kind: 'account', id: accountId }]);
      await job.complete(tx);
      if (known) await append(tx, [{ kind: 'account.purged', fields: { account: accountId } }]);
    });
  }

  /** @returns whether there may be more. */
  private async step(tx: Tx, payload: AccountPurgeJob): Promise<boolean> {
    const { accountId } = payload;
    await holdWorkspace(tx);
    const purged = await purgeConversations(tx, accountId);
    if (purged.conversations.length > 0) {
      await this.carryOn(tx, payload, purged);
      return true;
    }
    if ((await purgeLoose(tx, accountId)) > 0) return true;
    const strangers = await findStrangers(tx, payload.channel);
    const files = await purgePeople(tx, strangers);
    await this.carryOn(tx, payload, { conversations: [], files, entries: [], changes: [] });
    return strangers.length === STEP_PEOPLE;
  }

  private async carryOn(tx: Tx, payload: AccountPurgeJob, { files, entries, changes }: Purged): Promise<void> {
    const { workspaceId, accountId } = payload;
    for (let from = 0; from < files.length; from += STEP_ROWS) {
      const some: AccountFilesForgetJob = { workspaceId, accountId, files: files.slice(from, from + STEP_ROWS) };
      await this.parts.jobs.enqueue(tx, ACCOUNT_FILES_FORGET, some, { key: tx.newId() });
    }
    await this.parts.changes.write(tx, changes);
    if (entries.length > 0) await append(tx, entries);
  }

  private async forgetFiles(job: Job<AccountFilesForgetJob>): Promise<void> {
    const { database, blobs, filesRestMs = FILES_REST_MS } = this.parts;
    const { workspaceId, files } = job.payload;
    const left = await deleteUnused({ database, blobs }, files, filesRestMs);
    await database.transaction({ workspaceId }, async (tx) => {
      if (left === 0) return job.complete(tx);
      return job.postpone(tx, new Date(tx.now.getTime() + filesRestMs), 'files were touched a moment ago');
    });
  }
}

/**
 * From here on nothing of the account is taken in any more. @returns whether the inbox knows the account.
 * @throws when it is not disconnected: somebody connected it again meanwhile.
 */
async function begin(tx: Tx, accountId: string): Promise<boolean> {
  // an ingest that runs now is waited for: the next one sees that it must not
  await holdWorkspace(tx);
  const [account] = await tx.query<{ status: string }>('select status from inbox.accounts where id = $1', [accountId]);
  if (!account) return false;
  if (account.status !== 'disconnected') throw new Error(`account ${accountId} is in use; nothing of it is erased`);
  await tx.query('update inbox.accounts set purged_at = coalesce(purged_at, $2) where id = $1', [accountId, tx.now]);
  return true;
}

/** What is kept by account without a conversation. @returns how many rows went. */
async function purgeLoose(tx: Tx, accountId: string): Promise<number> {
  let gone = 0;
  for (const table of ['parked', 'message_changes', 'threads', 'refs']) {
    gone += await tx.execute(
      `delete from inbox.${table} where ctid = any(array(select ctid from inbox.${table} where account_id = $1 limit ${STEP_ROWS}))`,
      [accountId],
    );
  }
  return gone;
}

/** People known on a channel by name only, in no conversation: a platform told of them, and nobody knows on which account. */
async function findStrangers(tx: Tx, channel: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    /* sql */ `
    select distinct i.customer_id as id from inbox.identities i
     where i.workspace_id = $1 and i.channel = $2
       and not exists (select 1 from inbox.conversations c where c.customer_id = i.customer_id and c.channel = i.channel)
       and not exists (select 1 from inbox.messages m where m.identity_id = i.id)
       and not exists (select 1 from inbox.participants p where p.identity_id = i.id) limit ${STEP_PEOPLE}`,
    [tx.workspaceId, channel],
  );
  return rows.map(({ id }) => id);
}

/** The account itself stays as a row by which it is known to be gone. @returns false when that was so already. */
async function finish(tx: Tx, accountId: string): Promise<boolean> {
  const changed = await tx.query(
    /* sql */ `
    update inbox.accounts
       set address = '', name = channel, detail = '', paused_until = null, token_expires_at = null, checked_at = $2
     where id = $1 and address <> '' returning 1`,
    [accountId, tx.now],
  );
  return changed.length > 0;
}
