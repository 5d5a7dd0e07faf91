import { Vault, type AccountRow } from '@app/connector-host';
import type { Database } from '@app/runtime';
import { xAccounts, type XAccounts } from '../../connector-x/src';
import type { Finding } from './finding';
import type { Installation } from './installation';
import { lastHeard } from './last-heard';
import { withDatabase } from './with-database';

const LOOK_MS = 30_000;

/** The X accounts of an installation and what is done with them, for one command. */
export async function withHandles<T>(
  installation: Installation,
  work: (handles: XAccounts, database: Database) => Promise<T>,
): Promise<T> {
  return withDatabase(installation, 'connector', async ({ database }) => {
    const handles = xAccounts({ database, vault: new Vault(Buffer.from(installation.connectorKey, 'hex')) });
    try {
      return await work(handles, database);
    } finally {
      handles.close();
    }
  });
}

/** What `doctor` says of each X account: its permission, whether X delivers, when it last did, and what it has cost today. */
export async function lookAtHandles(installation: Installation): Promise<Finding[]> {
  return withHandles(installation, async (handles, database) =>
    Promise.all((await handles.accounts.list()).map((row) => lookAtHandle(row, handles, database))),
  );
}

async function lookAtHandle(row: AccountRow, handles: XAccounts, database: Database): Promise<Finding> {
  const what = `x ${row.name}`;
  if (row.simulated) return { what, state: 'ok', detail: 'simulated; lives while `npm start` runs' };
  const [heard, cost] = await Promise.all([lastHeard(row.id, database), costToday(row.id, database)]);
  try {
    const { push } = await handles.look(row.id, AbortSignal.timeout(LOOK_MS));
    const detail = `its permission works and renews itself; ${heard}; about $${cost.toFixed(2)} today (UTC)`;
    if (push === 'invalid') {
      const mend =
        'the process connector-x has it checked again within the hour; is it running, and reachable over https?';
      return { what, state: 'fault', detail: `${detail}; X does not deliver to the webhook`, mend };
    }
    if (push === 'none') {
      const mend =
        'for messages at once, set EVENHAND_PUBLIC_URL to an https address without a port and connect it again';
      return {
        what,
        state: 'note',
        detail: `${detail}; X is asked about every half minute, nothing is delivered`,
        mend,
      };
    }
    return { what, state: 'ok', detail };
  } catch (error) {
    const mend = 'connect the account again on the page, under Accounts';
    return { what, state: 'fault', detail: `${(error as Error).message} ${heard}`, mend };
  }
}

/** Dollars, by X's price list. */
async function costToday(accountId: string, database: Database): Promise<number> {
  const day = database.clock.now().toISOString().slice(0, 10);
  const [row] = await database.query<{ micro: string | null }>(
    'select sum(micro_usd) as micro from intake.costs where account_id = $1 and day = $2::date',
    [accountId, day],
  );
  return Number(row?.micro ?? 0) / 1e6;
}
