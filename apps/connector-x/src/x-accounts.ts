import type { PlatformApp } from '@app/channel';
import { Accounts, GuardedHttp, HostGuard, Intake, type Vault } from '@app/connector-host';
import type { Database } from '@app/runtime';
import { XClient } from './client';
import { handleOf, xAppSettings, type HandleCredentials, type XAppSecrets } from './config';
import { ConnectSteps } from './connect/connect-steps';
import { HandleAccess } from './handle-access';
import { XRateLimits } from './rate-limits';
import { Tokens } from './tokens';
import { webhooksOf } from './upkeep/webhook';

/** The handles and apps, for a command of the operator. */
export interface XAccounts {
  readonly accounts: Accounts;
  /** The steps of the page on which handles are connected. */
  readonly steps: ConnectSteps;
  /** Tries a handle's permission, and asks whether X delivers to us. Throws what `Accounts.try` throws. */
  look(accountId: string, signal: AbortSignal): Promise<{ push: 'delivers' | 'invalid' | 'none' }>;
  close(): void;
}

/**
 * For whoever may name any host. Processes that take webhooks and send find what changed by themselves within a few seconds.
 */
export function xAccounts({ database, vault }: { database: Database; vault: Vault }): XAccounts {
  const now = (): Date => database.clock.now();
  const guard = new HostGuard(true);
  const http = new GuardedHttp(guard, false);
  // late: the accounts check by the client, which renews by the accounts
  const tokens = new Tokens((id, make) => accounts.renew(id, make), { http, now });
  const client = new XClient({ http, limits: new XRateLimits(now), tokens, meter: { add: () => undefined }, now });
  const intake = new Intake(database, vault, () => undefined);
  const accounts = new Accounts(database, new HandleAccess(client), vault, intake);
  return {
    accounts,
    steps: new ConnectSteps({ accounts, client, guard }),
    look: async (accountId, signal) => {
      await accounts.try(accountId);
      const { app } = handleOf(await accounts.open(accountId));
      if (app.push === 'none' || app.webhookId === undefined) return { push: 'none' };
      const ours = (await webhooksOf(client, app, signal)).find(({ id }) => id === app.webhookId);
      return { push: ours?.valid === true ? 'delivers' : 'invalid' };
    },
    close: () => http.close(),
  };
}

/** An app, as somebody gives it who need not prove that its keys fit. */
export interface GivenXApp {
  readonly workspaceId: string;
  readonly settings: { readonly clientId: string } & Readonly<Record<string, unknown>>;
  readonly secrets: XAppSecrets;
  readonly simulated?: boolean;
}

/** A handle, as somebody gives it who knows whose it is. */
export interface GivenHandle {
  readonly workspaceId: string;
  /** Row of the app. */
  readonly appId: string;
  readonly userId: string;
  readonly username: string;
  readonly credentials: HandleCredentials;
  /** As in the settings of a handle. Default `none`. */
  readonly history?: string;
  readonly simulated?: boolean;
}

type Kept = Pick<XAccounts, 'accounts'>;

/** Makes an app known without asking X, or tells it anew where it is; its webhook stays. Safe to repeat. */
export async function addXApp({ accounts }: Kept, given: GivenXApp): Promise<PlatformApp> {
  const { workspaceId, settings, secrets, simulated = false } = given;
  const known = (await accounts.apps.list(workspaceId)).find(
    (row) => (row.settings as { clientId?: unknown }).clientId === settings.clientId,
  );
  if (known === undefined) {
    return accounts.apps.add({ workspaceId, settings: xAppSettings.parse(settings), secrets, simulated });
  }
  const { webhookId } = xAppSettings.parse(known.settings);
  await accounts.apps.change(known.id, xAppSettings.parse({ ...(webhookId && { webhookId }), ...settings }), secrets);
  return accounts.apps.open(known.id);
}

/** Connects a handle without asking X, or connects it again. Safe to repeat. @returns its id. */
export async function addHandle({ accounts }: Kept, given: GivenHandle): Promise<string> {
  const { workspaceId, appId, userId, username, credentials, history = 'none', simulated = false } = given;
  const through = { appId, connectedBy: userId };
  const settings = { userId, username, longPosts: false, history };
  const known = (await accounts.list()).find((row) => row.address === userId && row.workspaceId === workspaceId);
  if (known !== undefined) {
    await accounts.reconnect(known.id, settings, credentials, { check: false, ...through });
    return known.id;
  }
  const account = { workspaceId, address: userId, name: `@${username}`, settings, credentials, simulated };
  return accounts.add({ ...account, ...through }, { check: false });
}
