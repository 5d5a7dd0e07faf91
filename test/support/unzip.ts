import { inflateRawSync } from 'node:zlib';

/** Files of a ZIP archive as text, by its local headers. */
export function unzip(archive: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  for (let at = 0; archive.readUInt32LE(at) === 0x04034b50;) {
    const [packed, name] = [archive.readUInt32LE(at + 18), archive.readUInt16LE(at + 26)];
    const start = at + 30 + name;
    const bytes = inflateRawSync(archive.subarray(start, start + packed));
    files.set(archive.toString('utf8', at + 30, start), bytes.toString('utf8'));
    at = start + packed;
  }
  return files;
}
