import { EntitySchema } from 'typeorm';

/* Conversations, everybody in them, and the ids by which later messages find them. Describes the tables; the migrations make them. */
export const conversationsTable = new EntitySchema({
  name: 'conversations',
  schema: 'inbox',
  columns: {
    id: { type: 'uuid', primary: true },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'conversations_workspace_id_fkey' },
    },
    number: { type: 'integer' },
    accountId: {
      name: 'account_id',
      type: 'uuid',
      foreignKey: { target: 'accounts', name: 'conversations_account_id_fkey' },
    },
    channel: { type: 'text' },
    visibility: { type: 'text' },
    threadKey: { name: 'thread_key', type: 'text', nullable: true },
    tokenKey: { name: 'token_key', type: 'bytea' },
    customerId: {
      name: 'customer_id',
      type: 'uuid',
      foreignKey: { target: 'customers', name: 'conversations_customer_id_fkey' },
    },
    subject: { type: 'text', nullable: true },
    language: { type: 'text', nullable: true },
    waitId: {
      name: 'wait_id',
      type: 'uuid',
      nullable: true,
      foreignKey: { target: 'waits', name: 'conversations_wait_id_fkey' },
    },
    mayBelongTo: {
      name: 'may_belong_to',
      type: 'uuid',
      nullable: true,
      foreignKey: { target: 'conversations', name: 'conversations_may_belong_to_fkey' },
    },
    continues: {
      type: 'uuid',
      nullable: true,
      foreignKey: { target: 'conversations', name: 'conversations_continues_fkey' },
    },
    lastMessageAt: { name: 'last_message_at', type: 'timestamptz', precision: 3 },
    version: { type: 'integer', default: 1 },
    createdAt: { name: 'created_at', type: 'timestamptz', precision: 3 },
  },
  indices: [
    { name: 'conversations_number', columns: ['workspaceId', 'number'], unique: true },
    {
      name: 'conversations_thread',
      columns: ['accountId', 'threadKey'],
      unique: true,
      where: '(thread_key IS NOT NULL)',
    },
    { name: 'conversations_token', columns: ['accountId', 'tokenKey'], unique: true },
    { name: 'conversations_customer', columns: ['customerId', 'lastMessageAt'] },
    { name: 'conversations_continues', columns: ['continues'], where: '(continues IS NOT NULL)' },
    { name: 'conversations_wait', columns: ['waitId'], where: '(wait_id IS NOT NULL)' },
    {
      name: 'conversations_matter',
      columns: ['accountId', 'customerId', 'visibility'],
      where: '(wait_id IS NOT NULL)',
    },
    { name: 'conversations_done', columns: ['workspaceId', 'lastMessageAt', 'id'], where: '(wait_id IS NULL)' },
  ],
});

export const participantsTable = new EntitySchema({
  name: 'participants',
  schema: 'inbox',
  columns: {
    conversationId: {
      name: 'conversation_id',
      type: 'uuid',
      primary: true,
      foreignKey: { target: 'conversations', name: 'participants_conversation_id_fkey' },
    },
    value: { type: 'text', primary: true },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'participants_workspace_id_fkey' },
    },
    identityId: {
      name: 'identity_id',
      type: 'uuid',
      nullable: true,
      foreignKey: { target: 'identities', name: 'participants_identity_id_fkey' },
    },
    role: { type: 'text' },
    since: { type: 'timestamptz', precision: 3 },
  },
});

export const refsTable = new EntitySchema({
  name: 'refs',
  schema: 'inbox',
  columns: {
    accountId: {
      name: 'account_id',
      type: 'uuid',
      primary: true,
      foreignKey: { target: 'accounts', name: 'refs_account_id_fkey' },
    },
    ref: { type: 'text', primary: true },
    conversationId: {
      name: 'conversation_id',
      type: 'uuid',
      primary: true,
      foreignKey: { target: 'conversations', name: 'refs_conversation_id_fkey' },
    },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'refs_workspace_id_fkey' },
    },
    messageId: {
      name: 'message_id',
      type: 'uuid',
      nullable: true,
      foreignKey: { target: 'messages', name: 'refs_message_id_fkey' },
    },
    direct: { type: 'boolean' },
    subjects: { type: 'text', array: true },
    parties: { type: 'text', array: true },
  },
  indices: [{ name: 'refs_conversation', columns: ['conversationId'] }],
});
