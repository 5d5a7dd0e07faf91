import { Accounts, GuardedHttp, HostGuard, Intake, type Vault } from '@app/connector-host';
import type { Database } from '@app/runtime';
import { AppAccess } from './app-access';
import { pageOf } from './config';
import { ConnectSteps } from './connect/connect-steps';
import { PageAccess } from './page-access';
import { pageGraph } from './page-graph';
import { missingFields } from './page-subscription';
import { RateLimits } from './rate-limits';

/** The Pages and apps, for a command of the operator. */
export interface MessengerAccounts {
  readonly accounts: Accounts;
  /** The steps of the page on which Pages are connected. */
  readonly steps: ConnectSteps;
  /** Tries a Page's token, and asks what the platform does not tell us of it. Throws what `Accounts.try` throws. */
  look(accountId: string, signal: AbortSignal): Promise<{ missing: readonly string[]; expiresAt: Date | null }>;
  close(): void;
}

/**
 * For whoever may name any host. Processes that take webhooks and send find what changed by themselves within a few seconds.
 */
export function messengerAccounts({ database, vault }: { database: Database; vault: Vault }): MessengerAccounts {
  const now = (): Date => database.clock.now();
  const guard = new HostGuard(true);
  const http = new GuardedHttp(guard, false);
  const graph = { http, limits: new RateLimits(now), now };
  const accounts = new Accounts(database, new PageAccess(graph), vault, new Intake(database, vault, () => undefined));
  return {
    accounts,
    steps: new ConnectSteps({ accounts, graph, guard }),
    look: async (accountId, signal) => {
      await accounts.try(accountId);
      const page = pageOf(await accounts.open(accountId));
      const { expiresAt } = await new AppAccess(graph, page.app).inspect(page.token, signal);
      return { missing: await missingFields(pageGraph(page, graph), page, signal), expiresAt };
    },
    close: () => http.close(),
  };
}
