import type { ConnectorAccount, CursorMove, InboundEvent, Reach, SendEvent } from '@app/channel';
import type { Database, Tx } from '@app/runtime';
import { AccountLeaseLost } from './account-leases';
import { jsonSafe } from './json-safe';
import type { ReadDelivery } from './read-deliveries';
import { settleSeen } from './settle-seen';
import type { Vault } from './vault';

/** Most deliveries in one transaction. */
export const MAX_BATCH = 500;
/** Most raw bytes in one transaction. */
export const MAX_BATCH_BYTES = 128 * 1024 * 1024;

type Owner = Pick<ConnectorAccount, 'id' | 'workspaceId' | 'channel'>;

/** What one commit stored; repeats are not counted. */
export interface IntakeReport {
  readonly deliveries: number;
  readonly events: number;
}

/** Takes in what platforms hand over: the raw bytes, what was read from them and the cursor, in one transaction. */
export class Intake {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    /** Called in each transaction that wrote events; wakes triage after the commit. */
    private readonly wake: (tx: Tx, accountId: string) => void,
  ) {}

  /**
   * Stores deliveries with their events and reach, and moves the cursor. Safe to repeat: what is stored already stays.
   * @param lease fencing number under which the account is polled; null for what a platform pushes.
   * @throws AccountLeaseLost, or a database error; nothing is stored then and the cursor has not moved.
   */
  async commit(
    account: Owner,
    lease: number | null,
    read: readonly ReadDelivery[],
    move: CursorMove | null,
  ): Promise<IntakeReport> {
    const bytes = read.reduce((sum, { delivery }) => sum + delivery.raw.length, 0);
    if (read.length > MAX_BATCH || bytes > MAX_BATCH_BYTES) {
      throw new RangeError(`a batch of ${read.length} deliveries with ${bytes} bytes is too large`);
    }
    return this.database.transaction('system', async (tx) => {
      const batch = this.batch(tx, read);
      const events = await settleSeen(tx, account, batch.events);
      const [row] = await tx.query<{ held: number; deliveries: number; events: number }>(COMMIT, [
        account.id,
        account.workspaceId,
        account.channel,
        lease,
        tx.now,
        jsonSafe(batch.deliveries),
        batch.bytes,
        jsonSafe(events.map(({ id, delivery, event }) => eventRow(id, delivery, event))),
        move?.stream ?? null,
        move === null ? null : jsonSafe(move.cursor),
        jsonSafe(batch.reach),
      ]);
      if (row === undefined || row.held === 0) throw new AccountLeaseLost(account.id);
      if (row.events > 0) this.wake(tx, account.id);
      return { deliveries: row.deliveries, events: row.events };
    });
  }

  /** Adds events that are the connector's own words, or that were read again. @returns how many were new. */
  async append(
    tx: Tx,
    account: Owner,
    events: readonly InboundEvent[],
    deliveryId: string | null = null,
  ): Promise<number> {
    if (events.length === 0) return 0;
    const added = await tx.execute(
      `insert into intake.events (id, workspace_id, account_id, channel, delivery_id, kind, external_id, body, received_at)
       select e.id, $2, $1, $3, e.delivery, e.kind, e.external, e.body, $4
         from jsonb_to_recordset($5::jsonb) as e(id uuid, delivery uuid, kind text, external text, body jsonb)
       on conflict (account_id, kind, external_id) do nothing`,
      [
        account.id,
        account.workspaceId,
        account.channel,
        tx.now,
        jsonSafe(events.map((event) => eventRow(tx.newId(), deliveryId, event))),
      ],
    );
    if (added > 0) this.wake(tx, account.id);
    return added;
  }

  private batch(tx: Tx, read: readonly ReadDelivery[]) {
    const sealed: Buffer[] = [];
    const deliveries: unknown[] = [];
    const events: { id: string; delivery: string; event: InboundEvent }[] = [];
    const reach: (Reach & { id: string; delivery: string })[] = [];
    let offset = 0;
    for (const { delivery, state, problem, result } of read) {
      const id = tx.newId();
      const bytes = this.vault.seal('delivery', id, delivery.raw);
      deliveries.push({
        id,
        source: delivery.source,
        from: offset + 1,
        length: bytes.length,
        size: delivery.raw.length,
        context: delivery.context,
        arrived: delivery.arrivedAt.toISOString(),
        state,
        problem,
      });
      offset += bytes.length;
      sealed.push(bytes);
      for (const event of result.events) events.push({ id: tx.newId(), delivery: id, event });
      for (const known of result.reach) reach.push({ ...known, id: tx.newId(), delivery: id });
    }
    return { deliveries, events, reach, bytes: Buffer.concat(sealed, offset) };
  }
}

function eventRow(id: string, delivery: string | null, event: InboundEvent | SendEvent) {
  return { id, delivery, kind: event.kind, external: event.externalId, body: event };
}

/*
 * One statement: the raw bytes of all deliveries come as one value and are cut apart here, so the text of the statement
 * does not depend on their number. Without the lease (shared lock on the account's row: no other process can take the
 * lease before this transaction ends) nothing is written.
 */
const COMMIT = /* sql */ `
  with lease as (
    select from intake.accounts where id = $1::uuid and ($4::bigint is null or lease_number = $4::bigint) for share
  ), stored as (
    insert into intake.deliveries
           (id, workspace_id, account_id, source, raw, size, context, arrived_at, received_at, state, problem, read_at)
    select d.id, $2::uuid, $1::uuid, d.source, substring($7::bytea from d."from" for d.length), d.size, d.context,
           d.arrived, $5::timestamptz, d.state, d.problem, $5::timestamptz
      from lease, jsonb_to_recordset($6::jsonb)
           as d(id uuid, source text, "from" integer, length integer, size integer, context jsonb, arrived timestamptz,
                state text, problem text)
    on conflict (account_id, source) do nothing
    returning id
  ), told as (
    insert into intake.events (id, workspace_id, account_id, channel, delivery_id, kind, external_id, body, received_at)
    select e.id, $2::uuid, $1::uuid, $3::text, e.delivery, e.kind, e.external, e.body, $5::timestamptz
      from lease, jsonb_to_recordset($8::jsonb) as e(id uuid, delivery uuid, kind text, external text, body jsonb)
    on conflict (account_id, kind, external_id) do nothing
    returning id
  ), sealed as (
    insert into sealed.reach (id, workspace_id, account_id, channel, external_id, author, values, received_at)
    select r.id, $2::uuid, $1::uuid, r.channel, r."externalId", r.author, r.values, $5::timestamptz
      from jsonb_to_recordset($11::jsonb)
           as r(id uuid, delivery uuid, channel text, "externalId" text, author text, values jsonb)
      join stored on stored.id = r.delivery
  ), moved as (
    insert into intake.cursors (account_id, stream, cursor, moved_at)
    select $1::uuid, $9::text, $10::jsonb, $5::timestamptz from lease where $9::text is not null
    on conflict (account_id, stream) do update set cursor = excluded.cursor, moved_at = excluded.moved_at
  )
  select (select count(*) from lease) as held, (select count(*) from stored) as deliveries,
         (select count(*) from told) as events`;
