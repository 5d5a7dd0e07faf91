import { z } from 'zod';
import { CredentialsRejected, Refused, type ConnectorAccount, type PlatformApp } from '@app/channel';
import { connectorHostSettings } from '@app/connector-host';

/** Settings of this process, beside those of every process. */
export const xSettings = { ...connectorHostSettings } as const;

/** Ids on X: 64-bit numbers, sent as text. Compare by `compareIds`. */
export const xId = z.string().regex(/^\d{1,19}$/, 'digits only');
const address = z
  .string()
  .max(500)
  .regex(/^https?:\/\/[^\s/?#@]+[^\s?#@]*$/, 'an address such as https://api.x.com')
  .transform((url) => url.replace(/\/+$/, ''));
const secret = z
  .string()
  .min(1, 'a value')
  .max(2_000)
  .regex(/^[\x21-\x7e]+$/, 'a value without spaces');

/** Settings of an app at X; no secrets. */
export const xAppSettings = z.object({
  /** OAuth 2.0 client id. */
  clientId: secret,
  /** Of the API. Another than X's for a simulator. OAuth 1.0a signs the host that is really called. */
  apiUrl: address.default('https://api.x.com'),
  /** Of the page on which people allow us in (`/i/oauth2/authorize`). */
  authorizeUrl: address.default('https://x.com'),
  /** Names of fields that we ask for: those before or since 2026-08-07; both are read. */
  dialect: z.enum(['tweet', 'post']).default('tweet'),
  /** How X tells of what happens: `activity` (XAA), `account-activity` (AAA, deprecated), or polling alone. */
  push: z.enum(['activity', 'account-activity', 'none']).default('activity'),
  /** X's id of our webhook, once it is set. */
  webhookId: xId.optional(),
  /** Whether the plan lets us answer whoever wrote, not only who mentioned or quoted us (Enterprise). */
  mayAnswerAnybody: z.boolean().default(false),
});
export type XAppSettings = z.infer<typeof xAppSettings>;

/** Secrets of an app at X. */
export const xAppSecrets = z.object({
  /** OAuth 2.0; left out for a public client. */
  clientSecret: secret.optional(),
  /** API key and API secret key: sign webhooks, CRC and OAuth 1.0a. */
  consumerKey: secret,
  consumerSecret: secret,
  /** App-only token, for webhooks and subscriptions. */
  bearerToken: secret,
});
export type XAppSecrets = z.infer<typeof xAppSecrets>;

/** Settings of one handle of ours; no secrets. The account's address is the user id. */
export const handleSettings = z.object({
  userId: xId,
  /** Without `@`. */
  username: z.string().min(1).max(50),
  /** Premium accounts may post up to 25,000 units. */
  longPosts: z.boolean().default(false),
  /** What there was before the handle was connected: nothing of it, of so many days, or all the platform still tells. */
  history: z
    .string()
    .regex(/^(none|all|days:[1-9]\d{0,3})$/, 'none, days:N or all')
    .default('none'),
});
export type HandleSettings = z.infer<typeof handleSettings>;

/** What lets us act for a handle. OAuth 2.0 tokens change with every renewal; those of OAuth 1.0a do not end. */
export const handleCredentials = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('oauth2'),
    accessToken: secret,
    /** Good once: the renewal brings the next. */
    refreshToken: secret,
    /** ISO 8601. */
    expiresAt: z.iso.datetime(),
    scopes: z.array(z.string().max(100)).max(100),
  }),
  z.object({ kind: z.literal('oauth1'), token: secret, tokenSecret: secret }),
]);
export type HandleCredentials = z.infer<typeof handleCredentials>;

/** An app as its connector uses it. */
export interface XApp extends XAppSettings, XAppSecrets {
  /** Row of ours. */
  readonly id: string;
  readonly key: string;
}

/** A handle with everything a call on its behalf needs. */
export interface Handle {
  readonly accountId: string;
  readonly workspaceId: string;
  readonly userId: string;
  readonly username: string;
  readonly settings: HandleSettings;
  readonly credentials: HandleCredentials;
  readonly app: XApp;
}

/** An app is parsed for each webhook, and stays the same object until it is changed. */
const parsedApps = new WeakMap<object, XApp>();

/** @throws Refused naming the first wrong field; values are not repeated, they may be secret. */
export function parseXApp(app: Pick<PlatformApp, 'id' | 'key' | 'settings' | 'secrets'>): XApp {
  const known = parsedApps.get(app);
  if (known) return known;
  const parsed = z
    .object({ settings: xAppSettings, secrets: xAppSecrets })
    .safeParse({ settings: app.settings, secrets: app.secrets });
  if (!parsed.success) throw wrong('app', parsed.error);
  const x = { id: app.id, key: app.key, ...parsed.data.settings, ...parsed.data.secrets };
  parsedApps.set(app, x);
  return x;
}

/** @throws Refused naming the first wrong field; values are not repeated, they may be secret. */
export function parseHandle(
  settings: unknown,
  credentials: unknown,
): { settings: HandleSettings; credentials: HandleCredentials } {
  const parsed = z
    .object({ settings: handleSettings, credentials: handleCredentials })
    .safeParse({ settings, credentials });
  if (parsed.success) return parsed.data;
  throw wrong('X account', parsed.error);
}

/** The handle behind an account. @throws Refused, or CredentialsRejected where the account has no app. */
export function handleOf(
  account: Pick<ConnectorAccount, 'id' | 'workspaceId' | 'settings' | 'credentials' | 'app'>,
): Handle {
  const { settings, credentials } = parseHandle(account.settings, account.credentials);
  if (account.app === null) {
    throw new CredentialsRejected('This X account has no app through which it is reached. Connect it again.');
  }
  const { id: accountId, workspaceId } = account;
  const { userId, username } = settings;
  return { accountId, workspaceId, userId, username, settings, credentials, app: parseXApp(account.app) };
}

function wrong(what: string, error: z.ZodError): Refused {
  const issue = error.issues[0];
  const field = issue?.path.slice(1).join('.') || 'settings';
  return new Refused('REFUSED', `The ${what}'s ${field} is wrong: expected ${issue?.message ?? 'something else'}.`);
}
