import { readAccounts } from '@app/inbox';
import { byId, byKey } from '../graphql/batch';
import type { ReadTransaction } from '../graphql/read-transaction';
import { readIntakeGauges } from './intake-gauges';

export function accountLoaders(reads: ReadTransaction) {
  return {
    accounts: byId((ids) => reads.run((tx) => readAccounts(tx, ids))),
    // of all accounts in one statement, whichever are asked for
    intake: byKey(() => reads.run((tx) => readIntakeGauges(tx))),
  };
}
