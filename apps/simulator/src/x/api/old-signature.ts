import { createHmac, timingSafeEqual } from 'node:crypto';
import type { App, User } from '../model';
import { MINUTE, type World } from '../world';
import type { Call } from './call';
import { unauthorized } from './problem';

/** How far the clock of whoever signs may be off. */
const MOST_SKEW_MS = 5 * MINUTE;
/** Nonces remembered; the oldest go. */
const MOST_NONCES = 50_000;

const nonces = new WeakMap<World, Set<string>>();

/** RFC 3986: also `! ' ( ) *`. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The HMAC-SHA1 signature of a call. `params` are those of the header (but the signature), the query, and a form. */
export function oldSignature(
  method: string,
  url: string,
  params: readonly (readonly [string, string])[],
  consumerSecret: string,
  tokenSecret: string,
): string {
  const sorted = params
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');
  const base = [method.toUpperCase(), encoded(url), encoded(sorted)].join('&');
  return createHmac('sha1', `${encoded(consumerSecret)}&${encoded(tokenSecret)}`)
    .update(base)
    .digest('base64');
}

/** What the `Authorization: OAuth …` header says. */
export function oauthHeader(header: string): Map<string, string> {
  const pairs = [...header.slice('OAuth '.length).matchAll(/([\w%.-]+)="([^"]*)"/g)];
  return new Map(pairs.map(([, name = '', value = '']) => [decodeURIComponent(name), decodeURIComponent(value)]));
}

/**
 * The app whose key signed a call, with the secret of a token or with none.
 * @throws Problem 401 for a wrong signature, a nonce that was there before, a clock that is off, or a dead token.
 */
export function signedBy(
  call: Call,
  header: string,
  world: World,
  secretOf: (token: string | undefined, app: App) => string | undefined,
): App {
  const oauth = oauthHeader(header);
  const app = [...world.apps.values()].find(({ consumerKey }) => consumerKey === oauth.get('oauth_consumer_key'));
  const tokenSecret = app && secretOf(oauth.get('oauth_token'), app);
  if (!app || tokenSecret === undefined) throw unauthorized();
  const stamp = Number(oauth.get('oauth_timestamp')) * 1_000;
  if (!(Math.abs(stamp - world.now()) <= MOST_SKEW_MS) || oauth.get('oauth_signature_method') !== 'HMAC-SHA1') {
    throw unauthorized();
  }
  const form = call.isForm ? Object.entries(call.fields).map(([name, value]) => [name, String(value)] as const) : [];
  const signed = [...oauth].filter(([name]) => name !== 'oauth_signature' && name !== 'realm');
  const params = [...signed, ...Object.entries(call.query), ...form];
  const right = Buffer.from(oldSignature(call.method, call.url, params, app.consumerSecret, tokenSecret));
  const given = Buffer.from(oauth.get('oauth_signature') ?? '');
  if (given.length !== right.length || !timingSafeEqual(given, right)) throw unauthorized();
  once(world, `${oauth.get('oauth_consumer_key')} ${oauth.get('oauth_timestamp')} ${oauth.get('oauth_nonce') ?? ''}`);
  return app;
}

export function callerByOldSignature(call: Call, header: string, world: World): { app: App; user: User } {
  let userId: string | undefined;
  const app = signedBy(call, header, world, (id, { id: appId }) => {
    const token = id === undefined ? undefined : world.oldTokens.get(id);
    if (!token || token.revoked || token.appId !== appId) return undefined;
    ({ userId } = token);
    return token.secret;
  });
  const user = userId === undefined ? undefined : world.user(userId);
  if (!user || user.suspended) throw unauthorized();
  return { app, user };
}

function once(world: World, nonce: string): void {
  const seen = nonces.get(world) ?? new Set();
  nonces.set(world, seen);
  if (seen.has(nonce)) throw unauthorized();
  seen.add(nonce);
  if (seen.size > MOST_NONCES) seen.delete(seen.values().next().value!);
}
