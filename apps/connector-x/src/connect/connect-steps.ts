import type { PlatformApp } from '@app/channel';
import { AddressTaken, type Accounts, type HostGuard, type PlatformAppRow, type Ticket } from '@app/connector-host';
import type { XClient } from '../client';
import { parseXApp, xAppSecrets, xAppSettings, type Handle, type HandleCredentials, type XApp } from '../config';
import { HandleAccess } from '../handle-access';
import { appOnlyToken, exchangeCode, newVerifier } from '../oauth2';
import { keepSubscriptions, type Untold } from '../upkeep/subscriptions';
import { deleteWebhook, keepWebhook, webhooksOf, webhookUrl, type PushState } from '../upkeep/webhook';
import { newNonce, type ConnectState, type FoundHandle } from './connect-state';
import { ConnectFault, faultOf, filled, WORDS } from './connect-words';

export interface ConnectStepsParts {
  readonly accounts: Accounts;
  readonly client: XClient;
  readonly guard: HostGuard;
}

/** What was typed or ticked. */
export type Typed = Readonly<Record<string, readonly string[] | undefined>>;

/** The account to connect again. */
export interface KnownHandle {
  readonly id: string;
  /** Its user id. */
  readonly address: string;
  readonly name: string;
  readonly appId: string | null;
}

/** What came of connecting. */
export interface Connected {
  readonly accountId: string;
  readonly name: string;
  /** What X will not tell of by itself. */
  readonly untold: readonly Untold[];
}

const STEP_TIMEOUT_MS = 40_000;

/**
 * What happens between the pages: each step takes what was given and returns how far it has come. Expected failures are thrown as
 * `ConnectFault` or a connector error; nothing has changed then but what X was asked to change.
 */
export class ConnectSteps {
  private readonly access: HandleAccess;

  constructor(private readonly parts: ConnectStepsParts) {
    this.access = new HandleAccess(parts.client);
  }

  /** Takes an app entered before, or a new one, and has X deliver to us. @param base under which X reaches us. */
  async chooseApp(ticket: Ticket, typed: Typed, base: string | undefined): Promise<ConnectState> {
    const chosen = one(typed, 'app');
    const known = await this.parts.accounts.apps.list(ticket.workspaceId);
    const row = known.find(({ id }) => id === chosen);
    if (row !== undefined) return this.prepared(await this.parts.accounts.apps.open(row.id), base);
    return this.prepared(await this.enteredApp(ticket, typed, known), base);
  }

  /** With an app: has X deliver to us, unless it delivers elsewhere. Where that cannot be done the rest goes on. */
  async prepared(app: PlatformApp, base: string | undefined): Promise<ConnectState> {
    return {
      appId: app.id,
      nonce: newNonce(),
      verifier: newVerifier(),
      ...(await this.delivering(parseXApp(app), base)),
    };
  }

  /** Has X deliver to us, whatever it delivered to before. */
  async setWebhook(state: ConnectState, base: string | undefined): Promise<ConnectState> {
    const app = await this.appOf(state);
    const { client } = this.parts;
    const url = webhookUrl(base, app);
    if (state.webhookElsewhere === true && url !== undefined) {
      for (const other of await webhooksOf(client, app, within())) {
        if (other.url !== url) await deleteWebhook(client, app, other.id, within());
      }
    }
    const { webhookFault: _, webhookElsewhere: __, ...rest } = state;
    const now = await this.delivering(app, base);
    if (now.webhookFault !== undefined) throw new ConnectFault(now.webhookFault.words, now.webhookFault.detail);
    return rest;
  }

  /** Takes the code with which a browser comes back from signing in. It lives for 30 seconds. */
  async signedIn(state: ConnectState, code: string, redirectUri: string): Promise<ConnectState> {
    const app = await this.appOf(state);
    if (state.verifier === undefined) throw new ConnectFault(WORDS.stale);
    const { http, now } = this.parts.client.parts;
    const credentials = await exchangeCode(app, { code, redirectUri, verifier: state.verifier }, { http, now });
    return this.withCredentials(state, app, credentials);
  }

  /** Takes tokens of OAuth 1.0a that were pasted. */
  async pasted(state: ConnectState, token: string, tokenSecret: string): Promise<ConnectState> {
    const isWhole = (value: string): boolean => /^[\x21-\x7e]{1,2000}$/.test(value);
    if (!isWhole(token) || !isWhole(tokenSecret)) throw new ConnectFault(WORDS.tokensIncomplete);
    const app = await this.appOf(state);
    return this.withCredentials(state, app, { kind: 'oauth1', token, tokenSecret });
  }

  /** Connects the handle that was found, or connects it again, and has X tell of what happens to it. */
  async connect(
    ticket: Ticket,
    state: ConnectState,
    typed: Typed,
    again: KnownHandle | undefined,
    base: string | undefined,
  ): Promise<Connected> {
    const app = await this.appOf(state);
    const { found } = state;
    if (found === undefined) throw new ConnectFault(WORDS.stale);
    if (again !== undefined && found.id !== again.address) throw otherHandle(found, again);
    const accountId = await this.stored(ticket, app, found, one(typed, 'history'));
    return { accountId, name: `@${found.username}`, untold: await this.told(app, accountId, ticket, found, base) };
  }

  /** @throws ConnectFault when no app is chosen yet. */
  async appOf({ appId }: ConnectState): Promise<XApp> {
    if (appId === undefined) throw new ConnectFault(WORDS.stale);
    return parseXApp(await this.parts.accounts.apps.open(appId));
  }

  private async delivering(
    app: XApp,
    base: string | undefined,
  ): Promise<Pick<ConnectState, 'webhookFault' | 'webhookElsewhere'>> {
    try {
      const push = await this.pushOf(app, base);
      switch (push.state) {
        case 'delivers':
          return {};
        case 'none':
          return app.push === 'none' ? {} : { webhookFault: { words: WORDS.webhookNone, detail: '' } };
        case 'elsewhere':
          return { webhookFault: { words: WORDS.webhookElsewhere, detail: push.webhook.url }, webhookElsewhere: true };
        case 'fails':
          return { webhookFault: { words: WORDS.webhookUnreachable, detail: push.why } };
      }
    } catch (error) {
      const { words, detail } = faultOf(error);
      if (words === WORDS.unknown) throw error;
      return { webhookFault: { words: WORDS.webhookUnreachable, detail } };
    }
  }

  private async pushOf(app: XApp, base: string | undefined): Promise<PushState> {
    const push = await keepWebhook(this.parts.client, app, webhookUrl(base, app), within());
    if (push.state === 'delivers' && push.id !== app.webhookId) {
      await keepWebhookId(this.parts.accounts, app.id, push.id);
    }
    return push;
  }

  private async withCredentials(state: ConnectState, app: XApp, credentials: HandleCredentials): Promise<ConnectState> {
    const own = await this.access.whose(app, credentials, within());
    return { ...state, found: { ...own, credentials } };
  }

  private async stored({ workspaceId }: Ticket, app: XApp, found: FoundHandle, history: string): Promise<string> {
    const { accounts, guard } = this.parts;
    const { id: userId, username, longPosts, credentials } = found;
    const name = `@${username}`;
    const through = { appId: app.id, connectedBy: userId };
    const rows = await accounts.list();
    const known = rows.find((row) => row.address === userId && row.workspaceId === workspaceId);
    if (known !== undefined) {
      const before = (await accounts.listening(known.id))?.settings as object | undefined;
      const settings = { ...before, userId, username, longPosts };
      await accounts.reconnect(known.id, settings, credentials, { check: true, ...through });
      this.parts.client.parts.tokens.forget(known.id);
      if (known.name !== name) await accounts.rename(known.id, name);
      return known.id;
    }
    const settings = { userId, username, longPosts, history: history === '' ? 'none' : history };
    const simulated = (await guard.check(new URL(app.apiUrl).hostname)).loopback;
    try {
      return await accounts.add({ workspaceId, address: userId, name, settings, credentials, simulated, ...through });
    } catch (error) {
      if (!(error instanceof AddressTaken)) throw error;
      throw new ConnectFault(filled(WORDS.taken, { handle: username }));
    }
  }

  /** The account stands by now: what X refuses or cannot do here is tried again by the upkeep. */
  private async told(
    app: XApp,
    accountId: string,
    { workspaceId }: Ticket,
    { id: userId, username, longPosts, credentials }: FoundHandle,
    base: string | undefined,
  ): Promise<readonly Untold[]> {
    const settings = { userId, username, longPosts, history: 'none' };
    const handle: Handle = { accountId, workspaceId, userId, username, settings, credentials, app };
    try {
      const push = await this.pushOf(app, base);
      if (push.state !== 'delivers') return [];
      return (await keepSubscriptions(this.parts.client, handle, push.id, within())).untold;
    } catch (error) {
      const { words, detail } = faultOf(error);
      if (words === WORDS.unknown) throw error;
      return [{ type: '', why: detail }];
    }
  }

  private async enteredApp(ticket: Ticket, typed: Typed, known: readonly PlatformAppRow[]): Promise<PlatformApp> {
    const { accounts, client, guard } = this.parts;
    const { http, now } = client.parts;
    const given = {
      clientId: one(typed, 'clientId'),
      ...optional(typed, 'apiUrl'),
      ...optional(typed, 'authorizeUrl'),
      ...(one(typed, 'plan') === 'anybody' ? { mayAnswerAnybody: true } : {}),
    };
    const keys = {
      ...optional(typed, 'clientSecret'),
      consumerKey: one(typed, 'consumerKey'),
      consumerSecret: one(typed, 'consumerSecret'),
    };
    const entered = parseXApp({ id: '', key: '', settings: given, secrets: { ...keys, bearerToken: '-' } });
    const { loopback } = await guard.check(new URL(entered.apiUrl).hostname);
    // proves that key and secret fit, before anything is stored: with a wrong one every webhook would be taken for a forgery
    const fetched = await appOnlyToken(entered, { http, now });
    const secrets = xAppSecrets.parse({ ...keys, bearerToken: one(typed, 'bearerToken') || fetched });
    const same = known.find((row) => sameApp(row.settings, entered));
    const settings = xAppSettings.parse(given);
    if (same === undefined)
      return accounts.apps.add({ workspaceId: ticket.workspaceId, settings, secrets, simulated: loopback });
    // entered again: the address that X delivers to stays
    const { webhookId } = xAppSettings.parse(same.settings);
    await accounts.apps.change(same.id, { ...settings, ...(webhookId && { webhookId }) }, secrets);
    return accounts.apps.open(same.id);
  }
}

/** Keeps X's id of our webhook with the app. */
export async function keepWebhookId(
  accounts: Pick<Accounts, 'apps'>,
  appRow: string,
  webhookId: string,
): Promise<void> {
  const { settings, secrets } = await accounts.apps.open(appRow);
  await accounts.apps.change(appRow, { ...(settings as object), webhookId }, secrets);
}

/** Who signed in is another handle than the one to be connected again. */
export function otherHandle({ username }: FoundHandle, { name }: KnownHandle): ConnectFault {
  return new ConnectFault(filled(WORDS.otherHandle, { found: username, wanted: name }));
}

function sameApp(settings: unknown, app: XApp): boolean {
  const parsed = xAppSettings.safeParse(settings);
  return parsed.success && parsed.data.clientId === app.clientId && parsed.data.apiUrl === app.apiUrl;
}

function optional(typed: Typed, name: string): Record<string, string> {
  const value = one(typed, name);
  return value === '' ? {} : { [name]: value };
}

/** The one value of a field, without spaces around it. */
function one(typed: Typed, name: string): string {
  return (typed[name]?.[0] ?? '').trim();
}

function within(): AbortSignal {
  return AbortSignal.timeout(STEP_TIMEOUT_MS);
}
