import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const TOKEN_BYTES = 32;
const NONCE = 12;
const TAG = 16;

/** A token for a link: 32 random bytes. What it locks nobody opens without it, we neither. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** What is kept of a token. */
export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function keyOf(token: string): Buffer {
  return Buffer.from(hkdfSync('sha256', Buffer.from(token, 'base64url'), '', 'evenhand/v1/export', 32));
}

/** Encrypts as it flows (AES-256-GCM): nonce, ciphertext, tag. The key serves this one file. */
export async function* lock(token: string, plain: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', keyOf(token), nonce);
  yield nonce;
  for await (const chunk of plain) yield cipher.update(chunk);
  yield cipher.final();
  yield cipher.getAuthTag();
}

/** Decrypts as it flows. @throws at the end when a byte was changed: what was given out before must be thrown away then. */
export async function* unlock(token: string, locked: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  let decipher: ReturnType<typeof createDecipheriv> | undefined;
  for await (const chunk of locked) {
    held = Buffer.concat([held, chunk]);
    if (decipher === undefined) {
      if (held.length < NONCE) continue;
      decipher = createDecipheriv('aes-256-gcm', keyOf(token), held.subarray(0, NONCE));
      held = held.subarray(NONCE);
    }
    // the last bytes may be the tag
    if (held.length > TAG) {
      yield decipher.update(held.subarray(0, held.length - TAG));
      held = held.subarray(held.length - TAG);
    }
  }
  if (decipher === undefined || held.length < TAG) throw new Error('the file of an export is cut off');
  (decipher as ReturnType<typeof createDecipheriv> & { setAuthTag(tag: Buffer): void }).setAuthTag(held);
  yield decipher.final();
}
