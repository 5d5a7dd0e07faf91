import type { Tx } from '@app/runtime';
import type { Need } from '@app/triage';
import { holdWorkspace, lockConversations, type LockedConversation } from '../conversations/lock';

/** How a conversation stands: its open wait, and what its messages say of it. */
export interface Standing {
  readonly id: string;
  readonly accountId: string;
  readonly visibility: 'public' | 'private';
  readonly threadKey: string | null;
  readonly continues: string | null;
  /** The public conversation that it continues is of another customer here, one and the same by the platform's word. */
  readonly continuesOther: boolean;
  readonly customerId: string;
  readonly channel: string;
  readonly language: string | null;
  /** Since when the customer waits here; null: they do not. */
  readonly since: Date | null;
  /** The answered wait that message belonged to, when its answer turned out not to have reached anybody. */
  readonly reopens: string | null;
  readonly reopensNeed: Need | null;
  /** Its open wait, which may be that of another conversation, too. */
  readonly waitId: string | null;
  readonly waitingSince: Date | null;
  readonly need: Need | null;
  readonly waitCustomerId: string | null;
  readonly waitLanguage: string | null;
  /** The offer of that wait that somebody has in hand. */
  readonly offerId: string | null;
  readonly offeredAt: Date | null;
  readonly offeredTo: string | null;
  readonly offeredIn: string | null;
}

/**
 * These conversations and those that wait with them or could: of the same customer on the same account, the one public and the other
 * private; linked with one another. Each step takes one conversation by its index: left to itself, a planner that does not know yet
 * how large the table has grown goes through all of it.
 */
export async function withPartners(tx: Tx, conversationIds: readonly string[]): Promise<string[]> {
  if (conversationIds.length === 0) return [];
  const rows = await tx.query<{ id: string }>(
    /* sql */ `
    with recursive found (id) as (
      select unnest($1::uuid[])
      union
      select o.id from found f
       cross join lateral (select * from inbox.conversations where id = f.id offset 0) c
       cross join lateral (
         select s.id from inbox.conversations s
          where s.account_id = c.account_id and s.customer_id = c.customer_id and s.wait_id is not null
            and s.visibility = case c.visibility when 'public' then 'private' else 'public' end
         union all select s.id from inbox.conversations s where s.id = c.continues and s.wait_id is not null
         union all select s.id from inbox.conversations s where s.continues = c.id and s.wait_id is not null offset 0) o)
    select id from found`,
    [conversationIds],
  );
  return rows.map((row) => row.id);
}

/**
 * Locks conversations together with those that wait with them or could; see `lockConversations`. Where these are several the
 * workspace is held first: taking in locks some early and some late, and would meet us halfway.
 */
export async function lockMatters(tx: Tx, conversationIds: readonly string[]): Promise<LockedConversation[]> {
  const alone = await withPartners(tx, conversationIds);
  if (alone.length < 2) return lockConversations(tx, alone);
  await holdWorkspace(tx);
  return lockConversations(tx, await withPartners(tx, conversationIds));
}

export async function readStandings(tx: Tx, conversationIds: readonly string[]): Promise<Standing[]> {
  return tx.query<Standing>(
    /* sql */ `
    select c.id, c.account_id as "accountId", c.visibility, c.thread_key as "threadKey", c.continues,
           coalesce(q.customer_id <> c.customer_id, false) as "continuesOther", c.customer_id as "customerId", c.channel, c.language,
           coalesce(b.at, u.at) as since, o.id as reopens, o.need as "reopensNeed",
           c.wait_id as "waitId", w.waiting_since as "waitingSince", w.need, w.customer_id as "waitCustomerId",
           w.language as "waitLanguage", h.id as "offerId", h.offered_at as "offeredAt", h.agent_id as "offeredTo",
           h.conversation_id as "offeredIn"
      from inbox.conversations c
      left join inbox.conversations q on q.id = c.continues
      left join inbox.waits w on w.id = c.wait_id
      left join inbox.offers h on h.wait_id = c.wait_id and h.state in ('open', 'taken')
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
