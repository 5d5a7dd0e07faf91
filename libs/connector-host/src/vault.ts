import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/** Bytes before the ciphertext: format, key id, nonce. */
const FORMAT = 1;
/** As the first, of bytes that are filled up: their length in four bytes, they, zeros. */
const FILLED = 2;
const NONCE = 12;
const TAG = 16;
const HEAD = 2 + NONCE;

/** A key for signing what we hand out (reply addresses, Message-IDs); never used for anything else. */
export interface SigningKey {
  /** One character `a`–`z`, written beside each signature. Two keys may share it: try all that match. */
  readonly version: string;
  readonly key: Buffer;
}

interface KeyPair {
  readonly id: number;
  readonly encryption: Buffer;
  readonly signing: SigningKey;
}

/**
 * Encrypts what stands in `intake` (AES-256-GCM) with a key that only connectors hold. What was sealed for one purpose
 * and row opens for no other. While a key is being replaced the old one still opens and still verifies.
 */
export class Vault {
  private readonly pairs: readonly [KeyPair, ...KeyPair[]];

  /** @param key 32 bytes, the connectors' own. @param old a key that was in use before, if any. */
  constructor(key: Buffer, old?: Buffer) {
    this.pairs = old ? [derive(key), derive(old)] : [derive(key)];
  }

  /** Signing keys, the present one first. */
  get signingKeys(): readonly [SigningKey, ...SigningKey[]] {
    const [present, ...older] = this.pairs;
    return [present.signing, ...older.map((pair) => pair.signing)];
  }

  /**
   * @param purpose such as `delivery`. @param row id of the row that will hold the result.
   * @param fillTo where the length would tell something: it is filled up to a multiple of so many bytes.
   */
  seal(purpose: string, row: string, plain: Buffer, fillTo?: number): Buffer {
    const format = fillTo === undefined ? FORMAT : FILLED;
    const content = fillTo === undefined ? plain : filled(plain, fillTo);
    const nonce = randomBytes(NONCE);
    const [pair] = this.pairs;
    const cipher = createCipheriv('aes-256-gcm', pair.encryption, nonce);
    cipher.setAAD(boundTo(purpose, row, format));
    return Buffer.concat([
      Buffer.from([format, pair.id]),
      nonce,
      cipher.update(content),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
  }

  /** @throws VaultClosed when no key of ours made it for this purpose and row, or a byte was changed. */
  open(purpose: string, row: string, sealed: Buffer): Buffer {
    const [format] = sealed;
    if (sealed.length < HEAD + TAG || (format !== FORMAT && format !== FILLED))
      throw new VaultClosed(purpose, 'it is not in the known format');
    const candidates = this.pairs.filter((pair) => pair.id === sealed[1]);
    if (candidates.length === 0) throw new VaultClosed(purpose, 'it was made with another key');
    for (const pair of candidates) {
      const decipher = createDecipheriv('aes-256-gcm', pair.encryption, sealed.subarray(2, HEAD));
      decipher.setAAD(boundTo(purpose, row, format));
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
      const plain = decipher.update(sealed.subarray(HEAD, sealed.length - TAG));
      try {
        const content = Buffer.concat([plain, decipher.final()]);
        return format === FILLED ? content.subarray(4, 4 + content.readUInt32BE()) : content;
      } catch {
        // the tag does not fit this key; two keys may share an id
      }
    }
    throw new VaultClosed(purpose, 'it was changed, or made with another key');
  }
}

/** Encrypted bytes that cannot be opened: the connectors' key is not the one that sealed them. */
export class VaultClosed extends Error {
  constructor(purpose: string, why: string) {
    super(
      `What is stored for "${purpose}" cannot be decrypted: ${why}. ` +
        'Give EVENHAND_CONNECTOR_KEY the key in use when it was stored, or that key as EVENHAND_CONNECTOR_KEY_OLD.',
    );
    this.name = 'VaultClosed';
  }
}

/** Reads a key given as 64 hexadecimal digits or as base64 of 32 bytes; undefined when it is neither. */
export function parseKey(text: string): Buffer | undefined {
  const trimmed = text.trim();
  const key = /^[0-9a-f]{64}$/i.test(trimmed)
    ? Buffer.from(trimmed, 'hex')
    : /^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)
      ? Buffer.from(trimmed, 'base64')
      : undefined;
  return key?.length === 32 ? key : undefined;
}

function derive(key: Buffer): KeyPair {
  if (key.length !== 32) throw new RangeError("the connectors' key has 32 bytes");
  const sub = (use: string) => Buffer.from(hkdfSync('sha256', key, '', `evenhand/v1/${use}`, 32));
  const encryption = sub('encryption');
  const signing = sub('signing');
  const mark = (bytes: Buffer) => createHash('sha256').update('id').update(bytes).digest()[0]!;
  return {
    id: mark(encryption),
    encryption,
    signing: { version: String.fromCharCode(97 + (mark(signing) % 26)), key: signing },
  };
}

function boundTo(purpose: string, row: string, format: number): Buffer {
  return Buffer.from(`${purpose}\0${row}${format === FORMAT ? '' : `\0${format}`}`, 'utf8');
}

function filled(plain: Buffer, fillTo: number): Buffer {
  const content = Buffer.alloc(Math.ceil((4 + plain.length) / fillTo) * fillTo);
  content.writeUInt32BE(plain.length);
  plain.copy(content, 4);
  return content;
}
