import type { Tx } from '@app/runtime';
import { aroundTheClock, DEFAULT_HEAD_STARTS, keyMs, type Need } from '@app/triage';
import type { Change } from '../changes/changes';
import type { RecordEntry } from '../record/record';
import { coverAnswered } from './coverage';

export interface Settled {
  readonly entries: RecordEntry[];
  readonly changes: Change[];
  /** Waits that ended here. */
  readonly ended: ReadonlySet<string>;
}

interface State {
  readonly id: string;
  readonly customerId: string;
  readonly channel: string;
  readonly language: string | null;
  readonly waitId: string | null;
  readonly waitingSince: Date | null;
  readonly need: Need | null;
  /** Since when the customer waits; null: they do not. */
  readonly since: Date | null;
  /** The answered wait that message belonged to, when its answer turned out not to have reached anybody. */
  readonly reopens: string | null;
  readonly reopensNeed: Need | null;
}

/**
 * Brings the waits of conversations in line with their messages: opens, reopens, moves and ends them. What a wait is follows
 * from the messages alone, so the order in which events arrive does not matter: since = arrival of the earliest message not
 * covered; a reopened wait has its old place again. What its author took back waits no more. But who wrote once more before
 * taking it back keeps the place: only a wait of which nothing was left for a time is over.
 *
 * The caller holds the conversations and then the head of the record, and appends the entries.
 */
export async function settleWaits(tx: Tx, conversationIds: readonly string[]): Promise<Settled> {
  const settled = { entries: [] as RecordEntry[], changes: [] as Change[], ended: new Set<string>() };
  if (conversationIds.length === 0) return settled;
  await coverAnswered(tx, conversationIds);
  const states = await readStates(tx, conversationIds);

  const opened = states.filter((s) => !s.waitId && s.since && !s.reopens).map((s) => place(s, tx.newId(), 'standard'));
  const reopened = states
    .filter((s) => !s.waitId && s.since && s.reopens)
    .map((s) => place(s, s.reopens!, s.reopensNeed ?? 'standard'));
  const moved = states
    .filter((s) => s.waitId && s.since && s.since.getTime() !== s.waitingSince!.getTime())
    .map((s) => place(s, s.waitId!, s.need!));
  const over = states.filter((s) => s.waitId && !s.since);

  await insertWaits(tx, opened);
  await placeWaits(tx, [...reopened, ...moved]);
  const ended = await endWaits(
    tx,
    over.map((s) => s.waitId!),
  );
  await bind(tx, [
    ...[...opened, ...reopened].map((p) => ({ id: p.conversationId, wait: p.waitId as string | null })),
    ...over.map((s) => ({ id: s.id, wait: null })),
  ]);
  await adoptMessages(
    tx,
    states.filter((s) => s.since).map((s) => s.id),
  );

  for (const p of opened) settled.entries.push(placed('wait.opened', p));
  for (const p of reopened) settled.entries.push(placed('wait.reopened', p));
  for (const p of moved) settled.entries.push(placed('wait.moved', p));
  for (const wait of ended) {
    settled.ended.add(wait.id);
    settled.entries.push({
      kind: 'wait.ended',
      wait: wait.id,
      fields: { how: wait.how, reason: wait.reason, by: wait.by },
    });
  }
  const touched = [...opened, ...reopened, ...moved].map((p) => p.conversationId).concat(over.map((s) => s.id));
  if (touched.length > 0) {
    settled.changes.push({ kind: 'queue', id: tx.workspaceId });
    for (const id of new Set(touched)) settled.changes.push({ kind: 'conversation', id, conversationId: id });
  }
  return settled;
}

interface Placed {
  readonly waitId: string;
  readonly conversationId: string;
  readonly customerId: string;
  readonly channel: string;
  readonly language: string | null;
  readonly since: Date;
  readonly key: number;
  readonly need: Need;
}

function place(state: State, waitId: string, need: Need): Placed {
  const { id: conversationId, customerId, channel, language } = state;
  const since = state.since!;
  const key = keyMs(since.getTime(), need, aroundTheClock, DEFAULT_HEAD_STARTS);
  return { waitId, conversationId, customerId, channel, language, since, key, need };
}

function placed(kind: RecordEntry['kind'], p: Placed): RecordEntry {
  const fields = {
    conversation: p.conversationId,
    channel: p.channel,
    since: p.since.getTime(),
    key: p.key,
    need: p.need,
  };
  return { kind, wait: p.waitId, fields };
}

async function readStates(tx: Tx, conversationIds: readonly string[]): Promise<State[]> {
  return tx.query<State>(
    /* sql */ `
    select c.id, c.customer_id as "customerId", c.channel, c.language, c.wait_id as "waitId",
           w.waiting_since as "waitingSince", w.need, coalesce(b.at, u.at) as since,
           o.id as reopens, o.need as "reopensNeed"
      from inbox.conversations c
      left join inbox.waits w on w.id = c.wait_id
      left join lateral (
        select m.at, m.wait_id from inbox.messages m
         where m.conversation_id = c.id and m.direction = 'inbound' and m.class = 'ordinary' and m.origin = 'platform'
           and m.covered_by is null and m.withdrawn_by is distinct from 'author'
         order by m.at, m.id limit 1) u on true
      left join lateral (
        with recursive earlier as (
          select u.at
          union all
          select x.at from earlier e
           cross join lateral (
             select m.at from inbox.messages m
              where m.conversation_id = c.id and m.withdrawn_by = 'author' and m.covered_by is null and m.direction = 'inbound'
                and m.class = 'ordinary' and m.origin = 'platform' and m.at < e.at and m.withdrawn_at >= e.at
              order by m.at limit 1) x)
        select min(at) as at from earlier) b on u.at is not null
      left join inbox.waits o on c.wait_id is null and o.id = u.wait_id and o.end_kind in ('answered', 'withdrawn')
     where c.id = any($1::uuid[]) order by c.id`,
    [conversationIds],
  );
}

async function insertWaits(tx: Tx, waits: readonly Placed[]): Promise<void> {
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
async function placeWaits(tx: Tx, waits: readonly Placed[]): Promise<void> {
  if (waits.length === 0) return;
  await tx.query(
    /* sql */ `
    update inbox.waits w set waiting_since = p.since, key_ms = p.key, version = w.version + 1,
           state = case when w.state = 'ended' then 'queued' else w.state end,
           end_kind = null, end_reason = null, ended_at = null, ended_by = null
      from jsonb_to_recordset($1::jsonb) as p("waitId" uuid, since timestamptz, key bigint) where w.id = p."waitId"`,
    [JSON.stringify(waits)],
  );
}

interface Ended {
  readonly id: string;
  /** `withdrawn`: the customer took back all that waited. */
  readonly how: 'answered' | 'withdrawn';
  /** `elsewhere`: not through Evenhand. */
  readonly reason: string | null;
  /** null: a colleague outside Evenhand, or the customer. */
  readonly by: string | null;
}

/** Ends waits in which nothing waits any more; whoever wrote the last answer ended them. */
async function endWaits(tx: Tx, waitIds: readonly string[]): Promise<Ended[]> {
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

async function bind(tx: Tx, bindings: readonly { readonly id: string; readonly wait: string | null }[]): Promise<void> {
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
async function adoptMessages(tx: Tx, conversationIds: readonly string[]): Promise<void> {
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
