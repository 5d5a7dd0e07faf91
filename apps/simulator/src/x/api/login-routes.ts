import { timingSafeEqual } from 'node:crypto';
import { ownAddress } from '../../messenger/webhooks/post';
import type { Pair } from '../access';
import type { App } from '../model';
import { secret } from '../registry';
import { MINUTE, type World } from '../world';
import type { Call } from './call';
import { oauthHeader, signedBy } from './old-signature';
import type { ApiParts } from './parts';
import { oauthProblem, unauthorized } from './problem';
import type { Answer, Route } from './route';

const REQUEST_LIFE_MS = 10 * MINUTE;

/** Logins and their ends: OAuth 2.0 with PKCE, tokens of an app alone, and the three steps of OAuth 1.0a. */
export function loginRoutes(parts: ApiParts): Route[] {
  const { world, access } = parts;
  const open = (endpoint: string, handle: (call: Call) => Answer): Route => ({ endpoint, access: [], free: true, handle }); // prettier-ignore
  return [
    open('POST /2/oauth2/token', (call) => {
      const app = clientOf(call, world);
      const type = call.text('grant_type');
      if (type === 'refresh_token') return given(access.refresh(call.text('refresh_token') ?? '', app));
      if (type !== 'authorization_code') {
        throw oauthProblem('unsupported_grant_type', `The grant_type "${type ?? ''}" is not supported.`);
      }
      const code = call.text('code') ?? '';
      return given(access.redeem(code, app, call.text('redirect_uri') ?? '', call.text('code_verifier') ?? ''));
    }),
    open('POST /2/oauth2/revoke', (call) => {
      access.giveBack(call.text('token') ?? '', clientOf(call, world));
      return { body: { revoked: true } };
    }),
    open('POST /oauth2/token', (call) => {
      const [key = '', given = ''] = basicOf(call);
      const app = [...world.apps.values()].find(({ consumerKey }) => consumerKey === key);
      if (!app || !same(given, app.consumerSecret)) throw legacy(99, 'Unable to verify your credentials');
      if (call.text('grant_type') !== 'client_credentials') throw legacy(170, 'Missing required parameter: grant_type');
      return { body: { token_type: 'bearer', access_token: app.bearerToken } };
    }),
    open('POST /oauth/request_token', (call) => {
      const header = call.request.headers.authorization ?? '';
      const app = signedBy(call, header, world, (token) => (token === undefined ? '' : undefined));
      const callback = oauthHeader(header).get('oauth_callback') ?? call.query['oauth_callback'] ?? '';
      checkReturn(app, callback);
      world.room(access.requests, 'logins', 10_000);
      const expiresAt = world.now() + REQUEST_LIFE_MS;
      const request = access.requests.put({ id: secret(27), secret: secret(32), appId: app.id, callback, expiresAt });
      return form({ oauth_token: request.id, oauth_token_secret: request.secret, oauth_callback_confirmed: 'true' });
    }),
    open('POST /oauth/access_token', (call) => {
      const header = call.request.headers.authorization ?? '';
      const oauth = oauthHeader(header);
      const request = access.requests.get(oauth.get('oauth_token') ?? call.text('oauth_token') ?? '');
      const verifier = oauth.get('oauth_verifier') ?? call.text('oauth_verifier') ?? call.query['oauth_verifier'];
      const app = signedBy(call, header, world, (_, { id }) => (request?.appId === id ? request.secret : undefined));
      const good = request && request.expiresAt > world.now() && request.verifier === verifier;
      if (!good || request.userId === undefined) throw unauthorized();
      access.requests.delete(request.id);
      const token = access.oldToken(app.id, request.userId);
      const { id, username } = world.user(request.userId);
      return form({ oauth_token: token.id, oauth_token_secret: token.secret, user_id: id, screen_name: username });
    }),
  ];
}

/** Whether a login may lead back there. @throws OAuth problem otherwise. */
export function checkReturn(app: App, address: string): void {
  const known = app.redirectUris.length === 0 || app.redirectUris.includes(address);
  try {
    ownAddress(address);
    if (known) return;
  } catch {
    // told below: to whoever asks it is the same
  }
  throw oauthProblem('invalid_request', 'Value passed for the redirect uri did not match the uri of the authorization code.'); // prettier-ignore
}

function given(pair: Pair | undefined): Answer {
  if (!pair) throw oauthProblem('invalid_request', 'Value passed for the token was invalid.');
  const { token, refreshToken } = pair;
  return {
    body: {
      token_type: 'bearer',
      expires_in: Math.round((token.expiresAt - token.issuedAt) / 1_000),
      access_token: token.id,
      scope: token.scopes.join(' '),
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    },
  };
}

/** The app that asks for a token: by its id and secret, or a public one by its id. */
function clientOf(call: Call, world: World): App {
  const [basicId, basicSecret] = basicOf(call);
  const id = basicId ?? call.text('client_id');
  const app = [...world.apps.values()].find(({ clientId }) => clientId === id);
  const right = app?.clientSecret;
  const good = app && (right === undefined ? basicId === undefined : basicSecret !== undefined && same(basicSecret, right)); // prettier-ignore
  if (!good) throw oauthProblem('unauthorized_client', 'Missing valid authorization header', 401);
  return app;
}

function basicOf(call: Call): string[] {
  const encoded = /^Basic (\S+)$/i.exec(call.request.headers.authorization ?? '')?.[1];
  if (encoded === undefined) return [];
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? [] : [text.slice(0, colon), text.slice(colon + 1)].map(decodeURIComponent);
}

function legacy(code: number, message: string): Error {
  return Object.assign(unauthorized(), { body: { errors: [{ code, message }] }, status: 403 });
}

function form(fields: Record<string, string>): Answer {
  return { body: Buffer.from(new URLSearchParams(fields).toString()), mime: 'application/x-www-form-urlencoded' };
}

function same(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
