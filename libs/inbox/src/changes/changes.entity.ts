import { EntitySchema } from 'typeorm';

/* Answers by idempotency key, and the change log. Describes the tables; the migrations make them. */
// TypeORM knows identity columns, its types of EntitySchema do not
const IDENTITY = 'identity' as 'increment';

export const mutationsTable = new EntitySchema({
  name: 'mutations',
  schema: 'inbox',
  columns: {
    agentId: {
      name: 'agent_id',
      type: 'uuid',
      primary: true,
      foreignKey: { target: 'agents', name: 'mutations_agent_id_fkey' },
    },
    key: { type: 'text', primary: true },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'mutations_workspace_id_fkey' },
    },
    name: { type: 'text' },
    result: { type: 'jsonb' },
    at: { type: 'timestamptz', precision: 3 },
  },
  indices: [{ name: 'mutations_at', columns: ['at'] }],
});

export const changesTable = new EntitySchema({
  name: 'changes',
  schema: 'inbox',
  // TypeORM knows no xid8: the columns are here to be read, not compared
  synchronize: false,
  columns: {
    xid: { type: 'bigint', primary: true },
    number: { type: 'bigint', primary: true, generated: IDENTITY },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'changes_workspace_id_fkey' },
    },
    kind: { type: 'text' },
    id: { type: 'uuid' },
    conversationId: { name: 'conversation_id', type: 'uuid', nullable: true },
    agentId: { name: 'agent_id', type: 'uuid', nullable: true },
    clientMutationId: { name: 'client_mutation_id', type: 'text', nullable: true },
    at: { type: 'timestamptz', precision: 3 },
  },
  indices: [
    { name: 'changes_workspace', columns: ['workspaceId', 'xid', 'number'] },
    { name: 'changes_at', columns: ['at'] },
  ],
});
