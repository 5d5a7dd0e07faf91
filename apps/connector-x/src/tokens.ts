import { ConnectorError, CredentialsRejected, Transient } from '@app/channel';
import { handleCredentials, type Handle, type HandleCredentials } from './config';
import { refreshed, Unauthorised, type OAuth2Credentials, type OAuthParts } from './oauth2';
import type { XError } from './x-error';

/** A token is renewed so long before it ends. */
const EARLY_MS = 60_000;
/** How long X may reject what it gave us itself before that counts: its outages of 2026 answered 401 to everybody. */
export const PATIENCE_MS = 15 * 60_000;
/** Accounts remembered; beyond that those go that were asked for longest ago. */
const MAX_REMEMBERED = 10_000;

/**
 * Changes the credentials of an account under its row lock. `make` gets what is stored now and gives what shall be; undefined
 * keeps it. @returns what is stored then, committed.
 */
export type RenewCredentials = (accountId: string, make: (current: unknown) => Promise<unknown>) => Promise<unknown>;

type TokenHandle = Pick<Handle, 'accountId' | 'credentials' | 'app'>;

/**
 * The credentials of handles as they are now. A refresh token is good once, so renewals of an account go one at a time: in this
 * process by waiting for each other, among processes by the row lock, under which whoever comes second finds the new pair.
 */
export class Tokens {
  private readonly latest = new Recent<HandleCredentials>(MAX_REMEMBERED);
  /** Access tokens that X gave us in answer to a rejection: rejected once more, renewing does not help. */
  private readonly fresh = new Recent<string>(MAX_REMEMBERED);
  /** Since when X rejects, by account or app. Milliseconds. */
  private readonly since = new Recent<number>(MAX_REMEMBERED);
  /** Pairs that X gave and the database did not take; the old ones are dead all the same. */
  private readonly unsaved = new Recent<{ readonly used: string; readonly pair: OAuth2Credentials }>(MAX_REMEMBERED);
  private readonly running = new Map<string, Promise<HandleCredentials>>();

  constructor(
    private readonly renew: RenewCredentials,
    private readonly parts: OAuthParts,
  ) {}

  /** What to call with now; renewed before it ends. @throws as `afterRejection`. */
  async current(handle: TokenHandle): Promise<HandleCredentials> {
    const known = this.newest(handle);
    if (known.kind === 'oauth1' || !this.ends(known)) return known;
    return this.renewed(handle, known);
  }

  /**
   * Others for credentials that X has just answered 401 to.
   * @throws CredentialsRejected when the permission is gone, Transient while it may be X's fault, and what the call for it throws.
   */
  async afterRejection(
    handle: TokenHandle,
    used: HandleCredentials,
    told: XError | undefined,
  ): Promise<HandleCredentials> {
    if (used.kind === 'oauth1' || this.fresh.get(handle.accountId) === used.accessToken) {
      throw this.patience(handle.accountId, told);
    }
    const next = await this.renewed(handle, used);
    if (next.kind === 'oauth2' && next.accessToken === used.accessToken) throw this.patience(handle.accountId, told);
    if (next.kind === 'oauth2') this.fresh.set(handle.accountId, next.accessToken);
    return next;
  }

  /** X has taken a call in the name of this account, or app. */
  accepted(id: string): void {
    this.since.delete(id);
  }

  /** What a 401 means that renewing did not help against. */
  patience(
    id: string,
    told: XError | undefined,
    advice = 'Connect the account again.',
  ): Transient | CredentialsRejected {
    const now = this.parts.now().getTime();
    const since = Math.min(this.since.get(id) ?? now, now);
    this.since.set(id, since);
    const cause = told === undefined ? {} : { cause: told };
    if (now - since < PATIENCE_MS) {
      return new Transient(
        'X does not accept the permission just now. It may be an outage of X; looking again.',
        cause,
      );
    }
    return new CredentialsRejected(`X no longer accepts the permission. ${advice}`, cause);
  }

  /** Forgets what is known of an account that was disconnected or connected again. */
  forget(accountId: string): void {
    for (const known of [this.latest, this.fresh, this.since, this.unsaved]) known.delete(accountId);
  }

  private async renewed(handle: TokenHandle, used: OAuth2Credentials): Promise<HandleCredentials> {
    const { accountId } = handle;
    const running = this.running.get(accountId);
    if (running !== undefined) return running;
    const work = this.renewNow(handle, used).finally(() => this.running.delete(accountId));
    this.running.set(accountId, work);
    return work;
  }

  private async renewNow(handle: TokenHandle, used: OAuth2Credentials): Promise<HandleCredentials> {
    const { accountId, app } = handle;
    try {
      const stored = await this.renew(accountId, async (current) => {
        const before = handleCredentials.parse(current);
        // somebody else was first: another process, or a person who connected it again
        if (before.kind === 'oauth1' || (before.accessToken !== used.accessToken && !this.ends(before)))
          return undefined;
        const kept = this.unsaved.get(accountId);
        if (kept?.used === before.refreshToken) return kept.pair;
        const pair = await refreshed(app, before, this.parts);
        this.unsaved.set(accountId, { used: before.refreshToken, pair });
        return pair;
      });
      const now = handleCredentials.parse(stored);
      this.unsaved.delete(accountId);
      this.latest.set(accountId, now);
      return now;
    } catch (error) {
      if (error instanceof Unauthorised) throw this.patience(accountId, error.told);
      if (error instanceof ConnectorError) throw error;
      // a database that is away: nothing has been called with what was not stored
      throw new Transient('The permission cannot be renewed just now.', { cause: error });
    }
  }

  /** A handle may have been read before somebody else renewed, and we may have renewed before it was connected again. */
  private newest({ accountId, credentials }: TokenHandle): HandleCredentials {
    const known = this.latest.get(accountId);
    if (known === undefined || known.kind !== credentials.kind) return credentials;
    if (known.kind === 'oauth1' || credentials.kind === 'oauth1') return credentials;
    return known.expiresAt > credentials.expiresAt ? known : credentials;
  }

  private ends({ expiresAt }: OAuth2Credentials): boolean {
    return Date.parse(expiresAt) - this.parts.now().getTime() <= EARLY_MS;
  }
}

/** A map that forgets what was set longest ago. */
class Recent<V> {
  private readonly known = new Map<string, V>();

  constructor(private readonly most: number) {}

  get(key: string): V | undefined {
    return this.known.get(key);
  }

  set(key: string, value: V): void {
    this.known.delete(key);
    this.known.set(key, value);
    const [oldest] = this.known.keys();
    if (this.known.size > this.most && oldest !== undefined) this.known.delete(oldest);
  }

  delete(key: string): void {
    this.known.delete(key);
  }
}
