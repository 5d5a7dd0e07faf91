import type { ChannelKind, Visibility } from '@app/channel';
import type { Tx } from '@app/runtime';
import type { ConversationAccess } from '../people/access';
import { OFFERED, QUEUED } from './may-open';
import { pageOf, type Page, type PageRequest } from './page';
import type { WindowFacts } from './reply-window';
import { NEEDS_PERSON, NEWEST_TROUBLE, troubled } from './trouble';

/** A conversation as one agent stands to it. Whether it may be shown is decided by `mayOpen`, of these facts. */
export interface ConversationFacts extends ConversationAccess, WindowFacts {
  readonly id: string;
  readonly number: number;
  readonly accountId: string;
  readonly channel: ChannelKind;
  readonly visibility: Visibility;
  readonly customerId: string;
  readonly subject: string | null;
  readonly language: string | null;
  readonly waitId: string | null;
  readonly waitState: 'queued' | 'offered' | 'taken' | 'ended' | null;
  readonly lastMessageAt: Date;
  readonly version: number;
  /** Agent who holds its wait now. */
  readonly heldBy: string | null;
  /** The viewer's own active offer. */
  readonly offerId: string | null;
  /** State of the newest message that needs a person. */
  readonly trouble: 'failed' | 'uncertain' | null;
  /** Start of the newest message; notes are not shown there. For those alone who may open it. */
  readonly preview: string | null;
  /** The conversation that this one continues, and those that continue it. */
  readonly linked: readonly string[];
  /** The other conversations in which its customer waits on the same matter: one wait for all of them. */
  readonly matter: readonly string[];
  /** Another program of ours that answers there now; its name may be empty. */
  readonly handledBy: string | null;
  /** Time of the newest public message of the customer, if it can be answered in private and has not been. */
  readonly privatelyAnswerable: Date | null;
}

/** `$1` is the viewing agent. Wants a relation `p (id, n)` before it. */
const FACTS = /* sql */ `
  select c.id, c.number, c.account_id as "accountId", c.channel, c.visibility, c.customer_id as "customerId",
         c.subject, c.language, c.wait_id as "waitId", w.state as "waitState",
         c.last_message_at as "lastMessageAt", c.version,
         o.agent_id as "heldBy", case when o.agent_id = $1 then o.id end as "offerId",
         ${OFFERED} as offered,
         ${QUEUED} as "customerQueued",
         (select m.send_state from inbox.messages m
           where m.conversation_id = c.id and m.direction = 'outbound' and ${NEEDS_PERSON}
           order by ${NEWEST_TROUBLE} limit 1) as trouble,
         (select left(btrim(left(m.text, coalesce(nullif(m.quote_start, 0), 160)), E' \\n\\r\\t'), 160) from inbox.messages m
           where m.conversation_id = c.id and m.direction <> 'note' order by m.at desc, m.id desc limit 1) as preview,
         array_remove(array[c.continues], null)
           || array(select l.id from inbox.conversations l where l.continues = c.id order by l.number limit 10) as linked,
         array(select s.id from inbox.conversations s where s.wait_id = c.wait_id and s.id <> c.id order by s.number limit 10) as matter,
         c.visibility = 'private' and (c.thread_key is not null or c.continues is not null) as threaded,
         t.window_opened_at as "windowOpenedAt", t.window_closes_at as "windowClosesAt",
         t.window_human_closes_at as "windowHumanClosesAt", t.window_refused_at as "windowRefusedAt",
         case when t.handled_by = 'other' then t.handled_app end as "handledBy",
         case when c.visibility = 'public' and a.private_reply then (
           select case when not exists (
                    select 1 from inbox.conversations l join inbox.messages r on r.conversation_id = l.id
                     where l.continues = c.id and r.direction = 'outbound' and r.private_reply_to = m.native_ids[1]
                       and r.send_state is distinct from 'failed') then m.at end
             from inbox.messages m
            where m.conversation_id = c.id and m.direction = 'inbound' and m.class = 'ordinary' and m.withdrawn_at is null
              and cardinality(m.native_ids) > 0
            order by m.at desc, m.id desc limit 1) end as "privatelyAnswerable"`;

const FACTS_FROM = /* sql */ `
    from p
    join inbox.conversations c on c.id = p.id
    join inbox.accounts a on a.id = c.account_id
    left join inbox.threads t on t.account_id = c.account_id and t.thread_key = c.thread_key
    left join inbox.waits w on w.id = c.wait_id
    left join inbox.offers o on o.wait_id = c.wait_id and o.state in ('open', 'taken')
   order by p.n`;

/** Facts of these conversations for this agent; what does not exist in the workspace is left out. */
export async function readConversations(tx: Tx, agentId: string, ids: readonly string[]): Promise<ConversationFacts[]> {
  return tx.query<ConversationFacts>(
    `with p as (select id, n from unnest($2::uuid[]) with ordinality u (id, n)) ${FACTS} ${FACTS_FROM}`,
    [agentId, ids],
  );
}

/** Id of the conversation called C-`number`, if there is one. */
export async function findConversationId(tx: Tx, number: number): Promise<string | undefined> {
  const rows = await tx.query<{ id: string }>(
    'select id from inbox.conversations where workspace_id = $1 and number = $2',
    [tx.workspaceId, number],
  );
  return rows[0]?.id;
}

/** Id of the conversation in which a wait is open; the most recent of several. */
export async function findConversationOfWait(tx: Tx, waitId: string): Promise<string | undefined> {
  const rows = await tx.query<{ id: string }>(
    'select id from inbox.conversations where wait_id = $1 order by last_message_at desc, id limit 1',
    [waitId],
  );
  return rows[0]?.id;
}

type Keyed = ConversationFacts & { readonly at: Date };
const keyOf = (row: Keyed): readonly string[] => [row.at.toISOString(), row.id];

/** Those this agent holds, the longest waiting first. */
export async function listHeldConversations(
  tx: Tx,
  agentId: string,
  request: PageRequest,
): Promise<Page<ConversationFacts>> {
  const [order, beyond] = request.backward ? ['desc', '<'] : ['asc', '>'];
  const rows = await tx.query<Keyed>(
    /* sql */ `
    with p as (
      select o.conversation_id as id, w.waiting_since as at, row_number() over (order by w.waiting_since ${order}, o.conversation_id ${order}) as n
        from inbox.offers o join inbox.waits w on w.id = o.wait_id
       where o.agent_id = $1 and o.state in ('open', 'taken')
         and ($3::timestamptz is null or (w.waiting_since, o.conversation_id) ${beyond} ($3, $4::uuid))
       order by w.waiting_since ${order}, o.conversation_id ${order} limit $2)
    ${FACTS}, p.at ${FACTS_FROM}`,
    [agentId, request.limit + 1, ...place(request)],
  );
  return pageOf(rows, request, keyOf);
}

/** Those in which nobody waits on us, newest activity first. */
export async function listDoneConversations(
  tx: Tx,
  agentId: string,
  request: PageRequest,
): Promise<Page<ConversationFacts>> {
  const [order, tie] = request.backward ? ['asc', 'desc'] : ['desc', 'asc'];
  const [older, after] = request.backward ? ['>', '<'] : ['<', '>'];
  const rows = await tx.query<Keyed>(
    /* sql */ `
    with p as (
      select id, last_message_at as at, row_number() over (order by last_message_at ${order}, id ${tie}) as n
        from inbox.conversations
       where workspace_id = $5 and wait_id is null
         ${request.from ? `and last_message_at ${older}= $3 and (last_message_at ${older} $3 or id ${after} $4::uuid)` : 'and ($3::timestamptz is null or $4::uuid is null)'}
       order by last_message_at ${order}, id ${tie} limit $2)
    ${FACTS}, p.at ${FACTS_FROM}`,
    [agentId, request.limit + 1, ...place(request), tx.workspaceId],
  );
  return pageOf(rows, request, keyOf);
}

/** Those with a message that needs a person, the newest trouble first; without those still in the queue. */
export async function listTroubledConversations(
  tx: Tx,
  agentId: string,
  request: PageRequest,
): Promise<Page<ConversationFacts>> {
  const [order, beyond] = request.backward ? ['asc', '>'] : ['desc', '<'];
  const rows = await tx.query<Keyed>(
    /* sql */ `
    with p as (
      select t.id, t.at, row_number() over (order by t.at ${order}, t.id ${order}) as n
        from (${troubled('$5')}) t
       where $3::timestamptz is null or (t.at, t.id) ${beyond} ($3, $4::uuid)
       order by t.at ${order}, t.id ${order} limit $2)
    ${FACTS}, p.at ${FACTS_FROM}`,
    [agentId, request.limit + 1, ...place(request), tx.workspaceId],
  );
  return pageOf(rows, request, keyOf);
}

function place(request: PageRequest): [string | null, string | null] {
  return [request.from?.[0] ?? null, request.from?.[1] ?? null];
}
