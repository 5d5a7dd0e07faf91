import { EntitySchema } from 'typeorm';

/* What erasing a customer leaves, and what is sent to one who asks for their data. Describes the tables; the migrations make them. */
export const tombstonesTable = new EntitySchema({
  name: 'tombstones',
  schema: 'inbox',
  columns: {
    accountId: {
      name: 'account_id',
      type: 'uuid',
      primary: true,
      foreignKey: { target: 'accounts', name: 'tombstones_account_id_fkey' },
    },
    hash: { type: 'bytea', primary: true },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'tombstones_workspace_id_fkey' },
    },
    erasedAt: { name: 'erased_at', type: 'timestamptz', precision: 3 },
  },
});

export const erasuresTable = new EntitySchema({
  name: 'erasures',
  schema: 'inbox',
  columns: {
    id: { type: 'uuid', primary: true },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'erasures_workspace_id_fkey' },
    },
    customerId: { name: 'customer_id', type: 'uuid' },
    pseudonym: { type: 'text' },
    state: { type: 'text' },
    requestedBy: {
      name: 'requested_by',
      type: 'uuid',
      nullable: true,
      foreignKey: { target: 'agents', name: 'erasures_requested_by_fkey' },
    },
    reason: { type: 'text' },
    requestedAt: { name: 'requested_at', type: 'timestamptz', precision: 3 },
    finishedAt: { name: 'finished_at', type: 'timestamptz', precision: 3, nullable: true },
    waitingFor: { name: 'waiting_for', type: 'text', array: true },
    messages: { type: 'integer', nullable: true },
    attachments: { type: 'integer', nullable: true },
    sealedValues: { name: 'sealed_values', type: 'integer', nullable: true },
    scrubbedAt: { name: 'scrubbed_at', type: 'timestamptz', precision: 3, nullable: true },
  },
  indices: [{ name: 'erasures_workspace', columns: ['workspaceId', 'requestedAt'] }],
});

export const customerExportsTable = new EntitySchema({
  name: 'customer_exports',
  schema: 'inbox',
  columns: {
    id: { type: 'uuid', primary: true },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'customer_exports_workspace_id_fkey' },
    },
    customerId: {
      name: 'customer_id',
      type: 'uuid',
      foreignKey: { target: 'customers', name: 'customer_exports_customer_id_fkey' },
    },
    state: { type: 'text' },
    requestedBy: {
      name: 'requested_by',
      type: 'uuid',
      nullable: true,
      foreignKey: { target: 'agents', name: 'customer_exports_requested_by_fkey' },
    },
    reason: { type: 'text' },
    requestedAt: { name: 'requested_at', type: 'timestamptz', precision: 3 },
    identityId: {
      name: 'identity_id',
      type: 'uuid',
      foreignKey: { target: 'identities', name: 'customer_exports_identity_id_fkey' },
    },
    deliveredAt: { name: 'delivered_at', type: 'timestamptz', precision: 3, nullable: true },
    linkExpiresAt: { name: 'link_expires_at', type: 'timestamptz', precision: 3, nullable: true },
    tokenHash: { name: 'token_hash', type: 'bytea', nullable: true },
    fileSha256: { name: 'file_sha256', type: 'text', nullable: true },
    fetchedAt: { name: 'fetched_at', type: 'timestamptz', precision: 3, nullable: true },
  },
  indices: [{ name: 'customer_exports_token', columns: ['tokenHash'], where: '(token_hash IS NOT NULL)' }],
});
