import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MailAnswer, MailTask } from './mail-worker';
import type { ParseMode } from './parse-mail';
import type { ParsedMail } from './parsed-mail';
import { workerFromSource } from './worker-from-source';

/** Mails in a thread at a time. More than one, so that it does not wait for us between two; few, so that none waits long. */
const DEPTH = 3;
/** A thread that has not loaded by then never will, in milliseconds. Loading is no mail's fault and not counted to it. */
const LOAD_TIMEOUT_MS = 60_000;
/** What the largest strings of a mail fit in with room to spare: see `MAX_TEXT_BYTES`. */
const MIN_MEMORY_MB = 192;
/** After the time is over an answer may already lie in our own queue, if it was us who were busy. Milliseconds. */
const GRACE_MS = 50;

/** How much time and daring each attempt at a mail gets; the shares make up the whole time. */
const ATTEMPTS: readonly { readonly mode: ParseMode; readonly share: number }[] = [
  { mode: 'full', share: 0.6 },
  { mode: 'rescue', share: 0.25 },
  { mode: 'plain', share: 0.15 },
];

/** A mail on its way through the reader. */
export interface Reading {
  readonly raw: Buffer;
  /** How often a thread was lost over it. */
  attempt: number;
  /** Why the first of them was lost. */
  because?: string;
  resolve(mail: ParsedMail): void;
  reject(error: Error): void;
}

/** True when a mail has used up its attempts. */
export function isGivenUp(reading: Reading): boolean {
  return reading.attempt >= ATTEMPTS.length;
}

/** What becomes of a thread, told to the reader that owns it. */
export interface ThreadEvents {
  /** It can take another mail. */
  free(): void;
  /** It is gone; these were in it, the guilty one first with its attempt counted. */
  lost(readings: Reading[]): void;
  /** It could not load: a fault of the installation, not of a mail. */
  broken(error: Error, readings: Reading[]): void;
}

/** One worker and the mails in it. Mails are read in order, each within its own time. */
export class ReaderThread {
  private readonly worker: Worker;
  private readonly line: Reading[] = [];
  private timer: NodeJS.Timeout | undefined;
  private ready = false;
  private over = false;

  constructor(
    private readonly options: { readonly timeoutMs: number; readonly memoryMb: number },
    private readonly events: ThreadEvents,
  ) {
    this.worker = start(options.memoryMb);
    this.worker.on('message', (answer: MailAnswer) => this.hear(answer));
    this.worker.on('error', (error: NodeJS.ErrnoException) => {
      const memory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.end(memory ? 'Reading it took too much memory.' : `Reading it failed: ${error.message}`);
    });
    this.worker.on('exit', () => this.end('Reading it ended the reader.'));
    this.timer = setTimeout(() => this.end('It did not start in time.'), LOAD_TIMEOUT_MS);
    this.timer.unref();
  }

  get isBusy(): boolean {
    return this.line.length > 0;
  }

  /** Mails it can still take. */
  get room(): number {
    return DEPTH - this.line.length;
  }

  take(reading: Reading): void {
    const mode = ATTEMPTS[reading.attempt]?.mode ?? 'plain';
    // A view is copied with all of the buffer behind it, so the mail gets one of its own, and that is handed over.
    const raw = new Uint8Array(reading.raw);
    const because = reading.because === undefined ? {} : { because: reading.because };
    this.line.push(reading);
    // An idle thread does not keep a process alive, a reading one does.
    this.worker.ref();
    this.worker.postMessage({ raw, mode, ...because } satisfies MailTask, raw.byteLength > 0 ? [raw.buffer] : []);
    if (this.ready && this.line.length === 1) this.watch();
  }

  /** Ends it and gives back the mails in it. */
  async close(): Promise<Reading[]> {
    this.over = true;
    clearTimeout(this.timer);
    await this.worker.terminate();
    return this.line.splice(0);
  }

  private hear(answer: MailAnswer): void {
    if (this.over) return;
    if ('ready' in answer) {
      this.ready = true;
    } else {
      this.line.shift()?.resolve(answer.mail);
      this.events.free();
    }
    this.watch();
  }

  /** Starts the time of the mail that is read now. */
  private watch(): void {
    clearTimeout(this.timer);
    const head = this.line[0];
    if (!head) return this.worker.unref();
    const share = ATTEMPTS[head.attempt]?.share ?? 0;
    this.timer = setTimeout(() => {
      this.timer = setTimeout(() => this.end('Reading it took too long.'), GRACE_MS);
    }, this.options.timeoutMs * share);
  }

  private end(because: string): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    void this.worker.terminate();
    const readings = this.line.splice(0);
    if (!this.ready) {
      this.events.broken(new Error(`Mail cannot be read, its worker does not start: ${because}`), readings);
      return;
    }
    const guilty = readings[0];
    if (guilty) {
      guilty.because ??= because;
      guilty.attempt += 1;
    }
    this.events.lost(readings);
  }
}

function start(memoryMb: number): Worker {
  const entry = join(__dirname, `mail-worker${extname(__filename)}`);
  const options = {
    resourceLimits: { maxOldGenerationSizeMb: Math.max(MIN_MEMORY_MB, memoryMb) },
    // Loading an ESM package from CommonJS is announced as experimental on Node 20, once per worker.
    execArgv: ['--disable-warning=ExperimentalWarning'],
  };
  return entry.endsWith('.ts')
    ? new Worker(workerFromSource, { ...options, eval: true, workerData: { entry } })
    : new Worker(entry, options);
}
