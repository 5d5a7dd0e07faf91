import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../mail/durable-file';
import type { Collection, Store } from '../messenger/store';
import type { Media as MediaRow } from './model';
import { DAY, type World } from './world';

/** Bytes of all files together in a directory or in memory; past it the oldest go. */
const MOST_KEPT = 500 * 1024 * 1024;
/** What was uploaded can be attached for so long. */
export const UPLOAD_LIFE_MS = DAY;

const KEYS: Readonly<Record<string, string>> = { image: '3', video: '7', gif: '16' };

export interface NewFile {
  userId: string;
  /** `tweet_image`, `dm_video`, … */
  category: string;
  mime: string;
  name?: string;
  bytes: Buffer;
}

/** What users uploaded: kept, attached, and served. */
export class Media {
  readonly rows: Collection<MediaRow>;
  private readonly bytes = new Map<string, Buffer>();

  constructor(
    store: Store,
    private readonly world: World,
    private readonly dir?: string,
  ) {
    this.rows = store.collection('media');
    if (dir !== undefined) mkdirSync(dir, { recursive: true, mode: 0o700 });
  }

  /** A whole file, ready to be attached. */
  add({ bytes, ...file }: NewFile): MediaRow {
    const row = this.begin({ ...file, size: bytes.length });
    this.write(row.id, bytes);
    return this.rows.put({ ...row, state: 'succeeded' });
  }

  /** The row of a file whose bytes are still to come. */
  begin(file: Omit<NewFile, 'bytes'> & { size: number; declaredBytes?: number }): MediaRow {
    const { userId, category, mime, size, declaredBytes } = file;
    this.world.room(this.rows, 'files', 20_000);
    const at = this.world.now();
    const id = this.world.newId(at);
    const kind = /video/.test(category) ? 'video' : /gif/.test(category) ? 'gif' : 'image';
    return this.rows.put({
      id,
      key: `${KEYS[kind]}_${id}`,
      userId,
      category,
      mime,
      name: file.name ?? `${id}.${mime.split('/')[1] ?? 'bin'}`,
      size,
      at,
      expiresAt: at + UPLOAD_LIFE_MS,
      state: 'uploading',
      readyAt: at,
      attached: false,
      ...(declaredBytes !== undefined && { declaredBytes }),
    });
  }

  write(id: string, bytes: Buffer): void {
    if (this.dir === undefined) this.bytes.set(id, bytes);
    else writeDurably(join(this.dir, id), bytes);
    this.makeRoom();
  }

  read(id: string): Buffer | undefined {
    const kept = this.bytes.get(id);
    if (kept || this.dir === undefined || !this.rows.get(id)) return kept;
    const path = join(this.dir, id);
    return existsSync(path) ? readFileSync(path) : undefined;
  }

  /** A file that its owner can attach now; undefined for what is another's, is not ready, failed or has expired. */
  ready(id: string, userId: string): MediaRow | undefined {
    const row = this.settle(id);
    const good = row?.userId === userId && row.state === 'succeeded' && row.expiresAt > this.world.now();
    return good ? row : undefined;
  }

  /** What has become of a file that is being processed, by product time. */
  settle(id: string): MediaRow | undefined {
    const row = this.rows.get(id);
    if (!row || (row.state !== 'pending' && row.state !== 'in_progress')) return row;
    if (row.readyAt > this.world.now()) return this.rows.put({ ...row, state: 'in_progress' });
    return this.rows.put({ ...row, state: row.fails ? 'failed' : 'succeeded' });
  }

  /** Marks what is attached and returns its ids. @throws RangeError for what cannot be attached. */
  attach(userId: string, ids: readonly string[]): string[] {
    const rows = ids.map((id) => {
      const row = this.ready(id, userId);
      if (!row) throw new RangeError(`There is no file "${id}" that user "${userId}" can attach.`);
      return row;
    });
    for (const row of rows) this.rows.put({ ...row, attached: true });
    return rows.map(({ id }) => id);
  }

  /** Of a post or message, in its order. */
  of(thing: { mediaIds: readonly string[] }): MediaRow[] {
    return thing.mediaIds.flatMap((id) => this.rows.get(id) ?? []);
  }

  private makeRoom(): void {
    let kept = [...this.rows.values()].reduce((sum, { size }) => sum + size, 0);
    for (const { id, size } of Array.from(this.rows.values())) {
      if (kept <= MOST_KEPT) return;
      kept -= size;
      this.bytes.delete(id);
      if (this.dir !== undefined) rmSync(join(this.dir, id), { force: true });
      this.rows.delete(id);
    }
  }
}
