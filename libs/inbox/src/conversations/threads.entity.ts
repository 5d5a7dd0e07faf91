import { EntitySchema } from 'typeorm';

/* What is known of a platform's threads, and what came before its turn. Describes the tables; the migrations make them. */
export const threadsTable = new EntitySchema({
  name: 'threads',
  schema: 'inbox',
  columns: {
    accountId: {
      name: 'account_id',
      type: 'uuid',
      primary: true,
      foreignKey: { target: 'accounts', name: 'threads_account_id_fkey' },
    },
    threadKey: { name: 'thread_key', type: 'text', primary: true },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'threads_workspace_id_fkey' },
    },
    windowOpenedAt: { name: 'window_opened_at', type: 'timestamptz', precision: 3, nullable: true },
    windowClosesAt: { name: 'window_closes_at', type: 'timestamptz', precision: 3, nullable: true },
    windowHumanClosesAt: { name: 'window_human_closes_at', type: 'timestamptz', precision: 3, nullable: true },
    windowRefusedAt: { name: 'window_refused_at', type: 'timestamptz', precision: 3, nullable: true },
    handledBy: { name: 'handled_by', type: 'text', nullable: true },
    handledApp: { name: 'handled_app', type: 'text', nullable: true },
    handledAt: { name: 'handled_at', type: 'timestamptz', precision: 3, nullable: true },
    deliveredUpTo: { name: 'delivered_up_to', type: 'timestamptz', precision: 3, nullable: true },
    readUpTo: { name: 'read_up_to', type: 'timestamptz', precision: 3, nullable: true },
  },
});

export const parkedTable = new EntitySchema({
  name: 'parked',
  schema: 'inbox',
  columns: {
    accountId: {
      name: 'account_id',
      type: 'uuid',
      primary: true,
      foreignKey: { target: 'accounts', name: 'parked_account_id_fkey' },
    },
    externalId: { name: 'external_id', type: 'text', primary: true },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'parked_workspace_id_fkey' },
    },
    refs: { type: 'text', array: true },
    body: { type: 'jsonb' },
    receivedAt: { name: 'received_at', type: 'timestamptz', precision: 3 },
  },
  indices: [{ name: 'parked_refs', columns: ['refs'], synchronize: false }],
});

export const messageChangesTable = new EntitySchema({
  name: 'message_changes',
  schema: 'inbox',
  columns: {
    accountId: {
      name: 'account_id',
      type: 'uuid',
      primary: true,
      foreignKey: { target: 'accounts', name: 'message_changes_account_id_fkey' },
    },
    externalId: { name: 'external_id', type: 'text', primary: true },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'message_changes_workspace_id_fkey' },
    },
    target: { type: 'text' },
    at: { type: 'timestamptz', precision: 3 },
    change: { type: 'jsonb' },
  },
  indices: [{ name: 'message_changes_target', columns: ['accountId', 'target'] }],
});

export const messagePartsTable = new EntitySchema({
  name: 'message_parts',
  schema: 'inbox',
  columns: {
    messageId: {
      name: 'message_id',
      type: 'uuid',
      primary: true,
      foreignKey: { target: 'messages', name: 'message_parts_message_id_fkey' },
    },
    part: { type: 'integer', primary: true },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'message_parts_workspace_id_fkey' },
    },
    parts: { type: 'integer' },
    state: { type: 'text' },
    attempt: { type: 'integer' },
    rank: { type: 'smallint' },
    at: { type: 'timestamptz', precision: 3 },
    nextAt: { name: 'next_at', type: 'timestamptz', precision: 3, nullable: true },
    failure: { type: 'jsonb', nullable: true },
    nativeIds: { name: 'native_ids', type: 'text', array: true, default: '{}' },
    platformAt: { name: 'platform_at', type: 'timestamptz', precision: 3, nullable: true },
  },
});
