import type { Tx } from '@app/runtime';
import type { Changes } from '../changes/changes';
import { once } from '../once';
import { append, takeHead, type RecordEntry } from '../record/record';
import { findOffer, leaseEnd, listActiveOffers, offerColumns, type DeclineReason, type Offer } from './offer';
import { readQueue, type PageOf, type QueuePage } from './queue-entries';

/** The queue in numbers. */
export interface QueueState {
  readonly waiting: number;
  /** Given to somebody. */
  readonly taken: number;
  readonly oldestWaitingSince: Date | null;
}

/** An offer that is written and not on record yet. */
interface Given {
  readonly offer: Offer;
  readonly entry: RecordEntry;
}

interface Head {
  readonly id: string;
  readonly waitingSince: Date;
  readonly key: number;
  readonly conversationId: string;
}

/**
 * The one queue of the workspace. Whoever asks next is given its head: nothing about the customer, and no wish of the
 * agent, has a part in it. The order is that of `next()` in libs/triage, kept by the index `waits_queue`.
 */
export class Queue {
  constructor(private readonly changes: Changes) {}

  /**
   * Gives the agent the wait at the head of the queue, less those they gave back. Safe to repeat with the same
   * `clientMutationId`. The offer is in the record when this returns and nothing of the conversation was shown before.
   */
  async offerNext(
    tx: Tx,
    call: { readonly agentId: string; readonly clientMutationId: string },
  ): Promise<{ offer: Offer } | { error: 'empty' } | { error: 'at-capacity'; offers: Offer[] }> {
    // first of all: two who ask at once are served one after the other, each seeing what the other was given
    await takeHead(tx);
    const { agentId, clientMutationId } = call;
    let made: Given | undefined;
    const given = await once(tx, { agentId, key: clientMutationId, name: 'offerNext' }, async () => {
      const result = await this.give(tx, call);
      if ('error' in result) return result;
      made = result;
      return { offerId: result.offer.id };
    });
    if ('error' in given) return given;
    if (!made) return { offer: (await findOffer(tx, given.offerId))! };
    const { offer, entry } = made;
    const number = await append(tx, [entry]);
    if (number !== offer.entry) throw new Error(`the record gave entry ${number} to an offer that says ${offer.entry}`);
    return { offer };
  }

  async state(tx: Tx): Promise<QueueState> {
    const [state] = await tx.query<QueueState>(
      /* sql */ `
      select coalesce((select waiting from inbox.queue_lengths where workspace_id = $1), 0) as waiting,
             (select count(*) from inbox.offers where workspace_id = $1 and state in ('open', 'taken')) as taken,
             (select min(waiting_since) from inbox.waits where workspace_id = $1 and state = 'queued') as "oldestWaitingSince"`,
      [tx.workspaceId],
    );
    return state!;
  }

  /** @throws InvalidCursor */
  async entries(tx: Tx, page: PageOf): Promise<QueuePage> {
    return readQueue(tx, page);
  }

  /**
   * Gives a wait back: it stands again where it stood, and is not offered to this agent again while there is a colleague who
   * did not give it back.
   */
  async decline(
    tx: Tx,
    call: { readonly agentId: string; readonly offerId: string; readonly reason: DeclineReason },
  ): Promise<{ offer: Offer } | { error: 'not-held' }> {
    await takeHead(tx);
    const [offer] = await tx.query<{ waitId: string; conversationId: string }>(
      /* sql */ `
      update inbox.offers set state = 'declined', decline_reason = $3, closed_at = $4
       where id = $1 and agent_id = $2 and state in ('open', 'taken')
      returning wait_id as "waitId", conversation_id as "conversationId"`,
      [call.offerId, call.agentId, call.reason, tx.now],
    );
    if (!offer) return { error: 'not-held' };
    await this.putBack(tx, [offer.waitId]);
    const declined = await findOffer(tx, call.offerId);
    await this.tell(tx, [{ id: call.offerId, agentId: call.agentId, ...offer }]);
    await append(tx, [
      {
        kind: 'offer.declined',
        wait: offer.waitId,
        fields: { offer: call.offerId, agent: call.agentId, reason: call.reason },
      },
    ]);
    return { offer: declined! };
  }

  /**
   * Takes back what was given to agents who did nothing with it until their lease ran out. Each wait stands again where it
   * stood. At most 500 at a time. @returns how many.
   */
  async expireLeases(tx: Tx): Promise<number> {
    await takeHead(tx);
    const expired = await tx.query<{ id: string; agentId: string; waitId: string; conversationId: string }>(
      /* sql */ `
      update inbox.offers o set state = 'expired', closed_at = $2
       where o.id in (select x.id from inbox.offers x where x.workspace_id = $1 and x.state in ('open', 'taken')
                        and x.lease_until <= $2 order by x.lease_until limit 500)
         and o.state in ('open', 'taken') and o.lease_until <= $2
      returning o.id, o.agent_id as "agentId", o.wait_id as "waitId", o.conversation_id as "conversationId"`,
      [tx.workspaceId, tx.now],
    );
    if (expired.length === 0) return 0;
    await this.putBack(
      tx,
      expired.map((offer) => offer.waitId),
    );
    await this.tell(tx, expired);
    await append(
      tx,
      expired.map((offer) => ({
        kind: 'offer.leaseExpired' as const,
        wait: offer.waitId,
        fields: { offer: offer.id, agent: offer.agentId },
      })),
    );
    return expired.length;
  }

  private async give(
    tx: Tx,
    call: { readonly agentId: string; readonly clientMutationId: string },
  ): Promise<Given | { error: 'empty' } | { error: 'at-capacity'; offers: Offer[] }> {
    const { agentId } = call;
    const [agent] = await tx.query<{ room: number }>(
      /* sql */ `
      select a.capacity - (select count(*) from inbox.offers o where o.agent_id = a.id and o.state in ('open', 'taken')) as room
        from inbox.agents a where a.id = $1 and a.deactivated_at is null`,
      [agentId],
    );
    if (!agent) throw new Error(`there is no active agent ${agentId} in this workspace`);
    if (agent.room <= 0) return { error: 'at-capacity', offers: await listActiveOffers(tx, agentId) };

    const head = await this.head(tx, agentId);
    if (!head) return { error: 'empty' };
    const offerId = tx.newId();
    // the entry's number is known before it is appended: this transaction holds the record's head
    const [offer] = await tx.query<Offer>(
      /* sql */ `
      with given as (
        update inbox.waits set state = 'offered', offer_count = offer_count + 1, version = version + 1
         where id = $3 and state = 'queued' returning id)
      insert into inbox.offers (id, workspace_id, wait_id, conversation_id, agent_id, offered_at, lease_until, entry)
      select $1, $2, g.id, $4, $5, $6, $7, h.size + 1 from given g, record.heads h where h.workspace_id = $2
      returning ${offerColumns}`,
      [offerId, tx.workspaceId, head.id, head.conversationId, agentId, tx.now, leaseEnd(tx.now)],
    );
    if (!offer) throw new Error(`wait ${head.id} left the queue while the record's head was held`);
    const given = { id: offerId, agentId, waitId: head.id, conversationId: head.conversationId };
    await this.tell(tx, [given], call.clientMutationId);
    const entry: RecordEntry = {
      kind: 'offer.made',
      wait: head.id,
      fields: {
        offer: offerId,
        agent: agentId,
        conversation: head.conversationId,
        since: head.waitingSince.getTime(),
        key: head.key,
      },
    };
    return { offer, entry };
  }

  /** The oldest wait that this agent did not give back; once everybody gave one back, it is for everybody again. */
  private async head(tx: Tx, agentId: string): Promise<Head | undefined> {
    const rows = await tx.query<Head>(
      /* sql */ `
      select w.id, w.waiting_since as "waitingSince", w.key_ms as key, c.id as "conversationId"
        from inbox.waits w
        cross join lateral (select c.id from inbox.conversations c where c.wait_id = w.id
                             order by c.last_message_at desc, c.id limit 1) c
       where w.workspace_id = $1 and w.state = 'queued'
         and (not exists (select 1 from inbox.offers o
                           where o.wait_id = w.id and o.agent_id = $2 and o.state = 'declined')
           or not exists (select 1 from inbox.agents a
                           where a.workspace_id = $1 and a.deactivated_at is null
                             and not exists (select 1 from inbox.offers o
                                              where o.wait_id = w.id and o.agent_id = a.id and o.state = 'declined')))
       order by w.key_ms, w.waiting_since, w.id limit 1`,
      [tx.workspaceId, agentId],
    );
    return rows[0];
  }

  private async putBack(tx: Tx, waitIds: readonly string[]): Promise<void> {
    await tx.query(
      /* sql */ `
      update inbox.waits set state = 'queued', decline_count = decline_count + 1, version = version + 1
       where id = any($1::uuid[]) and state in ('offered', 'taken')`,
      [waitIds],
    );
  }

  /** Of all conversations of the waits people see who has them now. */
  private async tell(
    tx: Tx,
    offers: readonly {
      readonly id: string;
      readonly agentId: string;
      readonly waitId: string;
      readonly conversationId: string;
    }[],
    clientMutationId?: string,
  ): Promise<void> {
    const waiting = await tx.query<{ id: string }>(
      'select id from inbox.conversations where wait_id = any($1::uuid[])',
      [offers.map(({ waitId }) => waitId)],
    );
    const seen = new Set([...offers.map(({ conversationId }) => conversationId), ...waiting.map(({ id }) => id)]);
    await this.changes.write(tx, [
      { kind: 'queue', id: tx.workspaceId },
      ...offers.map(({ id, agentId, conversationId }) => ({
        kind: 'offer' as const,
        id,
        agentId,
        conversationId,
        clientMutationId: clientMutationId ?? null,
      })),
      ...[...seen].map((id) => ({ kind: 'conversation' as const, id, conversationId: id })),
    ]);
  }
}
