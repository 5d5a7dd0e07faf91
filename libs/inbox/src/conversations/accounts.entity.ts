import { EntitySchema } from 'typeorm';

/* Our accounts, as their connectors tell of them. Describes the tables; the migrations make them. */
export const accountsTable = new EntitySchema({
  name: 'accounts',
  schema: 'inbox',
  columns: {
    id: { type: 'uuid', primary: true },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'accounts_workspace_id_fkey' },
    },
    channel: { type: 'text' },
    address: { type: 'text' },
    name: { type: 'text' },
    simulated: { type: 'boolean' },
    status: { type: 'text' },
    detail: { type: 'text' },
    pausedUntil: { name: 'paused_until', type: 'timestamptz', precision: 3, nullable: true },
    maxLength: { name: 'max_length', type: 'integer', nullable: true },
    maxAttachmentBytes: { name: 'max_attachment_bytes', type: 'integer', nullable: true },
    partLength: { name: 'part_length', type: 'integer', nullable: true },
    publicLength: { name: 'public_length', type: 'integer', nullable: true },
    publicCounting: { name: 'public_counting', type: 'text', default: 'units' },
    publicFiles: { name: 'public_files', type: 'boolean', default: true },
    privateReply: { name: 'private_reply', type: 'boolean', default: false },
    moderates: { type: 'boolean', default: false },
    tokenExpiresAt: { name: 'token_expires_at', type: 'timestamptz', precision: 3, nullable: true },
    purgedAt: { name: 'purged_at', type: 'timestamptz', precision: 3, nullable: true },
    version: { type: 'bigint' },
    checkedAt: { name: 'checked_at', type: 'timestamptz', precision: 3 },
  },
  indices: [{ name: 'accounts_workspace', columns: ['workspaceId'] }],
});
