import {
  ASKED_STEP,
  channelKind,
  customerForgetJob,
  customerForgetJobName,
  FORGET_ASKED,
  forgetAskedJob,
  type CustomerForgetJob,
  type ForgetAskedJob,
} from '@app/channel';
import type { Database, Job, Jobs, Tx } from '@app/runtime';
import { defineErase, Erasures } from './erasures';

/** How often it looks whether the erasure has come to its end, milliseconds. */
const LOOK_MS = 1_000;

/**
 * Erases customers who asked the platform for it. Comes back until the erasure is done everywhere, and then asks the connector,
 * which alone knows the request, to note that. Safe to repeat: the erasure has the id of the request.
 */
export class PlatformAsks {
  private readonly erasures: Erasures;

  constructor(private readonly parts: { readonly database: Database; readonly jobs: Jobs }) {
    this.erasures = new Erasures(parts.jobs);
  }

  /** Serves the job in this process. */
  serve(): void {
    const { jobs } = this.parts;
    defineErase(jobs);
    jobs.define(FORGET_ASKED, { payload: forgetAskedJob });
    for (const channel of channelKind.options)
      jobs.define(customerForgetJobName(channel), { payload: customerForgetJob });
    jobs.handle<ForgetAskedJob>(FORGET_ASKED, (job) => this.handle(job));
  }

  private async handle(job: Job<ForgetAskedJob>): Promise<void> {
    const { workspaceId, channel, value, requestId } = job.payload;
    await this.parts.database.transaction({ workspaceId }, async (tx) => {
      const state = await erasureState(tx, requestId);
      const customer = state === undefined ? await customerOf(tx, job.payload) : undefined;
      if (customer !== undefined || (state === undefined ? await underWay(tx, job.payload) : state !== 'done')) {
        await job.postpone(tx, new Date(tx.now.getTime() + LOOK_MS), 'the erasure is not done yet');
        if (customer !== undefined) await this.ask(tx, requestId, customer);
        return;
      }
      // whoever writes after their erasure is somebody new; of people who were no customers deliveries may tell
      const values = state === undefined ? [value] : [];
      const erasure = { workspaceId, erasureId: requestId, step: ASKED_STEP };
      const payload: CustomerForgetJob = { ...erasure, values, conversationIds: [], messages: [] };
      await this.parts.jobs.enqueue(tx, customerForgetJobName(channel), payload, { key: `${requestId}:${ASKED_STEP}` });
      await job.complete(tx);
    });
  }

  /** Appends to the record: last in its transaction. */
  private async ask(tx: Tx, id: string, { customerId, pseudonym }: { customerId: string; pseudonym: string }) {
    const reason = 'asked for through the platform';
    await this.erasures.request(tx, { id, agentId: null, customerId, confirm: pseudonym, reason });
  }
}

async function erasureState(tx: Tx, id: string): Promise<string | undefined> {
  const [row] = await tx.query<{ state: string }>('select state from inbox.erasures where id = $1', [id]);
  return row?.state;
}

async function customerOf(tx: Tx, { channel, value }: ForgetAskedJob) {
  const [row] = await tx.query<{ customerId: string; pseudonym: string }>(
    /* sql */ `
    select c.id as "customerId", c.pseudonym from inbox.identities i join inbox.customers c on c.id = i.customer_id
     where i.workspace_id = $1 and i.channel = $2 and i.value = $3`,
    [tx.workspaceId, channel, value],
  );
  return row;
}

/**
 * The person may not be a customer yet, with a message that has been read and not been taken in; or not any more, by an erasure
 * that somebody else asked for and that still goes on elsewhere.
 */
async function underWay(tx: Tx, { channel, value, askedAt }: ForgetAskedJob): Promise<boolean> {
  const [row] = await tx.query<{ yes: boolean }>(
    /* sql */ `
    select exists (select from inbox.erasures
                    where workspace_id = $1 and state in ('queued', 'running') and requested_at <= $2)
        or exists (select from intake.events
                    where workspace_id = $1 and ingested_at is null and kind = 'message' and received_at <= $2
                      and channel = $3 and body -> 'author' ->> 'value' = $4) as yes`,
    [tx.workspaceId, askedAt, channel, value],
  );
  return row!.yes;
}
