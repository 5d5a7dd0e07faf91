import type { Tx } from '@app/runtime';

/** What may stand in an entry: ids, whole numbers, closed ASCII words. Never text, names or addresses. */
export type EntryFields = Readonly<Record<string, string | number | boolean | null>>;

/** Kinds of entry, `noun.pastVerb`. What only time does (a lease that ran out) is one too, so that replay needs no clock. */
export type EntryKind =
  | 'message.received'
  | 'message.replied'
  | 'message.answeredElsewhere'
  | 'message.failed'
  | 'message.withdrawn'
  | 'message.moderationAsked'
  | 'wait.opened'
  | 'wait.joined'
  | 'wait.moved'
  | 'wait.reopened'
  | 'wait.ended'
  | 'offer.made'
  | 'offer.taken'
  | 'offer.declined'
  | 'offer.leaseExpired'
  | 'account.disconnectAsked'
  | 'account.purged'
  | 'customer.found'
  | 'customer.erasureAsked'
  | 'customer.erased'
  | 'customer.exportAsked';

/** One line of the record. */
export interface RecordEntry {
  readonly kind: EntryKind;
  readonly wait?: string;
  readonly fields: EntryFields;
}

/**
 * Takes the head of the workspace's record until the transaction ends. An offer takes it first of all. Everyone else takes
 * it before the first row of `waits` or `offers`, so that two transactions can never hold one and want the other.
 *
 * Order of locks everywhere: workspace row, conversations by id, head of the record, waits, offers.
 */
export async function takeHead(tx: Tx): Promise<void> {
  const [head] = await tx.query<{ size: number | null }>('select record.take_head($1) as size', [tx.workspaceId]);
  if (head?.size == null) throw new Error(`workspace ${tx.workspaceId} has no record`);
}

/**
 * Appends to the record. The last statement of its transaction.
 * @returns number of the first entry; the others follow without a gap.
 */
export async function append(tx: Tx, entries: readonly RecordEntry[]): Promise<number> {
  const lines = entries.map(({ kind, wait, fields }) => ({ ...fields, kind, wait: wait ?? null }));
  const [first] = await tx.query<{ seq: number }>('select record.append($1, $2, $3::jsonb) as seq', [
    tx.workspaceId,
    tx.now,
    JSON.stringify(lines),
  ]);
  return first!.seq;
}
