import { crc32, deflateRawSync } from 'node:zlib';

/** One file of an archive. */
export interface ZipEntry {
  /** Path with `/`, unique. */
  readonly name: string;
  readonly bytes: Buffer;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const UTF8_NAMES = 0x0800;
const DEFLATE = 8;
/** 1 January 1980, 00:00: the archive says nothing of when it was made. */
const DATE = 0x0021;

/**
 * Writes a ZIP archive (PKWARE APPNOTE 6.3, without ZIP64), file by file: only one is in memory at a time.
 * @throws RangeError beyond 4 GiB or 65,535 files, which the plain format cannot hold.
 */
export async function* zip(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Buffer> {
  const directory: Buffer[] = [];
  let offset = 0;
  for await (const { name, bytes } of entries) {
    const path = Buffer.from(name, 'utf8');
    const packed = deflateRawSync(bytes);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(VERSION, 0);
    facts.writeUInt16LE(UTF8_NAMES, 2);
    facts.writeUInt16LE(DEFLATE, 4);
    facts.writeUInt16LE(DATE, 8);
    facts.writeUInt32LE(crc32(bytes), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(bytes.length, 18);
    facts.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([signature(LOCAL), facts, path]);
    const rest = Buffer.alloc(14);
    if (offset > 0xffffffff || directory.length >= 0xffff)
      throw new RangeError('the archive is too large for its format');
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([signature(CENTRAL), version(), facts, rest, path]));
    yield local;
    yield packed;
    offset += local.length + packed.length;
  }
  const central = Buffer.concat(directory);
  if (offset + central.length > 0xffffffff) throw new RangeError('the archive is too large for its format');
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  yield Buffer.concat([central, signature(END), end]);
}

function signature(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes;
}

function version(): Buffer {
  return Buffer.from([VERSION, 0]);
}
