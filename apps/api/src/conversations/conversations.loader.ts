import { readConversations } from '@app/inbox';
import { byId } from '../graphql/batch';
import type { ReadTransaction } from '../graphql/read-transaction';

export function conversationLoaders(reads: ReadTransaction, agentId: string) {
  return { conversations: byId((ids) => reads.run((tx) => readConversations(tx, agentId, ids))) };
}
