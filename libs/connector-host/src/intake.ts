import { randomBytes } from 'node:crypto';
import {
  messageOf,
  tombstoneOf,
  type ConnectorAccount,
  type CursorMove,
  type FileRequest,
  type InboundEvent,
  type PolicyNotice,
  type ReadResult,
} from '@app/channel';
import type { Database, Tx } from '@app/runtime';
import { AccountLeaseLost } from './account-leases';
import { batchOf, hashesOf, withoutErased, withReach, type Batch, type Brought, type Sealing } from './intake-batch';
import { jsonSafe, safeValue } from './json-safe';
import type { ReadDelivery } from './read-deliveries';
import { namesOf, subjectOf, takeBack, takenBackBefore, takenBackBy } from './taken-back';
import { settleSeen } from './settle-seen';

import type { Vault } from './vault';

/** Most deliveries in one transaction. */
export const MAX_BATCH = 500;
/** Most raw bytes in one transaction. */
export const MAX_BATCH_BYTES = 128 * 1024 * 1024;

export type Owner = Pick<ConnectorAccount, 'id' | 'workspaceId' | 'channel'>;

/** Deliveries of one account that a platform pushed. */
export interface Pushed {
  readonly account: Owner;
  readonly read: readonly ReadDelivery[];
}

interface Part extends Pushed {
  readonly lease: number | null;
}

/** What a commit brought to one account. */
export interface News {
  readonly account: Owner;
  readonly brought: Brought;
}

/** An account whose row is kept for a transaction. */
interface Held {
  readonly account: Owner;
  readonly lease: number | null;
  readonly exclusive: boolean;
  readonly hashes: readonly Buffer[];
}

/** A message that had been taken back before it, or more of it, came. */
interface TakenBack {
  readonly account: string;
  readonly target: string;
}

/** What one commit stored; repeats are not counted. */
export interface IntakeReport {
  readonly deliveries: number;
  readonly events: number;
}

const SALT_BYTES = 16;
/** Raw bytes that tell of fame are filled up to a multiple of so many: their number would tell of it, too. */
export const FILL_TO = 1_024;

/** Takes in what platforms hand over: the raw bytes, what was read from them and the cursor, in one transaction. */
export class Intake {
  private readonly sealing: Sealing;

  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    /** Called in each transaction that wrote events; wakes triage after the commit. */
    private readonly wake: (tx: Tx, accountId: string) => void,
    /** Called in each transaction that brought something new: what must follow from it goes into the same one. */
    private readonly follow: (tx: Tx, news: readonly News[]) => Promise<void> = async () => undefined,
    /** What of fame the channel tells with a message (`Capabilities.reachFields`). */
    reachFields: readonly string[] = [],
  ) {
    this.sealing = { fields: reachFields, salt: () => randomBytes(SALT_BYTES) };
  }

  /**
   * Stores deliveries with their events and reach, and moves the cursor. Safe to repeat: what is stored already stays; what
   * was erased does not come back.
   * @param lease fencing number under which the account is polled; null for what a platform pushes.
   * @throws AccountLeaseLost, or a database error; nothing is stored then and the cursor has not moved.
   */
  async commit(
    account: Owner,
    lease: number | null,
    read: readonly ReadDelivery[],
    move: CursorMove | null,
  ): Promise<IntakeReport> {
    return this.commitAll([{ account, read, lease }], move);
  }

  /** Stores what a platform pushed for several accounts, each named once, in one transaction; else as `commit` does. */
  async commitPushed(parts: readonly Pushed[]): Promise<IntakeReport> {
    // in one order, so that two transactions never wait for each other's accounts
    const ordered = parts.toSorted((a, b) => (a.account.id < b.account.id ? -1 : 1));
    return this.commitAll(
      ordered.map((part) => ({ ...part, lease: null })),
      null,
    );
  }

  private async commitAll(parts: readonly Part[], move: CursorMove | null): Promise<IntakeReport> {
    const read = parts.flatMap((part) => part.read);
    const bytes = read.reduce((sum, { delivery }) => sum + delivery.raw.length, 0);
    if (read.length > MAX_BATCH || bytes > MAX_BATCH_BYTES) {
      throw new RangeError(`a batch of ${read.length} deliveries with ${bytes} bytes is too large`);
    }
    return this.database.transaction('system', async (tx) => {
      const all = parts.map((part) => ({
        ...part,
        batch: batchOf(
          part.read,
          () => tx.newId(),
          (id, raw) => this.vault.seal('delivery', id, raw, this.sealing.fields.length > 0 ? FILL_TO : undefined),
          this.sealing,
        ),
      }));
      const erased = await this.hold(
        tx,
        all.map(({ account, lease, batch }) => {
          // what is taken back waits for what is being stored of it, and is found by what is stored after it
          const exclusive =
            batch.policy.length > 0 || batch.events.some(({ event }) => takenBackBy(event) !== undefined);
          return { account, lease, exclusive, hashes: hashesOf(account.id, batch) };
        }),
      );
      const kept: { account: Owner; batch: Batch }[] = [];
      for (const { account, batch } of all) {
        const left = withoutErased(account.id, batch, erased);
        kept.push({ account, batch: { ...left, events: await settleSeen(tx, account, left.events) } });
      }
      const stored = await this.store(tx, kept, move);
      for (const { account, batch } of kept) {
        const before = stored.takenBack.filter(({ account: id }) => id === account.id).map(({ target }) => target);
        const now = batch.events.flatMap(({ event }) => takenBackBy(event) ?? []);
        await takeBack(tx, account, [...new Set([...before, ...now])]);
      }
      const fresh = new Set(stored.told);
      const followed = kept.map(({ account, batch: { events, files, policy } }) => {
        const told = events.flatMap(({ id, event }) => (fresh.has(id) ? [event] : []));
        if (told.length > 0) this.wake(tx, account.id);
        return { account, brought: broughtBy(told, files, policy) };
      });
      await this.follow(tx, followed);
      return { deliveries: stored.deliveries, events: fresh.size };
    });
  }

  /** Adds events that are the connector's own words. @returns how many were new. */
  async append(tx: Tx, account: Owner, events: readonly InboundEvent[]): Promise<number> {
    return (await this.add(tx, account, { events, reach: [] }, null)).length;
  }

  /** Adds what was found when a stored delivery was read again, with what follows from it. */
  async addFound(tx: Tx, account: Owner, deliveryId: string, found: ReadResult): Promise<void> {
    const messages = await this.add(tx, account, found, deliveryId);
    const brought = broughtBy(messages, safeValue(found.files ?? []), found.policy ?? []);
    await this.follow(tx, [{ account, brought }]);
  }

  /** Whether a message was erased. */
  async isErased(accountId: string, externalId: string): Promise<boolean> {
    const rows = await this.database.query('select from intake.tombstones where account_id = $1 and hash = $2', [
      accountId,
      tombstoneOf(accountId, externalId),
    ]);
    return rows.length > 0;
  }

  /** @returns the events that were new. */
  private async add(
    tx: Tx,
    account: Owner,
    given: Pick<ReadResult, 'events' | 'reach'>,
    deliveryId: string | null,
  ): Promise<readonly InboundEvent[]> {
    const left = await this.withoutErased(tx, account, safeValue(given.events));
    const { events, reach } = withReach(left, given.reach, () => tx.newId(), this.sealing);
    if (events.length === 0) return [];
    const rows = await tx.query<{ id: string }>(
      `with told as (
         insert into intake.events (id, workspace_id, account_id, channel, delivery_id, kind, external_id, body, received_at)
         select e.id, $2::uuid, $1::uuid, $3::text, e.delivery, e.kind, e.external, e.body, $4::timestamptz
           from jsonb_to_recordset($5::jsonb) as e(id uuid, delivery uuid, kind text, external text, body jsonb)
         on conflict (account_id, kind, external_id) do nothing
         returning id
       ), sealed as (
         insert into sealed.reach (id, workspace_id, account_id, channel, external_id, author, values, received_at)
         select r.id, $2::uuid, $1::uuid, $3::text, r."externalId", r.author, r.values, $4::timestamptz
           from jsonb_to_recordset($6::jsonb) as r(id uuid, event uuid, "externalId" text, author text, values jsonb)
           join told on told.id = r.event
       )
       , copied as (
         insert into intake.copies (account_id, message, delivery_id, received_at)
         select distinct $1::uuid, e.subject, e.delivery, d.received_at
           from jsonb_to_recordset($5::jsonb) as e(id uuid, delivery uuid, subject text)
           join intake.deliveries d on d.id = e.delivery
          where e.subject is not null and e.id not in (select id from told)
         on conflict do nothing
       )
       select id from told`,
      [
        account.id,
        account.workspaceId,
        account.channel,
        tx.now,
        JSON.stringify(events.map(({ id, event }) => eventRow(id, deliveryId, event))),
        JSON.stringify(reach),
      ],
    );
    const names = events.flatMap(({ event }) => namesOf(event));
    await takeBack(tx, account, await takenBackBefore(tx, account.id, names));
    if (rows.length > 0) this.wake(tx, account.id);
    const told = new Set(rows.map(({ id }) => id));
    return events.flatMap(({ id, event }) => (told.has(id) ? [event] : []));
  }

  private async withoutErased(tx: Tx, account: Owner, events: readonly InboundEvent[]) {
    const hashes = events.flatMap((event) => messageOf(event) ?? []).map((id) => tombstoneOf(account.id, id));
    if (hashes.length === 0) return events;
    const erased = new Set(
      (
        await this.hold(tx, [
          { account, lease: null, exclusive: events.some((event) => takenBackBy(event) !== undefined), hashes },
        ])
      ).map((hash) => hash.toString('hex')),
    );
    return events.filter((event) => {
      const target = messageOf(event);
      return target === undefined || !erased.has(tombstoneOf(account.id, target).toString('hex'));
    });
  }

  /** Keeps the rows of accounts for this transaction. @returns which of the hashes are tombstones. @throws AccountLeaseLost */
  private async hold(tx: Tx, held: readonly Held[]): Promise<readonly Buffer[]> {
    const hashes = held.flatMap((one) => one.hashes.map((hash) => ({ account: one.account.id, hash })));
    const rows = await tx.query<{ erased: Buffer[] | null }>(
      `select intake.hold(a.id, a.lease, a.exclusive,
                          array(select h.hash from unnest($4::uuid[], $5::bytea[]) as h(account, hash) where h.account = a.id)) as erased
         from unnest($1::uuid[], $2::bigint[], $3::boolean[]) as a(id, lease, exclusive)`,
      [
        held.map(({ account }) => account.id),
        held.map(({ lease }) => lease),
        held.map(({ exclusive }) => exclusive),
        hashes.map(({ account }) => account),
        hashes.map(({ hash }) => hash),
      ],
    );
    return rows.flatMap(({ erased }, n) => {
      if (erased === null) throw new AccountLeaseLost(held[n]!.account.id);
      return erased;
    });
  }

  private async store(tx: Tx, kept: readonly { account: Owner; batch: Batch }[], move: CursorMove | null) {
    let offset = 0;
    const deliveries = kept.flatMap(({ account, batch }) =>
      batch.deliveries.map(({ bytes, ...row }) => {
        const from = offset + 1;
        offset += bytes?.length ?? 0;
        return { ...row, ...ownerOf(account), from, length: bytes?.length ?? 0 };
      }),
    );
    const bytes = Buffer.concat(
      kept.flatMap(({ batch }) => batch.deliveries.flatMap((row) => row.bytes ?? [])),
      offset,
    );
    const events = kept.flatMap(({ account, batch }) =>
      batch.events.map(({ id, delivery, event }) => ({ ...eventRow(id, delivery, event), ...ownerOf(account) })),
    );
    const reach = kept.flatMap(({ account, batch }) => batch.reach.map((row) => ({ ...row, ...ownerOf(account) })));
    const [row] = await tx.query<{ deliveries: number; told: string[] | null; takenBack: TakenBack[] | null }>(COMMIT, [
      kept[0]?.account.id,
      kept[0]?.account.channel,
      tx.now,
      jsonSafe(deliveries),
      bytes,
      JSON.stringify(events),
      move?.stream ?? null,
      move === null ? null : jsonSafe(move.cursor),
      JSON.stringify(reach),
    ]);
    return { deliveries: row?.deliveries ?? 0, told: row?.told ?? [], takenBack: row?.takenBack ?? [] };
  }
}

function ownerOf({ id, workspaceId }: Owner) {
  return { account: id, workspace: workspaceId };
}

function broughtBy(
  events: readonly InboundEvent[],
  files: readonly FileRequest[],
  policy: readonly PolicyNotice[],
): Brought {
  const messages = events.filter((event) => event.kind === 'message');
  const targets = new Set(messages.map(({ externalId }) => externalId));
  return { messages, files: files.filter(({ target }) => targets.has(target)), policy };
}

function eventRow(id: string, delivery: string | null, event: InboundEvent) {
  return {
    id,
    delivery,
    kind: event.kind,
    external: event.externalId,
    subject: subjectOf(event) ?? null,
    names: namesOf(event),
    body: event,
  };
}

/*
 * One statement: the raw bytes of all deliveries come as one value and are cut apart here, so the text of the statement
 * does not depend on their number.
 */
const COMMIT = /* sql */ `
  with stored as (
    insert into intake.deliveries
           (id, workspace_id, account_id, source, origin, size, context, arrived_at, received_at, state, problem, read_at,
            unsupported, app_id)
    select d.id, d.workspace, d.account, d.source, d.origin, d.size, d.context, d.arrived, $3::timestamptz, d.state, d.problem,
           $3::timestamptz, d.unsupported, d.app
      from jsonb_to_recordset($4::jsonb)
           as d(id uuid, workspace uuid, account uuid, source text, origin text, size integer, context jsonb,
                arrived timestamptz, state text, problem text, unsupported text[], app uuid)
    on conflict (account_id, source) do nothing
    returning id
  ), kept as (
    insert into intake.raw_bytes (delivery_id, received_at, bytes)
    select d.id, $3::timestamptz, substring($5::bytea from d."from" for d.length)
      from stored join jsonb_to_recordset($4::jsonb) as d(id uuid, "from" integer, length integer) on d.id = stored.id
     where d.length > 0
  ), told as (
    insert into intake.events (id, workspace_id, account_id, channel, delivery_id, kind, external_id, body, received_at)
    select e.id, e.workspace, e.account, $2::text, e.delivery, e.kind, e.external, e.body, $3::timestamptz
      from jsonb_to_recordset($6::jsonb)
           as e(id uuid, workspace uuid, account uuid, delivery uuid, kind text, external text, body jsonb)
    on conflict (account_id, kind, external_id) do nothing
    returning id
  ), sealed as (
    insert into sealed.reach (id, workspace_id, account_id, channel, external_id, author, values, received_at)
    select r.id, r.workspace, r.account, $2::text, r."externalId", r.author, r.values, $3::timestamptz
      from jsonb_to_recordset($9::jsonb)
           as r(id uuid, event uuid, workspace uuid, account uuid, "externalId" text, author text, values jsonb)
      join told on told.id = r.event
  ), copied as (
    insert into intake.copies (account_id, message, delivery_id, received_at)
    select distinct e.account, e.subject, e.delivery, $3::timestamptz
      from jsonb_to_recordset($6::jsonb) as e(id uuid, account uuid, delivery uuid, subject text)
      join stored on stored.id = e.delivery
     where e.subject is not null and e.id not in (select id from told)
  ), moved as (
    insert into intake.cursors (account_id, stream, cursor, moved_at)
    select $1::uuid, $7::text, $8::jsonb, $3::timestamptz where $7::text is not null
    on conflict (account_id, stream) do update set cursor = excluded.cursor, moved_at = excluded.moved_at
  )
  select (select count(*) from stored) as deliveries, (select array_agg(id) from told) as told,
         (select jsonb_agg(distinct jsonb_build_object('account', e.account_id, 'target', e.body ->> 'target'))
            from jsonb_to_recordset($6::jsonb) as n(account uuid, names jsonb) cross join jsonb_array_elements_text(n.names) as name
            join intake.events e on e.account_id = n.account and e.body ->> 'target' = name
           where e.kind = 'change' and e.body -> 'change' ->> 'type' = 'withdrawn') as "takenBack"`;
