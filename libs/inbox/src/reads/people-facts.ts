import type { Tx } from '@app/runtime';
import type { AgentRole } from '../people/access';
import { MAY_OPEN } from './may-open';

export interface AgentFacts {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
  readonly role: AgentRole;
  readonly locale: string;
}

export interface CustomerFacts {
  readonly id: string;
  readonly pseudonym: string;
  readonly givenName: string | null;
  readonly language: string | null;
}

export interface WorkspaceFacts {
  readonly id: string;
  readonly name: string;
  readonly demo: boolean;
}

/** These colleagues, those who have left included. */
export async function readAgents(tx: Tx, ids: readonly string[]): Promise<AgentFacts[]> {
  return tx.query<AgentFacts>(
    'select id, email, display_name as "displayName", role, locale from inbox.agents where id = any ($1::uuid[])',
    [ids],
  );
}

/** Colleagues who can sign in, those of least role first. For the cards of the demo. */
export async function readActiveAgents(tx: Tx, limit: number): Promise<AgentFacts[]> {
  return tx.query<AgentFacts>(
    /* sql */ `
    select id, email, display_name as "displayName", role, locale from inbox.agents
     where deactivated_at is null
     order by array_position('{agent,supervisor,admin}'::text[], role), created_at, id limit $1`,
    [limit],
  );
}

/** These customers; names of profiles are not among it. */
export async function readCustomers(tx: Tx, ids: readonly string[]): Promise<CustomerFacts[]> {
  return tx.query<CustomerFacts>(
    'select id, pseudonym, given_name as "givenName", language from inbox.customers where id = any ($1::uuid[])',
    [ids],
  );
}

/** Which of these customers have a conversation that the agent may open (see `mayOpen`). */
export async function readKnownCustomers(tx: Tx, agentId: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }>(
    /* sql */ `
    select distinct c.customer_id as id
      from inbox.conversations c where c.customer_id = any ($2::uuid[]) and ${MAY_OPEN}`,
    [agentId, ids],
  );
  return new Set(rows.map((row) => row.id));
}

/** The workspace of the transaction. */
export async function readWorkspace(tx: Tx): Promise<WorkspaceFacts> {
  const rows = await tx.query<WorkspaceFacts>(
    'select workspace_id as id, name, demo from inbox.workspaces where workspace_id = $1',
    [tx.workspaceId],
  );
  return rows[0]!;
}
