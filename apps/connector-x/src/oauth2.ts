import { createHash, randomBytes } from 'node:crypto';
import { CredentialsRejected, RateLimited, Transient, type ConnectorError } from '@app/channel';
import { type GuardedHttp, type HttpAnswer, HttpFailure } from '@app/connector-host';
import { field, text } from './answer';
import { withoutSecrets } from './authorization';
import type { HandleCredentials, XApp } from './config';
import { fromNonsense, fromSilence } from './x-errors';
import { readXError, type XError } from './x-error';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 64 * 1024;
/** "2 hours", where an answer does not say. */
const DEFAULT_LIFE_S = 7_200;
const LIMITED_MS = 60_000;

/** Everything that Evenhand does with a handle (X's page "OAuth 2.0 scopes"). */
export const X_SCOPES = [
  'tweet.read',
  'tweet.write',
  'tweet.moderate.write',
  'users.read',
  'dm.read',
  'dm.write',
  'media.write',
  'offline.access',
] as const;

export type OAuth2Credentials = Extract<HandleCredentials, { kind: 'oauth2' }>;
/** Secrets that a call does not need are there only so that no error repeats them. */
type OAuthApp = Pick<XApp, 'clientId' | 'clientSecret' | 'apiUrl'> &
  Partial<Pick<XApp, 'consumerKey' | 'consumerSecret' | 'bearerToken'>>;

export interface OAuthParts {
  readonly http: GuardedHttp;
  /** Product time. */
  readonly now: () => Date;
}

/** A secret that the code can be exchanged with alone (RFC 7636). 43 characters. */
export function newVerifier(): string {
  return randomBytes(32).toString('base64url');
}

export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/** Where a person allows the app to act for their handle. @param state at most 500 characters, comes back unchanged. */
export function authorizeAddress(
  app: Pick<XApp, 'clientId' | 'authorizeUrl'>,
  grant: { readonly redirectUri: string; readonly state: string; readonly verifier: string },
): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: app.clientId,
    redirect_uri: grant.redirectUri,
    scope: X_SCOPES.join(' '),
    state: grant.state,
    code_challenge: challengeOf(grant.verifier),
    code_challenge_method: 'S256',
  });
  // X documents %20 between scopes
  return `${app.authorizeUrl}/i/oauth2/authorize?${query.toString().replaceAll('+', '%20')}`;
}

/** Exchanges the code that came back with the person; it lives 30 seconds and is good once. */
export async function exchangeCode(
  app: OAuthApp,
  grant: { readonly code: string; readonly redirectUri: string; readonly verifier: string },
  parts: OAuthParts,
): Promise<OAuth2Credentials> {
  const { code, redirectUri, verifier } = grant;
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier };
  const body = await ask('/2/oauth2/token', form, app, parts, (error) =>
    rejected('X does not take the permission any more: it is good for 30 seconds. Begin again.', error),
  );
  return credentialsIn(body, parts.now(), []);
}

/**
 * A new pair for a refresh token, which is dead from then on. @throws CredentialsRejected when it is dead already, Unauthorised
 * when X says 401: that may be X's fault.
 */
export async function refreshed(
  app: OAuthApp,
  current: OAuth2Credentials,
  parts: OAuthParts,
): Promise<OAuth2Credentials> {
  const form = { grant_type: 'refresh_token', refresh_token: current.refreshToken };
  const refuse = (error: XError): ConnectorError =>
    rejected('X no longer accepts the permission of this account. Connect it again.', error);
  const body = await ask('/2/oauth2/token', form, app, parts, refuse, [current.accessToken]);
  return credentialsIn(body, parts.now(), current.scopes, current.refreshToken);
}

/** Takes a permission back. Safe to repeat. */
export async function revokeToken(app: OAuthApp, token: string, parts: OAuthParts): Promise<void> {
  await ask('/2/oauth2/revoke', { token }, app, parts, (error) => rejected('X does not know the permission.', error));
}

/** The app's own token, which does not end. @throws CredentialsRejected for wrong keys. */
export async function appOnlyToken(
  app: Pick<XApp, 'consumerKey' | 'consumerSecret' | 'apiUrl'>,
  parts: OAuthParts,
): Promise<string> {
  const { consumerKey: clientId, consumerSecret: clientSecret, apiUrl } = app;
  const keys = { clientId, clientSecret, apiUrl };
  const wrong = (error: XError): ConnectorError =>
    rejected('X does not accept the API key and its secret. Copy them from the developer portal of X again.', error);
  const body = await ask('/oauth2/token', { grant_type: 'client_credentials' }, keys, parts, wrong).catch(
    (error: unknown) => {
      throw error instanceof Unauthorised ? wrong(error.told) : error;
    },
  );
  const token = text(field(body, 'access_token'));
  if (token === undefined) throw fromNonsense(200, { once: false });
  return token;
}

/** X says 401 to a call that names the app, or to its keys: the keys are wrong, or X has an outage. */
export class Unauthorised extends Error {
  constructor(readonly told: XError) {
    super('X does not accept who is calling');
    this.name = 'Unauthorised';
  }
}

async function ask(
  path: string,
  form: Readonly<Record<string, string>>,
  app: OAuthApp,
  { http, now }: OAuthParts,
  refuse: (error: XError) => ConnectorError,
  more: readonly string[] = [],
): Promise<unknown> {
  const { clientId, clientSecret } = app;
  const fields = new URLSearchParams(clientSecret === undefined ? { ...form, client_id: clientId } : form);
  const basic: Record<string, string> =
    clientSecret === undefined ? {} : { authorization: `Basic ${basicOf(clientId, clientSecret)}` };
  let answer: HttpAnswer;
  try {
    answer = await http.call({
      method: 'POST',
      url: new URL(`${app.apiUrl}${path}`),
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', ...basic },
      body: Buffer.from(fields.toString()),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
    });
  } catch (error) {
    throw error instanceof HttpFailure ? fromSilence(error, { once: false }) : error;
  }
  const body = parse(answer.body);
  if (answer.status >= 200 && answer.status <= 299 && body !== undefined) return body;
  const { consumerKey, consumerSecret, bearerToken } = app;
  const secrets = [...Object.values(form), ...more, clientSecret, consumerKey, consumerSecret, bearerToken].filter(
    // not such as `refresh_token`, by which X says what is wrong
    (secret): secret is string => secret !== undefined && !Object.hasOwn(form, secret) && secret !== form['grant_type'],
  );
  const error = readXError(answer.status, body, (words) => withoutSecrets(words, secrets));
  if (answer.status === 401) throw new Unauthorised(error);
  if (answer.status === 429) {
    throw new RateLimited("X's limit of calls is reached.", new Date(now().getTime() + LIMITED_MS), { cause: error });
  }
  if (answer.status >= 400 && answer.status <= 499 && error.understood) throw refuse(error);
  throw new Transient(`X cannot renew permissions just now (HTTP ${answer.status}).`, { cause: error });
}

function rejected(words: string, error: XError): CredentialsRejected {
  const told = error.words === '' ? '' : ` X: “${error.words}”`;
  return new CredentialsRejected(words + told, { cause: error });
}

/** RFC 6749 §2.3.1: each is encoded as in a form before the two are joined. */
function basicOf(id: string, secret: string): string {
  return Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64');
}

function credentialsIn(
  body: unknown,
  now: Date,
  scopesBefore: readonly string[],
  refreshBefore?: string,
): OAuth2Credentials {
  const accessToken = text(field(body, 'access_token'));
  const refreshToken = text(field(body, 'refresh_token')) ?? refreshBefore;
  if (accessToken === undefined) throw fromNonsense(200, { once: false });
  if (refreshToken === undefined) {
    throw new CredentialsRejected(
      'X gave a permission that cannot be renewed: offline.access is missing. Begin again.',
    );
  }
  const life = Number(field(body, 'expires_in'));
  const seconds = Number.isFinite(life) && life > 0 ? life : DEFAULT_LIFE_S;
  const scopes = text(field(body, 'scope'))
    ?.split(/\s+/)
    .filter((scope) => scope !== '');
  return {
    kind: 'oauth2',
    accessToken,
    refreshToken,
    expiresAt: new Date(now.getTime() + seconds * 1_000).toISOString(),
    scopes: [...(scopes ?? scopesBefore)].slice(0, 100),
  };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
