import type { Tx } from '@app/runtime';

/** Closed reasons for giving a wait back. It keeps its place; this agent is not offered it again. */
export const DECLINE_REASONS = [
  'language-missing',
  'subject-missing',
  'knows-the-customer',
  'customer-asked-for-someone-else',
  'too-distressing',
  'leaving',
  'technical-fault',
] as const;
export type DeclineReason = (typeof DECLINE_REASONS)[number];

/** `open`: given to an agent who has not begun; `taken`: they work on it; the others are over. */
export type OfferState =
  'open' | 'taken' | 'answered' | 'declined' | 'expired' | 'dismissed' | 'withdrawn' | 'returned';

/** What the head of the queue gave to an agent. */
export interface Offer {
  readonly id: string;
  readonly waitId: string;
  readonly conversationId: string;
  readonly agentId: string;
  readonly offeredAt: Date;
  /** Product time. Goes back to its place when nothing is done until then; moves on while the agent works. */
  readonly leaseUntil: Date;
  readonly state: OfferState;
  readonly declineReason: DeclineReason | null;
  readonly closedAt: Date | null;
  /** Number of the entry in the record that was there before the agent saw the conversation. */
  readonly entry: number;
}

export const offerColumns = /* sql */ `id, wait_id as "waitId", conversation_id as "conversationId", agent_id as "agentId",
  offered_at as "offeredAt", lease_until as "leaseUntil", state, decline_reason as "declineReason",
  closed_at as "closedAt", entry`;

/** How long an offer is an agent's without a sign of work, milliseconds of product time. */
export const LEASE_MS = 30 * 60_000;
/** A lease that has this much of its time behind it is moved on by a sign of work; before, the row is left alone. */
const LEASE_STEP_MS = 60_000;

export function leaseEnd(now: Date): Date {
  return new Date(now.getTime() + LEASE_MS);
}

export async function findOffer(tx: Tx, id: string): Promise<Offer | undefined> {
  const rows = await tx.query<Offer>(`select ${offerColumns} from inbox.offers where id = $1`, [id]);
  return rows[0];
}

/** Offers an agent has in hand, oldest first. */
export async function listActiveOffers(tx: Tx, agentId: string): Promise<Offer[]> {
  return tx.query<Offer>(
    `select ${offerColumns} from inbox.offers where agent_id = $1 and state in ('open', 'taken') order by offered_at, id`,
    [agentId],
  );
}

/** The agent's offer in hand on a conversation, or on the wait that it shares with another, if any. */
export async function findActiveOffer(tx: Tx, agentId: string, conversationId: string): Promise<Offer | undefined> {
  const rows = await tx.query<Offer>(
    /* sql */ `
    select ${offerColumns} from inbox.offers
     where agent_id = $1 and state in ('open', 'taken')
       and (conversation_id = $2 or wait_id = (select c.wait_id from inbox.conversations c where c.id = $2))
     order by conversation_id = $2 desc limit 1`,
    [agentId, conversationId],
  );
  return rows[0];
}

/** The agent works on it: the lease moves on. @returns nothing; an offer that is over stays over. */
export async function moveLease(tx: Tx, offer: Offer): Promise<void> {
  const until = leaseEnd(tx.now);
  if (until.getTime() - offer.leaseUntil.getTime() < LEASE_STEP_MS) return;
  await tx.query(
    `update inbox.offers set lease_until = greatest(lease_until, $2) where id = $1 and state in ('open', 'taken')`,
    [offer.id, until],
  );
}
