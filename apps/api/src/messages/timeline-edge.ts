import { timelineKey, type MessageFacts } from '@app/inbox';
import { encodeCursor } from '../graphql/cursor';

/** A message with its place in the timeline, for the client's cache. */
export function edgeOf(item: MessageFacts) {
  return { cursor: encodeCursor(timelineKey(item)), node: item };
}
