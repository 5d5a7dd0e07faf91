import type { QueueEntry } from '@app/inbox';

/** An entry of the queue with the length of the queue it stands in. */
export interface PlacedEntry extends QueueEntry {
  readonly of: number;
}
