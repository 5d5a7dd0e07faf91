import { accountLoaders } from '../accounts/accounts.loader';
import { conversationLoaders } from '../conversations/conversations.loader';
import { customerLoaders } from '../customers/customers.loader';
import { draftLoaders } from '../drafts/drafts.loader';
import { messageLoaders } from '../messages/messages.loader';
import { queueLoaders } from '../queue/queue.loader';
import { viewerLoaders } from '../viewer/viewer.loader';
import type { ReadTransaction } from './read-transaction';

/** Loaders of one operation and one viewer; they forget when the operation has written. */
export function makeLoaders(reads: ReadTransaction, agentId: string) {
  return {
    ...accountLoaders(reads),
    ...conversationLoaders(reads, agentId),
    ...customerLoaders(reads, agentId),
    ...draftLoaders(reads, agentId),
    ...messageLoaders(reads),
    ...queueLoaders(reads),
    ...viewerLoaders(reads),
  };
}
export type Loaders = ReturnType<typeof makeLoaders>;
