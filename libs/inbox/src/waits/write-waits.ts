import type { Tx } from '@app/runtime';
import type { Joined, Placed } from './decide-waits';

/* The statements that carry out what `decideWaits` decided. The caller holds the head of the record. */

export async function insertWaits(tx: Tx, waits: readonly Placed[]): Promise<void> {
  if (waits.length === 0) return;
  await tx.query(
    /* sql */ `
    insert into inbox.waits (id, workspace_id, customer_id, channel, waiting_since, key_ms, need, language, created_at)
    select p."waitId", $1, p."customerId", p.channel, p.since, p.key, p.need, p.language, $2
      from jsonb_to_recordset($3::jsonb) as p("waitId" uuid, "customerId" uuid, channel text, since timestamptz, key bigint,
                                              need text, language text)`,
    [tx.workspaceId, tx.now, JSON.stringify(waits)],
  );
}

/** Gives waits their place; those that were over stand in the queue again. */
export async function placeWaits(tx: Tx, waits: readonly Placed[]): Promise<void> {
  if (waits.length === 0) return;
  await tx.query(
    /* sql */ `
    update inbox.waits w set waiting_since = p.since, key_ms = p.key, need = p.need, version = w.version + 1,
           state = case when w.state = 'ended' then 'queued' else w.state end,
           end_kind = null, end_reason = null, ended_at = null, ended_by = null
      from jsonb_to_recordset($1::jsonb) as p("waitId" uuid, since timestamptz, key bigint, need text) where w.id = p."waitId"`,
    [JSON.stringify(waits)],
  );
}

export interface Ended {
  readonly id: string;
  /** `withdrawn`: the customer took back all that waited. */
  readonly how: 'answered' | 'withdrawn';
  /** `elsewhere`: not through Evenhand. */
  readonly reason: string | null;
  /** null: a colleague outside Evenhand, or the customer. */
  readonly by: string | null;
}

/** Ends waits in which nothing waits any more; whoever wrote the last answer ended them. */
export async function endWaits(tx: Tx, waitIds: readonly string[]): Promise<Ended[]> {
  if (waitIds.length === 0) return [];
  const ended = await tx.query<Ended>(
    /* sql */ `
    update inbox.waits w
       set state = 'ended', end_kind = case when a.id is null then 'withdrawn' else 'answered' end,
           end_reason = case when a.id is not null and a.agent_id is null then 'elsewhere' end, ended_at = $2, ended_by = a.agent_id, version = w.version + 1
      from unnest($1::uuid[]) e(id)
      left join lateral (
        select a.id, a.agent_id from inbox.messages m join inbox.messages a on a.id = m.covered_by
         where m.wait_id = e.id order by a.at desc, a.id desc limit 1) a on true
     where w.id = e.id
    returning w.id, w.end_kind as how, w.end_reason as reason, w.ended_by as by`,
    [waitIds, tx.now],
  );
  await tx.query(
    /* sql */ `
    update inbox.offers o set state = w.end_kind, closed_at = $2
      from inbox.waits w where w.id = o.wait_id and o.wait_id = any($1::uuid[]) and o.state in ('open', 'taken')`,
    [waitIds, tx.now],
  );
  return ended;
}

export async function bind(
  tx: Tx,
  bindings: readonly { readonly id: string; readonly wait: string | null }[],
): Promise<void> {
  if (bindings.length === 0) return;
  await tx.query(
    /* sql */ `
    update inbox.conversations c set wait_id = b.wait, version = c.version + 1
      from jsonb_to_recordset($1::jsonb) as b(id uuid, wait uuid) where c.id = b.id`,
    [JSON.stringify(bindings)],
  );
}

/**
 * Messages that wait belong to the open wait of their conversation. Each step takes one conversation by its index: left to
 * itself, a planner that does not know yet how large the tables have grown goes through all messages that wait.
 */
export async function adoptMessages(tx: Tx, conversationIds: readonly string[]): Promise<void> {
  if (conversationIds.length === 0) return;
  await tx.query(
    /* sql */ `
    with adopted as materialized (
      select m.id, c.wait_id
        from unnest($1::uuid[]) p (id)
       cross join lateral (select wait_id from inbox.conversations where id = p.id offset 0) c
       cross join lateral (
         select u.id from inbox.messages u
          where u.conversation_id = p.id and u.direction = 'inbound' and u.class = 'ordinary' and u.origin = 'platform'
            and u.covered_by is null and u.withdrawn_by is distinct from 'author' and u.wait_id is distinct from c.wait_id offset 0) m)
    update inbox.messages m set wait_id = adopted.wait_id from adopted where m.id = adopted.id`,
    [conversationIds],
  );
}

/** Whose the waits are and in which language, by the one who waits the longest. */
export async function renameWaits(tx: Tx, waits: readonly Placed[]): Promise<void> {
  if (waits.length === 0) return;
  await tx.query(
    /* sql */ `
    update inbox.waits w set customer_id = p."customerId", language = p.language, version = w.version + 1
      from jsonb_to_recordset($1::jsonb) as p("waitId" uuid, "customerId" uuid, language text)
     where w.id = p."waitId" and (w.customer_id, w.language) is distinct from (p."customerId", p.language)`,
    [JSON.stringify(waits)],
  );
}

/** What was given, given back and written in a wait is of the one it became part of; nobody waits twice. */
export async function joinWaits(tx: Tx, joined: readonly Joined[]): Promise<void> {
  if (joined.length === 0) return;
  const pairs = JSON.stringify(joined.map(({ from, into }) => ({ from, into })));
  const PAIRS = 'jsonb_to_recordset($1::jsonb) as p("from" uuid, "into" uuid)';
  await tx.query(
    /* sql */ `
    update inbox.offers o
       set wait_id = p.into, state = case when o.state in ('open', 'taken') then 'returned' else o.state end,
           closed_at = coalesce(o.closed_at, $2)
      from ${PAIRS} where o.wait_id = p.from`,
    [pairs, tx.now],
  );
  await tx.query(`update inbox.messages m set wait_id = p.into from ${PAIRS} where m.wait_id = p.from`, [pairs]);
  await tx.query(
    `update inbox.conversations c set wait_id = p.into, version = c.version + 1 from ${PAIRS} where c.wait_id = p.from`,
    [pairs],
  );
  await tx.query(
    /* sql */ `
    with gone as (delete from inbox.waits w using ${PAIRS} where w.id = p.from returning p.into, w.offer_count, w.decline_count),
    counts as (select "into", sum(offer_count)::integer as offers, sum(decline_count)::integer as declines from gone group by 1)
    update inbox.waits w set offer_count = w.offer_count + c.offers, decline_count = w.decline_count + c.declines, version = w.version + 1
      from counts c where w.id = c.into`,
    [pairs],
  );
}

/** What an agent has in hand stands where its customer waits. */
export async function handOver(
  tx: Tx,
  handed: readonly { readonly offer: string; readonly conversation: string }[],
): Promise<void> {
  if (handed.length === 0) return;
  await tx.query(
    /* sql */ `
    update inbox.offers o set conversation_id = h.conversation
      from jsonb_to_recordset($1::jsonb) as h(offer uuid, conversation uuid) where o.id = h.offer`,
    [JSON.stringify(handed)],
  );
}

/** Private conversations continue the public ones of their matter. */
export async function linkMatters(
  tx: Tx,
  linked: readonly { readonly id: string; readonly continues: string }[],
): Promise<void> {
  if (linked.length === 0) return;
  await tx.query(
    /* sql */ `
    update inbox.conversations c set continues = l.continues, version = c.version + 1
      from jsonb_to_recordset($1::jsonb) as l(id uuid, continues uuid) where c.id = l.id`,
    [JSON.stringify(linked)],
  );
}
