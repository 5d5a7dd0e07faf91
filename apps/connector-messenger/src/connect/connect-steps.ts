import { randomBytes } from 'node:crypto';
import type { PlatformApp } from '@app/channel';
import { AddressTaken, type Accounts, type HostGuard, type PlatformAppRow, type Ticket } from '@app/connector-host';
import { AppAccess, type ManagedPage } from '../app-access';
import { metaAppSettings, parseMetaApp, type MetaApp } from '../config';
import { pageGraph, type GraphParts } from '../page-graph';
import { subscribe } from '../page-subscription';
import { newNonce, type ConnectState, type FoundPage } from './connect-state';
import { ConnectFault, faultOf, filled, WORDS } from './connect-words';

export interface ConnectStepsParts {
  readonly accounts: Accounts;
  readonly graph: GraphParts;
  readonly guard: HostGuard;
}

/** What was typed or ticked. */
export type Typed = Readonly<Record<string, readonly string[] | undefined>>;

/** The account to connect again. */
export interface KnownPage {
  readonly id: string;
  readonly address: string;
  readonly name: string;
  readonly appId: string | null;
}

/** Tasks that our calls need, as the platform names them. */
const NEEDED_TASKS = ['MESSAGING', 'MODERATE'];
const STEP_TIMEOUT_MS = 40_000;

/**
 * What happens between the pages: each step takes what was given and returns how far it has come. Expected failures are thrown as
 * `ConnectFault` or a connector error; nothing has changed then but what the platform was asked to change.
 */
export class ConnectSteps {
  constructor(private readonly parts: ConnectStepsParts) {}

  /** Takes an app entered before, or a new one, and gives the platform our webhook. */
  async chooseApp(ticket: Ticket, typed: Typed, webhookOf: (key: string) => string): Promise<ConnectState> {
    const chosen = one(typed, 'app');
    const known = await this.parts.accounts.apps.list(ticket.workspaceId);
    const row = known.find(({ id }) => id === chosen);
    if (row !== undefined) return this.prepared(await this.parts.accounts.apps.open(row.id), webhookOf);
    return this.prepared(await this.enteredApp(ticket, typed, known), webhookOf);
  }

  /** With an app: sets its webhook, unless it sends elsewhere. A webhook that cannot be set does not stop the rest. */
  async prepared(app: PlatformApp, webhookOf: (key: string) => string): Promise<ConnectState> {
    const meta = parseMetaApp(app);
    const state = { appId: app.id, nonce: newNonce() };
    const url = webhookOf(app.key);
    try {
      const access = new AppAccess(this.parts.graph, meta);
      const webhook = await access.webhook(within());
      if (webhook !== undefined && webhook.callbackUrl !== url) {
        return { ...state, webhookFault: { words: WORDS.webhookElsewhere, detail: webhook.callbackUrl } };
      }
      if (webhook?.active !== true) await access.setWebhook(url, within());
      return state;
    } catch (error) {
      return { ...state, webhookFault: { words: WORDS.webhookUnreachable, detail: faultOf(error).detail } };
    }
  }

  /** Sets the webhook, whatever was set before. */
  async setWebhook(state: ConnectState, webhookOf: (key: string) => string): Promise<ConnectState> {
    const app = await this.appOf(state);
    try {
      await new AppAccess(this.parts.graph, app).setWebhook(webhookOf(app.key), within());
    } catch (error) {
      throw new ConnectFault(WORDS.webhookUnreachable, faultOf(error).detail);
    }
    const { webhookFault: _, ...rest } = state;
    return rest;
  }

  /** Takes the code with which a browser comes back from signing in. */
  async signedIn(state: ConnectState, code: string, redirectUri: string): Promise<ConnectState> {
    const app = await this.appOf(state);
    const token = await new AppAccess(this.parts.graph, app).tokenOf(code, redirectUri, within());
    if (token === undefined) throw new ConnectFault(WORDS.noToken);
    return this.withUserToken(state, app, token);
  }

  /** Takes a token that was pasted: of a Page, or of a person who manages some. */
  async pasted(state: ConnectState, token: string): Promise<ConnectState> {
    if (!/^[\x21-\x7e]{1,2000}$/.test(token)) throw new ConnectFault(WORDS.tokenInvalid);
    const app = await this.appOf(state);
    const access = new AppAccess(this.parts.graph, app);
    const inspected = await access.inspect(token, within());
    if (!inspected.valid) throw new ConnectFault(WORDS.tokenInvalid, inspected.why);
    if (inspected.appId !== undefined && inspected.appId !== app.appId) throw new ConnectFault(WORDS.tokenOfOther);
    if (inspected.kind === 'USER') return this.withUserToken(state, app, token);
    const page = await access.whose(token, within());
    if (page === undefined) throw new ConnectFault(WORDS.tokenInvalid);
    const { userId } = inspected;
    return { ...state, pages: [{ ...page, token, lacking: [] }], ...(userId === undefined ? {} : { userId }) };
  }

  /** Subscribes and connects the Pages that were ticked. @returns their names. */
  async connect(ticket: Ticket, state: ConnectState, typed: Typed, again: KnownPage | undefined): Promise<string[]> {
    const app = await this.appOf(state);
    const ticked = new Set(again === undefined ? typed['page'] : [again.address]);
    const pages = (state.pages ?? []).filter(({ id }) => ticked.has(id));
    if (pages.length === 0) {
      throw again === undefined ? new ConnectFault(WORDS.noneChosen) : notManaged(again);
    }
    const rows = await this.parts.accounts.list();
    for (const page of pages) {
      const known = rows.find((row) => row.address === page.id && row.workspaceId === ticket.workspaceId);
      await this.connectPage(ticket, { ...state, app }, page, known?.id, one(typed, 'history'));
    }
    return pages.map(({ name }) => name);
  }

  /** @throws ConnectFault when no app is chosen yet. */
  async appOf({ appId }: ConnectState): Promise<MetaApp> {
    if (appId === undefined) throw new ConnectFault(WORDS.stale);
    return parseMetaApp(await this.parts.accounts.apps.open(appId));
  }

  private async connectPage(
    { workspaceId }: Ticket,
    { app, appId, userId }: ConnectState & { readonly app: MetaApp },
    page: FoundPage,
    knownId: string | undefined,
    history: string,
  ): Promise<void> {
    const { accounts, graph, guard } = this.parts;
    const subscribing = { pageId: page.id, token: page.token, app };
    const missing = await subscribe(pageGraph(subscribing, graph), subscribing, within());
    // without the others something is not seen; without this one nothing is
    if (missing.includes('messages')) throw new ConnectFault(filled(WORDS.notSubscribed, { page: page.name }));
    const credentials = { pageToken: page.token };
    const by = { ...(appId === undefined ? {} : { appId }), ...(userId === undefined ? {} : { connectedBy: userId }) };
    if (knownId !== undefined) {
      const before = (await accounts.open(knownId)).settings as object;
      await accounts.reconnect(knownId, { ...before, ...(userId && { userId }) }, credentials, { check: true, ...by });
      return;
    }
    const settings = { pageId: page.id, history: history === '' ? 'none' : history, ...(userId && { userId }) };
    const simulated = (await guard.check(new URL(app.graphUrl).hostname)).loopback;
    const account = { workspaceId, address: page.id, name: page.name.slice(0, 200), settings, credentials, simulated };
    try {
      await accounts.add({ ...account, ...by });
    } catch (error) {
      if (!(error instanceof AddressTaken)) throw error;
      throw new ConnectFault(filled(WORDS.taken, { page: page.name }));
    }
  }

  private async withUserToken(state: ConnectState, app: MetaApp, token: string): Promise<ConnectState> {
    const access = new AppAccess(this.parts.graph, app);
    const [person, pages] = await Promise.all([access.whose(token, within()), access.pagesOf(token, within())]);
    if (pages.length === 0) throw new ConnectFault(WORDS.noPages);
    return { ...state, pages: pages.map(found), ...(person === undefined ? {} : { userId: person.id }) };
  }

  private async enteredApp(ticket: Ticket, typed: Typed, known: readonly PlatformAppRow[]): Promise<PlatformApp> {
    const { apps } = this.parts.accounts;
    const given = {
      appId: one(typed, 'appId'),
      ...(one(typed, 'graphUrl') === '' ? {} : { graphUrl: one(typed, 'graphUrl') }),
      ...(one(typed, 'dialogUrl') === '' ? {} : { dialogUrl: one(typed, 'dialogUrl') }),
    };
    const appSecret = one(typed, 'appSecret');
    const secrets = { appSecret, verifyToken: randomBytes(18).toString('base64url') };
    const app = parseMetaApp({ key: '', settings: given, secrets });
    const host = new URL(app.graphUrl).hostname;
    const { loopback } = await this.parts.guard.check(host);
    // proves that App ID and App Secret fit, before anything is stored
    await new AppAccess(this.parts.graph, app).webhook(within());
    const settings = metaAppSettings.parse(given);
    const same = known.find((row) => sameApp(row.settings, app));
    if (same === undefined) {
      return apps.add({ workspaceId: ticket.workspaceId, settings, secrets, simulated: loopback });
    }
    // entered again: its key and verify token stay, because the platform has them
    const before = parseMetaApp(await apps.open(same.id));
    await apps.change(same.id, settings, { appSecret, verifyToken: before.verifyToken });
    return apps.open(same.id);
  }
}

/** Who signed in does not manage the Page that is to be connected again. */
export function notManaged({ name }: KnownPage): ConnectFault {
  return new ConnectFault(filled(WORDS.notThisPage, { page: name }));
}

function sameApp(settings: unknown, app: MetaApp): boolean {
  const parsed = metaAppSettings.safeParse(settings);
  return parsed.success && parsed.data.appId === app.appId && parsed.data.graphUrl === app.graphUrl;
}

function found({ id, name, token, tasks }: ManagedPage): FoundPage {
  return { id, name, token, lacking: tasks === undefined ? [] : NEEDED_TASKS.filter((task) => !tasks.includes(task)) };
}

/** The one value of a field, without spaces around it. */
function one(typed: Typed, name: string): string {
  return (typed[name]?.[0] ?? '').trim();
}

function within(): AbortSignal {
  return AbortSignal.timeout(STEP_TIMEOUT_MS);
}
