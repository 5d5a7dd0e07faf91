import type { Request, Response } from 'express';
import { html, type Html } from '../page/html';
import { type AccountsApi, SCOPES } from './graph/accounts';
import type { App, Operator } from './model';
import { ownAddress } from './webhooks/post';
import type { World } from './world';

interface Wish {
  app: App;
  redirectUri: string;
  state: string;
  scopes: string[];
}

/** The login dialog: who goes on as whom, and back to the app with a code or a refusal. */
export class LoginDialog {
  constructor(
    private readonly world: World,
    private readonly accounts: AccountsApi,
  ) {}

  /** `GET …/dialog/oauth`. */
  show(request: Request, response: Response): void {
    const wish = this.wishOf(request.query);
    if (typeof wish === 'string')
      return void response
        .status(400)
        .type('html')
        .send(page(html`<p>${wish}</p>`));
    const { app, scopes } = wish;
    const operators = [...this.world.operators.values()];
    const hidden = Object.entries(request.query).filter(
      (pair): pair is [string, string] => typeof pair[1] === 'string',
    );
    response.type('html').send(
      page(html`
        <h1>${app.name}</h1>
        <p>This simulated platform asks: may <strong>${app.name}</strong> act for your Pages?</p>
        <p class="muted">${scopes.join(', ')}</p>
        <form method="post" action="">
          ${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
          ${operators.map((operator) => this.button(operator))}
          ${operators.length === 0 && html`<p>Nobody is registered here yet (addUser).</p>`}
          <p><button class="quiet" name="user" value="">Cancel</button></p>
        </form>
      `),
    );
  }

  /** `POST …/dialog/oauth`: back to the app. */
  answer(request: Request, response: Response): void {
    const form = new URLSearchParams(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '');
    const wish = this.wishOf(Object.fromEntries(form));
    if (typeof wish === 'string')
      return void response
        .status(400)
        .type('html')
        .send(page(html`<p>${wish}</p>`));
    const { app, redirectUri, state, scopes } = wish;
    const back = new URL(redirectUri);
    const operator = this.world.operators.get(form.get('user') ?? '');
    if (operator) {
      back.searchParams.set('code', this.accounts.newCode({ appId: app.id, userId: operator.id, redirectUri, scopes }));
    } else {
      back.searchParams.set('error', 'access_denied');
      back.searchParams.set('error_code', '200');
      back.searchParams.set('error_description', 'Permissions error');
      back.searchParams.set('error_reason', 'user_denied');
    }
    back.searchParams.set('state', state);
    response.redirect(302, back.href);
  }

  private button({ id, name, pages }: Operator): Html {
    const names = Object.keys(pages).map((pageId) => this.world.page(pageId).name);
    return html`<p>
      <button name="user" value="${id}">Continue as ${name}</button>
      <span class="muted">${names.join(', ')}</span>
    </p>`;
  }

  /** What the app asks for, or in words what is wrong with it. */
  private wishOf(query: Record<string, unknown>): Wish | string {
    const text = (name: string): string => (typeof query[name] === 'string' ? query[name] : '');
    const app = this.world.apps.get(text('client_id'));
    if (!app) return 'Invalid App ID: the provided app ID does not look like a valid app ID.';
    const type = text('response_type') || 'code';
    if (type !== 'code') return `response_type "${type}" is not offered here; use "code".`;
    const redirectUri = text('redirect_uri');
    try {
      ownAddress(redirectUri);
    } catch (error) {
      return `URL blocked: ${(error as Error).message}`;
    }
    const asked = text('scope')
      .split(/[\s,]+/)
      .filter(Boolean);
    const unknown = asked.filter((scope) => !SCOPES.includes(scope) && scope !== 'public_profile' && scope !== 'email');
    if (unknown.length > 0) return `Invalid Scopes: ${unknown.join(', ')}.`;
    return { app, redirectUri, state: text('state'), scopes: asked };
  }
}

function page(main: Html): string {
  const whole = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>Log in – simulated platform</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="/sim/messenger/app.css" />
    </head>
    <body>
      <main id="main">${main}</main>
    </body>
  </html>`;
  return `<!doctype html>\n${whole.text}`;
}
