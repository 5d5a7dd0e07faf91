import { Vault, type Accounts } from '@app/connector-host';
import { emailAccounts } from '../../connector-email/src';
import type { Installation } from './installation';
import { withDatabase } from './with-database';

/** The mailboxes of an installation, for one command. Secrets are opened with the installation's own key. */
export async function withMailboxes<T>(
  installation: Installation,
  work: (accounts: Accounts) => Promise<T>,
): Promise<T> {
  return withDatabase(installation, 'connector', ({ database, logger }) => {
    const vault = new Vault(Buffer.from(installation.connectorKey, 'hex'));
    return work(emailAccounts({ database, vault, logger }));
  });
}
