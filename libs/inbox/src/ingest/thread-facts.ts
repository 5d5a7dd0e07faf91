import type { MessageEvent, ReplyWindow, SendEvent, ThreadEvent } from '@app/channel';
import type { Tx } from '@app/runtime';

interface Facts {
  opened?: string;
  closes?: string;
  humanCloses?: string;
  handled?: { readonly at: string; readonly who: string; readonly app: string };
  delivered?: string;
  read?: string;
}

/**
 * Keeps what is new about threads, whether there is a conversation yet or not. Each part only grows, so the order in which the
 * news arrives is no matter.
 * @returns conversations of the threads about which a `thread` event said something new.
 */
export async function saveThreads(
  tx: Tx,
  accountId: string,
  events: readonly ThreadEvent[],
  messages: readonly MessageEvent[],
): Promise<string[]> {
  const threads = new Map<string, Facts>();
  const of = (key: string): Facts => threads.get(key) ?? threads.set(key, {}).get(key)!;
  for (const event of events) {
    const facts = of(event.threadKey);
    if (event.window) open(facts, event.window);
    if (event.handledBy) {
      const handled = { at: event.at, who: event.handledBy.who, app: event.handledBy.app };
      const order = ({ at, who, app }: NonNullable<Facts['handled']>): string => JSON.stringify([at, who, app]);
      if (!facts.handled || order(facts.handled) < order(handled)) facts.handled = handled;
    }
    if (event.deliveredUpTo) facts.delivered = later(facts.delivered, event.deliveredUpTo);
    if (event.readUpTo) facts.read = later(facts.read, event.readUpTo);
  }
  for (const { window, threading } of messages) {
    if (window && threading.threadKey !== undefined) open(of(threading.threadKey), window);
  }
  if (threads.size === 0) return [];
  const rows = [...threads].map(([key, { handled, ...facts }]) => ({
    key,
    ...facts,
    handledAt: handled?.at,
    who: handled?.who,
    app: handled?.app,
  }));
  const grown = await tx.query<{ key: string }>(
    /* sql */ `
    insert into inbox.threads as t (account_id, thread_key, workspace_id, window_opened_at, window_closes_at,
                                    window_human_closes_at, handled_by, handled_app, handled_at, delivered_up_to, read_up_to)
    select $1, r.key, $2, r.opened, r.closes, r."humanCloses", r.who, r.app, r."handledAt", r.delivered, r.read
      from jsonb_to_recordset($3::jsonb)
        as r(key text, opened timestamptz, closes timestamptz, "humanCloses" timestamptz, who text, app text,
             "handledAt" timestamptz, delivered timestamptz, read timestamptz)
     order by r.key
    on conflict (account_id, thread_key) do update
       set window_opened_at = greatest(t.window_opened_at, excluded.window_opened_at),
           window_closes_at = greatest(t.window_closes_at, excluded.window_closes_at),
           window_human_closes_at = greatest(t.window_human_closes_at, excluded.window_human_closes_at),
           handled_by = case when ${HANDLED_LATER} then excluded.handled_by else t.handled_by end,
           handled_app = case when ${HANDLED_LATER} then excluded.handled_app else t.handled_app end,
           handled_at = greatest(t.handled_at, excluded.handled_at),
           delivered_up_to = greatest(t.delivered_up_to, excluded.delivered_up_to),
           read_up_to = greatest(t.read_up_to, excluded.read_up_to)
     where ${HANDLED_LATER} or ${[
       'window_opened_at',
       'window_closes_at',
       'window_human_closes_at',
       'delivered_up_to',
       'read_up_to',
     ]
       .map((column) => `excluded.${column} > coalesce(t.${column}, '-infinity')`)
       .join(' or ')}
    returning thread_key as key`,
    [accountId, tx.workspaceId, JSON.stringify(rows)],
  );
  const told = new Set(events.map((event) => event.threadKey));
  const keys = grown.map((row) => row.key).filter((key) => told.has(key));
  if (keys.length === 0) return [];
  const conversations = await tx.query<{ id: string }>(
    'select id from inbox.conversations where account_id = $1 and thread_key = any($2::text[])',
    [accountId, keys],
  );
  return conversations.map((row) => row.id);
}

/** Of two words of one instant the same one counts everywhere. */
const HANDLED_LATER = /* sql */ `(excluded.handled_at is not null and (t.handled_at is null
  or (excluded.handled_at, excluded.handled_by, excluded.handled_app) > (t.handled_at, t.handled_by, t.handled_app)))`;

/** The platform refused to send because its window is closed: so it knows better than we do. */
export async function refuseWindows(tx: Tx, accountId: string, sends: readonly SendEvent[]): Promise<void> {
  const refused = sends
    .filter((send) => send.failure?.code === 'REPLY_WINDOW_CLOSED')
    .map((send) => ({ messageId: send.outboundId, at: send.at }));
  if (refused.length === 0) return;
  await tx.query(
    /* sql */ `
    insert into inbox.threads as t (account_id, thread_key, workspace_id, window_refused_at)
    select c.account_id, c.thread_key, $2, max(r.at)
      from jsonb_to_recordset($3::jsonb) as r("messageId" uuid, at timestamptz)
      join inbox.messages m on m.id = r."messageId" and m.account_id = $1
      join inbox.conversations c on c.id = m.conversation_id and c.thread_key is not null and c.visibility = 'private'
     group by 1, 2 order by 2
    on conflict (account_id, thread_key) do update set window_refused_at = greatest(t.window_refused_at, excluded.window_refused_at)`,
    [accountId, tx.workspaceId, JSON.stringify(refused)],
  );
}

/**
 * Gives private conversations the thread in which the platform put our message, unless another has it already.
 * @returns those that have one now.
 */
export async function bindThreads(tx: Tx, accountId: string, sends: readonly SendEvent[]): Promise<string[]> {
  const told = sends.flatMap(({ outboundId: messageId, threadKey }) =>
    threadKey === undefined ? [] : [{ messageId, threadKey }],
  );
  if (told.length === 0) return [];
  const bound = await tx.query<{ id: string }>(
    /* sql */ `
    update inbox.conversations c set thread_key = r.key, version = c.version + 1
      from (select distinct on (r."threadKey") r."threadKey" as key, m.conversation_id as id
              from jsonb_to_recordset($2::jsonb) as r("messageId" uuid, "threadKey" text)
              join inbox.messages m on m.id = r."messageId" and m.account_id = $1
             order by r."threadKey", m.conversation_id) r
     where c.id = r.id and c.thread_key is null and c.visibility = 'private'
       and not exists (select 1 from inbox.conversations o where o.account_id = $1 and o.thread_key = r.key)
    returning c.id`,
    [accountId, JSON.stringify(told)],
  );
  return bound.map((row) => row.id);
}

/**
 * Private conversations begun by a reply of ours, of which the platform says that they are a thread we have already: the customer
 * had written there before, or writes there meanwhile. @returns each with the one that it is.
 */
export async function findStrays(
  tx: Tx,
  accountId: string,
  sends: readonly SendEvent[],
): Promise<{ readonly from: string; readonly into: string }[]> {
  const told = sends.flatMap(({ outboundId: messageId, threadKey }) =>
    threadKey === undefined ? [] : [{ messageId, threadKey }],
  );
  if (told.length === 0) return [];
  return tx.query(
    /* sql */ `
    select distinct on (c.id) c.id as "from", o.id as "into"
      from jsonb_to_recordset($2::jsonb) as r("messageId" uuid, "threadKey" text)
      join inbox.messages m on m.id = r."messageId" and m.account_id = $1
      join inbox.conversations c on c.id = m.conversation_id and c.thread_key is null and c.visibility = 'private'
      join inbox.conversations o on o.account_id = $1 and o.thread_key = r."threadKey" and o.visibility = 'private'
     where not exists (select 1 from inbox.messages i where i.conversation_id = c.id and i.direction = 'inbound')
     order by c.id, r."threadKey"`,
    [accountId, JSON.stringify(told)],
  );
}

/**
 * Messages of ours that reached the customer, or were read, by what the platform said of their threads; a state never goes
 * back. The caller holds the conversations. @returns messages whose state grew.
 */
export async function applyReceipts(
  tx: Tx,
  conversationIds: readonly string[],
): Promise<{ readonly id: string; readonly conversationId: string }[]> {
  if (conversationIds.length === 0) return [];
  return tx.query(
    /* sql */ `
    update inbox.messages m
       set send_state = case when coalesce(m.platform_at, m.send_at) <= t.read_up_to then 'read' else 'delivered' end,
           version = m.version + 1
      from inbox.conversations c join inbox.threads t on t.account_id = c.account_id and t.thread_key = c.thread_key
     where c.id = any($1::uuid[]) and m.conversation_id = c.id and m.direction = 'outbound' and m.origin = 'evenhand'
       and m.visibility = 'private'
       and ((m.send_state in ('sent', 'delivered') and coalesce(m.platform_at, m.send_at) <= t.read_up_to)
         or (m.send_state = 'sent' and coalesce(m.platform_at, m.send_at) <= t.delivered_up_to))
    returning m.id, m.conversation_id as "conversationId"`,
    [conversationIds],
  );
}

function open(facts: Facts, window: ReplyWindow): void {
  facts.opened = later(facts.opened, window.openedAt);
  facts.closes = later(facts.closes, window.closesAt);
  facts.humanCloses = later(facts.humanCloses, window.humanClosesAt);
}

function later(a: string | undefined, b: string): string {
  return a !== undefined && a > b ? a : b;
}
