import type { Request, Response } from 'express';
import { html, type Html } from '../../page/html';
import { type Access, SCOPES } from '../access';
import type { App, User } from '../model';
import { secret } from '../registry';
import type { World } from '../world';
import { checkReturn } from './login-routes';

/** What an app asks for, and how it is told of the answer. */
interface Wish {
  app: App;
  scopes: readonly string[];
  back(user: User | undefined): string;
}

/** Users to choose from; more nobody looks through. */
const MOST_USERS = 30;

/** Where a user lets an app in or does not: by OAuth 2.0 (`/i/oauth2/authorize`) and 1.0a (`/oauth/authorize`). */
export class AuthorizePage {
  constructor(
    private readonly world: World,
    private readonly access: Access,
  ) {}

  show(request: Request, response: Response): void {
    const wish = this.wishOf(request.query);
    if (typeof wish === 'string')
      return void response
        .status(400)
        .type('html')
        .send(page(html`<p>${wish}</p>`));
    const hidden = Object.entries(request.query).filter(
      (pair): pair is [string, string] => typeof pair[1] === 'string',
    );
    const users = this.users();
    response.type('html').send(
      page(html`
        <h1>${wish.app.name}</h1>
        <p>This simulated platform asks: may <strong>${wish.app.name}</strong> act for your account?</p>
        <p class="muted">${wish.scopes.join(', ')}</p>
        <form method="post" action="">
          ${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
          ${users.map(
            ({ id, name, username }) =>
              html`<p>
                <button name="user" value="${id}">Authorize as @${username}</button>
                <span class="muted">${name}</span>
              </p>`,
          )}
          ${users.length === 0 && html`<p>Nobody is registered here yet (addUser).</p>`}
          <p><button class="quiet" name="user" value="">Cancel</button></p>
        </form>
      `),
    );
  }

  /** Back to the app. */
  answer(request: Request, response: Response): void {
    const form = new URLSearchParams(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '');
    const wish = this.wishOf(Object.fromEntries(form));
    if (typeof wish === 'string')
      return void response
        .status(400)
        .type('html')
        .send(page(html`<p>${wish}</p>`));
    response.redirect(302, wish.back(this.world.users.get(form.get('user') ?? '')));
  }

  /** Those that somebody here runs; where there are none, everybody. */
  private users(): User[] {
    const all = [...this.world.users.values()];
    const operated = all.filter((user) => user.operated);
    return (operated.length > 0 ? operated : all).slice(0, MOST_USERS);
  }

  /** What an app asks for, or in words what is wrong with it. */
  private wishOf(query: Record<string, unknown>): Wish | string {
    const text = (name: string): string => (typeof query[name] === 'string' ? query[name] : '');
    return text('oauth_token') === '' ? this.newWish(text) : this.oldWish(text('oauth_token'));
  }

  private newWish(text: (name: string) => string): Wish | string {
    const app = [...this.world.apps.values()].find(({ clientId }) => clientId === text('client_id'));
    if (!app) return 'You weren’t able to give access to the App: no app has this client_id.';
    const redirectUri = text('redirect_uri');
    const scopes = text('scope').split(' ').filter(Boolean);
    const state = text('state');
    const challenge = text('code_challenge');
    const method = text('code_challenge_method') || 'plain';
    if (!returns(app, redirectUri)) return 'The redirect_uri is none of the app’s, or not on this machine.';
    if (text('response_type') !== 'code') return 'response_type must be "code".';
    const unknown = scopes.filter((scope) => !SCOPES.includes(scope));
    if (scopes.length === 0 || unknown.length > 0)
      return `These scopes are not known: ${unknown.join(', ') || '(none)'}.`;
    if (state === '' || state.length > 500) return 'state is required, of at most 500 characters.';
    if (challenge === '' || (method !== 'S256' && method !== 'plain')) {
      return 'code_challenge is required, and code_challenge_method must be S256 or plain.';
    }
    return {
      app,
      scopes,
      back: (user) => {
        const back = new URL(redirectUri);
        back.searchParams.set('state', state);
        if (user) {
          const code = { appId: app.id, userId: user.id, redirectUri, scopes, challenge, method } as const;
          back.searchParams.set('code', this.access.newCode({ ...code, scopes: [...scopes] }));
        } else back.searchParams.set('error', 'access_denied');
        return back.href;
      },
    };
  }

  private oldWish(id: string): Wish | string {
    const request = this.access.requests.get(id);
    if (!request || request.expiresAt <= this.world.now()) return 'This request token has expired.';
    return {
      app: this.world.app(request.appId),
      scopes: ['read', 'write', 'direct messages'],
      back: (user) => {
        const back = new URL(request.callback);
        if (!user) {
          back.searchParams.set('denied', id);
          return back.href;
        }
        const verifier = secret(32);
        this.access.requests.put({ ...request, userId: user.id, verifier });
        back.searchParams.set('oauth_token', id);
        back.searchParams.set('oauth_verifier', verifier);
        return back.href;
      },
    };
  }
}

function returns(app: App, address: string): boolean {
  try {
    checkReturn(app, address);
    return true;
  } catch {
    return false;
  }
}

function page(main: Html): string {
  const whole = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>Authorize – simulated X</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="/sim/x/app.css" />
    </head>
    <body>
      <main id="main">${main}</main>
    </body>
  </html>`;
  return `<!doctype html>\n${whole.text}`;
}
