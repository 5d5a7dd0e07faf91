import { useSyncExternalStore } from 'react';
import type { SendFault } from './outbox';
import type { OutboxItem } from './outbox-item';

export interface RefusedSend {
  readonly item: OutboxItem;
  readonly fault: SendFault;
}

const refused = new Map<string, RefusedSend>();
const listeners = new Set<() => void>();

/** Why the last reply of a conversation was not taken, until somebody has dealt with it. */
export const refusals = {
  set(conversationId: string, refusal: RefusedSend | undefined): void {
    if (refusal) refused.set(conversationId, refusal);
    else refused.delete(conversationId);
    for (const listener of listeners) listener();
  },
};

export function useRefusal(conversationId: string): RefusedSend | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => refused.get(conversationId),
  );
}
