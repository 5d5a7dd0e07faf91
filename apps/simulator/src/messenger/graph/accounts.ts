import type { App, Operator, Page, Token } from '../model';
import { FIELDS, type Webhooks } from '../webhooks/webhooks';
import { DAY, HOUR, type World } from '../world';
import type { Call } from './call';
import { checkToken } from './call';
import { selected } from './conversations';
import { fieldSelection } from './field-selection';
import { badParameter, GraphError } from './graph-error';

/** Life of a token from the login, and of one it was exchanged for. */
const SHORT_MS = HOUR;
const LONG_MS = 60 * DAY;
/** An app may look at data for so long after the person last used it. */
const DATA_ACCESS_MS = 90 * DAY;
/** A login code is good once, for so long. */
const CODE_MS = 10 * 60_000;

/** What an app asks a Page's operator for. */
export const SCOPES: readonly string[] = (
  'pages_show_list pages_messaging pages_manage_metadata pages_read_engagement pages_read_user_content ' +
  'pages_manage_engagement'
).split(' ');
export const TASKS: readonly string[] = ['ADVERTISE', 'ANALYZE', 'CREATE_CONTENT', 'MESSAGING', 'MODERATE', 'MANAGE'];

interface Code {
  appId: string;
  userId: string;
  redirectUri: string;
  scopes: readonly string[];
  until: number;
}

/** Logins, tokens, who runs which Page, and who hears of what. */
export class AccountsApi {
  private readonly codes = new Map<string, Code>();

  constructor(
    private readonly world: World,
    private readonly webhooks: Webhooks,
  ) {}

  /** The operator agreed in the login dialog. */
  newCode(code: Omit<Code, 'until'>): string {
    const name = `AQ${this.world.random.text(40)}`;
    if (this.codes.size >= 1_000) this.codes.delete(this.codes.keys().next().value!);
    this.codes.set(name, { ...code, until: this.world.now() + CODE_MS });
    return name;
  }

  issue(token: Pick<Token, 'kind' | 'appId' | 'userId' | 'pageId' | 'scopes' | 'expiresAt'>): Token {
    this.world.room(this.world.tokens, 'tokens');
    const now = this.world.now();
    const id = `EAA${this.world.random.text(60)}`;
    return this.world.tokens.put({ ...token, id, issuedAt: now, dataAccessExpiresAt: now + DATA_ACCESS_MS });
  }

  /** `/oauth/access_token`. */
  accessToken(call: Call): object {
    const app = this.appOf(call);
    const grant = call.text('grant_type') ?? 'authorization_code';
    if (grant === 'client_credentials') return { access_token: `${app.id}|${app.secret}`, token_type: 'bearer' };
    if (grant === 'fb_exchange_token') {
      const short = this.world.tokens.get(call.needed('fb_exchange_token'));
      if (!short || short.appId !== app.id) throw new GraphError(190, 'Invalid OAuth access token.', 467);
      checkToken(short, this.world.now());
      return this.told(this.issue({ ...short, expiresAt: this.world.now() + LONG_MS }));
    }
    const name = call.needed('code');
    const code = this.codes.get(name);
    this.codes.delete(name);
    if (!code || code.appId !== app.id || code.until <= this.world.now()) {
      throw new GraphError(100, 'This authorization code has expired or has been used.', 36009);
    }
    if (code.redirectUri !== call.text('redirect_uri')) {
      throw new GraphError(100, 'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request', 36008); // prettier-ignore
    }
    const token = this.issue({
      kind: 'user',
      appId: app.id,
      userId: code.userId,
      scopes: [...code.scopes],
      expiresAt: this.world.now() + SHORT_MS,
    });
    return this.told(token);
  }

  /** `GET /me`: the person or the Page. */
  me(call: Call): object {
    const token = call.token();
    if (token.pageId !== undefined) return this.page(call, token.pageId);
    return selected(token.userId, fieldSelection(call.text('fields') ?? 'id,name'), {
      name: () => this.world.operator(token.userId).name,
    });
  }

  /** `GET /{page}`. */
  page(call: Call, pageId: string): object {
    call.token();
    const page = this.world.page(pageId);
    return selected(page.id, fieldSelection(call.text('fields') ?? 'id,name'), {
      name: () => page.name,
      messaging_feature_status: () => ({ hop_v2: true, msgr_multi_app: true, ig_multi_app: false }),
    });
  }

  /** `GET /me/accounts`: the Pages of whoever logged in, with a token for each that has no end if theirs was long. */
  accounts(call: Call): object {
    const token = call.token();
    if (token.kind !== 'user') throw badParameter('Tried accessing nonexisting field (accounts) on node type (Page)');
    if (!token.scopes.includes('pages_show_list')) return { data: [] };
    const operator = this.world.operator(token.userId);
    const fields = fieldSelection(call.text('fields') ?? 'access_token,category,name,id,tasks');
    const rows = this.pagesOf(operator).map(([page, tasks]) =>
      selected(page.id, fields, {
        name: () => page.name,
        category: () => 'Appliance store',
        tasks: () => tasks,
        access_token: () => this.pageToken(token, page).id,
      }),
    );
    const cursor = Buffer.from(rows.length.toString()).toString('base64url');
    return { data: rows, ...(rows.length > 0 && { paging: { cursors: { before: 'MAZDZD', after: cursor } } }) };
  }

  /** `GET /debug_token`. */
  debugToken(call: Call): object {
    const app = call.app();
    const input = call.needed('input_token');
    const token = this.world.tokens.get(input);
    if (!token || token.appId !== app.id) {
      const error = { code: 190, message: 'The access token could not be decrypted' };
      return { data: { is_valid: false, scopes: [], error } };
    }
    let error: object | undefined;
    try {
      checkToken(token, this.world.now());
    } catch (caught) {
      if (!(caught instanceof GraphError)) throw caught;
      error = { code: caught.code, message: caught.message, ...(caught.subcode && { subcode: caught.subcode }) };
    }
    const seconds = (at: number): number => Math.floor(at / 1_000);
    return {
      data: {
        app_id: token.appId,
        type: token.kind === 'page' ? 'PAGE' : 'USER',
        application: app.name,
        data_access_expires_at: seconds(token.dataAccessExpiresAt),
        expires_at: seconds(token.expiresAt),
        is_valid: error === undefined,
        issued_at: seconds(token.issuedAt),
        ...(token.pageId !== undefined && { profile_id: token.pageId }),
        scopes: token.scopes,
        granular_scopes: token.scopes.map((scope) => ({ scope })),
        user_id: token.userId,
        ...(error && { error }),
      },
    };
  }

  /** `/{app}/subscriptions`. Setting one asks the receiver for its proof first. */
  async appSubscriptions(call: Call, appId: string): Promise<object> {
    const app = call.app();
    if (app.id !== appId) throw badParameter('The app id does not match the access token');
    if (call.method === 'GET') {
      if (!app.webhook) return { data: [] };
      const { url, fields } = app.webhook;
      const listed = fields.map((name) => ({ name, version: 'v25.0' }));
      return { data: [{ object: 'page', callback_url: url, active: true, fields: listed }] };
    }
    if (call.method === 'DELETE') {
      delete app.webhook;
      this.world.apps.put(app);
      return { success: true };
    }
    if (call.needed('object') !== 'page') throw badParameter('Param object must be one of {page}');
    const fields = fieldsOf(call, 'fields');
    await this.subscribeApp(app, call.needed('callback_url'), call.needed('verify_token'), fields);
    return { success: true };
  }

  /** Sets where an app's webhooks go. Throws 2200 where the receiver does not prove itself. */
  async subscribeApp(app: App, url: string, verifyToken: string, fields: readonly string[]): Promise<void> {
    let proven: boolean;
    try {
      proven = await this.webhooks.handshake(app, url, verifyToken);
    } catch (error) {
      if (error instanceof RangeError) throw badParameter(error.message);
      throw error;
    }
    if (!proven) {
      throw new GraphError(2200, '(#2200) Callback verification failed: the response does not match the challenge');
    }
    app.webhook = { url, verifyToken, fields: [...fields] };
    this.world.apps.put(app);
  }

  /** `/{page}/subscribed_apps`. */
  pageSubscriptions(call: Call, pageId: string): object {
    const { page, token } = call.page(pageId, 'pages_manage_metadata');
    if (call.method === 'GET') {
      const data = Object.entries(page.subscriptions).map(([id, fields]) => ({
        category: 'Business',
        link: `https://www.facebook.com/games/?app_id=${id}`,
        name: this.world.apps.get(id)?.name ?? 'App',
        id,
        subscribed_fields: fields,
      }));
      return { data };
    }
    const tasks = this.world.operators.get(token.userId)?.pages[page.id] ?? [];
    if (!tasks.includes('MODERATE')) {
      throw new GraphError(200, '(#200) To subscribe a page you need the MODERATE task on it');
    }
    if (call.method === 'DELETE') this.unsubscribe(page, token.appId);
    else this.subscribe(page, token.appId, fieldsOf(call, 'subscribed_fields'));
    return { success: true };
  }

  subscribe(page: Page, appId: string, fields: readonly string[]): void {
    page.subscriptions[appId] = [...fields];
    this.world.pages.put(page);
  }

  unsubscribe(page: Page, appId: string): void {
    delete page.subscriptions[appId];
    this.world.pages.put(page);
    this.webhooks.unsubscribed(appId, page.id);
  }

  /** The tokens of an operator for one app, Page tokens included, stop working. */
  invalidate(userId: string, appId: string | undefined, subcode: number): void {
    for (const token of this.world.tokens.values()) {
      if (token.userId !== userId || (appId !== undefined && token.appId !== appId)) continue;
      this.world.tokens.put({ ...token, invalid: subcode });
    }
  }

  private pageToken(user: Token, page: Page): Token {
    const lasting = user.expiresAt === 0 || user.expiresAt - user.issuedAt > 2 * HOUR;
    const expiresAt = lasting ? 0 : user.expiresAt;
    for (const known of this.world.tokens.values()) {
      const same = known.pageId === page.id && known.userId === user.userId && known.appId === user.appId;
      if (same && known.invalid === undefined && known.expiresAt === expiresAt) return known;
    }
    return this.issue({ ...user, kind: 'page', pageId: page.id, expiresAt });
  }

  private pagesOf(operator: Operator): [Page, string[]][] {
    return Object.entries(operator.pages).map(([id, tasks]) => [this.world.page(id), tasks]);
  }

  private told(token: Token): object {
    const seconds = Math.floor((token.expiresAt - this.world.now()) / 1_000);
    return { access_token: token.id, token_type: 'bearer', expires_in: seconds };
  }

  private appOf(call: Call): App {
    const app = this.world.apps.get(call.needed('client_id'));
    if (!app) throw new GraphError(101, 'Error validating application. Cannot get application info due to a system error.'); // prettier-ignore
    if (call.needed('client_secret') !== app.secret) throw new GraphError(1, 'Error validating client secret.');
    return app;
  }
}

function fieldsOf(call: Call, name: string): string[] {
  const value = call.params[name];
  const fields = Array.isArray(value) ? (value as unknown[]).map(String) : call.needed(name).split(',');
  const trimmed = fields.map((field) => field.trim()).filter((field) => field !== '');
  const unknown = trimmed.find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) throw badParameter(`Param ${name} must be one of {${FIELDS.join(', ')}}: got ${unknown}`);
  return [...new Set(trimmed)];
}
