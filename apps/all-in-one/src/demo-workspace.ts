import { randomBytes } from 'node:crypto';
import { Agents, Changes, CHANGES_TABLE, Workspaces } from '@app/inbox';
import { withDatabase, withHandles, withMailboxes, withPages, type Installation } from '../../cli/src';
import { addHandle, addXApp } from '../../connector-x/src';

/** People of the demo; they sign in with one click and have no password. */
const PEOPLE = [
  { displayName: 'Léa', role: 'agent', email: 'lea@demo.evenhand.test', locale: 'fr' },
  { displayName: 'Karim', role: 'supervisor', email: 'karim@demo.evenhand.test', locale: 'fr' },
  { displayName: 'Ada', role: 'admin', email: 'ada@demo.evenhand.test', locale: 'en' },
] as const;

/** Where the simulated provider listens this time. */
export interface DemoMailbox {
  readonly address: string;
  readonly password: string;
  readonly imapPort: number;
  readonly smtpPort: number;
}

/** Makes the demo workspace, its people and its mailbox, or tells the mailbox the ports of this start. Safe to repeat. */
export async function seedWorkspace(installation: Installation, mailbox: DemoMailbox): Promise<void> {
  const workspaceId = await demoWorkspace(installation);
  const server = { host: '127.0.0.1', tls: 'none', user: mailbox.address } as const;
  const settings = {
    imap: { ...server, port: mailbox.imapPort },
    smtp: { ...server, port: mailbox.smtpPort },
    history: 'all-as-new',
    plusAddressing: true,
    sentIsAuthoritative: true,
  };
  const credentials = { imapPassword: mailbox.password, smtpPassword: mailbox.password };
  await withMailboxes(installation, async (accounts) => {
    const known = (await accounts.list()).find((account) => account.address === mailbox.address);
    if (known) await accounts.reconnect(known.id, settings, credentials, { check: false });
    else {
      const account = {
        workspaceId,
        address: mailbox.address,
        name: 'Service clients',
        settings,
        credentials,
        simulated: true,
      };
      await accounts.add(account, { check: false });
    }
  });
}

/** The simulated Page, and where its platform answers this time. */
export interface DemoPage {
  readonly pageId: string;
  readonly pageName: string;
  readonly pageToken: string;
  readonly userId: string;
  readonly appId: string;
  readonly appSecret: string;
  readonly graphUrl: string;
  readonly dialogUrl: string;
}

/** Where the demo's webhooks go, and what proves that they are ours. */
export interface DemoWebhook {
  readonly path: string;
  readonly verifyToken: string;
}

/** Connects the simulated Page, or tells it the address and the token of this start. Safe to repeat. */
export async function seedPage(installation: Installation, page: DemoPage): Promise<DemoWebhook> {
  const workspaceId = await demoWorkspace(installation);
  const { appId, appSecret, graphUrl, dialogUrl, pageId, userId } = page;
  return withPages(installation, async ({ accounts }) => {
    const appSettings = { appId, graphUrl, dialogUrl };
    const apps = await accounts.apps.list(workspaceId);
    const known = apps.find(({ settings }) => (settings as { appId?: unknown }).appId === appId);
    const secrets = { appSecret, verifyToken: randomBytes(18).toString('base64url') };
    if (known) await accounts.apps.change(known.id, appSettings, secrets);
    const app = known ?? (await accounts.apps.add({ workspaceId, settings: appSettings, secrets, simulated: true }));
    const through = { appId: app.id, connectedBy: userId };
    const settings = { pageId, userId, history: 'none' };
    const credentials = { pageToken: page.pageToken };
    const account = (await accounts.list()).find(({ address }) => address === pageId);
    if (account) await accounts.reconnect(account.id, settings, credentials, { check: false, ...through });
    else {
      const given = { workspaceId, address: pageId, name: page.pageName, settings, credentials, simulated: true };
      await accounts.add({ ...given, ...through }, { check: false });
    }
    return { path: `/webhooks/messenger/${app.key}`, verifyToken: secrets.verifyToken };
  });
}

/** The simulated X account, and where its platform answers this time. */
export interface DemoHandle {
  readonly userId: string;
  readonly username: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly bearerToken: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
  readonly scopes: readonly string[];
  readonly apiUrl: string;
  readonly authorizeUrl: string;
  /** Whether the platform reaches this process under the address that people use. */
  readonly delivers: boolean;
}

/** Connects the simulated X account, or tells it the address and the permission of this start. Safe to repeat. */
export async function seedHandle(installation: Installation, handle: DemoHandle): Promise<void> {
  const workspaceId = await demoWorkspace(installation);
  const { clientId, clientSecret, consumerKey, consumerSecret, bearerToken, apiUrl, authorizeUrl } = handle;
  const { userId, username, accessToken, refreshToken, scopes } = handle;
  await withHandles(installation, async (handles) => {
    const push = handle.delivers ? 'activity' : 'none';
    const settings = { clientId, apiUrl, authorizeUrl, push };
    const secrets = { clientSecret, consumerKey, consumerSecret, bearerToken };
    const { id: appId } = await addXApp(handles, { workspaceId, settings, secrets, simulated: true });
    const expiresAt = handle.expiresAt.toISOString();
    const credentials = { kind: 'oauth2' as const, accessToken, refreshToken, expiresAt, scopes: [...scopes] };
    await addHandle(handles, { workspaceId, appId, userId, username, credentials, simulated: true });
  });
}

async function demoWorkspace(installation: Installation): Promise<string> {
  return withDatabase(installation, 'api', async ({ database, live }) => {
    const workspaces = new Workspaces();
    const found = await database.transaction('system', (tx) => workspaces.installation(tx));
    if (found.demoWorkspaceId !== null) return found.demoWorkspaceId;
    const { workspaceId } = await database.transaction('system', (tx) =>
      workspaces.create(tx, { name: 'Relation client', demo: true, timeZone: 'Europe/Paris' }),
    );
    const agents = new Agents(new Changes(live.changeFeed(CHANGES_TABLE)));
    await database.transaction({ workspaceId }, async (tx) => {
      for (const person of PEOPLE) await agents.create(tx, { ...person, passwordHash: null });
    });
    return workspaceId;
  });
}
