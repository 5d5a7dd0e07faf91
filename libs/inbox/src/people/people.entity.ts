import { EntitySchema } from 'typeorm';

/* Workspaces, those who answer, their sessions and their tries to sign in. Describes the tables; the migrations make them. */
export const workspacesTable = new EntitySchema({
  name: 'workspaces',
  schema: 'inbox',
  columns: {
    workspaceId: { name: 'workspace_id', type: 'uuid', primary: true },
    name: { type: 'text' },
    demo: { type: 'boolean', default: false },
    languages: { type: 'text', array: true, default: '{en,fr}' },
    timeZone: { name: 'time_zone', type: 'text', default: 'UTC' },
    lastNumber: { name: 'last_number', type: 'integer', default: 1000 },
    createdAt: { name: 'created_at', type: 'timestamptz', precision: 3 },
  },
});

export const agentsTable = new EntitySchema({
  name: 'agents',
  schema: 'inbox',
  columns: {
    id: { type: 'uuid', primary: true },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'agents_workspace_id_fkey' },
    },
    email: { type: 'text' },
    displayName: { name: 'display_name', type: 'text' },
    role: { type: 'text' },
    locale: { type: 'text', default: 'en' },
    passwordHash: { name: 'password_hash', type: 'text', nullable: true },
    capacity: { type: 'integer', default: 10 },
    deactivatedAt: { name: 'deactivated_at', type: 'timestamptz', precision: 3, nullable: true },
    createdAt: { name: 'created_at', type: 'timestamptz', precision: 3 },
  },
  indices: [{ name: 'agents_email', columns: ['email'], unique: true }],
});

export const sessionsTable = new EntitySchema({
  name: 'sessions',
  schema: 'inbox',
  columns: {
    tokenHash: { name: 'token_hash', type: 'bytea', primary: true },
    id: { type: 'uuid' },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'sessions_workspace_id_fkey' },
    },
    agentId: { name: 'agent_id', type: 'uuid', foreignKey: { target: 'agents', name: 'sessions_agent_id_fkey' } },
    userAgent: { name: 'user_agent', type: 'text' },
    createdAt: { name: 'created_at', type: 'timestamptz', precision: 3 },
    lastSeenAt: { name: 'last_seen_at', type: 'timestamptz', precision: 3 },
    expiresAt: { name: 'expires_at', type: 'timestamptz', precision: 3 },
  },
  indices: [{ name: 'sessions_agent', columns: ['agentId'] }],
  uniques: [{ name: 'sessions_id_key', columns: ['id'] }],
});

export const signInTriesTable = new EntitySchema({
  name: 'sign_in_tries',
  schema: 'inbox',
  columns: {
    key: { type: 'varchar', length: 255, primary: true },
    points: { type: 'integer', default: 0 },
    expire: { type: 'bigint', nullable: true },
  },
});
