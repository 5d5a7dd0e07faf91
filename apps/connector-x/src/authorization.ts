import { randomBytes } from 'node:crypto';
import type { HandleCredentials, XApp } from './config';
import { oauth1Header } from './oauth1';

export interface Authorization {
  /** Value of the header. */
  readonly header: string;
  /** All that must be taken out of whatever the answer says. */
  readonly secrets: readonly string[];
}

/** What a call is allowed by. Signatures are good once: make one for each request. */
export function authorizationOf(
  call: { readonly method: string; readonly url: URL; readonly form?: Readonly<Record<string, string>> },
  app: XApp,
  /** Undefined: the app itself. */
  credentials: HandleCredentials | undefined,
  now: Date,
): Authorization {
  const { consumerKey, consumerSecret, bearerToken, clientSecret } = app;
  const ofApp = [bearerToken, consumerSecret, consumerKey, clientSecret];
  if (credentials === undefined) return { header: `Bearer ${bearerToken}`, secrets: given(ofApp) };
  if (credentials.kind === 'oauth2') {
    const { accessToken, refreshToken } = credentials;
    return { header: `Bearer ${accessToken}`, secrets: given([...ofApp, accessToken, refreshToken]) };
  }
  const { token, tokenSecret } = credentials;
  const header = oauth1Header(
    call,
    { consumerKey, consumerSecret, token, tokenSecret },
    { nonce: randomBytes(16).toString('hex'), timestamp: Math.floor(now.getTime() / 1_000) },
  );
  return { header, secrets: given([...ofApp, token, tokenSecret, header]) };
}

/** The text without any of these; the longest go first, since a header holds tokens. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const longestFirst = secrets.toSorted((a, b) => b.length - a.length);
  return longestFirst.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
}

function given(secrets: readonly (string | undefined)[]): string[] {
  return secrets.filter((secret): secret is string => secret !== undefined && secret !== '');
}
