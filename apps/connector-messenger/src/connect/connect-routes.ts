import express, { type Request, type Response, type Router } from 'express';
import {
  CONNECT_HEADERS,
  gonePage,
  languageOf,
  ownOrigin,
  Tickets,
  type Ticket,
  type Vault,
} from '@app/connector-host';
import type { Database, Logger } from '@app/runtime';
import { metaAppSettings } from '../config';
import { ConnectStates, newNonce, type ConnectState, type Fault } from './connect-state';
import { ConnectSteps, notManaged, type ConnectStepsParts, type KnownPage, type Typed } from './connect-steps';
import { appView, doneView, faultView, pagesView, permissionView } from './connect-views';
import { ConnectFault, faultOf, WORDS } from './connect-words';
import { readSignIn, signInAddress } from './sign-in';

export interface ConnectRoutesParts extends ConnectStepsParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly logger: Logger;
  /** Address under which people and the platform reach us; left out, that of the request. */
  readonly publicUrl: string | undefined;
}

const BASE = '/connect/messenger';

/** Whoever opened a page, and how far they have come. */
interface Visit {
  readonly name: string;
  readonly ticket: Ticket;
  readonly state: ConnectState;
  readonly again: KnownPage | undefined;
}

/**
 * The pages on which an operator connects Pages: choose the app, sign in with Facebook, tick Pages. Opened by a one-time link of
 * the api; what is typed or signed goes from the browser to this process and nowhere else. No script, no cookie.
 */
export function connectRoutes(parts: ConnectRoutesParts): Router {
  const pages = new ConnectPages(parts);
  const router = express.Router();
  const body = express.urlencoded({ extended: false, limit: '32kb', parameterLimit: 600 });
  router.get(`${BASE}/callback`, (request, response) =>
    pages.guarded(request, response, () => pages.comeBack(request, response)),
  );
  router.get(`${BASE}/:ticket`, (request, response) =>
    pages.guarded(request, response, () => pages.show(request, response)),
  );
  router.post(`${BASE}/:ticket`, body, (request, response) =>
    pages.guarded(request, response, () => pages.submit(request, response)),
  );
  return router;
}

class ConnectPages {
  private readonly tickets: Tickets;
  private readonly states: ConnectStates;
  private readonly steps: ConnectSteps;

  constructor(private readonly parts: ConnectRoutesParts) {
    this.tickets = new Tickets(parts.database, 'messenger');
    this.states = new ConnectStates(this.tickets, parts.vault);
    this.steps = new ConnectSteps(parts);
  }

  async show(request: Request, response: Response): Promise<void> {
    const name = ticketOf(request);
    const visit = await this.visit(name, await this.tickets.find(name));
    if (visit === undefined) return send(response, 410, gonePage(languageFor(request)));
    const begun = await this.begun(visit, request);
    send(response, 200, await this.view({ ...visit, state: begun }, request, begun.fault));
  }

  async submit(request: Request, response: Response): Promise<void> {
    if (!ownOrigin(request)) return send(response, 403, gonePage(languageFor(request)));
    const name = ticketOf(request);
    const visit = await this.visit(name, await this.tickets.take(name));
    if (visit === undefined) return send(response, 410, gonePage(languageFor(request)));
    const typed = typedIn(request.body);
    try {
      if (typed['step']?.[0] === 'pages') {
        const names = await this.steps.connect(visit.ticket, visit.state, typed, visit.again);
        await this.tickets.use(name);
        return send(response, 200, doneView(languageFor(request), names));
      }
      await this.states.keep(name, withoutFault(await this.step(visit, typed, request)));
      const lang = languageFor(request);
      response.set(CONNECT_HEADERS).redirect(303, `${BASE}/${encodeURIComponent(name)}?lang=${lang}`);
    } catch (error) {
      send(response, 422, await this.view(visit, request, this.told(error)));
    }
  }

  /** The browser comes back from Facebook. It is sent on at once, so that the code does not stay in its address. */
  async comeBack(request: Request, response: Response): Promise<void> {
    const signIn = readSignIn(request.query['state'], this.parts.vault);
    const visit = signIn && (await this.visit(signIn.ticket, await this.tickets.take(signIn.ticket)));
    if (signIn === undefined || visit === undefined) return send(response, 410, gonePage(languageFor(request)));
    // used once, whatever comes of it; before anything is asked, so that two at once do not both go on
    const state = { ...withoutFault(visit.state), nonce: newNonce() };
    const current = visit.state.nonce === signIn.nonce;
    await this.states.keep(visit.name, state);
    const { code, error } = request.query;
    try {
      if (!current) throw new ConnectFault(WORDS.stale);
      if (typeof code !== 'string') throw new ConnectFault(error === undefined ? WORDS.noToken : WORDS.cancelled);
      await this.states.keep(visit.name, await this.steps.signedIn(state, code, this.redirectUri(request)));
    } catch (fault) {
      await this.states.keep(visit.name, { ...state, fault: this.told(fault) });
    }
    response.set(CONNECT_HEADERS).redirect(303, `${BASE}/${encodeURIComponent(visit.name)}`);
  }

  /** Whatever fails unforeseen is told without its details, which go to the log. */
  async guarded(request: Request, response: Response, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      send(response, 500, faultView(languageFor(request), this.told(error)));
    }
  }

  private async step(visit: Visit, typed: Typed, request: Request): Promise<ConnectState> {
    const webhookOf = (key: string): string => this.webhookUrl(request, key);
    switch (typed['step']?.[0]) {
      case 'app':
        return this.steps.chooseApp(visit.ticket, typed, webhookOf);
      case 'webhook':
        return this.steps.setWebhook(visit.state, webhookOf);
      case 'token':
        return this.steps.pasted(visit.state, (typed['token']?.[0] ?? '').trim());
      case 'restart':
        return { nonce: newNonce() };
      default:
        throw new ConnectFault(WORDS.stale);
    }
  }

  private async view(visit: Visit, request: Request, fault: Fault | undefined): Promise<string> {
    const { state, ticket, again } = visit;
    const { accounts, vault } = this.parts;
    const language = languageFor(request);
    const common = { language, again: again?.name, fault };
    if (state.appId === undefined) {
      const apps = (await accounts.apps.list(ticket.workspaceId)).flatMap(({ id, settings }) => {
        const parsed = metaAppSettings.safeParse(settings);
        return parsed.success ? [{ id, appId: parsed.data.appId }] : [];
      });
      return appView({ ...common, apps });
    }
    const app = await this.steps.appOf(state);
    const redirectUri = this.redirectUri(request);
    const signIn = signInAddress(app, vault, { ticket: visit.name, nonce: state.nonce ?? '' }, redirectUri);
    const pages = (state.pages ?? []).filter(({ id }) => again === undefined || id === again.address);
    if (pages.length > 0) {
      const rows = await accounts.list();
      const connected = new Set(rows.filter((row) => row.workspaceId === ticket.workspaceId).map((row) => row.address));
      return pagesView({ ...common, pages, connected, signInAddress: signIn });
    }
    const missing = state.pages !== undefined && again !== undefined && fault === undefined;
    return permissionView({
      ...common,
      ...(missing ? { fault: faultOf(notManaged(again)) } : {}),
      app,
      signInAddress: signIn,
      webhookFault: state.webhookFault,
      webhookUrl: this.webhookUrl(request, app.key),
      redirectUri,
    });
  }

  /** An account that is connected again begins with the app it had. */
  private async begun({ state, again, name }: Visit, request: Request): Promise<ConnectState> {
    if (state.appId !== undefined || again?.appId == null) return state;
    // chosen by whoever began anew
    if (state.nonce !== undefined) return state;
    const app = await this.parts.accounts.apps.open(again.appId);
    const begun = await this.steps.prepared(app, (key) => this.webhookUrl(request, key));
    await this.states.keep(name, begun);
    return begun;
  }

  private async visit(name: string, ticket: Ticket | undefined): Promise<Visit | undefined> {
    if (ticket === undefined) return undefined;
    const state = await this.states.load(name);
    if (ticket.accountId === null) return { name, ticket, state, again: undefined };
    const row = await this.parts.accounts.find(ticket.accountId);
    if (row === undefined || row.workspaceId !== ticket.workspaceId) return undefined;
    const { id, address, name: page, appId } = row;
    return { name, ticket, state, again: { id, address, name: page, appId } };
  }

  private told(error: unknown): Fault {
    const fault = faultOf(error);
    if (fault.words === WORDS.unknown)
      this.parts.logger.error('connecting a Page failed by a fault of ours', {}, error);
    return fault;
  }

  private webhookUrl(request: Request, key: string): string {
    return `${this.base(request)}/webhooks/messenger/${key}`;
  }

  private redirectUri(request: Request): string {
    return `${this.base(request)}${BASE}/callback`;
  }

  private base(request: Request): string {
    return this.parts.publicUrl?.replace(/\/+$/, '') ?? `http://${request.headers.host ?? 'localhost'}`;
  }
}

function withoutFault({ fault: _, ...state }: ConnectState): ConnectState {
  return state;
}

function languageFor(request: Request): 'en' | 'fr' {
  const typed = (request.body as { lang?: unknown } | undefined)?.lang;
  return languageOf(typed ?? request.query['lang'], request.headers['accept-language']);
}

function ticketOf(request: Request): string {
  return String(request.params['ticket'] ?? '').slice(0, 200);
}

function typedIn(body: unknown): Typed {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const values = Array.isArray(value) ? (value as unknown[]) : [value];
      return [name, values.flatMap((each) => (typeof each === 'string' ? [each.slice(0, 2_000)] : []))];
    }),
  );
}

function send(response: Response, status: number, html: string): void {
  response.status(status).set(CONNECT_HEADERS).send(html);
}
