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
import { xAppSettings } from '../config';
import { newVerifier } from '../oauth2';
import { webhookUrl } from '../upkeep/webhook';
import { ConnectStates, newNonce, type ConnectState, type Fault } from './connect-state';
import { ConnectSteps, otherHandle, type ConnectStepsParts, type KnownHandle, type Typed } from './connect-steps';
import { appView, doneView, faultView, handleView, permissionView } from './connect-views';
import { ConnectFault, faultOf, WORDS } from './connect-words';
import { readSignIn, signInAddress } from './sign-in';

export interface ConnectRoutesParts extends ConnectStepsParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly logger: Logger;
  /** Address under which people and the platform reach us; left out, that of the request. */
  readonly publicUrl: string | undefined;
}

const BASE = '/connect/x';

/** Whoever opened a page, and how far they have come. */
interface Visit {
  readonly name: string;
  readonly ticket: Ticket;
  readonly state: ConnectState;
  readonly again: KnownHandle | undefined;
}

/**
 * The pages on which an operator connects a handle: enter or choose the app, sign in with X, confirm. Opened by a one-time link of
 * the api; what is typed or allowed goes from the browser to this process and nowhere else. No script, no cookie.
 */
export function connectRoutes(parts: ConnectRoutesParts): Router {
  const pages = new ConnectPages(parts);
  const router = express.Router();
  const body = express.urlencoded({ extended: false, limit: '32kb', parameterLimit: 100 });
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
    this.tickets = new Tickets(parts.database, 'x');
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
    const language = languageFor(request);
    try {
      if (typed['step']?.[0] === 'handle') {
        const { ticket, state, again } = visit;
        const connected = await this.steps.connect(ticket, state, typed, again, this.base(request));
        await this.tickets.use(name);
        return send(response, 200, doneView(language, connected));
      }
      await this.states.keep(name, withoutFault(await this.step(visit, typed, request)));
      response.set(CONNECT_HEADERS).redirect(303, `${BASE}/${encodeURIComponent(name)}?lang=${language}`);
    } catch (error) {
      send(response, 422, await this.view(visit, request, this.told(error)));
    }
  }

  /** The browser comes back from X. It is sent on at once, so that the code does not stay in its address. */
  async comeBack(request: Request, response: Response): Promise<void> {
    const signIn = readSignIn(request.query['state'], this.parts.vault);
    const visit = signIn && (await this.visit(signIn.ticket, await this.tickets.take(signIn.ticket)));
    if (signIn === undefined || visit === undefined) return send(response, 410, gonePage(languageFor(request)));
    // used once, whatever comes of it; before anything is asked, so that two at once do not both go on
    const state = { ...withoutFault(visit.state), nonce: newNonce(), verifier: newVerifier() };
    const current = visit.state.nonce === signIn.nonce;
    await this.states.keep(visit.name, state);
    const { code } = request.query;
    try {
      if (!current) throw new ConnectFault(WORDS.stale);
      if (typeof code !== 'string') throw new ConnectFault(WORDS.cancelled);
      const { verifier } = visit.state;
      const found = await this.steps.signedIn(
        { ...state, ...(verifier && { verifier }) },
        code,
        this.redirectUri(request),
      );
      await this.states.keep(visit.name, { ...state, ...(found.found && { found: found.found }) });
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

  private async step({ ticket, state }: Visit, typed: Typed, request: Request): Promise<ConnectState> {
    const base = this.base(request);
    const value = (name: string): string => (typed[name]?.[0] ?? '').trim();
    switch (typed['step']?.[0]) {
      case 'app':
        return this.steps.chooseApp(ticket, typed, base);
      case 'webhook':
        return this.steps.setWebhook(state, base);
      case 'token':
        return this.steps.pasted(state, value('token'), value('tokenSecret'));
      case 'restart':
        return { nonce: newNonce() };
      default:
        throw new ConnectFault(WORDS.stale);
    }
  }

  private async view(visit: Visit, request: Request, fault: Fault | undefined): Promise<string> {
    const { state, ticket, again } = visit;
    const { accounts, vault } = this.parts;
    const common = { language: languageFor(request), again: again?.name, fault };
    const redirectUri = this.redirectUri(request);
    if (state.appId === undefined) {
      const apps = (await accounts.apps.list(ticket.workspaceId)).flatMap(({ id, settings }) => {
        const parsed = xAppSettings.safeParse(settings);
        return parsed.success ? [{ id, clientId: parsed.data.clientId }] : [];
      });
      return appView({ ...common, apps, redirectUri });
    }
    const app = await this.steps.appOf(state);
    const begun = { ticket: visit.name, nonce: state.nonce ?? '' };
    const signIn = signInAddress(app, vault, begun, state.verifier ?? '', redirectUri);
    const { found } = state;
    const wrong = found !== undefined && again !== undefined && found.id !== again.address;
    if (found !== undefined && !wrong) {
      const rows = await accounts.list();
      const connected = rows.some((row) => row.address === found.id && row.workspaceId === ticket.workspaceId);
      return handleView({ ...common, found, connected, signInAddress: signIn });
    }
    return permissionView({
      ...common,
      ...(wrong && fault === undefined ? { fault: faultOf(otherHandle(found, again)) } : {}),
      app,
      signInAddress: signIn,
      webhookFault: state.webhookFault,
      webhookUrl: webhookUrl(this.base(request), app),
      redirectUri,
    });
  }

  /** An account that is connected again begins with the app it had. */
  private async begun({ state, again, name }: Visit, request: Request): Promise<ConnectState> {
    if (state.appId !== undefined || again?.appId == null) return state;
    // chosen by whoever began anew
    if (state.nonce !== undefined) return state;
    const app = await this.parts.accounts.apps.open(again.appId);
    const begun = await this.steps.prepared(app, this.base(request));
    await this.states.keep(name, begun);
    return begun;
  }

  private async visit(name: string, ticket: Ticket | undefined): Promise<Visit | undefined> {
    if (ticket === undefined) return undefined;
    const state = await this.states.load(name);
    if (ticket.accountId === null) return { name, ticket, state, again: undefined };
    const row = await this.parts.accounts.find(ticket.accountId);
    if (row === undefined || row.workspaceId !== ticket.workspaceId) return undefined;
    const { id, address, name: handle, appId } = row;
    return { name, ticket, state, again: { id, address, name: handle, appId } };
  }

  private told(error: unknown): Fault {
    const fault = faultOf(error);
    if (fault.words === WORDS.unknown) {
      this.parts.logger.error('connecting an X account failed by a fault of ours', {}, error);
    }
    return fault;
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
