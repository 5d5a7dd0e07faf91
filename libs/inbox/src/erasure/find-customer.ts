import type { Tx } from '@app/runtime';
import { append, type EntryFields } from '../record/record';

/** A customer as found: a pseudonym, and nothing else of them. */
export interface FoundCustomer {
  readonly id: string;
  readonly pseudonym: string;
}

/**
 * Who writes from an address, for a request of that very person. The whole address, or the platform's whole id: nothing is
 * guessed. Each look is an entry of the record, whether somebody was found or not; the address does not stand there.
 */
export async function findCustomer(
  tx: Tx,
  look: { readonly agentId: string | null; readonly address: string; readonly reason: string },
): Promise<{ customer: FoundCustomer | undefined; entry: number }> {
  const address = look.address.trim();
  const [customer] = await tx.query<FoundCustomer>(
    /* sql */ `
    select c.id, c.pseudonym from inbox.identities i join inbox.customers c on c.id = i.customer_id
     where i.workspace_id = $1 and i.value in ($2, lower($2)) order by i.created_at, i.id limit 1`,
    [tx.workspaceId, address],
  );
  const fields: EntryFields = { customer: customer?.id ?? null, by: look.agentId, reason: look.reason };
  const entry = await append(tx, [{ kind: 'customer.found', fields }]);
  return { customer, entry };
}
