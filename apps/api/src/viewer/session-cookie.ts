import { createHash, randomBytes } from 'node:crypto';

export const SESSION_COOKIE = 'evenhand_session';
/** A session ends so long after it was last used. Milliseconds. */
export const SESSION_MS = 12 * 3_600_000;

/** A new secret for the browser, and what is kept of it. */
export function newToken(): { readonly token: string; readonly hash: Buffer } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashToken(token) };
}

/** SHA-256; the token has 256 random bits, so nothing slower is needed. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** The session token of a Cookie header, if there is one that could be ours. */
export function tokenIn(header: string | undefined): string | undefined {
  for (const pair of (header ?? '').slice(0, 16_000).split(';')) {
    const [name, value] = pair.split('=', 2);
    if (name?.trim() === SESSION_COOKIE && value && /^[\w-]{43}$/.test(value.trim())) return value.trim();
  }
  return undefined;
}

/** Value of Set-Cookie; null ends the session in the browser. */
export function sessionCookie(token: string | null, expiresAt: Date, secure: boolean): string {
  const end = token === null ? 'Max-Age=0' : `Expires=${expiresAt.toUTCString()}`;
  return `${SESSION_COOKIE}=${token ?? ''}; Path=/; HttpOnly; SameSite=Lax; ${end}${secure ? '; Secure' : ''}`;
}
