import { findCustomer } from '@app/inbox';
import { UsageError } from './command';
import type { Installation } from './installation';
import { withDatabase } from './with-database';

/** A customer as an operator names them. */
export interface NamedCustomer {
  readonly id: string;
  readonly workspaceId: string;
  readonly pseudonym: string;
}

/**
 * Everybody whom a pseudonym, an id, or a whole address or platform id may mean, in whatever workspace. A look by address is an
 * entry of the record of each workspace.
 */
export async function customersOf(installation: Installation, name: string): Promise<NamedCustomer[]> {
  const named = await withDatabase(installation, 'owner', ({ database }) =>
    database.query<NamedCustomer>(
      /* sql */ `
      select id, workspace_id as "workspaceId", pseudonym from inbox.customers
       where id::text = lower($1) or lower(pseudonym) = lower($1) order by created_at, id limit 20`,
      [name.trim()],
    ),
  );
  if (named.length > 0) return named;
  const workspaces = await withDatabase(installation, 'owner', ({ database }) =>
    database.query<{ id: string }>('select workspace_id as id from inbox.workspaces order by created_at'),
  );
  return withDatabase(installation, 'api', async ({ database }) => {
    const found: NamedCustomer[] = [];
    for (const { id: workspaceId } of workspaces) {
      const { customer } = await database.transaction({ workspaceId }, (tx) =>
        findCustomer(tx, { agentId: null, address: name, reason: 'operator' }),
      );
      if (customer) found.push({ ...customer, workspaceId });
    }
    return found;
  });
}

/** The one customer that is meant. @throws UsageError when there is none, or more than one. */
export async function customerOf(installation: Installation, name: string): Promise<NamedCustomer> {
  const [customer, ...more] = await customersOf(installation, name);
  if (!customer) throw new UsageError(`--customer: nobody here is, or writes from, "${name}"; it must be whole`);
  if (more.length > 0) {
    const ids = [customer, ...more].map(({ id }) => id);
    throw new UsageError(`--customer: "${name}" are ${ids.length} people; name one by id: ${ids.join(', ')}`);
  }
  return customer;
}
