import { messageEvent } from '@app/channel';
import type { Tx } from '@app/runtime';
import type { Arrived } from './stored-event';
import { answered } from './threads';

/** Answers written elsewhere that have waited for one of these messages, and those that have waited for them in turn. */
export async function takeUp(tx: Tx, accountId: string, nativeIds: readonly string[]): Promise<Arrived[]> {
  const taken = new Map<string, Arrived>();
  for (let ids = nativeIds; ids.length > 0;) {
    const rows = await tx.query<{ body: unknown; receivedAt: Date }>(
      /* sql */ `
      select body, received_at as "receivedAt" from inbox.parked
       where account_id = $1 and refs && $2::text[] and external_id <> all($3::text[])`,
      [accountId, ids, [...taken.keys()]],
    );
    const found = rows.map(({ body, receivedAt }) => ({ event: messageEvent.parse(body), receivedAt }));
    for (const arrived of found) taken.set(arrived.event.externalId, arrived);
    ids = found.flatMap(({ event }) => event.nativeIds);
  }
  return [...taken.values()];
}

/** Keeps answers until what they answer is here. */
export async function park(tx: Tx, accountId: string, waiting: readonly Arrived[]): Promise<void> {
  if (waiting.length === 0) return;
  const rows = waiting.map(({ event, receivedAt }) => ({
    external: event.externalId,
    refs: answered(event),
    body: event,
    receivedAt,
  }));
  await tx.query(
    /* sql */ `
    insert into inbox.parked (account_id, external_id, workspace_id, refs, body, received_at)
    select $1, r.external, $2, r.refs, r.body, r."receivedAt"
      from jsonb_to_recordset($3::jsonb) as r(external text, refs text[], body jsonb, "receivedAt" timestamptz)
     order by r.external
    on conflict (account_id, external_id) do nothing`,
    [accountId, tx.workspaceId, JSON.stringify(rows)],
  );
}

/** These have found their place. */
export async function unpark(tx: Tx, accountId: string, taken: readonly Arrived[]): Promise<void> {
  if (taken.length === 0) return;
  await tx.query('delete from inbox.parked where account_id = $1 and external_id = any($2::text[])', [
    accountId,
    taken.map(({ event }) => event.externalId),
  ]);
}
