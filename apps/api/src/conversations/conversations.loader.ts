import { readConversations, readPreviews } from '@app/inbox';
import { byId, byKey } from '../graphql/batch';
import type { ReadTransaction } from '../graphql/read-transaction';

/** UTF-16 units may be twice as many; the list shows one or two lines. */
const PREVIEW_CODE_POINTS = 160;

export function conversationLoaders(reads: ReadTransaction, agentId: string) {
  return {
    conversations: byId((ids) => reads.run((tx) => readConversations(tx, agentId, ids))),
    previews: byKey((ids) => reads.run((tx) => readPreviews(tx, ids, PREVIEW_CODE_POINTS))),
  };
}
