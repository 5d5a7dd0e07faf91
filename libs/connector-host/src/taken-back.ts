import { fileFetchJobName, type ConnectorAccount, type InboundEvent } from '@app/channel';
import type { Tx } from '@app/runtime';

type Owner = Pick<ConnectorAccount, 'id' | 'channel'>;

/** Id of the message whose text an event takes from everybody, as the event names it; undefined for other events. */
export function takenBackBy(event: InboundEvent): string | undefined {
  return event.kind === 'change' && event.change.type === 'withdrawn' ? event.target : undefined;
}

/** Under which the delivery of an event is kept in `intake.copies` when it brings nothing new: of a message of ours our id of it. */
export function subjectOf(event: InboundEvent): string | undefined {
  if (event.kind === 'message') return event.externalId;
  if (event.kind === 'send') return event.outboundId;
  return event.kind === 'change' ? event.target : undefined;
}

/** By which a word that came before the event may have taken back what it tells; as a `target` names messages. */
export function namesOf(event: InboundEvent): readonly string[] {
  if (event.kind === 'message') return [event.externalId];
  if (event.kind === 'send') return event.nativeIds;
  return event.kind === 'change' ? [event.target] : [];
}

/** Which of these messages have been taken back before, by what is stored. */
export async function takenBackBefore(tx: Tx, accountId: string, messages: readonly string[]): Promise<string[]> {
  if (messages.length === 0) return [];
  const rows = await tx.query<{ target: string }>(
    `select distinct body ->> 'target' as target from intake.events
      where account_id = $1 and kind = 'change' and body ->> 'target' = any($2::text[])
        and body -> 'change' ->> 'type' = 'withdrawn'`,
    [accountId, messages],
  );
  return rows.map(({ target }) => target);
}

/**
 * Takes what was written in messages from `intake`, where their author, or we, took them back: their text and that of their
 * edits, the raw bytes of every delivery that brought them, files still to be fetched, and the prepared bytes of ours. The rows
 * stay, by which repeats are recognised; so does what the same deliveries brought of others. Safe to repeat.
 */
export async function takeBack(tx: Tx, { id, channel }: Owner, messages: readonly string[]): Promise<void> {
  if (messages.length === 0) return;
  await tx.query(
    /* sql */ `
    with ours as (
      select outbound_id, attempt, coalesce(message_id, outbound_id)::text as message from intake.sends
       where account_id = $1 and native_ids && $2::text[]),
    seen as (
      -- the names that copies of ours are given when they are seen, see settleSeen
      select outbound_id || ':' || attempt || ':sent:seen' as id from ours),
    written as (
      update intake.events
         -- files that triage has taken in are the inbox's to delete; of others it must still learn
         set body = (body - '{html,subject,quoteStart}'::text[])
                    || jsonb_build_object('text', '', 'attachments', case when ingested_at is null then body -> 'attachments' else '[]' end)
       where account_id = $1 and kind = 'message' and external_id = any($2::text[])
      returning delivery_id),
    edited as (
      update intake.events set body = jsonb_set(body, '{change,text}', '""')
       where account_id = $1 and kind = 'change' and body ->> 'target' = any($2::text[]) and body -> 'change' ->> 'type' = 'edited'
      returning delivery_id),
    bringing as (
      select delivery_id from written union select delivery_id from edited
      union select delivery_id from intake.events
             where account_id = $1 and kind = 'send' and external_id in (select id from seen)
      union select delivery_id from intake.copies
             where account_id = $1 and (message = any($2::text[]) or message in (select message from ours))),
    prepared as (
      delete from intake.prepared where outbound_id in (select outbound_id from ours)),
    fetching as (
      delete from jobs.jobs
       where name = $3 and payload ->> 'accountId' = $1::uuid::text and payload ->> 'target' = any($2::text[])
         and (dead_at is not null or lease_until is null or lease_until < clock_timestamp()))
    delete from intake.raw_bytes r using intake.deliveries d
     where d.id in (select delivery_id from bringing) and r.delivery_id = d.id and r.received_at = d.received_at`,
    [id, messages, fileFetchJobName(channel)],
  );
}
