import express, { type Request, type Response, type Router } from 'express';
import type { Connects } from '@app/channel';
import type { Database, Logger } from '@app/runtime';
import type { Accounts } from '../accounts';
import { CONNECT_HEADERS, donePage, formPage, gonePage } from './connect-html';
import { explainFault, languageOf, WORDS } from './connect-words';
import { Tickets, type Ticket } from './tickets';

export interface ConnectPageParts {
  readonly database: Database;
  readonly connector: Connects & { readonly channel: string };
  readonly accounts: Accounts;
  readonly logger: Logger;
}

/**
 * The page on which an operator gives a connector an account: `/connect/<channel>/<ticket>`, opened by a one-time link of the api.
 * What is typed goes from the browser to this process and nowhere else.
 */
export function connectPage(parts: ConnectPageParts): Router {
  const tickets = new Tickets(parts.database, parts.connector.channel);
  const router = express.Router();
  const body = express.urlencoded({ extended: false, limit: '32kb', parameterLimit: 60 });
  const path = `/connect/${parts.connector.channel}/:ticket`;
  router.get(path, (request, response) =>
    answer(parts, request, response, () => show(parts, tickets, request, response)),
  );
  router.post(path, body, (request, response) =>
    answer(parts, request, response, () => submit(parts, tickets, request, response)),
  );
  return router;
}

async function show(parts: ConnectPageParts, tickets: Tickets, request: Request, response: Response): Promise<void> {
  const language = languageOf(request.query['lang'], request.headers['accept-language']);
  const ticket = await tickets.find(ticketOf(request));
  const account = ticket && (await accountOf(parts, ticket));
  if (ticket === undefined || account === null) return send(response, 410, gonePage(language));
  const fields = parts.connector.connectForm(account);
  send(response, 200, formPage({ language, again: account !== undefined, fields, values: {} }));
}

async function submit(parts: ConnectPageParts, tickets: Tickets, request: Request, response: Response): Promise<void> {
  const values = valuesOf(request.body);
  const language = languageOf(values['lang'], request.headers['accept-language']);
  if (!ownOrigin(request)) return send(response, 403, gonePage(language));
  const ticket = await tickets.take(ticketOf(request));
  const account = ticket && (await accountOf(parts, ticket));
  if (ticket === undefined || account === null) return send(response, 410, gonePage(language));
  try {
    const input = parts.connector.fromConnectForm(values, account);
    if (account === undefined) await parts.accounts.add({ workspaceId: ticket.workspaceId, ...input });
    else {
      await parts.accounts.reconnect(account.id, input.settings, input.credentials);
      if (input.name !== account.name) await parts.accounts.rename(account.id, input.name);
    }
    await tickets.use(ticketOf(request));
    send(response, 200, donePage(language));
  } catch (error) {
    const fault = explainFault(error);
    if (fault.words === WORDS.unknown) parts.logger.error('connecting an account failed by a fault of ours', {}, error);
    const fields = parts.connector.connectForm(account);
    send(response, 422, formPage({ language, again: account !== undefined, fields, values, fault }));
  }
}

/** @returns undefined for a new account, null when the one to connect again is gone. */
async function accountOf(parts: ConnectPageParts, ticket: Ticket) {
  if (ticket.accountId === null) return undefined;
  const row = await parts.accounts.find(ticket.accountId);
  if (row === undefined || row.workspaceId !== ticket.workspaceId) return null;
  return { id: row.id, address: row.address, name: row.name, settings: (await parts.accounts.open(row.id)).settings };
}

async function answer(
  parts: ConnectPageParts,
  request: Request,
  response: Response,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    parts.logger.error('the page for connecting an account failed', {}, error);
    const language = languageOf(request.query['lang'], request.headers['accept-language']);
    send(response, 500, formPage({ language, again: false, fields: [], values: {}, fault: explainFault(error) }));
  }
}

/** A form of another site must not post here; the ticket in the path is a second lock. */
export function ownOrigin(request: Request): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const { origin } = request.headers;
  if (origin === undefined || origin === 'null') return site !== undefined || origin === undefined;
  try {
    return new URL(origin).host === request.headers.host;
  } catch {
    return false;
  }
}

function ticketOf(request: Request): string {
  return String(request.params['ticket'] ?? '').slice(0, 200);
}

function valuesOf(body: unknown): Record<string, string> {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>);
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value.slice(0, 1_000)]] : [])),
  );
}

function send(response: Response, status: number, html: string): void {
  response.status(status).set(CONNECT_HEADERS).send(html);
}
