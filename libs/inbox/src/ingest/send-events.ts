import type { Tx } from '@app/runtime';
import { baseSubject } from '../conversations/subject';
import { uncover } from '../waits/coverage';
import type { KnownAccount } from './account-events';
import { saveParts } from './parts';
import type { AllNews, News, PartNews, SeenOwn } from './send-news';
import type { Arrived } from './stored-event';
import type { RefRow } from './write-refs';

/** An outbound message whose state changed. */
export interface SentMessage {
  readonly id: string;
  readonly conversationId: string;
  readonly state: string;
}

/** Most platform ids kept of one of our messages; each part of it has some. */
const MAX_NATIVE_IDS = 200;
/** The platform has it, whatever else is said of later attempts. */
const ARRIVED = `('sent', 'delivered', 'read')`;

/** Copies of what we sent ourselves are news of the send, not messages. */
export async function takeOutOwn(
  tx: Tx,
  account: KnownAccount,
  arrived: readonly Arrived[],
): Promise<{ own: SeenOwn[]; others: Arrived[] }> {
  const named = new Map<Arrived, string>();
  for (const one of arrived) {
    const reference = one.event.class === 'own' && one.event.threading.references.find((ref) => ref.kind === 'message');
    if (reference) named.set(one, reference.id);
  }
  if (named.size === 0) return { own: [], others: [...arrived] };
  const ours = await tx.query<{ id: string }>(
    /* sql */ `
    select id from inbox.messages
     where id = any($1::uuid[]) and account_id = $2 and origin = 'evenhand' and direction = 'outbound'`,
    [[...named.values()], account.id],
  );
  const ids = new Set(ours.map((row) => row.id));
  const own = [...named]
    .filter(([, id]) => ids.has(id))
    .map(([{ event }, outboundId]) => ({ outboundId, at: event.at, nativeIds: event.nativeIds }));
  return { own, others: arrived.filter((one) => !ids.has(named.get(one) ?? '')) };
}

/** Conversations of the messages the news is about, and those in which they answer. */
export async function conversationsOf(tx: Tx, { whole, parts }: AllNews): Promise<string[]> {
  if (whole.length + parts.length === 0) return [];
  const rows = await tx.query<{ id: string }>(
    /* sql */ `
    select conversation_id as id from inbox.messages where id = any($1::uuid[])
    union
    select a.id from inbox.messages m cross join lateral (values (m.answers_in), (m.also_answers)) a (id)
     where m.id = any($1::uuid[]) and a.id is not null`,
    [[...whole, ...parts].map(({ id }) => id)],
  );
  return rows.map((row) => row.id);
}

export interface NamedSent {
  /** For the references: replies will name these. */
  readonly refs: readonly RefRow[];
  /** Messages to which something has happened that came before the platform's id for them. */
  readonly changed: readonly string[];
  /** Ids under which people elsewhere answer in public. */
  readonly public: readonly string[];
}

/** Keeps the ids a platform gave our messages, and its time. */
export async function nameSent(tx: Tx, accountId: string, { whole, parts }: AllNews): Promise<NamedSent> {
  const rows = new Map<string, { id: string; nativeIds: string[]; platformAt: string | null }>();
  for (const { id, nativeIds, platformAt } of whole) {
    if (nativeIds.length > 0 || platformAt !== null) rows.set(id, { id, nativeIds: [...nativeIds], platformAt });
  }
  for (const { id, nativeIds } of parts) {
    const known = rows.get(id);
    if (known) known.nativeIds.push(...nativeIds);
    else if (nativeIds.length > 0) rows.set(id, { id, nativeIds: [...nativeIds], platformAt: null });
  }
  if (rows.size === 0) return { refs: [], changed: [], public: [] };
  const messages = await tx.query<NamedRow>(
    /* sql */ `
    update inbox.messages m
       set native_ids = array(select id from unnest(m.native_ids || r."nativeIds") with ordinality u(id, n)
                               group by id order by min(n) limit ${MAX_NATIVE_IDS}),
           platform_at = least(m.platform_at, r."platformAt")
      from jsonb_to_recordset($2::jsonb) as r(id uuid, "nativeIds" text[], "platformAt" timestamptz)
     where m.id = r.id and m.account_id = $1 and m.origin = 'evenhand'
    returning m.id, m.conversation_id as conversation, m.subject, r."nativeIds", m.visibility = 'public' as public,
              exists (select 1 from inbox.message_changes c where c.account_id = $1 and c.target = any(m.native_ids)) as changed`,
    [accountId, JSON.stringify([...rows.values()])],
  );
  const refs = messages.flatMap((message) =>
    message.nativeIds.map((ref) => ({
      ref,
      conversation: message.conversation,
      message: message.id,
      direct: true,
      subjects: [baseSubject(message.subject)],
      parties: [],
    })),
  );
  return {
    refs: [...new Map(refs.map((row) => [`${row.conversation} ${row.ref}`, row])).values()],
    changed: messages.filter((message) => message.changed).map((message) => message.id),
    public: messages.filter((message) => message.public).flatMap((message) => message.nativeIds),
  };
}

interface NamedRow {
  readonly id: string;
  readonly conversation: string;
  readonly subject: string | null;
  readonly nativeIds: string[];
  readonly public: boolean;
  readonly changed: boolean;
}

/**
 * Applies what became of outbound messages. `sent` counts for good; otherwise the greater (attempt, rank) counts, so that
 * news may come in any order and twice. A message that failed no longer covers anything: what it answered waits again.
 * A reply in parts is what follows from them. The caller holds the conversations and settles the waits afterwards.
 */
export async function applySends(tx: Tx, accountId: string, news: AllNews): Promise<readonly SentMessage[]> {
  const changed = [...(await applyWhole(tx, accountId, news.whole)), ...(await applyParts(tx, accountId, news.parts))];
  await uncover(
    tx,
    changed.filter((message) => message.state === 'failed').map((message) => message.id),
  );
  return changed;
}

async function applyWhole(tx: Tx, accountId: string, news: readonly News[]): Promise<SentMessage[]> {
  if (news.length === 0) return [];
  return tx.query<SentMessage>(
    /* sql */ `
    update inbox.messages m
       set send_state = case when m.send_state in ('delivered', 'read') then m.send_state else r.state end,
           send_attempt = coalesce(r.attempt, m.send_attempt), send_rank = r.rank, send_at = r.at,
           send_next_at = r."nextAt", failure = r.failure, version = m.version + 1
      from jsonb_to_recordset($2::jsonb)
        as r(id uuid, state text, attempt integer, rank smallint, at timestamptz, "nextAt" timestamptz, failure jsonb)
     where m.id = r.id and m.account_id = $1 and m.origin = 'evenhand' and m.direction = 'outbound'
       and case when r.state = 'sent' then m.send_state not in ${ARRIVED} or coalesce(m.send_attempt, 0) < r.attempt
                else m.send_state not in ${ARRIVED} and (coalesce(m.send_attempt, 0), coalesce(m.send_rank, 0)) < (r.attempt, r.rank) end
    returning m.id, m.conversation_id as "conversationId", m.send_state as state`,
    [accountId, JSON.stringify(news)],
  );
}

async function applyParts(tx: Tx, accountId: string, news: readonly PartNews[]): Promise<SentMessage[]> {
  const messages = await saveParts(tx, accountId, news);
  if (messages.length === 0) return [];
  return tx.query<SentMessage>(
    /* sql */ `
    update inbox.messages m
       set send_state = r.state, send_attempt = r.attempt, send_at = r.at, send_next_at = r."nextAt", failure = r.failure,
           platform_at = r."platformAt", version = m.version + 1
      from jsonb_to_recordset($1::jsonb)
        as r(id uuid, state text, attempt integer, at timestamptz, "nextAt" timestamptz, failure jsonb, "platformAt" timestamptz)
     where m.id = r.id and m.send_state not in ('delivered', 'read')
       and (m.send_state, m.send_attempt, m.send_at, m.send_next_at, m.failure, m.platform_at)
             is distinct from (r.state, r.attempt, r.at, r."nextAt", r.failure, r."platformAt")
    returning m.id, m.conversation_id as "conversationId", m.send_state as state`,
    [JSON.stringify(messages)],
  );
}
