import type { CursorMove, PollSession, RawDelivery } from '@app/channel';
import { compareIds, timeOfId } from '../ids';

/** Most posts in one transaction. */
const BATCH = 100;

/** What was cut out of pages, and what becomes of it. */
export interface TakenIn {
  /** In any order; repeats are absorbed. */
  readonly deliveries: readonly RawDelivery[];
  /** Moves with the last of them. */
  readonly move: CursorMove | null;
  /** What was written before this instant is older than the connection: kept to be read, and nobody waits for an answer to it. */
  readonly historyBefore: Date;
}

/**
 * Stores what of a whole reading is not here yet, oldest first; the cursor moves in the transaction that stores the last of it.
 * @returns how many were new.
 */
export async function takeIn(session: PollSession, { deliveries, move, historyBefore }: TakenIn): Promise<number> {
  const byId = new Map(deliveries.map((delivery) => [idOf(delivery), delivery]));
  const ids = [...byId.keys()].sort(compareIds);
  const unknown = await unknownOf(session, ids, byId);
  const wanted = unknown.map((id) => withHistory(byId.get(id)!, id, historyBefore));
  for (let from = 0; from < wanted.length; from += BATCH) {
    const batch = wanted.slice(from, from + BATCH);
    await session.commit(batch, from + BATCH >= wanted.length ? move : null);
  }
  if (wanted.length === 0 && move !== null) await session.commit([], move);
  return wanted.length;
}

/** Id of what a delivery of a page holds; see `cut-pages.ts`. */
export function idOf({ source }: RawDelivery): string {
  return source.slice(source.indexOf(':') + 1);
}

/** Those that came neither by an earlier reading nor by webhook, nor are a message that we sent and know to be there. */
async function unknownOf(
  session: PollSession,
  ids: readonly string[],
  byId: ReadonlyMap<string, RawDelivery>,
): Promise<string[]> {
  if (ids.length === 0) return [];
  const sources = ids.map((id) => byId.get(id)!.source);
  const [stored, messages] = await Promise.all([session.known(sources), session.knownMessages(ids)]);
  return ids.filter((id, i) => !stored.has(sources[i]!) && !messages.has(id));
}

function withHistory(delivery: RawDelivery, id: string, before: Date): RawDelivery {
  const at = timeOfId(id);
  if (at === undefined || at >= before) return delivery;
  return { ...delivery, context: { ...delivery.context, history: true } };
}
