import { EntitySchema } from 'typeorm';

/* Customers, the addresses they write from, and what they call themselves. Describes the tables; the migrations make them. */
export const customersTable = new EntitySchema({
  name: 'customers',
  schema: 'inbox',
  columns: {
    id: { type: 'uuid', primary: true },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'customers_workspace_id_fkey' },
    },
    pseudonym: { type: 'text' },
    givenName: { name: 'given_name', type: 'text', nullable: true },
    language: { type: 'text', nullable: true },
    createdAt: { name: 'created_at', type: 'timestamptz', precision: 3 },
  },
  indices: [{ name: 'customers_workspace', columns: ['workspaceId', 'id'] }],
});

export const identitiesTable = new EntitySchema({
  name: 'identities',
  schema: 'inbox',
  columns: {
    id: { type: 'uuid', primary: true },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'identities_workspace_id_fkey' },
    },
    customerId: {
      name: 'customer_id',
      type: 'uuid',
      foreignKey: { target: 'customers', name: 'identities_customer_id_fkey' },
    },
    channel: { type: 'text' },
    value: { type: 'text' },
    createdAt: { name: 'created_at', type: 'timestamptz', precision: 3 },
  },
  indices: [
    { name: 'identities_value', columns: ['workspaceId', 'channel', 'value'], unique: true },
    { name: 'identities_customer', columns: ['customerId'] },
  ],
});

export const profilesTable = new EntitySchema({
  name: 'profiles',
  schema: 'inbox',
  columns: {
    identityId: {
      name: 'identity_id',
      type: 'uuid',
      primary: true,
      foreignKey: { target: 'identities', name: 'profiles_identity_id_fkey' },
    },
    workspaceId: {
      name: 'workspace_id',
      type: 'uuid',
      foreignKey: { target: 'workspaces', name: 'profiles_workspace_id_fkey' },
    },
    name: { type: 'text', nullable: true },
    handle: { type: 'text', nullable: true },
    bio: { type: 'text', nullable: true },
    updatedAt: { name: 'updated_at', type: 'timestamptz', precision: 3 },
  },
});
