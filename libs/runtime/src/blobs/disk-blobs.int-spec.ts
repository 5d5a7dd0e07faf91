import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { BlobCorrupt, BlobMissing, BlobStoreUnavailable, BlobTooLarge } from './blobs';
import { DiskBlobs } from './disk-blobs';

const MB = 1024 * 1024;
let dir: string;
let blobs: DiskBlobs;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'evenhand-blobs-'));
  blobs = new DiskBlobs(join(dir, 'blobs'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** All files below the store, by path. */
async function files(): Promise<string[]> {
  const found = await readdir(join(dir, 'blobs'), { recursive: true, withFileTypes: true }).catch(() => []);
  return found.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

it('gives back the bytes it was given, from memory or as a stream', async () => {
  const bytes = randomBytes(3 * MB + 17);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const pieces = [bytes.subarray(0, 100), bytes.subarray(100, MB), bytes.subarray(MB)];

  expect(await blobs.put(Readable.from(pieces), { maxBytes: 4 * MB })).toEqual({ sha256, size: bytes.length });
  expect((await blobs.read(sha256, 4 * MB)).equals(bytes)).toBe(true);
  const { stream, size } = await blobs.open(sha256);
  expect(size).toBe(bytes.length);
  expect(Buffer.concat(await stream.toArray()).equals(bytes)).toBe(true);
  expect(await blobs.put(Buffer.alloc(0), { maxBytes: 1 })).toMatchObject({ size: 0 });
});

it('keeps the same bytes once, also when they arrive many times at once', async () => {
  const bytes = randomBytes(100_000);

  const all = await Promise.all(
    Array.from({ length: 10 }, (_, i) => blobs.put(i % 2 ? bytes : Readable.from([bytes]), { maxBytes: MB })),
  );

  expect(new Set(all.map((one) => one.sha256)).size).toBe(1);
  expect(await files()).toEqual([all[0]!.sha256]);
});

it('refuses what is too large, and keeps nothing of it', async () => {
  const source = Readable.from([Buffer.alloc(600), Buffer.alloc(600)]);

  await expect(blobs.put(source, { maxBytes: 1_000 })).rejects.toThrow(BlobTooLarge);
  await expect(blobs.put(Buffer.alloc(1_001), { maxBytes: 1_000 })).rejects.toThrow(BlobTooLarge);

  expect(await files()).toEqual([]);
});

it('keeps nothing of a stream that breaks off, and tells its error', async () => {
  async function* broken(): AsyncGenerator<Buffer> {
    yield Buffer.from('half');
    throw new Error('the sender went away');
  }

  await expect(blobs.put(Readable.from(broken()), { maxBytes: 1_000 })).rejects.toThrow('the sender went away');

  expect(await files()).toEqual([]);
});

it('mends a file that is not whole when the same bytes come again', async () => {
  const bytes = Buffer.from('whole');
  const { sha256 } = await blobs.put(bytes, { maxBytes: 10 });
  await writeFile(join(dir, 'blobs', sha256.slice(0, 2), sha256.slice(2, 4), sha256), 'wh');
  await expect(blobs.read(sha256, 10)).rejects.toThrow(BlobCorrupt);

  await blobs.put(bytes, { maxBytes: 10 });

  expect((await blobs.read(sha256, 10)).toString()).toBe('whole');
});

it('deletes, safely twice, and then says that the file is missing', async () => {
  const { sha256 } = await blobs.put(Buffer.from('gone soon'), { maxBytes: 100 });
  expect(await blobs.exists(sha256)).toBe(true);

  await blobs.delete(sha256);
  await blobs.delete(sha256);

  expect(await blobs.exists(sha256)).toBe(false);
  await expect(blobs.open(sha256)).rejects.toThrow(BlobMissing);
  await expect(blobs.read(sha256, 100)).rejects.toThrow(BlobMissing);
});

it('names no other path than those of files', async () => {
  for (const name of ['../../etc/passwd', 'A'.repeat(64), '']) {
    await expect(blobs.open(name)).rejects.toThrow(TypeError);
    await expect(blobs.delete(name)).rejects.toThrow(TypeError);
  }
});

it('says how to mend a directory it cannot use, and works once it is mended', async () => {
  await writeFile(join(dir, 'blobs'), 'a file in the way');

  await expect(blobs.put(Buffer.from('x'), { maxBytes: 1 })).rejects.toThrow(BlobStoreUnavailable);
  await expect(blobs.put(Readable.from(['x']), { maxBytes: 1 })).rejects.toThrow(/ENOTDIR.*EVENHAND_DATA_DIR/);
  await expect(blobs.check()).rejects.toThrow(BlobStoreUnavailable);
  await rm(join(dir, 'blobs'));

  await expect(blobs.put(Buffer.from('x'), { maxBytes: 1 })).resolves.toMatchObject({ size: 1 });
  await expect(blobs.check()).resolves.toMatchObject({ status: expect.stringMatching(/ok|degraded/) as string });
});

it('says that the disk is full, keeps nothing of the file that did not fit, and goes on with the next', async () => {
  const root = resolve(__dirname, '../../../..');
  const script = `
    const { DiskBlobs } = require('./libs/runtime/src/blobs/disk-blobs');
    const { readdirSync } = require('node:fs');
    (async () => {
      const blobs = new DiskBlobs('${dir}/full');
      const said = await blobs.put(Buffer.alloc(300_000, 7), { maxBytes: 1e6 }).catch((e) => e.name + ': ' + e.message);
      const small = await blobs.put(Buffer.from('fits'), { maxBytes: 10 });
      console.log(JSON.stringify({ said, small, left: readdirSync('${dir}/full/incoming'), status: (await blobs.check()).status }));
    })();`;
  const mount = `mkdir '${dir}/full' && mount -t tmpfs -o size=128k tmpfs '${dir}/full' && exec "$0" -r ./test/support/house/register-typescript.js -e "$1"`;
  const run = await promisify(execFile)('unshare', ['-rm', 'sh', '-c', mount, process.execPath, script], {
    cwd: root,
  }).catch((error: Error & { stderr?: string }) => error);
  if (run instanceof Error) {
    if (/unshare|mount/.test(run.stderr ?? run.message)) {
      return console.warn('SKIPPED: a small disk cannot be mounted here (unshare -rm)');
    }
    throw run;
  }

  expect(JSON.parse(run.stdout)).toEqual({
    said: expect.stringMatching(/^BlobStoreUnavailable: .*\(ENOSPC\): the disk is full: free some space/) as string,
    small: { sha256: createHash('sha256').update('fits').digest('hex'), size: 4 },
    left: [],
    status: 'degraded',
  });
});
