import { EntitySchema } from 'typeorm';

/* Messages, files, and what is typed and not sent. Describes the tables; the migrations make them. */
// TypeORM knows identity columns, its types of EntitySchema do not
const IDENTITY = 'identity' as 'increment';

export const messagesTable = new EntitySchema({
  name: 'messages',
  schema: 'inbox',
  columns: {
    id: { type: 'uuid', primary: true },
    number: { type: 'bigint', generated: IDENTITY },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'messages_workspace_id_fkey' },
    },
    conversationId: {
      name: 'conversation_id',
      type: 'uuid',
      foreignKey: { target: 'conversations', name: 'messages_conversation_id_fkey' },
    },
    accountId: {
      name: 'account_id',
      type: 'uuid',
      foreignKey: { target: 'accounts', name: 'messages_account_id_fkey' },
    },
    externalId: { name: 'external_id', type: 'text', nullable: true },
    direction: { type: 'text' },
    origin: { type: 'text' },
    class: { type: 'text', default: 'ordinary' },
    identityId: {
      name: 'identity_id',
      type: 'uuid',
      nullable: true,
      foreignKey: { target: 'identities', name: 'messages_identity_id_fkey' },
    },
    agentId: {
      name: 'agent_id',
      type: 'uuid',
      nullable: true,
      foreignKey: { target: 'agents', name: 'messages_agent_id_fkey' },
    },
    visibility: { type: 'text' },
    at: { type: 'timestamptz', precision: 3 },
    receivedAt: { name: 'received_at', type: 'timestamptz', precision: 3 },
    subject: { type: 'text', nullable: true },
    text: { type: 'text' },
    html: { type: 'text', nullable: true },
    quoteStart: { name: 'quote_start', type: 'integer', nullable: true },
    language: { type: 'text', nullable: true },
    problems: { type: 'text', array: true, default: '{}' },
    unreadable: { type: 'boolean', default: false },
    source: { type: 'jsonb', nullable: true },
    newSender: { name: 'new_sender', type: 'boolean', default: false },
    nativeIds: { name: 'native_ids', type: 'text', array: true, default: '{}' },
    replyTo: { name: 'reply_to', type: 'text', array: true, default: '{}' },
    replaces: { type: 'text', nullable: true },
    replyKind: { name: 'reply_kind', type: 'text', nullable: true },
    waitId: {
      name: 'wait_id',
      type: 'uuid',
      nullable: true,
      foreignKey: { target: 'waits', name: 'messages_wait_id_fkey' },
    },
    coveredBy: { name: 'covered_by', type: 'uuid', nullable: true },
    seenUpTo: { name: 'seen_up_to', type: 'uuid', nullable: true },
    sendState: { name: 'send_state', type: 'text', nullable: true },
    sendAttempt: { name: 'send_attempt', type: 'integer', nullable: true },
    sendRank: { name: 'send_rank', type: 'smallint', nullable: true },
    sendAt: { name: 'send_at', type: 'timestamptz', precision: 3, nullable: true },
    sendNextAt: { name: 'send_next_at', type: 'timestamptz', precision: 3, nullable: true },
    failure: { type: 'jsonb', nullable: true },
    clientMutationId: { name: 'client_mutation_id', type: 'text', nullable: true },
    editedAt: { name: 'edited_at', type: 'timestamptz', precision: 3, nullable: true },
    withdrawnAt: { name: 'withdrawn_at', type: 'timestamptz', precision: 3, nullable: true },
    withdrawnBy: { name: 'withdrawn_by', type: 'text', nullable: true },
    hidden: { type: 'boolean', default: false },
    moderation: { type: 'jsonb', nullable: true },
    reactions: { type: 'jsonb', default: [] },
    pendingFiles: { name: 'pending_files', type: 'jsonb', default: [] },
    platformAt: { name: 'platform_at', type: 'timestamptz', precision: 3, nullable: true },
    privateReplyTo: { name: 'private_reply_to', type: 'text', nullable: true },
    version: { type: 'integer', default: 1 },
  },
  indices: [
    {
      name: 'messages_external',
      columns: ['accountId', 'externalId'],
      unique: true,
      where: '(external_id IS NOT NULL)',
    },
    { name: 'messages_conversation', columns: ['conversationId', 'at', 'id'] },
    {
      name: 'messages_uncovered',
      columns: ['conversationId', 'at', 'id'],
      where:
        "((direction = 'inbound'::text) AND (class = 'ordinary'::text) AND (origin = 'platform'::text) AND (covered_by IS NULL))",
    },
    { name: 'messages_answers', columns: ['conversationId', 'at'], where: "(direction = 'outbound'::text)" },
    { name: 'messages_covered', columns: ['coveredBy'], where: '(covered_by IS NOT NULL)' },
    { name: 'messages_replaces', columns: ['accountId', 'replaces'], where: '(replaces IS NOT NULL)' },
    {
      name: 'messages_troubled',
      columns: ['workspaceId', 'sendAt'],
      where: "(send_state = ANY (ARRAY['failed'::text, 'uncertain'::text]))",
    },
    { name: 'messages_wait', columns: ['waitId'], where: '(wait_id IS NOT NULL)' },
    {
      name: 'messages_withdrawn',
      columns: ['conversationId', 'at'],
      where: "((withdrawn_by = 'author'::text) AND (covered_by IS NULL))",
    },
    {
      name: 'messages_private_replies',
      columns: ['accountId', 'privateReplyTo'],
      where: '(private_reply_to IS NOT NULL)',
    },
    { name: 'messages_native', columns: ['nativeIds'], synchronize: false, where: "(origin = 'evenhand'::text)" },
  ],
});

export const attachmentsTable = new EntitySchema({
  name: 'attachments',
  schema: 'inbox',
  columns: {
    id: { type: 'uuid', primary: true },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'attachments_workspace_id_fkey' },
    },
    messageId: {
      name: 'message_id',
      type: 'uuid',
      nullable: true,
      foreignKey: { target: 'messages', name: 'attachments_message_id_fkey' },
    },
    uploadedBy: {
      name: 'uploaded_by',
      type: 'uuid',
      nullable: true,
      foreignKey: { target: 'agents', name: 'attachments_uploaded_by_fkey' },
    },
    position: { type: 'integer', default: 0 },
    sha256: { type: 'text' },
    name: { type: 'text' },
    mime: { type: 'text' },
    size: { type: 'bigint' },
    inline: { type: 'boolean', default: false },
    contentId: { name: 'content_id', type: 'text', nullable: true },
    createdAt: { name: 'created_at', type: 'timestamptz', precision: 3 },
    detachedFrom: {
      name: 'detached_from',
      type: 'uuid',
      nullable: true,
      foreignKey: { target: 'messages', name: 'attachments_detached_from_fkey' },
    },
  },
  indices: [
    { name: 'attachments_message', columns: ['messageId', 'position'], where: '(message_id IS NOT NULL)' },
    { name: 'attachments_detached', columns: ['detachedFrom'], where: '(detached_from IS NOT NULL)' },
    { name: 'attachments_file', columns: ['sha256'] },
    { name: 'attachments_loose', columns: ['uploadedBy', 'createdAt'], where: '(message_id IS NULL)' },
  ],
});

export const draftsTable = new EntitySchema({
  name: 'drafts',
  schema: 'inbox',
  columns: {
    conversationId: {
      name: 'conversation_id',
      type: 'uuid',
      primary: true,
      foreignKey: { target: 'conversations', name: 'drafts_conversation_id_fkey' },
    },
    agentId: {
      name: 'agent_id',
      type: 'uuid',
      primary: true,
      foreignKey: { target: 'agents', name: 'drafts_agent_id_fkey' },
    },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'drafts_workspace_id_fkey' },
    },
    text: { type: 'text' },
    attachmentIds: { name: 'attachment_ids', type: 'uuid', array: true, default: '{}' },
    revision: { type: 'bigint' },
    savedAt: { name: 'saved_at', type: 'timestamptz', precision: 3 },
  },
});
