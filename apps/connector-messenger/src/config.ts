import { z } from 'zod';
import { CredentialsRejected, Refused, type ConnectorAccount, type PlatformApp } from '@app/channel';
import { connectorHostSettings } from '@app/connector-host';

/** Settings of this process, beside those of every process. */
export const messengerSettings = { ...connectorHostSettings } as const;

/** Ids of apps, Pages and people: decimal, often beyond 2^53, so text everywhere. */
const id = z.string().regex(/^\d{1,30}$/, 'digits only');
const address = z
  .string()
  .max(500)
  .regex(/^https?:\/\/[^\s/?#@]+[^\s?#@]*$/, 'an address such as https://graph.facebook.com')
  .transform((url) => url.replace(/\/+$/, ''));
const token = z
  .string()
  .min(1, 'a token')
  .max(2_000)
  .regex(/^[\x21-\x7e]+$/, 'a token without spaces');

/** Which messages of the Page's own inbox are a person's. Both numbers are in Meta's pages; one is probably a slip of the pen. */
export const PAGE_INBOX_APP_IDS = ['263902037430900', '26390203743090'];

/** Settings of an app at Meta; no secrets. */
export const metaAppSettings = z.object({
  appId: id,
  /** Of the Graph API. Another than Meta's for a simulator. */
  graphUrl: address.default('https://graph.facebook.com'),
  /** Of the page on which people sign in with Facebook. */
  dialogUrl: address.default('https://www.facebook.com'),
  /** Always sent: a call without it goes to the oldest version the app may use. v25.0 lives until 2028-07-29. */
  version: z
    .string()
    .regex(/^v\d{1,3}\.\d$/, 'a version such as v25.0')
    .default('v25.0'),
  pageInboxAppIds: z.array(id).max(20).default(PAGE_INBOX_APP_IDS),
});
export type MetaAppSettings = z.infer<typeof metaAppSettings>;

/** Secrets of an app at Meta. */
export const metaAppSecrets = z.object({
  /** Signs webhooks and, as `appsecret_proof`, our calls. */
  appSecret: z
    .string()
    .min(1, 'an app secret')
    .max(200)
    .regex(/^[\x21-\x7e]+$/, 'an app secret without spaces'),
  /** Ours; proves to us that it was our operator who gave Meta the webhook's address. */
  verifyToken: z.string().min(8, 'at least 8 characters').max(200),
});
export type MetaAppSecrets = z.infer<typeof metaAppSecrets>;

/** Settings of one Page; no secrets. */
export const pageSettings = z.object({
  pageId: id,
  /** App-scoped id of the person who connected it; unknown where a token was pasted. */
  userId: id.optional(),
  /** What the Page's inbox held when it was connected: nothing of it, of so many days, or all the platform still tells. */
  history: z
    .string()
    .regex(/^(none|all|days:[1-9]\d{0,3})$/, 'none, days:N or all')
    .default('none'),
});
export type PageSettings = z.infer<typeof pageSettings>;

/** Secrets of one Page. */
export const pageCredentials = z.object({ pageToken: token });
export type PageCredentials = z.infer<typeof pageCredentials>;

/** An app as its connector uses it. */
export interface MetaApp extends MetaAppSettings, MetaAppSecrets {
  readonly key: string;
}

/** A Page with everything a call on its behalf needs. */
export interface Page {
  readonly accountId: string;
  readonly pageId: string;
  readonly token: string;
  readonly settings: PageSettings;
  readonly app: MetaApp;
}

/** An app is parsed for each webhook, and stays the same object until it is changed. */
const parsedApps = new WeakMap<object, MetaApp>();

/** @throws Refused naming the first wrong field; values are not repeated, they may be secret. */
export function parseMetaApp(app: Pick<PlatformApp, 'key' | 'settings' | 'secrets'>): MetaApp {
  const known = parsedApps.get(app);
  if (known) return known;
  const parsed = z
    .object({ settings: metaAppSettings, secrets: metaAppSecrets })
    .safeParse({ settings: app.settings, secrets: app.secrets });
  if (!parsed.success) throw wrong('app', parsed.error);
  const meta = { key: app.key, ...parsed.data.settings, ...parsed.data.secrets };
  parsedApps.set(app, meta);
  return meta;
}

/** @throws Refused naming the first wrong field; values are not repeated, they may be secret. */
export function parsePageAccount(
  settings: unknown,
  credentials: unknown,
): { settings: PageSettings; credentials: PageCredentials } {
  const parsed = z
    .object({ settings: pageSettings, credentials: pageCredentials })
    .safeParse({ settings, credentials });
  if (parsed.success) return parsed.data;
  throw wrong('Page', parsed.error);
}

/** The Page behind an account. @throws Refused, or CredentialsRejected where the account has no app. */
export function pageOf(account: Pick<ConnectorAccount, 'id' | 'settings' | 'credentials' | 'app'>): Page {
  const { settings, credentials } = parsePageAccount(account.settings, account.credentials);
  if (account.app === null) {
    throw new CredentialsRejected('This Page has no app through which it is reached. Connect it again.');
  }
  const app = parseMetaApp(account.app);
  return { accountId: account.id, pageId: settings.pageId, token: credentials.pageToken, settings, app };
}

function wrong(what: string, error: z.ZodError): Refused {
  const issue = error.issues[0];
  const field = issue?.path.slice(1).join('.') || 'settings';
  return new Refused('REFUSED', `The ${what}'s ${field} is wrong: expected ${issue?.message ?? 'something else'}.`);
}
