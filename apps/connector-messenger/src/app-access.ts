import { field, instant, list, text } from './answer';
import { GraphClient } from './client';
import type { MetaApp } from './config';
import type { GraphParts } from './page-graph';
import { WEBHOOK_FIELDS } from './page-subscription';
import { rowsOf } from './rows-of';

/** Where an app sends its webhooks. */
export interface AppWebhook {
  readonly callbackUrl: string;
  readonly active: boolean;
  readonly fields: readonly string[];
}

/** A Page as its manager's token shows it. */
export interface ManagedPage {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  /** What the person may do on it; undefined where the platform does not tell. */
  readonly tasks: readonly string[] | undefined;
}

/** Most Pages shown to choose from. */
const MAX_MANAGED = 500;

/** What the platform says of a token. */
export interface TokenState {
  readonly valid: boolean;
  /** The platform's words for why not; empty where it gives none. */
  readonly why: string;
  /** App it was made for; undefined where the platform does not tell. */
  readonly appId: string | undefined;
  readonly userId: string | undefined;
  /** `PAGE`, `USER` or another; empty where the platform does not tell. */
  readonly kind: string;
  readonly scopes: readonly string[];
  /** The earlier of its own end and that of access to data; null: neither is known. */
  readonly expiresAt: Date | null;
}

/** Calls in the name of the app itself: its webhook, signing in, and what a token is good for. */
export class AppAccess {
  private readonly client: GraphClient;

  constructor(
    private readonly graph: GraphParts,
    private readonly app: MetaApp,
  ) {
    // the app's own token, as the platform documents it
    this.client = this.clientWith(`${app.appId}|${app.appSecret}`);
  }

  /** The webhook for Pages; undefined where none was ever set. Fails where App ID and App Secret do not fit. */
  async webhook(signal: AbortSignal): Promise<AppWebhook | undefined> {
    const { body } = await this.client.get(`${this.app.appId}/subscriptions`, {}, { signal });
    const row = list(field(body, 'data')).find((each) => field(each, 'object') === 'page');
    const callbackUrl = text(field(row, 'callback_url'));
    if (callbackUrl === undefined) return undefined;
    const fields = list(field(row, 'fields')).flatMap((each) => text(field(each, 'name') ?? each) ?? []);
    return { callbackUrl, active: field(row, 'active') !== false, fields };
  }

  /** Sets the webhook; the platform asks it for the verify token before it answers. */
  async setWebhook(callbackUrl: string, signal: AbortSignal): Promise<void> {
    const body = {
      object: 'page',
      callback_url: callbackUrl,
      verify_token: this.app.verifyToken,
      fields: WEBHOOK_FIELDS.join(','),
      include_values: true,
    };
    await this.client.post(`${this.app.appId}/subscriptions`, body, { signal });
  }

  /** Changes the code of a sign-in into a token that lives about 60 days; Page tokens made from it have no end of their own. */
  async tokenOf(code: string, redirectUri: string, signal: AbortSignal): Promise<string | undefined> {
    const { appId: client_id, appSecret: client_secret } = this.app;
    const path = 'oauth/access_token';
    const first = await this.client.get(
      path,
      { client_id, client_secret, redirect_uri: redirectUri, code },
      { signal },
    );
    const short = text(field(first.body, 'access_token'));
    if (short === undefined) return undefined;
    const exchange = { grant_type: 'fb_exchange_token', client_id, client_secret, fb_exchange_token: short };
    const { body } = await this.client.get(path, exchange, { signal });
    return text(field(body, 'access_token'));
  }

  async inspect(token: string, signal: AbortSignal): Promise<TokenState> {
    const { body } = await this.client.get('debug_token', { input_token: token }, { signal });
    const data = field(body, 'data');
    const ends = [field(data, 'expires_at'), field(data, 'data_access_expires_at')]
      // 0: no end
      .flatMap((value) => (Number(text(value) ?? 0) > 0 ? (instant(value) ?? []) : []))
      .map((date) => date.getTime());
    return {
      valid: field(data, 'is_valid') === true,
      why: text(field(field(data, 'error'), 'message')) ?? '',
      appId: text(field(data, 'app_id')),
      userId: text(field(data, 'user_id')),
      kind: text(field(data, 'type')) ?? '',
      scopes: list(field(data, 'scopes')).flatMap((scope) => text(scope) ?? []),
      expiresAt: ends.length === 0 ? null : new Date(Math.min(...ends)),
    };
  }

  /** Pages that somebody manages, with a token for each. */
  async pagesOf(userToken: string, signal: AbortSignal): Promise<ManagedPage[]> {
    const params = { fields: 'id,name,access_token,tasks', limit: '100' };
    const rows = rowsOf({ client: this.clientWith(userToken), path: 'me/accounts', params, signal });
    const pages: ManagedPage[] = [];
    for await (const row of rows) {
      const [id, token] = [text(field(row, 'id')), text(field(row, 'access_token'))];
      if (id === undefined || token === undefined) continue;
      const tasks = field(row, 'tasks');
      pages.push({
        id,
        token,
        name: text(field(row, 'name')) ?? id,
        tasks: Array.isArray(tasks) ? list(tasks).flatMap((task) => text(task) ?? []) : undefined,
      });
      if (pages.length === MAX_MANAGED) break;
    }
    return pages;
  }

  /** The Page or person a token speaks for. */
  async whose(token: string, signal: AbortSignal): Promise<{ id: string; name: string } | undefined> {
    const { body } = await this.clientWith(token).get('me', { fields: 'id,name' }, { signal });
    const id = text(field(body, 'id'));
    return id === undefined ? undefined : { id, name: text(field(body, 'name')) ?? id };
  }

  private clientWith(token: string): GraphClient {
    const { http, now } = this.graph;
    const { graphUrl, version, appSecret } = this.app;
    return new GraphClient({ http, graphUrl, version, appSecret, token, now });
  }
}
