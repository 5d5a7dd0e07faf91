import type { Tx } from '@app/runtime';
import type { Need } from '@app/triage';

/** Closed reasons why a person says that no reply is needed. */
export const DISMISSAL_REASONS = ['thanks', 'not-for-us', 'tag-only', 'spam', 'duplicate', 'no-way-to-answer'] as const;
export type DismissalReason = (typeof DISMISSAL_REASONS)[number];

/** One matter on which a customer waits for us. */
export interface Wait {
  readonly id: string;
  readonly customerId: string;
  readonly channel: string;
  /** Arrival of the earliest message not covered by an answer. */
  readonly waitingSince: Date;
  /** Business milliseconds less the head start: the smaller goes first. */
  readonly keyMs: number;
  readonly need: Need;
  readonly requires: readonly string[];
  readonly language: string | null;
  readonly state: 'queued' | 'offered' | 'taken' | 'ended';
  readonly offerCount: number;
  readonly declineCount: number;
  readonly endKind: 'answered' | 'dismissed' | 'withdrawn' | null;
  readonly endReason: string | null;
  readonly endedAt: Date | null;
  /** Agent; null: the customer, or a colleague outside Evenhand. */
  readonly endedBy: string | null;
  readonly version: number;
  readonly createdAt: Date;
}

export const waitColumns = /* sql */ `id, customer_id as "customerId", channel, waiting_since as "waitingSince",
  key_ms as "keyMs", need, requires, language, state, offer_count as "offerCount", decline_count as "declineCount",
  end_kind as "endKind", end_reason as "endReason", ended_at as "endedAt", ended_by as "endedBy", version,
  created_at as "createdAt"`;

/** @throws when there is no such wait. */
export async function getWait(tx: Tx, id: string): Promise<Wait> {
  const [wait] = await tx.query<Wait>(`select ${waitColumns} from inbox.waits where id = $1`, [id]);
  if (!wait) throw new Error(`there is no wait ${id} in this workspace`);
  return wait;
}
