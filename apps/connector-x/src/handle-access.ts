import { CredentialsRejected, Refused, type Connector, type ConnectorAccount } from '@app/channel';
import { field, text, xIdOf } from './answer';
import { xCapabilities } from './capabilities';
import { XClient } from './client';
import { handleOf, parseHandle, type Handle, type HandleCredentials, type XApp } from './config';
import { Tokens } from './tokens';
import { xErrorOf } from './x-error';

/** Without these nothing can be received, or nothing sent. */
const NEEDED_SCOPES = ['tweet.read', 'users.read', 'tweet.write', 'offline.access'];

/** A handle as its own permission shows it. */
export interface OwnHandle {
  readonly id: string;
  readonly name: string;
  /** Without `@`. */
  readonly username: string;
  /** Has a plan by which it may write long posts. */
  readonly longPosts: boolean;
}

/** What can be said of a handle without reading or sending: whether its settings make sense and its permission is good. */
export class HandleAccess implements Pick<Connector, 'channel' | 'capabilities' | 'validate' | 'check'> {
  readonly channel = 'x';
  readonly capabilities = xCapabilities;

  constructor(protected readonly client: XClient) {}

  validate(settings: unknown, credentials: unknown): void {
    parseHandle(settings, credentials);
  }

  /** Asks whose permission it is and what it allows. */
  async check(account: ConnectorAccount, signal: AbortSignal): Promise<void> {
    const handle = handleOf(account);
    const { credentials, userId, username } = handle;
    if (credentials.kind === 'oauth2') {
      const { scopes } = credentials;
      const lacking = NEEDED_SCOPES.filter((scope) => scopes.length > 0 && !scopes.includes(scope));
      if (lacking.length > 0) {
        throw new Refused(
          'REFUSED',
          `The permission lacks ${lacking.join(' and ')}. Sign in again and allow all that X lists.`,
        );
      }
    }
    const own = account.id === '' ? await this.whose(handle.app, credentials, signal) : await this.me(handle, signal);
    if (own.id !== userId) {
      throw new Refused(
        'REFUSED',
        `The permission is of @${own.username}, not of @${username}. Sign in to X as @${username}.`,
      );
    }
  }

  /** Whose permission it is that was just given; nothing of it is stored yet. @throws CredentialsRejected where X does not know it. */
  async whose(app: XApp, credentials: HandleCredentials, signal: AbortSignal): Promise<OwnHandle> {
    const { parts } = this.client;
    // it was given a moment ago: renewing would only use it up
    const tokens = new Tokens(async () => credentials, { http: parts.http, now: parts.now });
    const trying = new XClient({ ...parts, tokens, meter: { add: () => undefined } });
    const settings = { userId: '0', username: '-', longPosts: false, history: 'none' };
    const nobody = { accountId: '', workspaceId: '', userId: '0', username: '-', settings, credentials, app };
    try {
      return await this.me(nobody, signal, trying);
    } catch (error) {
      if (xErrorOf(error)?.status !== 401) throw error;
      throw new CredentialsRejected('X does not accept this permission. Copy all of it again, or sign in with X.', {
        cause: error,
      });
    }
  }

  private async me(handle: Handle, signal: AbortSignal, client = this.client): Promise<OwnHandle> {
    const query = { 'user.fields': 'id,name,username,subscription_type' };
    const call = { method: 'GET', path: '/2/users/me', endpoint: 'GET /2/users/me', query, signal } as const;
    const data = field((await client.asHandle(handle, call)).body, 'data');
    const [id, username] = [xIdOf(field(data, 'id')), text(field(data, 'username'))];
    if (id === undefined || username === undefined)
      throw new Refused('REFUSED', 'X does not say whose permission it is.');
    const plan = text(field(data, 'subscription_type')) ?? '';
    return {
      id,
      username: username.slice(0, 50),
      name: text(field(data, 'name')) ?? username,
      longPosts: /^premium/i.test(plan),
    };
  }
}
