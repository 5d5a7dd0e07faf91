import {
  ASKED_STEP,
  customerForgetJob,
  customerForgetJobName,
  ERASE_STEP,
  eraseStepJob,
  fileFetchJobName,
  messageModerateJobName,
  messageSendJobName,
  personNameJobName,
  tombstoneOf,
  type ChannelKind,
  type CustomerForgetJob,
  type EraseStepJob,
} from '@app/channel';
import type { Database, Job, Jobs, Tx } from '@app/runtime';
import type { Vault } from './vault';

export interface ForgetParts {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly channel: ChannelKind;
  readonly vault: Vault;
}

/** How often it looks whether something of theirs is still on its way out, milliseconds. */
const BUSY_MS = 1_000;
/** Deliveries without events that are opened at a time. */
const OPENED = 100;

/**
 * Erases what is kept in `intake` of a person: raw bytes, events, prepared messages and attempts, names asked for, jobs and dead
 * letters. Stays: hashes of what must not come again, and light rows of the deliveries, by which a repeat is recognised. A
 * delivery in which other people stand, too, loses its raw bytes; what was read of the others stays. Safe to repeat.
 */
export class Forget {
  constructor(private readonly parts: ForgetParts) {}

  /** Serves the channel's job in this process. */
  serve(): void {
    const { jobs, channel } = this.parts;
    const name = customerForgetJobName(channel);
    jobs.define(ERASE_STEP, { payload: eraseStepJob });
    jobs.define(name, { payload: customerForgetJob, concurrency: 1 });
    jobs.handle<CustomerForgetJob>(name, (job) => this.handle(job));
  }

  private async handle(job: Job<CustomerForgetJob>): Promise<void> {
    const { database, jobs } = this.parts;
    const { workspaceId, erasureId, step, values } = job.payload;
    const done = await database.transaction('system', async (tx) => {
      await this.layTombstones(tx, job.payload);
      if (await this.dropJobs(tx, job.payload)) return true;
      // what is being sent ends first: it would leave a trace after us
      await job.postpone(tx, new Date(tx.now.getTime() + BUSY_MS), 'something of theirs is on its way out');
      return false;
    });
    if (!done) return;
    await this.sweepUnread(values, workspaceId);
    await database.transaction('system', async (tx) => {
      await this.dropEvents(tx, job.payload);
      await this.dropSends(tx, job.payload);
      await this.dropPerson(tx, job.payload);
      if (step === ASKED_STEP) await finishRequest(tx, erasureId);
      const report: EraseStepJob = { workspaceId, erasureId, step, sealedValues: 0 };
      await jobs.enqueue(tx, ERASE_STEP, report, { key: `${erasureId}:${step}` });
      await job.complete(tx);
    });
  }

  /** Holds the accounts: a commit that has not looked for tombstones yet finds these, one that has is over. */
  private async layTombstones(tx: Tx, { messages }: CustomerForgetJob): Promise<void> {
    await tx.query('select from intake.accounts where id = any($1::uuid[]) order by id for update', [
      messages.map(({ accountId }) => accountId),
    ]);
    const erased = messages.flatMap(({ accountId, externalIds }) => externalIds.map((id) => ({ accountId, id })));
    await tx.execute(
      /* sql */ `
      insert into intake.tombstones (account_id, hash, erased_at)
      select account, hash, $3 from unnest($1::uuid[], $2::bytea[]) as t(account, hash)
      on conflict do nothing`,
      [erased.map(({ accountId }) => accountId), erased.map(({ accountId, id }) => tombstoneOf(accountId, id)), tx.now],
    );
  }

  /** @returns false while one of them runs. */
  private async dropJobs(tx: Tx, payload: CustomerForgetJob): Promise<boolean> {
    const { channel } = this.parts;
    const [left] = await tx.query<{ running: number }>(
      /* sql */ `
      with theirs as (
        select j.id from jobs.jobs j
         where (j.name = $1 and (j.payload -> 'outbound' ->> 'id' = any($6::text[])
                              or j.payload -> 'outbound' ->> 'conversationId' = any($8::text[])))
            or (j.name = $2 and j.payload ->> 'workspaceId' = $5 and j.payload ->> 'value' = any($9::text[]))
            or (j.name in ($3, $4) and (j.payload ->> 'accountId', j.payload ->> 'target') in (
                 select m."accountId", e.id from jsonb_to_recordset($7::jsonb) as m("accountId" text, "externalIds" jsonb),
                        jsonb_array_elements_text(m."externalIds") as e(id)))),
      gone as (
        delete from jobs.jobs j using theirs t
         where j.id = t.id and (j.dead_at is not null or j.lease_until is null or j.lease_until < clock_timestamp())
        returning j.id)
      select (select count(*) from theirs) - (select count(*) from gone) as running`,
      [
        messageSendJobName(channel),
        personNameJobName(channel),
        fileFetchJobName(channel),
        messageModerateJobName(channel),
        payload.workspaceId,
        outboundOf(payload),
        JSON.stringify(payload.messages),
        payload.conversationIds,
        payload.values,
      ],
    );
    return left!.running === 0;
  }

  private async dropEvents(tx: Tx, payload: CustomerForgetJob): Promise<void> {
    const { workspaceId, values, messages } = payload;
    await tx.query(
      /* sql */ `
      with listed as materialized (
        select m."accountId" as account, e.id from jsonb_to_recordset($3::jsonb) as m("accountId" uuid, "externalIds" jsonb),
               jsonb_array_elements_text(m."externalIds") as e(id)),
      gone as (
        delete from intake.events e
         where e.workspace_id = $1 and e.channel = $2
           and ((e.kind = 'message' and exists (select 1 from listed l where l.account = e.account_id and l.id = e.external_id))
             or (e.kind = 'change' and (exists (select 1 from listed l where l.account = e.account_id and l.id = e.body ->> 'target')
                                     or e.body -> 'change' ->> 'by' = any($5::text[])))
             or (e.kind = 'send' and e.body ->> 'outboundId' = any($4::text[]))
             or (e.kind = 'person' and (e.body -> 'person' ->> 'value' = any($5::text[]) or e.body ->> 'alsoKnownAs' = any($5::text[])))
             or (e.kind = 'thread' and e.body ->> 'threadKey' = any($5::text[])))
        returning e.delivery_id),
      again as (
        delete from intake.copies c
         where exists (select 1 from listed l where l.account = c.account_id and l.id = c.message) or c.message = any($4::text[])
        returning c.delivery_id),
      light as (
        update intake.deliveries d
           set state = 'erased', context = '{}', problem = null, unsupported = '{}'
         where d.id in (select delivery_id from gone union select delivery_id from again) returning d.id, d.received_at)
      delete from intake.raw_bytes r using light l where r.delivery_id = l.id and r.received_at = l.received_at`,
      [workspaceId, this.parts.channel, JSON.stringify(messages), outboundOf(payload), values],
    );
  }

  private async dropSends(tx: Tx, payload: CustomerForgetJob): Promise<void> {
    await tx.query(
      /* sql */ `
      with gone as (delete from intake.sends where outbound_id = any($1::uuid[]) or message_id = any($1::uuid[]) returning outbound_id)
      delete from intake.prepared where outbound_id = any($1::uuid[]) or outbound_id in (select outbound_id from gone)`,
      [outboundOf(payload)],
    );
    await tx.execute('delete from intake.reply_tokens where conversation_id = any($1::uuid[])', [
      payload.conversationIds,
    ]);
  }

  /** Where they stand beside others: names asked for, and among those to whom somebody else wrote. */
  private async dropPerson(tx: Tx, { workspaceId, values }: CustomerForgetJob): Promise<void> {
    const { channel } = this.parts;
    await tx.execute(
      /* sql */ `
      delete from intake.people p using intake.accounts a
       where a.id = p.account_id and a.workspace_id = $1 and a.channel = $2 and p.value = any($3::text[])`,
      [workspaceId, channel, values],
    );
    await tx.execute(
      /* sql */ `
      update intake.events e
         set body = jsonb_set(e.body, '{participants}', coalesce((select jsonb_agg(p) from jsonb_array_elements(e.body -> 'participants') p
                                                                   where p ->> 'value' <> all($3::text[])), '[]'))
       where e.workspace_id = $1 and e.channel = $2 and e.kind = 'message' and e.ingested_at is not null
         and e.body -> 'author' ->> 'value' <> all($3::text[])
         and exists (select 1 from jsonb_array_elements(e.body -> 'participants') p where p ->> 'value' = any($3::text[]))`,
      [workspaceId, channel, values],
    );
  }

  /** Deliveries from which nothing was read stand under nobody's name: they are opened and searched for the person's ids. */
  private async sweepUnread(values: readonly string[], workspaceId: string): Promise<void> {
    if (values.length === 0) return;
    const { database, vault, channel } = this.parts;
    const wanted = values.map((value) => value.toLowerCase());
    for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
      const rows = await database.query<{ id: string; bytes: Buffer }>(
        /* sql */ `
        select d.id, r.bytes from intake.deliveries d
          join intake.raw_bytes r on r.delivery_id = d.id and r.received_at = d.received_at
          left join intake.accounts a on a.id = d.account_id
          left join intake.platform_apps p on p.id = d.app_id
         where d.id > $1 and d.state in ('ignored', 'unreadable', 'stray')
           and coalesce(a.workspace_id, p.workspace_id) = $2 and coalesce(a.channel, p.channel) = $3
         order by d.id limit ${OPENED}`,
        [after, workspaceId, channel],
      );
      const found = rows.filter(({ id, bytes }) => {
        const text = vault.open('delivery', id, bytes).toString('utf8').toLowerCase();
        return wanted.some((value) => text.includes(value));
      });
      if (found.length > 0) {
        await database.transaction('system', (tx) =>
          tx.execute(
            /* sql */ `
            with light as (
              update intake.deliveries set state = 'erased', context = '{}', problem = null, unsupported = '{}'
               where id = any($1::uuid[]) returning id, received_at)
            delete from intake.raw_bytes r using light l where r.delivery_id = l.id and r.received_at = l.received_at`,
            [found.map(({ id }) => id)],
          ),
        );
      }
      if (rows.length < OPENED) return;
      after = rows.at(-1)!.id;
    }
  }
}

/** Whoever asked through the platform may read that it is done. */
async function finishRequest(tx: Tx, code: string): Promise<void> {
  await tx.execute('update intake.forget_requests set finished_at = $2 where code = $1 and finished_at is null', [
    code,
    tx.now,
  ]);
}

function outboundOf({ messages }: CustomerForgetJob): string[] {
  return messages.flatMap(({ outboundIds }) => outboundIds);
}
