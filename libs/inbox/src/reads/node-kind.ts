import type { Tx } from '@app/runtime';

export type NodeKind =
  | 'conversation'
  | 'message'
  | 'wait'
  | 'offer'
  | 'agent'
  | 'customer'
  | 'account'
  | 'attachment'
  | 'erasure'
  | 'export';

const TABLES: Record<NodeKind, string> = {
  conversation: 'conversations',
  message: 'messages',
  wait: 'waits',
  offer: 'offers',
  agent: 'agents',
  customer: 'customers',
  account: 'accounts',
  attachment: 'attachments',
  erasure: 'erasures',
  export: 'customer_exports',
};

const SQL = Object.entries(TABLES)
  .map(([kind, table]) => `select '${kind}' as kind from inbox.${table} where id = $1`)
  .join(' union all ');

/** What an id of this workspace stands for; ids are unique across all tables. */
export async function findNodeKind(tx: Tx, id: string): Promise<NodeKind | undefined> {
  const rows = await tx.query<{ kind: NodeKind }>(SQL, [id]);
  return rows[0]?.kind;
}
