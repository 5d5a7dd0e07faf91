import type { Seen } from '../conversation/seen';
import type { ReplyKind } from '../graphql/generated';
import type { FileRef } from './drafts';

/** A reply or note on its way to the api. Shown in the conversation at once. */
export interface OutboxItem extends Seen {
  /** Also the idempotency key: however often it is sent, from whichever tab, it is taken once. */
  readonly key: string;
  readonly as: 'reply' | 'note';
  readonly conversationId: string;
  readonly text: string;
  readonly files: readonly FileRef[];
  readonly replyKind: ReplyKind;
  /** In private, though the conversation is public. */
  readonly inPrivate?: boolean;
  /** Although the platform's time for answers seems to be over. */
  readonly anyway?: boolean;
  readonly writtenAt: string;
  /** `waiting`: the api cannot be reached; goes out by itself when it can. */
  readonly state: 'sending' | 'waiting';
}

/** What of it outlives the page. */
export type StoredItem = Omit<OutboxItem, 'state'>;

export function isStoredItem(value: unknown): value is StoredItem {
  const item = value as Partial<StoredItem> | null | undefined;
  return (
    typeof item === 'object' &&
    item !== null &&
    [item.key, item.conversationId, item.text, item.seenUpTo, item.seenAt, item.writtenAt].every(
      (it) => typeof it === 'string',
    ) &&
    (item.as === 'reply' || item.as === 'note') &&
    Array.isArray(item.files)
  );
}
