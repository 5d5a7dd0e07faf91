import type { Tx } from '@app/runtime';
import type { Need } from '@app/triage';
import type { DeclineReason, OfferState } from '../queue/offer';
import type { DismissalReason } from '../waits/wait';
import { troubled } from './trouble';

export interface WaitFacts {
  readonly id: string;
  readonly waitingSince: Date;
  readonly state: 'queued' | 'offered' | 'taken' | 'ended';
  readonly need: Need;
  readonly offerCount: number;
  readonly declineCount: number;
  readonly endKind: 'answered' | 'dismissed' | 'withdrawn' | null;
  /** Why it was dismissed. */
  readonly endReason: DismissalReason | null;
  readonly endedAt: Date | null;
  readonly endedBy: string | null;
}

/** These waits; what does not exist in the workspace is left out. */
export async function readWaits(tx: Tx, ids: readonly string[]): Promise<WaitFacts[]> {
  return tx.query<WaitFacts>(
    /* sql */ `
    select id, waiting_since as "waitingSince", state, need, offer_count as "offerCount",
           decline_count as "declineCount", end_kind as "endKind", end_reason as "endReason", ended_at as "endedAt",
           ended_by as "endedBy"
      from inbox.waits where id = any ($1::uuid[])`,
    [ids],
  );
}

export interface QueuePlaceFacts {
  /** 1 = next. */
  readonly position: number;
  readonly of: number;
}

/** Where these waits stand in the queue; those that are not in it are left out. */
export async function readQueuePlaces(tx: Tx, waitIds: readonly string[]): Promise<Map<string, QueuePlaceFacts>> {
  const rows = await tx.query<QueuePlaceFacts & { id: string }>(
    /* sql */ `
    select w.id,
           1 + (select count(*) from inbox.waits a
                 where a.workspace_id = $2 and a.state = 'queued'
                   and (a.key_ms, a.waiting_since, a.id) < (w.key_ms, w.waiting_since, w.id)) as position,
           coalesce((select waiting from inbox.queue_lengths where workspace_id = $2), 0) as of
      from inbox.waits w where w.id = any ($1::uuid[]) and w.state = 'queued'`,
    [waitIds, tx.workspaceId],
  );
  return new Map(rows.map(({ id, position, of }) => [id, { position, of }]));
}

export interface OfferFacts {
  readonly id: string;
  readonly waitId: string;
  readonly conversationId: string;
  readonly agentId: string;
  readonly offeredAt: Date;
  readonly leaseUntil: Date;
  readonly state: OfferState;
  readonly declineReason: DeclineReason | null;
  /** Number of its entry in the record. */
  readonly entry: number;
}

const OFFER = /* sql */ `
  o.id, o.wait_id as "waitId", o.conversation_id as "conversationId", o.agent_id as "agentId",
  o.offered_at as "offeredAt", o.lease_until as "leaseUntil", o.state, o.decline_reason as "declineReason", o.entry`;

/** These offers; what does not exist in the workspace is left out. */
export async function readOffers(tx: Tx, ids: readonly string[]): Promise<OfferFacts[]> {
  return tx.query<OfferFacts>(`select ${OFFER} from inbox.offers o where o.id = any ($1::uuid[])`, [ids]);
}

/** Offers an agent holds, the longest waiting first. Bounded by the agent's capacity. */
export async function readOffersHeldBy(tx: Tx, agentId: string): Promise<OfferFacts[]> {
  return tx.query<OfferFacts>(
    /* sql */ `
    select ${OFFER} from inbox.offers o join inbox.waits w on w.id = o.wait_id
     where o.agent_id = $1 and o.state in ('open', 'taken') order by w.waiting_since, o.id limit 100`,
    [agentId],
  );
}

export interface CounterFacts {
  readonly waiting: number;
  readonly mine: number;
  /** Conversations whose newest trouble is a message that failed; see trouble.ts. */
  readonly failed: number;
  readonly uncertain: number;
}

/** The figures beside the views. */
export async function readCounters(tx: Tx, agentId: string): Promise<CounterFacts> {
  const rows = await tx.query<CounterFacts>(
    /* sql */ `
    select coalesce((select waiting from inbox.queue_lengths where workspace_id = $2), 0) as waiting,
           (select count(*) from inbox.offers where agent_id = $1 and state in ('open', 'taken')) as mine,
           t.failed, t.uncertain
      from (select count(*) filter (where state = 'failed') as failed, count(*) filter (where state = 'uncertain') as uncertain
              from (${troubled('$2')}) of) t`,
    [agentId, tx.workspaceId],
  );
  return rows[0]!;
}

/** When the last customer of the workspace got an answer. */
export async function findLastAnswerAt(tx: Tx): Promise<Date | undefined> {
  const rows = await tx.query<{ at: Date }>(
    /* sql */ `
    select ended_at as at from inbox.waits
     where workspace_id = $1 and state = 'ended' and end_kind = 'answered' order by ended_at desc limit 1`,
    [tx.workspaceId],
  );
  return rows[0]?.at;
}
