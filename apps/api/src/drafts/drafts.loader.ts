import { readDrafts } from '@app/inbox';
import { byKey } from '../graphql/batch';
import type { ReadTransaction } from '../graphql/read-transaction';

export function draftLoaders(reads: ReadTransaction, agentId: string) {
  return {
    /** The viewer's own draft, by conversation. */
    drafts: byKey((ids) =>
      reads.run(
        async (tx) => new Map((await readDrafts(tx, agentId, ids)).map((draft) => [draft.conversationId, draft])),
      ),
    ),
  };
}
