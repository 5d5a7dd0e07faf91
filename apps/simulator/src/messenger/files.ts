import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Request, Response } from 'express';
import { writeDurably } from '../mail/durable-file';
import { FILE_FAULTS, type Faults } from './faults';
import type { StoredFile } from './model';
import type { Collection, Store } from './store';
import { DAY, type World } from './world';

/** The platform's limit for one file. */
export const MOST_BYTES = 25 * 1024 * 1024;
/** Bytes of all files together in a directory or in memory; past it the oldest go. */
const MOST_KEPT = 500 * 1024 * 1024;
/** Product time for which an address of a file works. */
const ADDRESS_LIFE_MS = 7 * DAY;
/** Product time after which what was uploaded for sending cannot be sent any more. */
export const UPLOAD_LIFE_MS = 90 * DAY;

/** Files of messages: kept, and served at addresses that are signed and expire, as a CDN does. */
export class Files {
  private readonly about: Collection<StoredFile>;
  private readonly bytes = new Map<string, Buffer>();
  private readonly secret: string;

  constructor(
    store: Store,
    private readonly world: World,
    private readonly faults: Faults,
    private readonly dir?: string,
  ) {
    this.about = store.collection('file');
    const secrets = store.collection<{ id: string; value: string }>('secret');
    this.secret = (secrets.get('cdn') ?? secrets.put({ id: 'cdn', value: randomBytes(16).toString('hex') })).value;
    if (dir !== undefined) mkdirSync(dir, { recursive: true, mode: 0o700 });
  }

  /** Throws a RangeError for more than the platform takes. */
  add(file: { name: string; mime: string; bytes: Buffer; pageId?: string; type?: string }): StoredFile {
    const { bytes, ...rest } = file;
    if (bytes.length > MOST_BYTES) throw new RangeError(`${file.name} is larger than 25 MB.`);
    const id = this.world.newId('1', 15, this.about);
    if (this.dir === undefined) this.bytes.set(id, bytes);
    else writeDurably(join(this.dir, id), bytes);
    const stored = this.about.put({ ...rest, id, size: bytes.length, at: this.world.now() });
    this.makeRoom();
    return stored;
  }

  get(id: string): StoredFile | undefined {
    return this.about.get(id);
  }

  read(id: string): Buffer | undefined {
    const kept = this.bytes.get(id);
    if (kept || this.dir === undefined || !this.about.get(id)) return kept;
    const path = join(this.dir, id);
    return existsSync(path) ? readFileSync(path) : undefined;
  }

  /** An address of the file under the simulator's origin, which works for `lifeMs` of product time. */
  address(origin: string, id: string, lifeMs = ADDRESS_LIFE_MS): string {
    const expires = this.world.now() + lifeMs;
    const name = encodeURIComponent(this.about.get(id)?.name ?? 'file');
    return `${origin}/sim/facebook/cdn/${id}/${name}?oe=${expires.toString(16)}&oh=${this.sign(id, expires)}`;
  }

  /** Answers a request for a file. */
  serve(request: Request, response: Response): void {
    const id = String(request.params['id']);
    const file = this.about.get(id);
    const expires = Number.parseInt(queried(request, 'oe'), 16);
    const given = Buffer.from(queried(request, 'oh'));
    const right = Buffer.from(this.sign(id, expires));
    const genuine = given.length === right.length && timingSafeEqual(given, right);
    const bytes = this.read(id);
    if (!genuine || !(expires > this.world.now())) response.status(403).type('text').send('URL signature expired');
    else if (!file || !bytes) response.status(404).type('text').send('Not found');
    else this.send(file, bytes, request, response);
  }

  private send(file: StoredFile, bytes: Buffer, request: Request, response: Response): void {
    const fault = this.faults.strike('files', file.id, FILE_FAULTS)?.kind;
    const here = request.originalUrl;
    // whatever a browser is given from our origin must not run there
    response.set({ 'Content-Disposition': 'attachment', 'X-Content-Type-Options': 'nosniff' });
    response.type(fault === 'lie' ? 'image/png' : file.mime);
    switch (fault) {
      case 'expired':
        return void response.status(403).type('text').send('URL signature expired');
      case 'gone':
        return void response.status(404).type('text').send('Not found');
      case 'server-error':
        return void response.status(503).type('html').send('<html><body>Sorry, something went wrong.</body></html>');
      case 'redirect':
        if (here.includes('&hop=1')) return void response.send(bytes);
        return response.redirect(302, `${here}&hop=1`);
      case 'endless-redirect':
        return response.redirect(302, here);
      case 'redirect-inside':
        return response.redirect(302, 'http://169.254.169.254/latest/meta-data/');
      case 'cut':
        response.setHeader('Content-Length', bytes.length);
        return void response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
      case 'huge':
        return pour(response, () => Buffer.alloc(64 * 1024, bytes), 0, 64 * 1024 * 1024);
      case 'slow':
        return pour(response, (at) => bytes.subarray(at, at + 1), 1_000, bytes.length);
      default:
        return void response.send(bytes);
    }
  }

  private sign(id: string, expires: number): string {
    return createHmac('sha256', this.secret).update(`${id}:${expires}`).digest('hex').slice(0, 32);
  }

  private makeRoom(): void {
    let kept = [...this.about.values()].reduce((sum, { size }) => sum + size, 0);
    for (const { id, size } of Array.from(this.about.values())) {
      if (kept <= MOST_KEPT) return;
      kept -= size;
      this.bytes.delete(id);
      if (this.dir !== undefined) rmSync(join(this.dir, id), { force: true });
      this.about.delete(id);
    }
  }
}

function queried(request: Request, name: string): string {
  const value = request.query[name];
  return typeof value === 'string' ? value : '';
}

/** Writes piece by piece, with a pause, until `total` bytes are out or nobody listens. */
function pour(response: Response, piece: (at: number) => Buffer, pauseMs: number, total: number): void {
  let at = 0;
  const step = (): void => {
    if (response.destroyed || at >= total) return void response.end();
    const bytes = piece(at);
    at += bytes.length;
    response.write(bytes, () => (pauseMs > 0 ? setTimeout(step, pauseMs).unref() : setImmediate(step)));
  };
  step();
}
