import { createHash } from 'node:crypto';
import type { Collection, Store } from '../messenger/store';
import type { Happening } from './happening';
import type { App, OldToken, Token } from './model';
import { secret } from './registry';
import type { Rules } from './rules';
import { DAY, HOUR, type World } from './world';

/** Everything an app may ask of a user. */
export const SCOPES = 'tweet.read tweet.write tweet.moderate.write users.read dm.read dm.write media.write like.read follows.read offline.access'.split(' '); // prettier-ignore
export const CODE_LIFE_MS = 30_000;
export const TOKEN_LIFE_MS = 2 * HOUR;
/** Unused refresh tokens die. */
export const REFRESH_LIFE_MS = 182 * DAY;

export interface Code {
  id: string;
  appId: string;
  userId: string;
  redirectUri: string;
  scopes: string[];
  challenge: string;
  /** How `challenge` came of the verifier. */
  method: 'S256' | 'plain';
  expiresAt: number;
}

/** Step one and two of a login by OAuth 1.0a. */
export interface RequestToken {
  id: string;
  secret: string;
  appId: string;
  callback: string;
  userId?: string;
  verifier?: string;
  expiresAt: number;
}

export interface Pair {
  token: Token;
  /** Only with the scope `offline.access`. */
  refreshToken?: string;
}

/** Who may act for whom: logins, their codes and tokens, and their end. */
export class Access {
  readonly codes: Collection<Code>;
  readonly requests: Collection<RequestToken>;

  constructor(
    store: Store,
    private readonly world: World,
    private readonly rules: () => Rules,
    private readonly tell: (happening: Happening) => void,
  ) {
    this.codes = store.collection('code');
    this.requests = store.collection('request-token');
  }

  newCode(code: Omit<Code, 'id' | 'expiresAt'>): string {
    this.world.room(this.codes, 'codes', 10_000);
    return this.codes.put({ ...code, id: secret(64), expiresAt: this.world.now() + CODE_LIFE_MS }).id;
  }

  /** What a code stands for; a code is good once, for 30 s, with the address and the verifier it was asked with. */
  redeem(codeId: string, app: App, redirectUri: string, verifier: string): Pair | undefined {
    const code = this.codes.get(codeId);
    this.codes.delete(codeId);
    if (!code || code.appId !== app.id || code.redirectUri !== redirectUri) return undefined;
    if (code.expiresAt <= this.world.now()) return undefined;
    const challenge = code.method === 'plain' ? verifier : createHash('sha256').update(verifier).digest('base64url');
    if (challenge !== code.challenge) return undefined;
    return this.issue(app.id, code.userId, code.scopes);
  }

  issue(appId: string, userId: string, scopes: readonly string[], lifeMs = TOKEN_LIFE_MS, family = secret(16)): Pair {
    const { world } = this;
    const now = world.now();
    world.room(world.tokens, 'tokens');
    const token = world.tokens.put({
      id: secret(90),
      appId: world.app(appId).id,
      userId: world.user(userId).id,
      scopes: [...scopes],
      issuedAt: now,
      expiresAt: now + lifeMs,
      family,
      revoked: false,
    });
    if (!scopes.includes('offline.access')) return { token };
    const refreshToken = world.refreshTokens.put({
      id: secret(90),
      accessToken: token.id,
      family,
      issuedAt: now,
      used: false,
    }).id;
    return { token, refreshToken };
  }

  /** The next pair; the old refresh token is dead from now on, and the old access token too. */
  refresh(refreshToken: string, app: App): Pair | undefined {
    const { world } = this;
    const known = world.refreshTokens.get(refreshToken);
    const before = known && world.tokens.get(known.accessToken);
    if (!known || before?.appId !== app.id || known.issuedAt + REFRESH_LIFE_MS <= world.now()) return undefined;
    if (known.used) {
      if (this.rules().reuseEndsLogin) this.endFamily(known.family);
      return undefined;
    }
    if (before.revoked) return undefined;
    world.refreshTokens.put({ ...known, used: true });
    world.tokens.put({ ...before, expiresAt: Math.min(before.expiresAt, world.now()) });
    return this.issue(app.id, before.userId, before.scopes, TOKEN_LIFE_MS, known.family);
  }

  /** An app gives a token back. */
  giveBack(tokenId: string, app: App): void {
    const family = this.world.tokens.get(tokenId)?.family ?? this.world.refreshTokens.get(tokenId)?.family;
    const owner = [...this.world.tokens.values()].find((token) => token.family === family);
    if (family !== undefined && owner?.appId === app.id) this.endFamily(family);
  }

  oldToken(appId: string, userId: string): OldToken {
    const { world } = this;
    world.room(world.oldTokens, 'tokens');
    return world.oldTokens.put({
      id: `${world.user(userId).id}-${secret(40)}`,
      secret: secret(45),
      appId: world.app(appId).id,
      userId,
      revoked: false,
    });
  }

  /** Somebody removes an app in their settings: all its tokens for them are dead, and the app is told. */
  revoke(userId: string, appId: string): void {
    const { world } = this;
    for (const token of Array.from(world.tokens.values())) {
      if (token.userId === userId && token.appId === appId) world.tokens.put({ ...token, revoked: true });
    }
    for (const token of Array.from(world.oldTokens.values())) {
      if (token.userId === userId && token.appId === appId) world.oldTokens.put({ ...token, revoked: true });
    }
    this.tell({ kind: 'access.revoked', userId, appId, at: world.now() });
  }

  /** Access tokens of a user end now; refresh tokens stay good. */
  expire(userId: string): void {
    const { world } = this;
    for (const token of Array.from(world.tokens.values())) {
      if (token.userId === userId) world.tokens.put({ ...token, expiresAt: Math.min(token.expiresAt, world.now()) });
    }
  }

  private endFamily(family: string): void {
    for (const token of Array.from(this.world.tokens.values())) {
      if (token.family === family) this.world.tokens.put({ ...token, revoked: true });
    }
  }
}
