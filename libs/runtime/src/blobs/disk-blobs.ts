import { createHash, randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, statfs, unlink, utimes, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { HealthResult } from '../health/health';
import { BlobCorrupt, BlobMissing, Blobs, BlobTooLarge, checkSha256, type PutOptions, type StoredBlob } from './blobs';
import { isMissing, storeFault } from './store-fault';

const DAY_MS = 86_400_000;
/** Below this the store still takes files, and says that it will not for long. */
const LOW_SPACE_BYTES = 500 * 1024 * 1024;

/**
 * Files on a local disk: `ab/cd/abcd…`, written to `incoming/` first, flushed, then renamed, so that a file under its name
 * is always whole. What a crash leaves in `incoming/` goes after a day. The directory is made when first needed.
 */
export class DiskBlobs extends Blobs {
  private swept: Promise<void> | undefined;

  constructor(private readonly dir: string) {
    super();
  }

  async put(bytes: Buffer | Readable, { maxBytes }: PutOptions): Promise<StoredBlob> {
    this.swept ??= this.sweep();
    if (Buffer.isBuffer(bytes)) {
      if (bytes.length > maxBytes) throw new BlobTooLarge(maxBytes);
      const stored = { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length };
      if (await this.keepExisting(stored)) return stored;
    }
    const incoming = join(this.dir, 'incoming', randomUUID());
    let file: FileHandle | undefined;
    try {
      file = await this.disk(async () => {
        await mkdir(join(this.dir, 'incoming'), { recursive: true, mode: 0o700 });
        return open(incoming, 'wx', 0o600);
      });
      const stored = await this.fill(file, bytes, maxBytes);
      await this.disk(async () => {
        await file!.sync();
        await file!.close();
        file = undefined;
        if (!(await this.keepExisting(stored))) await this.settle(incoming, stored.sha256);
      });
      return stored;
    } finally {
      await file?.close().catch(() => undefined); // the fault that led here is the one to tell
      await rm(incoming, { force: true }).catch(() => undefined);
    }
  }

  async open(sha256: string): Promise<{ stream: Readable; size: number }> {
    const file = await this.openFile(sha256);
    const { size } = await this.disk(() => file.stat());
    return { stream: file.createReadStream(), size };
  }

  async read(sha256: string, maxBytes: number): Promise<Buffer> {
    const file = await this.openFile(sha256);
    try {
      const { size } = await this.disk(() => file.stat());
      if (size > maxBytes) throw new BlobTooLarge(maxBytes);
      const bytes = await this.disk(() => file.readFile());
      if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw new BlobCorrupt(sha256);
      return bytes;
    } finally {
      await file.close();
    }
  }

  async exists(sha256: string): Promise<boolean> {
    return (await this.find(sha256)) !== undefined;
  }

  async delete(sha256: string): Promise<void> {
    const path = this.path(sha256);
    await this.disk(() => rm(path, { force: true }));
  }

  async deleteRested(sha256: string, restMs: number): Promise<boolean> {
    const found = await this.find(sha256);
    if (found && Date.now() - found.mtimeMs < restMs) return false;
    await this.delete(sha256);
    return true;
  }

  async check(): Promise<HealthResult> {
    await this.disk(async () => {
      await mkdir(join(this.dir, 'incoming'), { recursive: true, mode: 0o700 });
      const probe = join(this.dir, 'incoming', randomUUID());
      const file = await open(probe, 'wx', 0o600);
      try {
        await file.write('x');
      } finally {
        await file.close();
        await unlink(probe);
      }
    });
    const { bavail, bsize } = await this.disk(() => statfs(this.dir));
    const free = bavail * bsize;
    if (free >= LOW_SPACE_BYTES) return { status: 'ok' };
    return {
      status: 'degraded',
      detail: `only ${Math.floor(free / 1024 / 1024)} MB left for files in ${this.dir}: free some space, or move them and set EVENHAND_DATA_DIR`,
    };
  }

  private async fill(file: FileHandle, bytes: Buffer | Readable, maxBytes: number): Promise<StoredBlob> {
    const hash = createHash('sha256');
    let size = 0;
    for await (const piece of Buffer.isBuffer(bytes) ? [bytes] : bytes) {
      const chunk = Buffer.isBuffer(piece) ? piece : Buffer.from(piece as string | Uint8Array);
      size += chunk.length;
      if (size > maxBytes) throw new BlobTooLarge(maxBytes);
      hash.update(chunk);
      await this.disk(async () => {
        for (let at = 0; at < chunk.length;) at += (await file.write(chunk, at)).bytesWritten;
      });
    }
    return { sha256: hash.digest('hex'), size };
  }

  /** Gives a whole file its name; when this returns a power cut cannot take it away. */
  private async settle(incoming: string, sha256: string): Promise<void> {
    const path = this.path(sha256);
    const folder = join(path, '..');
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    await rename(incoming, path);
    await syncDirectory(folder);
    if (made === undefined) return;
    await syncDirectory(join(folder, '..'));
    await syncDirectory(this.dir);
  }

  /** A whole file of that name is already there: nothing to write. Its time is renewed, for those that delete by age. */
  private async keepExisting({ sha256, size }: StoredBlob): Promise<boolean> {
    const found = await this.find(sha256);
    if (found?.size !== size) return false;
    const now = new Date();
    await this.disk(() => utimes(this.path(sha256), now, now));
    return true;
  }

  private async find(sha256: string): Promise<Stats | undefined> {
    const path = this.path(sha256);
    return this.disk(async () => {
      try {
        return await stat(path);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  private async openFile(sha256: string): Promise<FileHandle> {
    const path = this.path(sha256);
    return this.disk(async () => {
      try {
        return await open(path, constants.O_RDONLY);
      } catch (error) {
        throw isMissing(error) ? new BlobMissing(sha256) : error;
      }
    });
  }

  private path(sha256: string): string {
    checkSha256(sha256);
    return join(this.dir, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  }

  /** Removes what crashes left. A fault here is met again, and told, by the first `put`. */
  private async sweep(): Promise<void> {
    const folder = join(this.dir, 'incoming');
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      const found = await stat(path).catch(() => undefined);
      if (found && Date.now() - found.mtimeMs > DAY_MS) await rm(path, { force: true }).catch(() => undefined);
    }
  }

  private async disk<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storeFault(error, this.dir);
    }
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
