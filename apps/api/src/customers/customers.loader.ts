import {
  readCustomers,
  readErasures,
  readExports,
  readIdentities,
  readIdentitiesOf,
  readKnownCustomers,
  type CustomerFacts,
} from '@app/inbox';
import { byId, byKey } from '../graphql/batch';
import type { ReadTransaction } from '../graphql/read-transaction';

/** A customer of whom the viewer may or may not know more than the pseudonym. */
export interface KnownCustomer extends CustomerFacts {
  /** One of their conversations is opened for the viewer. */
  readonly known: boolean;
}

export function customerLoaders(reads: ReadTransaction, agentId: string) {
  return {
    customers: byId((ids) => reads.run((tx) => readCustomers(tx, ids))),
    identities: byId((ids) => reads.run((tx) => readIdentities(tx, ids))),
    identitiesOf: byKey((ids) => reads.run((tx) => readIdentitiesOf(tx, ids))),
    erasures: byId((ids) => reads.run((tx) => readErasures(tx, ids))),
    exports: byId((ids) => reads.run((tx) => readExports(tx, ids))),
    /** Whether a customer met outside any conversation is known to the viewer. */
    knownCustomers: byKey((ids) =>
      reads.run(async (tx) => {
        const known = await readKnownCustomers(tx, agentId, ids);
        return new Map(ids.map((id) => [id, known.has(id)]));
      }),
    ),
  };
}
