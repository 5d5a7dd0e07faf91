import type { TimelineEdgeFragment } from '../graphql/generated';
import type { OpenConversation } from './open-conversation';

/** The newest item of a conversation that somebody has seen. */
export interface Seen {
  readonly seenUpTo: string;
  /** When the api took it in, which is not when the platform says it was written. */
  readonly seenAt: string;
}

type Item = TimelineEdgeFragment['node'];

export function asSeen(item: Item): Seen {
  return { seenUpTo: item.id, seenAt: item.__typename === 'Message' ? item.receivedAt : item.createdAt };
}

/** The one of two that the api took in later; the first when that is the same. */
export function later(one: Seen, other: Seen | undefined): Seen {
  return other && Date.parse(other.seenAt) > Date.parse(one.seenAt) ? other : one;
}

/**
 * The one that the api took in last. What came late stands above what came before it, and a mail dated ahead below our own
 * reply: the order on the page does not tell. What came together is numbered from above.
 */
function newestOf(items: readonly Item[]): Seen | undefined {
  return items.reduce<Seen | undefined>((last, item) => later(asSeen(item), last), undefined);
}

/** Newest item of each conversation that was on the screen. Sending says so, and the api tells what came after it. */
const newest = new Map<string, Seen>();

export const seen = {
  /** Undefined for a conversation without a message. */
  upTo({ id, timeline }: OpenConversation): Seen | undefined {
    return newest.get(id) ?? newestOf(timeline?.edges.map(({ node }) => node) ?? []);
  },
  /** @param items what the page shows, in its order */
  mark(conversationId: string, items: readonly Item[]): void {
    const last = newestOf(items);
    if (last && document.visibilityState === 'visible') newest.set(conversationId, last);
  },
};
