import { Vault, type AccountRow } from '@app/connector-host';
import type { Database } from '@app/runtime';
import { messengerAccounts, type MessengerAccounts } from '../../connector-messenger/src';
import type { Finding } from './finding';
import type { Installation } from './installation';
import { lastHeard } from './last-heard';
import { withDatabase } from './with-database';

const DAY_MS = 24 * 60 * 60_000;
/** Sooner than this somebody should sign in again. */
const FEW_DAYS = 14;
const LOOK_MS = 30_000;

/** The Pages of an installation and what is done with them, for one command. */
export async function withPages<T>(
  installation: Installation,
  work: (pages: MessengerAccounts, database: Database) => Promise<T>,
): Promise<T> {
  return withDatabase(installation, 'connector', async ({ database }) => {
    const pages = messengerAccounts({ database, vault: new Vault(Buffer.from(installation.connectorKey, 'hex')) });
    try {
      return await work(pages, database);
    } finally {
      pages.close();
    }
  });
}

/** What `doctor` says of each Page: its token, what the platform tells us, and when it last did. */
export async function lookAtPages(installation: Installation): Promise<Finding[]> {
  return withPages(installation, async (pages, database) =>
    Promise.all((await pages.accounts.list()).map((row) => lookAtPage(row, pages, database))),
  );
}

async function lookAtPage(row: AccountRow, pages: MessengerAccounts, database: Database): Promise<Finding> {
  const what = `page ${row.address}`;
  if (row.simulated) return { what, state: 'ok', detail: 'simulated; lives while `npm start` runs' };
  const heard = await lastHeard(row.id, database);
  const now = database.clock.now();
  try {
    const { missing, expiresAt } = await pages.look(row.id, AbortSignal.timeout(LOOK_MS));
    const days = expiresAt === null ? undefined : Math.floor((expiresAt.getTime() - now.getTime()) / DAY_MS);
    const token = days === undefined ? 'its token has no end' : `its token ends in ${days} days`;
    const detail = `${token}; ${heard}`;
    if (missing.length > 0) {
      const mend = 'the process connector-messenger subscribes it again within 5 minutes; is it running?';
      return { what, state: 'fault', detail: `${detail}; Facebook does not tell us of ${missing.join(', ')}`, mend };
    }
    if (days !== undefined && days < FEW_DAYS) {
      return { what, state: 'note', detail, mend: 'connect the Page again on the page, under Accounts' };
    }
    return { what, state: 'ok', detail };
  } catch (error) {
    const mend = 'connect the Page again on the page, under Accounts';
    return { what, state: 'fault', detail: `${(error as Error).message} ${heard}`, mend };
  }
}
