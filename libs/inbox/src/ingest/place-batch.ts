import type { MessageEvent } from '@app/channel';
import type { Tx } from '@app/runtime';
import type { KnownAccount } from './account-events';
import { loadThreads } from './load-threads';
import { personOf } from './people';
import { findReplaced } from './replace-unreadable';
import type { Arrived } from './stored-event';
import { answered, placeEvent, type KnownThreads } from './threads';
import type { PlacedMessage } from './write-messages';

/** Two conversations that turned out to be one. */
export interface Absorption {
  readonly from: string;
  readonly into: string;
}

export interface PlacedBatch {
  readonly placed: readonly PlacedMessage[];
  /** Conversations that begin here. */
  readonly begun: ReadonlySet<string>;
  readonly absorbed: readonly Absorption[];
  /** Public answers to what is not here yet. */
  readonly parked: readonly Arrived[];
}

/**
 * Finds the conversation of each message, the earliest first. A message that shows two conversations to be one brings them
 * together, unless people have worked on both: then it joins the surer one and they stay as people know them. A public answer
 * of ours is placed once what it answers is.
 */
export async function placeBatch(tx: Tx, account: KnownAccount, arrived: readonly Arrived[]): Promise<PlacedBatch> {
  const begun = new Set<string>();
  const absorbed: Absorption[] = [];
  const placed: PlacedMessage[] = [];
  if (arrived.length === 0) return { placed, begun, absorbed, parked: [] };
  const events: MessageEvent[] = arrived.map(({ event }) => event);
  const known = await loadThreads(tx, account.id, events, account.address);
  const unreadable = await findReplaced(tx, account.id, events);
  const parked: Arrived[] = [];
  const put = async ({ event, receivedAt }: Arrived): Promise<void> => {
    const place = placeEvent(event, known, account.address);
    const old = unreadable.get(event.replaces ?? '');
    const joins = [...new Set([...(old ? [old.conversationId] : []), ...place.joins])];
    if (joins.length === 0 && answered(event).length > 0) {
      parked.push({ event, receivedAt });
      return;
    }
    // we wrote to nobody, and about nothing that is here: there is no customer to show it with
    if (joins.length === 0 && !personOf(event)) return;
    const conversationId = joins.length === 0 ? tx.newId() : await unite(tx, joins, known, { begun, absorbed, placed });
    if (joins.length === 0) begun.add(conversationId);
    known.add(event, conversationId, account.address);
    const { newSender, mayBelongTo } = place;
    const id = old?.id ?? tx.newId();
    placed.push({ id, event, receivedAt, conversationId, newSender, mayBelongTo, replacing: old !== undefined });
  };
  for (const one of arrived) await put(one);
  // what an answer answers may stand behind it: platforms count in seconds
  for (let before = Infinity; parked.length > 0 && parked.length < before;) {
    before = parked.length;
    for (const one of parked.splice(0)) await put(one);
  }
  return { placed, begun, absorbed, parked };
}

/** Makes one of several conversations as far as people have not worked on them. @returns the one to join. */
async function unite(
  tx: Tx,
  joins: readonly string[],
  known: KnownThreads,
  batch: { readonly begun: Set<string>; readonly absorbed: Absorption[]; readonly placed: PlacedMessage[] },
): Promise<string> {
  if (joins.length === 1) return joins[0]!;
  const stored = joins.filter((id) => !batch.begun.has(id));
  const worked = await workedOn(tx, stored);
  const keyed = new Set(known.byThreadKey.values());
  const firm = (id: string): boolean => worked.has(id) || keyed.has(id);
  // the one people know stays; else one that is stored already; else the surest
  const into = joins.find(firm) ?? stored[0] ?? joins[0]!;
  for (const from of joins) {
    if (from === into || firm(from)) continue;
    known.merge(from, into);
    for (const message of batch.placed) {
      if (message.conversationId === from) message.conversationId = into;
      if (message.mayBelongTo === from) message.mayBelongTo = into;
    }
    if (!batch.begun.delete(from)) batch.absorbed.push({ from, into });
  }
  return into;
}

/** Conversations that somebody was given, answered, noted or drafted on: those stay what they are. */
export async function workedOn(tx: Tx, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await tx.query<{ id: string }>(
    /* sql */ `
    select c.id from inbox.conversations c
     where c.id = any($1::uuid[])
       and (exists (select 1 from inbox.offers o where o.conversation_id = c.id)
         or exists (select 1 from inbox.drafts d where d.conversation_id = c.id)
         or exists (select 1 from inbox.messages m where m.conversation_id = c.id and m.origin = 'evenhand'))`,
    [ids],
  );
  return new Set(rows.map((row) => row.id));
}
