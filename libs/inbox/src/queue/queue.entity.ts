import { EntitySchema } from 'typeorm';

/* Waits and what the queue gave to whom. Describes the tables; the migrations make them. */
export const waitsTable = new EntitySchema({
  name: 'waits',
  schema: 'inbox',
  columns: {
    id: { type: 'uuid', primary: true },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'waits_workspace_id_fkey' },
    },
    customerId: {
      name: 'customer_id',
      type: 'uuid',
      foreignKey: { target: 'customers', name: 'waits_customer_id_fkey' },
    },
    channel: { type: 'text' },
    waitingSince: { name: 'waiting_since', type: 'timestamptz', precision: 3 },
    keyMs: { name: 'key_ms', type: 'bigint' },
    need: { type: 'text', default: 'standard' },
    requires: { type: 'text', array: true, default: '{}' },
    language: { type: 'text', nullable: true },
    state: { type: 'text', default: 'queued' },
    offerCount: { name: 'offer_count', type: 'integer', default: 0 },
    declineCount: { name: 'decline_count', type: 'integer', default: 0 },
    endKind: { name: 'end_kind', type: 'text', nullable: true },
    endReason: { name: 'end_reason', type: 'text', nullable: true },
    endedAt: { name: 'ended_at', type: 'timestamptz', precision: 3, nullable: true },
    endedBy: { name: 'ended_by', type: 'uuid', nullable: true },
    version: { type: 'integer', default: 1 },
    createdAt: { name: 'created_at', type: 'timestamptz', precision: 3 },
  },
  indices: [
    { name: 'waits_queue', columns: ['workspaceId', 'keyMs', 'waitingSince', 'id'], where: "(state = 'queued'::text)" },
    { name: 'waits_oldest', columns: ['workspaceId', 'waitingSince'], where: "(state = 'queued'::text)" },
    { name: 'waits_customer', columns: ['customerId', 'createdAt'] },
    { name: 'waits_ended', columns: ['workspaceId', 'endedAt'], where: "(state = 'ended'::text)" },
  ],
  checks: [
    {
      name: 'waits_end',
      expression:
        "((((state = 'ended'::text) = (end_kind IS NOT NULL)) AND ((end_kind IS NULL) = (ended_at IS NULL))))",
    },
  ],
});

export const queueLengthsTable = new EntitySchema({
  name: 'queue_lengths',
  schema: 'inbox',
  columns: {
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      primary: true,
      foreignKey: { target: 'workspaces', name: 'queue_lengths_workspace_id_fkey' },
    },
    waiting: { type: 'bigint' },
  },
});

export const offersTable = new EntitySchema({
  name: 'offers',
  schema: 'inbox',
  columns: {
    id: { type: 'uuid', primary: true },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'offers_workspace_id_fkey' },
    },
    waitId: { name: 'wait_id', type: 'uuid', foreignKey: { target: 'waits', name: 'offers_wait_id_fkey' } },
    conversationId: {
      name: 'conversation_id',
      type: 'uuid',
      foreignKey: { target: 'conversations', name: 'offers_conversation_id_fkey' },
    },
    agentId: { name: 'agent_id', type: 'uuid', foreignKey: { target: 'agents', name: 'offers_agent_id_fkey' } },
    offeredAt: { name: 'offered_at', type: 'timestamptz', precision: 3 },
    leaseUntil: { name: 'lease_until', type: 'timestamptz', precision: 3 },
    state: { type: 'text', default: 'open' },
    declineReason: { name: 'decline_reason', type: 'text', nullable: true },
    closedAt: { name: 'closed_at', type: 'timestamptz', precision: 3, nullable: true },
    entry: { type: 'bigint' },
  },
  indices: [
    {
      name: 'offers_active',
      columns: ['waitId'],
      unique: true,
      where: "(state = ANY (ARRAY['open'::text, 'taken'::text]))",
    },
    {
      name: 'offers_agent',
      columns: ['agentId', 'offeredAt'],
      where: "(state = ANY (ARRAY['open'::text, 'taken'::text]))",
    },
    { name: 'offers_wait', columns: ['waitId', 'agentId'] },
    { name: 'offers_conversation', columns: ['conversationId', 'agentId'] },
    { name: 'offers_lease', columns: ['leaseUntil'], where: "(state = ANY (ARRAY['open'::text, 'taken'::text]))" },
  ],
});
