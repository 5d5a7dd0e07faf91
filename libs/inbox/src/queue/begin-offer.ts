import type { Tx } from '@app/runtime';
import type { Change } from '../changes/changes';
import { takeHead, type RecordEntry } from '../record/record';
import { findActiveOffer, moveLease, type Offer } from './offer';

export interface Begun {
  /** The agent's offer in hand on the conversation, if any. */
  readonly offer: Offer | undefined;
  readonly entries: readonly RecordEntry[];
  readonly changes: readonly Change[];
}

/**
 * A sign of work (draft, note, reply): an open offer becomes taken, and its lease moves on. Takes the record's head when
 * there is something to append; the caller appends it.
 */
export async function beginOffer(tx: Tx, agentId: string, conversationId: string): Promise<Begun> {
  const offer = await findActiveOffer(tx, agentId, conversationId);
  if (!offer) return { offer, entries: [], changes: [] };
  if (offer.state === 'taken') {
    await moveLease(tx, offer);
    return { offer, entries: [], changes: [] };
  }
  await takeHead(tx);
  const [taken] = await tx.query(
    `update inbox.offers set state = 'taken' where id = $1 and state = 'open' returning 1`,
    [offer.id],
  );
  // meanwhile its lease ran out
  if (!taken) return { offer: undefined, entries: [], changes: [] };
  await tx.query(`update inbox.waits set state = 'taken', version = version + 1 where id = $1`, [offer.waitId]);
  await moveLease(tx, offer);
  return {
    offer,
    entries: [{ kind: 'offer.taken', wait: offer.waitId, fields: { offer: offer.id, agent: agentId } }],
    changes: [
      { kind: 'offer', id: offer.id, conversationId, agentId },
      { kind: 'conversation', id: conversationId, conversationId },
    ],
  };
}
