import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SigningKey } from '@app/connector-host';
import { uuidBytes, uuidText } from '@app/runtime';

/** What an id was signed for; a signature for one is none for another. */
type Label = 'r' | 'm' | 'c';

const MAC_BYTES = 10;
const KEY_BYTES = 8;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** `+r-` and 30 characters must fit the 64 of a local part. */
const MAX_BASE_LOCAL_PART = 31;

/** A reply address that came back: its signature is checked once the conversation is looked up by `key`. */
export interface ReplyToken {
  readonly version: string;
  /** The eight random bytes of the conversation's id. */
  readonly key: Buffer;
  readonly mac: Buffer;
}

/** Ids of ours that travel in mail, signed for one mailbox (email.md §3.2). All are lower case: relays change case. */
export class MailTokens {
  private readonly mailbox: string;
  private readonly local: string;
  private readonly domain: string;

  constructor(
    private readonly keys: readonly [SigningKey, ...SigningKey[]],
    mailbox: string,
  ) {
    this.mailbox = mailbox.toLowerCase();
    const at = this.mailbox.lastIndexOf('@');
    this.local = this.mailbox.slice(0, at);
    this.domain = this.mailbox.slice(at + 1);
  }

  /** Address by which an answer finds its conversation; undefined where the mailbox's own name leaves no room. */
  replyAddress(conversationId: string): string | undefined {
    if (this.local.length > MAX_BASE_LOCAL_PART) return undefined;
    const id = uuidBytes(conversationId);
    const [{ version }] = this.keys;
    const token = base32(Buffer.concat([id.subarray(8), this.mac(this.keys[0], 'r', id)]));
    return `${this.local}+r-${version}${token}@${this.domain}`;
  }

  /** Reads a reply address of this mailbox; undefined for any other address. */
  parseReplyAddress(address: string): ReplyToken | undefined {
    const lower = address.trim().toLowerCase();
    const [base, tail] = [`${this.local}+r-`, `@${this.domain}`];
    if (!lower.startsWith(base) || !lower.endsWith(tail)) return undefined;
    const match = /^([a-z])([a-z2-7]{29})$/.exec(lower.slice(base.length, -tail.length));
    if (!match) return undefined;
    const bytes = fromBase32(match[2]!);
    return (
      bytes && {
        version: match[1]!,
        key: bytes.subarray(0, KEY_BYTES),
        mac: bytes.subarray(KEY_BYTES, KEY_BYTES + MAC_BYTES),
      }
    );
  }

  /** Whether a reply address was signed by us for this conversation. */
  verifies(token: ReplyToken, conversationId: string): boolean {
    const id = uuidBytes(conversationId);
    return id.subarray(8).equals(token.key) && this.signed('r', id, token.version, token.mac);
  }

  /** Message-ID of an outbound message, without angle brackets; the same at every attempt. */
  messageId(outboundId: string): string {
    return `m.${this.value('m', outboundId)}@${this.domain}`;
  }

  /** Stands first in References; survives relays that give a mail another Message-ID. */
  conversationReference(conversationId: string): string {
    return `c.${this.value('c', conversationId)}@${this.domain}`;
  }

  /** Value of X-Evenhand-Id: recognises our own mail where the provider rewrote its Message-ID. */
  evenhandId(outboundId: string): string {
    return this.value('m', outboundId);
  }

  /** Reads an id found in a mail; undefined unless we signed it for this mailbox. */
  parseId(id: string): { kind: 'message' | 'conversation'; id: string } | undefined {
    const match = /^([mc])\.([^@]{44})@/.exec(id.trim().toLowerCase());
    if (!match) return undefined;
    const label = match[1] as 'm' | 'c';
    const known = this.parseValue(label, match[2]!);
    return known === undefined ? undefined : { kind: label === 'm' ? 'message' : 'conversation', id: known };
  }

  /** Reads X-Evenhand-Id; the id of the outbound message, or undefined unless we signed it for this mailbox. */
  parseEvenhandId(value: string): string | undefined {
    return this.parseValue('m', value.trim().toLowerCase());
  }

  private value(label: Label, id: string): string {
    const bytes = uuidBytes(id);
    return `${base32(bytes)}.${this.keys[0].version}${base32(this.mac(this.keys[0], label, bytes))}`;
  }

  private parseValue(label: Label, value: string): string | undefined {
    const match = /^([a-z2-7]{26})\.([a-z])([a-z2-7]{16})$/.exec(value);
    if (!match) return undefined;
    const [id, mac] = [fromBase32(match[1]!), fromBase32(match[3]!)];
    return id && mac && this.signed(label, id, match[2]!, mac) ? uuidText(id) : undefined;
  }

  private signed(label: Label, id: Buffer, version: string, mac: Buffer): boolean {
    return this.keys.some((key) => key.version === version && timingSafeEqual(this.mac(key, label, id), mac));
  }

  private mac(key: SigningKey, label: Label, id: Buffer): Buffer {
    const hmac = createHmac('sha256', key.key).update(`${label}\0${this.mailbox}\0`, 'utf8').update(id);
    return hmac.digest().subarray(0, MAC_BYTES);
  }
}

/** RFC 4648 base32, lower case, no padding. */
function base32(bytes: Buffer): string {
  let text = '';
  let value = 0;
  let bits = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(value >>> (bits - 5)) & 31];
    value &= 0xff;
  }
  return bits > 0 ? text + ALPHABET[(value << (5 - bits)) & 31] : text;
}

/** @returns undefined for text that no bytes would give: bits left over at the end must be zero. */
function fromBase32(text: string): Buffer | undefined {
  const bytes: number[] = [];
  let value = 0;
  let bits = 0;
  for (const char of text) {
    value = ((value & 0xff) << 5) | ALPHABET.indexOf(char);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >>> bits) & 0xff);
    }
  }
  const result = Buffer.from(bytes);
  return base32(result) === text ? result : undefined;
}
