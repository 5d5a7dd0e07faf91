import type { ConnectorAccount, InboundEvent, MessageEvent, SendEvent } from '@app/channel';
import type { Tx } from '@app/runtime';
import type { ReadEvent } from './intake-batch';

/** Platforms tell times in whole seconds, by clocks nearly right: so much before the attempt still counts as after it. */
const SLACK_MS = 6_000;

/** The attempt that something seen on the platform is a copy of. */
interface Send {
  /** The message it belongs to, and which of its parts it is. */
  readonly message: string;
  readonly part: number;
  readonly parts: number;
  /** Id given to the platform: the part's own. */
  readonly outbound: string;
  readonly attempt: number;
  readonly nativeIds: readonly string[];
  readonly fingerprint: string | null;
  readonly startedAt: Date;
  /** Whether its outcome was still in doubt. */
  open: boolean;
}

/** What was seen of an attempt. */
interface Sighting {
  readonly send: Send;
  readonly nativeIds: readonly string[];
}

/**
 * Deliveries may show what became of our own messages: a copy in the Sent folder, an echo, a reply that names one, our own
 * comment under a post. Such an event settles the send, whatever was thought of it before, in the transaction that stores
 * the delivery, so that no later attempt sends it again.
 *
 * A `send` event names the message, or the part of one; it gets the number of the latest attempt, which only the host knows.
 * Without `nativeIds` it is mere evidence and counts only while the outcome is open. A message nobody here sent is nothing.
 *
 * An outbound `message` is ours where an attempt has one of its ids, or its fingerprint and no id yet and had begun by then; it
 * becomes the `send` event then. An attempt is committed before its first byte leaves, so what is seen of it never comes before its row.
 */
export async function settleSeen(
  tx: Tx,
  account: Pick<ConnectorAccount, 'id'>,
  events: readonly ReadEvent[],
): Promise<readonly ReadEvent[]> {
  const told = events.flatMap(({ event }) => (event.kind === 'send' ? [event] : []));
  const written = events.flatMap(({ event }) => (isOutbound(event) ? [event] : []));
  if (told.length === 0 && written.length === 0) return events;
  const sends = await find(tx, account.id, told, written);
  const sightings: Sighting[] = [];
  const settled = events.flatMap((read) => {
    const { event } = read;
    if (event.kind !== 'send' && !isOutbound(event)) return [read];
    const send = event.kind === 'send' ? latestOf(sends, event.outboundId) : ownOf(sends, sightings, event);
    if (send === undefined) return event.kind === 'send' ? [] : [read];
    if (event.kind === 'send' && event.nativeIds.length === 0 && !send.open) return [];
    sightings.push({ send, nativeIds: event.nativeIds });
    return [{ ...read, event: sendEventOf(send, event) }];
  });
  await settle(tx, sightings);
  return settled;
}

/** Attempts that are named, by id, native id or fingerprint; locked, and the oldest first. */
async function find(tx: Tx, accountId: string, told: readonly SendEvent[], written: readonly MessageEvent[]) {
  return tx.query<Send>(
    `select coalesce(s.message_id, s.outbound_id) as message, s.part, s.parts, s.outbound_id as outbound, s.attempt,
            s.native_ids as "nativeIds", s.fingerprint, s.started_at as "startedAt", (s.outcome is distinct from 'sent') as open
       from intake.sends s
      where s.account_id = $1
        and (s.outbound_id = any($2::uuid[]) or s.native_ids && $3::text[]
             or s.fingerprint = any($4::text[]) and s.native_ids = '{}'
                and (s.outcome is null or s.outcome in ('sent', 'uncertain', 'absent')))
      order by s.started_at, s.outbound_id, s.attempt
        for update of s`,
    [
      accountId,
      told.map((event) => event.outboundId),
      written.flatMap((event) => event.nativeIds),
      written.flatMap((event) => event.fingerprint ?? []),
    ],
  );
}

function latestOf(sends: readonly Send[], outboundId: string): Send | undefined {
  const attempts = sends.filter(({ outbound }) => outbound === outboundId);
  return attempts.toSorted((a, b) => b.attempt - a.attempt)[0];
}

/** Two copies of equal text are two messages: each attempt is the copy of one. */
function ownOf(sends: readonly Send[], sightings: readonly Sighting[], event: MessageEvent): Send | undefined {
  const named = (ids: readonly string[]): boolean => ids.some((id) => event.nativeIds.includes(id));
  return (
    sends.find(({ nativeIds }) => named(nativeIds)) ??
    sightings.find(({ nativeIds }) => named(nativeIds))?.send ??
    sends.find(
      (send) =>
        event.fingerprint !== undefined &&
        send.fingerprint === event.fingerprint &&
        send.nativeIds.length === 0 &&
        new Date(event.at).getTime() >= send.startedAt.getTime() - SLACK_MS &&
        !sightings.some((sighting) => sighting.send === send),
    )
  );
}

function sendEventOf(send: Send, event: SendEvent | MessageEvent): SendEvent {
  const seen: SendEvent =
    event.kind === 'send'
      ? event
      : {
          kind: 'send',
          externalId: '',
          outboundId: send.message,
          part: send.part,
          parts: send.parts,
          attempt: send.attempt,
          state: 'sent',
          at: event.at,
          nativeIds: event.nativeIds,
          platformAt: event.at,
        };
  const externalId = `${send.outbound}:${send.attempt}:${seen.state}:seen`;
  const { message, part, parts, attempt } = send;
  return { ...seen, externalId, outboundId: message, part, parts, attempt };
}

async function settle(tx: Tx, sightings: readonly Sighting[]): Promise<void> {
  const news = sightings.filter(
    ({ send, nativeIds }) => send.open || nativeIds.some((id) => !send.nativeIds.includes(id)),
  );
  if (news.length === 0) return;
  await tx.execute(
    `update intake.sends s
        set native_ids = array(select distinct id from unnest(s.native_ids || coalesce(o.ids, '{}')) id),
            settled_at = case when s.outcome = 'sent' then s.settled_at else $2 end,
            detail = case when s.outcome = 'sent' then s.detail else 'seen on the platform' end,
            outcome = 'sent'
       from (select outbound, attempt, array_agg(id) filter (where id is not null) as ids
               from jsonb_to_recordset($1::jsonb) as n(outbound uuid, attempt integer, id text) group by 1, 2) o
      where s.outbound_id = o.outbound and s.attempt = o.attempt`,
    [
      JSON.stringify(
        news.flatMap(({ send, nativeIds }) =>
          (nativeIds.length > 0 ? nativeIds : [null]).map((id) => ({
            outbound: send.outbound,
            attempt: send.attempt,
            id,
          })),
        ),
      ),
      tx.now,
    ],
  );
}

function isOutbound(event: InboundEvent): event is MessageEvent {
  return event.kind === 'message' && event.direction === 'outbound';
}
