import type { ConnectorAccount, InboundEvent } from '@app/channel';
import type { Tx } from '@app/runtime';

interface Read {
  readonly id: string;
  readonly delivery: string;
  readonly event: InboundEvent;
}

/**
 * Deliveries may show what became of our own messages: a copy in the Sent folder, an echo, a reply that names one. Such
 * a `send` event settles the send, whatever was thought of it before, in the transaction that stores the delivery, so
 * that no later attempt sends it again. It gets the number of the latest attempt, which only the host knows; without
 * `nativeIds` it is mere evidence and counts only while the outcome is open. A message nobody here sent is nothing.
 */
export async function settleSeen(
  tx: Tx,
  account: Pick<ConnectorAccount, 'id'>,
  events: readonly Read[],
): Promise<readonly Read[]> {
  const seen = events.flatMap(({ event }) => (event.kind === 'send' ? [event] : []));
  if (seen.length === 0) return events;
  const rows = await tx.query<{ outbound: string; attempt: number; open: boolean }>(
    `select s.outbound_id as outbound, s.attempt, (s.outcome is distinct from 'sent') as open
       from intake.sends s
      where s.account_id = $1 and s.outbound_id = any($2::uuid[])
        and s.attempt = (select max(attempt) from intake.sends l where l.outbound_id = s.outbound_id)
      order by s.outbound_id
        for update of s`,
    [account.id, seen.map((event) => event.outboundId)],
  );
  const sends = new Map(rows.map((row) => [row.outbound, row]));
  const open = rows.filter((row) => row.open);
  if (open.length > 0) {
    await tx.execute(
      `update intake.sends s set outcome = 'sent', settled_at = $3, detail = 'seen on the platform'
         from unnest($1::uuid[], $2::integer[]) as o(outbound, attempt)
        where s.outbound_id = o.outbound and s.attempt = o.attempt`,
      [open.map((row) => row.outbound), open.map((row) => row.attempt), tx.now],
    );
  }
  return events.flatMap((read) => {
    if (read.event.kind !== 'send') return [read];
    const send = sends.get(read.event.outboundId);
    if (send === undefined || (!send.open && read.event.nativeIds.length === 0)) return [];
    const { event } = read;
    const externalId = `${event.outboundId}:${send.attempt}:${event.state}:seen`;
    return [{ ...read, event: { ...event, attempt: send.attempt, externalId } }];
  });
}
