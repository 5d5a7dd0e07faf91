import type { SendEvent } from '@app/channel';
import type { Tx } from '@app/runtime';
import { baseSubject } from '../conversations/subject';
import { RANK } from '../replies/send-state';
import { uncover } from '../waits/coverage';
import type { KnownAccount } from './account-events';
import type { Arrived } from './stored-event';
import type { RefRow } from './write-refs';

/** An outbound message whose state changed. */
export interface SentMessage {
  readonly id: string;
  readonly conversationId: string;
  readonly state: string;
}

/** Our own copy of a message seen coming back: it went out, whatever the attempt said. */
interface SeenOwn {
  readonly outboundId: string;
  readonly at: string;
  readonly nativeIds: readonly string[];
}

/** The last word on one outbound message. */
export interface News {
  readonly id: string;
  readonly state: SendEvent['state'];
  readonly attempt: number | null;
  readonly rank: number;
  readonly at: string;
  readonly nextAt: string | null;
  readonly failure: SendEvent['failure'] | null;
  readonly nativeIds: readonly string[];
}

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

/** One last word per message, whatever the order of the news. */
export function collectNews(events: readonly SendEvent[], own: readonly SeenOwn[]): News[] {
  const latest = new Map<string, News>();
  for (const news of [...events.map(fromEvent), ...own.map(fromCopy)]) {
    const known = latest.get(news.id);
    latest.set(news.id, known ? newer(known, news) : news);
  }
  return [...latest.values()];
}

/** Conversations of the messages the news is about. */
export async function conversationsOf(tx: Tx, news: readonly News[]): Promise<string[]> {
  if (news.length === 0) return [];
  const rows = await tx.query<{ id: string }>(
    'select distinct conversation_id as id from inbox.messages where id = any($1::uuid[])',
    [news.map(({ id }) => id)],
  );
  return rows.map((row) => row.id);
}

/** Keeps the ids a platform gave our messages: replies to them will name these. @returns them, for the references. */
export async function nameSent(tx: Tx, accountId: string, news: readonly News[]): Promise<RefRow[]> {
  const named = news.filter((row) => row.nativeIds.length > 0).map(({ id, nativeIds }) => ({ id, nativeIds }));
  if (named.length === 0) return [];
  const messages = await tx.query<{ id: string; conversation: string; subject: string | null; nativeIds: string[] }>(
    /* sql */ `
    update inbox.messages m
       set native_ids = array(select id from unnest(m.native_ids || r."nativeIds") with ordinality u(id, n)
                               group by id order by min(n) limit 10)
      from jsonb_to_recordset($2::jsonb) as r(id uuid, "nativeIds" text[])
     where m.id = r.id and m.account_id = $1 and m.origin = 'evenhand'
    returning m.id, m.conversation_id as conversation, m.subject, r."nativeIds"`,
    [accountId, JSON.stringify(named)],
  );
  return messages.flatMap((message) =>
    message.nativeIds.map((ref) => ({
      ref,
      conversation: message.conversation,
      message: message.id,
      direct: true,
      subjects: [baseSubject(message.subject)],
      parties: [],
    })),
  );
}

/**
 * Applies what became of outbound messages. `sent` counts for good; otherwise the greater (attempt, rank) counts, so that
 * news may come in any order and twice. A message that failed no longer covers anything: what it answered waits again.
 * The caller holds the conversations and settles the waits afterwards.
 */
export async function applySends(tx: Tx, accountId: string, news: readonly News[]): Promise<readonly SentMessage[]> {
  if (news.length === 0) return [];
  const changed = await tx.query<SentMessage>(
    /* sql */ `
    update inbox.messages m
       set send_state = r.state, send_attempt = coalesce(r.attempt, m.send_attempt), send_rank = r.rank, send_at = r.at,
           send_next_at = r."nextAt", failure = r.failure, version = m.version + 1
      from jsonb_to_recordset($2::jsonb)
        as r(id uuid, state text, attempt integer, rank smallint, at timestamptz, "nextAt" timestamptz, failure jsonb)
     where m.id = r.id and m.account_id = $1 and m.origin = 'evenhand' and m.direction = 'outbound'
       and m.send_state not in ('delivered', 'read')
       and case when r.state = 'sent' then m.send_state <> 'sent' or coalesce(m.send_attempt, 0) < r.attempt
                else m.send_state <> 'sent' and (coalesce(m.send_attempt, 0), coalesce(m.send_rank, 0)) < (r.attempt, r.rank) end
    returning m.id, m.conversation_id as "conversationId", m.send_state as state`,
    [accountId, JSON.stringify(news)],
  );
  await uncover(
    tx,
    changed.filter((message) => message.state === 'failed').map((message) => message.id),
  );
  return changed;
}

function fromEvent(event: SendEvent): News {
  return {
    id: event.outboundId,
    state: event.state,
    attempt: event.attempt,
    rank: RANK[event.state],
    at: event.at,
    nextAt: event.nextAt ?? null,
    failure: event.failure ?? null,
    nativeIds: event.nativeIds,
  };
}

function fromCopy(copy: SeenOwn): News {
  return { ...copy, id: copy.outboundId, state: 'sent', attempt: null, rank: RANK.sent, nextAt: null, failure: null };
}

function newer(a: News, b: News): News {
  const [last, first] = compare(a, b) >= 0 ? [a, b] : [b, a];
  return { ...last, nativeIds: [...new Set([...first.nativeIds, ...last.nativeIds])].slice(0, 10) };
}

function compare(a: News, b: News): number {
  const sent = Number(a.state === 'sent') - Number(b.state === 'sent');
  return sent || (a.attempt ?? -1) - (b.attempt ?? -1) || a.rank - b.rank;
}
