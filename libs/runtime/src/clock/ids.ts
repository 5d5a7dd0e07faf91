import { randomFillSync } from 'node:crypto';

/**
 * Ids are UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, 12 bits of a counter that keeps ids of one millisecond in
 * order, 62 random bits. The source of randomness is a value, so that tests can seed it.
 */
export class Ids {
  private lastMs = 0;
  private counter = 0;

  constructor(
    private readonly now: () => number = Date.now,
    private readonly fill: (bytes: Uint8Array) => Uint8Array = pooledRandom(),
  ) {}

  /** A new id, greater than any made here before. */
  next(): string {
    const bytes = this.fill(new Uint8Array(16));
    const ms = Math.max(this.now(), this.lastMs);
    // start low in the 12 bits, so that there is room to count within the millisecond
    this.counter = ms === this.lastMs ? this.counter + 1 : ((bytes[6]! << 8) | bytes[7]!) & 0x3ff;
    this.lastMs = ms;
    if (this.counter > 0xfff) {
      this.lastMs = ms + 1;
      this.counter = 0;
    }
    const view = new DataView(bytes.buffer);
    view.setUint32(0, Math.floor(this.lastMs / 0x10000));
    view.setUint16(4, this.lastMs % 0x10000);
    view.setUint16(6, 0x7000 | this.counter);
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = Buffer.from(bytes).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
}

/** Random bytes drawn 4 KB at a time: asking the generator anew for each id takes several times as long as the rest of it. */
function pooledRandom(): (bytes: Uint8Array) => Uint8Array {
  const pool = new Uint8Array(4_096);
  let used = pool.length;
  return (bytes) => {
    if (used + bytes.length > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    bytes.set(pool.subarray(used, used + bytes.length));
    used += bytes.length;
    return bytes;
  };
}

/** The 16 bytes of an id in text form. */
export function uuidBytes(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

/** Text form of 16 bytes. */
export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
