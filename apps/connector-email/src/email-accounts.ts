import { Accounts, HostGuard, Intake, type Vault } from '@app/connector-host';
import type { Database, Logger } from '@app/runtime';
import { MailboxAccess } from './mailbox-access';

export interface EmailAccountsParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly logger: Logger;
}

/**
 * The mailboxes, for a command of the operator, who may name any host. Processes that read and triage find what changed by
 * themselves within a second or two.
 */
export function emailAccounts({ database, vault }: EmailAccountsParts): Accounts {
  return new Accounts(
    database,
    new MailboxAccess(new HostGuard(true)),
    vault,
    new Intake(database, vault, () => undefined),
  );
}
