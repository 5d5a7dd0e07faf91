import {
  messageOf,
  tombstoneOf,
  type FileRequest,
  type InboundEvent,
  type MessageEvent,
  type PolicyNotice,
  type ReadResult,
} from '@app/channel';
import { safeValue } from './json-safe';
import type { ReadDelivery } from './read-deliveries';
import { sealReach, type SealedReach } from './sealed-reach';

/** Most names of unsupported kinds kept with one delivery. */
const MAX_UNSUPPORTED = 50;

/** An event that was read, with the id of the row it becomes. */
export interface ReadEvent {
  readonly id: string;
  /** Row of its delivery. */
  readonly delivery: string;
  readonly event: InboundEvent;
}

/** What is sealed with a message that was read; stored only with its event. */
export interface ReachRow {
  readonly id: string;
  /** Row of the event. */
  readonly event: string;
  readonly externalId: string;
  readonly author: string;
  readonly values: SealedReach['values'];
}

/** What of fame the channel tells, and the salt under which it is sealed. */
export interface Sealing {
  readonly fields: readonly string[];
  /** 16 bytes that nobody can guess. */
  readonly salt: () => Buffer;
}

/** A delivery as it is stored. */
interface DeliveryRow {
  readonly id: string;
  readonly source: string;
  readonly origin: string;
  /** Encrypted; null where nothing of it may be kept. */
  readonly bytes: Buffer | null;
  /** Of the bytes before encryption; null where it would tell of fame. */
  readonly size: number | null;
  readonly context: unknown;
  readonly arrived: string;
  readonly state: string;
  readonly problem: string | null;
  readonly unsupported: readonly string[];
  readonly app: string | null;
}

/** Deliveries of one account as they go into one transaction. */
export interface Batch {
  readonly deliveries: readonly DeliveryRow[];
  readonly events: readonly ReadEvent[];
  readonly reach: readonly ReachRow[];
  readonly files: readonly FileRequest[];
  readonly policy: readonly PolicyNotice[];
}

/** What a commit brought that was not there before. */
export interface Brought {
  readonly messages: readonly MessageEvent[];
  /** Files of these messages, still with the platform. */
  readonly files: readonly FileRequest[];
  readonly policy: readonly PolicyNotice[];
}

/** Puts together what was read. `seal` encrypts bytes for the row of a delivery. */
export function batchOf(
  read: readonly ReadDelivery[],
  newId: () => string,
  seal: (id: string, bytes: Buffer) => Buffer,
  sealing: Sealing,
): Batch {
  const deliveries: DeliveryRow[] = [];
  const events: ReadEvent[] = [];
  const reach: ReachRow[] = [];
  for (const { delivery, state, problem, result, appId } of read) {
    const id = newId();
    deliveries.push({
      id,
      source: delivery.source,
      origin: delivery.origin ?? 'poll',
      bytes: seal(id, delivery.raw),
      // five million is six digits longer than none
      size: sealing.fields.length > 0 ? null : delivery.raw.length,
      context: delivery.context,
      arrived: delivery.arrivedAt.toISOString(),
      state,
      problem,
      unsupported: [...new Set(result.unsupported)].slice(0, MAX_UNSUPPORTED),
      app: appId ?? null,
    });
    // as PostgreSQL will give them back: what is compared by hash or id must be the same text
    const sealed = withReach(safeValue(result.events), result.reach, newId, sealing);
    events.push(...sealed.events.map((event) => ({ ...event, delivery: id })));
    reach.push(...sealed.reach);
  }
  const files = read.flatMap(({ result }) => safeValue(result.files ?? []));
  return { deliveries, events, reach, files, policy: read.flatMap(({ result }) => result.policy ?? []) };
}

/** Gives events their rows, and what customers wrote a commitment to each thing that the channel may tell of fame. */
export function withReach(
  given: readonly InboundEvent[],
  told: ReadResult['reach'],
  newId: () => string,
  { fields, salt }: Sealing,
): { readonly events: readonly Omit<ReadEvent, 'delivery'>[]; readonly reach: readonly ReachRow[] } {
  const reach: ReachRow[] = [];
  const events = given.map((event) => {
    const id = newId();
    if (event.kind !== 'message') return { id, event };
    if (event.direction !== 'inbound' || fields.length === 0) return { id, event: { ...event, commitments: {} } };
    const known = told.find(({ externalId }) => externalId === event.externalId);
    const { values, commitments } = sealReach(fields, known?.values, salt);
    const { externalId, author } = event;
    reach.push({ id: newId(), event: id, externalId, author: author.value, values: safeValue(values) });
    return { id, event: { ...event, commitments } };
  });
  return { events, reach };
}

/** Hashes under which the messages of a batch would be found among the erased. */
export function hashesOf(accountId: string, batch: Pick<Batch, 'events'>): Buffer[] {
  const named = new Set(batch.events.flatMap(({ event }) => messageOf(event) ?? []));
  return [...named].map((externalId) => tombstoneOf(accountId, externalId));
}

/**
 * The batch without messages that were erased and what is about them. A delivery all of whose messages are erased keeps its
 * row, by which a repeat is recognised, and no bytes.
 */
export function withoutErased(accountId: string, batch: Batch, erased: readonly Buffer[]): Batch {
  if (erased.length === 0) return batch;
  const hashes = new Set(erased.map((hash) => hash.toString('hex')));
  const gone = (externalId: string | undefined): boolean =>
    externalId !== undefined && hashes.has(tombstoneOf(accountId, externalId).toString('hex'));
  const events = batch.events.filter(({ event }) => !gone(messageOf(event)));
  const touched = new Set(batch.events.filter(({ event }) => gone(messageOf(event))).map(({ delivery }) => delivery));
  const left = new Set(events.flatMap(({ event, delivery }) => (messageOf(event) === undefined ? [] : [delivery])));
  return {
    ...batch,
    events,
    deliveries: batch.deliveries.map((row) =>
      touched.has(row.id) && !left.has(row.id)
        ? { ...row, state: 'erased', bytes: null, size: row.size && 0, context: {} }
        : row,
    ),
    reach: batch.reach.filter(({ externalId }) => !gone(externalId)),
    files: batch.files.filter(({ target }) => !gone(target)),
  };
}
