import { readAgents } from '@app/inbox';
import { byId } from '../graphql/batch';
import type { ReadTransaction } from '../graphql/read-transaction';

export function viewerLoaders(reads: ReadTransaction) {
  return { agents: byId((ids) => reads.run((tx) => readAgents(tx, ids))) };
}
