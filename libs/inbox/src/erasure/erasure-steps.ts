import {
  channelKind,
  CUSTOMER_ERASE,
  customerForgetJob,
  customerForgetJobName,
  ERASE_STEP,
  eraseStepJob,
  FILES_FORGET,
  filesForgetJob,
  SEALED_FORGET,
  sealedForgetJob,
  type ChannelKind,
  type CustomerEraseJob,
  type CustomerForgetJob,
  type EraseStepJob,
  type FilesForgetJob,
  type SealedForgetJob,
} from '@app/channel';
import type { Blobs, Database, Job, Jobs, Tx } from '@app/runtime';
import type { Changes } from '../changes/changes';
import { append, type RecordEntry } from '../record/record';
import { deleteUnused, FILES_REST_MS } from './delete-unused';
import { eraseFromInbox, type ErasedFromInbox } from './erase-from-inbox';
import { defineErase } from './erasures';

export interface ErasureParts {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly blobs: Blobs;
  readonly changes: Changes;
  /** Default `FILES_REST_MS`. */
  readonly filesRestMs?: number;
}

/** Most ids and characters of ids in one job. */
const CHUNK_IDS = 4_000;
const CHUNK_CHARS = 400_000;

/** A job of an erasure: its step is what the erasure waits for. */
interface Step {
  readonly name: string;
  readonly step: string;
  readonly payload: object;
}

/**
 * The way of an erasure. First the inbox, in one transaction, with hashes of what must not come again; then, each in a process
 * that may touch it, what connectors keep, what is sealed, and files. The last step that reports ends it. Every step is a job and
 * safe to repeat: killed anywhere, it goes on.
 */
export class ErasureSteps {
  constructor(private readonly parts: ErasureParts) {}

  /** Serves the inbox's steps in this process. */
  serve(): void {
    const { jobs } = this.parts;
    defineErase(jobs);
    jobs.define(ERASE_STEP, { payload: eraseStepJob });
    jobs.define(FILES_FORGET, { payload: filesForgetJob });
    jobs.define(SEALED_FORGET, { payload: sealedForgetJob });
    for (const channel of channelKind.options)
      jobs.define(customerForgetJobName(channel), { payload: customerForgetJob });
    jobs.handle<CustomerEraseJob>(CUSTOMER_ERASE, (job) => this.erase(job));
    jobs.handle<EraseStepJob>(ERASE_STEP, (job) => this.stepDone(job));
    jobs.handle<FilesForgetJob>(FILES_FORGET, (job) => this.forgetFiles(job));
  }

  private async erase(job: Job<CustomerEraseJob>): Promise<void> {
    const { workspaceId, erasureId } = job.payload;
    await this.parts.database.transaction({ workspaceId }, async (tx) => {
      const [erasure] = await tx.query<{ customerId: string; state: string }>(
        'select customer_id as "customerId", state from inbox.erasures where id = $1 for update',
        [erasureId],
      );
      if (erasure?.state !== 'queued') return job.complete(tx);
      const gone = await eraseFromInbox(tx, erasure.customerId);
      await forgetAnswers(tx, erasure.customerId, gone);
      const steps = stepsOf({ workspaceId, erasureId }, gone, tx.now);
      await tx.query(
        `update inbox.erasures set state = 'running', waiting_for = $2, messages = $3, attachments = $4, sealed_values = 0 where id = $1`,
        [erasureId, steps.map(({ step }) => step), gone.messages, gone.attachments],
      );
      for (const { name, step, payload } of steps) {
        await this.parts.jobs.enqueue(tx, name, payload, { key: `${erasureId}:${step}` });
      }
      await this.parts.changes.write(tx, gone.changes);
      await job.complete(tx);
      if (gone.entries.length > 0) await append(tx, gone.entries);
    });
  }

  private async stepDone(job: Job<EraseStepJob>): Promise<void> {
    const { workspaceId } = job.payload;
    await this.parts.database.transaction({ workspaceId }, async (tx) => {
      const entries = await this.report(tx, job.payload);
      await job.complete(tx);
      if (entries.length > 0) await append(tx, entries);
    });
  }

  private async forgetFiles(job: Job<FilesForgetJob>): Promise<void> {
    const { workspaceId, erasureId, step, files } = job.payload;
    const { database, blobs, filesRestMs = FILES_REST_MS } = this.parts;
    const left = await deleteUnused({ database, blobs }, files, filesRestMs);
    await database.transaction({ workspaceId }, async (tx) => {
      if (left > 0) {
        return job.postpone(tx, new Date(tx.now.getTime() + filesRestMs), 'files were touched a moment ago');
      }
      const entries = await this.report(tx, { workspaceId, erasureId, step, sealedValues: 0 });
      await job.complete(tx);
      if (entries.length > 0) await append(tx, entries);
    });
  }

  /** @returns what is to be appended when that was the last step. */
  private async report(tx: Tx, { erasureId, step, sealedValues }: EraseStepJob): Promise<readonly RecordEntry[]> {
    const [row] = await tx.query<{ customerId: string; left: number; messages: number }>(
      /* sql */ `
      update inbox.erasures
         set waiting_for = array_remove(waiting_for, $2::text), sealed_values = coalesce(sealed_values, 0) + $3,
             state = case when waiting_for = array[$2::text] then 'done' else state end,
             finished_at = case when waiting_for = array[$2::text] then $4::timestamptz end
       where id = $1 and $2::text = any(waiting_for)
      returning customer_id as "customerId", cardinality(waiting_for) as left, messages`,
      [erasureId, step, sealedValues, tx.now],
    );
    if (row?.left !== 0) return [];
    const fields = { erasure: erasureId, customer: row.customerId, messages: row.messages };
    return [{ kind: 'customer.erased', fields }];
  }
}

/** Answers given by idempotency key hold ids only; those of what is gone lead nowhere. */
async function forgetAnswers(tx: Tx, customerId: string, { own, outbound }: ErasedFromInbox): Promise<void> {
  await tx.query(
    /* sql */ `
    delete from inbox.mutations m
     where jsonb_typeof(m.result) = 'object'
       and exists (select 1 from jsonb_each_text(m.result) v where v.value = any($1::text[]))`,
    [[customerId, ...own, ...outbound.map(({ id }) => id)]],
  );
}

function stepsOf(of: CustomerEraseJob, gone: ErasedFromInbox, now: Date): Step[] {
  const people = gone.identities.map(({ channel, value }) => ({ channel, value }));
  const sealed: SealedForgetJob = { ...of, step: 'sealed', people, until: now.toISOString() };
  const files = chunks(gone.files, 5_000, () => 0).map((some, i): Step => {
    const step = `files-${i + 1}`;
    return { name: FILES_FORGET, step, payload: { ...of, step, files: some } satisfies FilesForgetJob };
  });
  return [
    ...gone.channels.flatMap((channel) => forgetSteps(of, channel, gone)),
    { name: SEALED_FORGET, step: 'sealed', payload: sealed },
    ...files,
  ];
}

/** What one connector has to forget, in pieces that fit into a job; the first names the person and the conversations. */
function forgetSteps(of: CustomerEraseJob, channel: ChannelKind, gone: ErasedFromInbox): Step[] {
  const ids = [
    ...gone.externals.map((one) => ({ ...one, outbound: false })),
    ...gone.outbound.map((one) => ({ ...one, outbound: true })),
  ].filter((one) => one.channel === channel);
  const pieces = chunks(ids, CHUNK_IDS, ({ id }) => id.length);
  return (pieces.length === 0 ? [[]] : pieces).map((piece, i): Step => {
    const step = i === 0 ? channel : `${channel}-${i + 1}`;
    const accounts = [...new Set(piece.map(({ accountId }) => accountId))];
    const payload: CustomerForgetJob = {
      ...of,
      step,
      values: i === 0 ? gone.identities.filter((one) => one.channel === channel).map(({ value }) => value) : [],
      conversationIds: i === 0 ? [...gone.own] : [],
      messages: accounts.map((accountId) => {
        const some = piece.filter((one) => one.accountId === accountId);
        return {
          accountId,
          externalIds: some.filter((one) => !one.outbound).map(({ id }) => id),
          outboundIds: some.filter((one) => one.outbound).map(({ id }) => id),
        };
      }),
    };
    return { name: customerForgetJobName(channel), step, payload };
  });
}

function chunks<T>(items: readonly T[], most: number, weightOf: (item: T) => number): T[][] {
  const result: T[][] = [];
  let weight = 0;
  for (const item of items) {
    const last = result.at(-1);
    weight += weightOf(item);
    if (last && last.length < most && weight <= CHUNK_CHARS) last.push(item);
    else {
      result.push([item]);
      weight = weightOf(item);
    }
  }
  return result;
}
