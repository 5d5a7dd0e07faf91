import { createHash } from 'node:crypto';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MailAnswer, MailTask } from './mail-worker';
import type { ParseMode } from './parse-mail';
import type { ParsedMail } from './parsed-mail';
import { workerFromSource } from './worker-from-source';

/** Mails that may wait for a worker, and their bytes together. A caller reads in batches far below this. */
const MAX_WAITING = 2_000;
const MAX_WAITING_BYTES = 512 * 1024 * 1024;
/** Share of the time allowed that each attempt may take: all of them end within the whole. */
const ATTEMPTS: readonly { readonly mode: ParseMode; readonly share: number }[] = [
  { mode: 'full', share: 0.6 },
  { mode: 'rescue', share: 0.25 },
  { mode: 'plain', share: 0.15 },
];

export interface MailReaderOptions {
  /** Worker threads; started when first needed. */
  readonly workers: number;
  /** Longest time one mail may take in a worker, all attempts together, in milliseconds. */
  readonly timeoutMs: number;
  /** Heap of one worker in megabytes; the mail's own bytes are not counted. */
  readonly memoryMb: number;
}

interface Reading {
  readonly raw: Buffer;
  attempt: number;
  because?: string;
  resolve(mail: ParsedMail): void;
  reject(error: Error): void;
}

interface Seat {
  worker?: Worker;
  reading?: Reading;
  timer?: NodeJS.Timeout;
}

/**
 * Reads mails in worker threads, several at a time. A worker that hangs, dies or runs out of memory is replaced, and
 * its mail is tried again with less daring; in the end it becomes a `ParsedMail` with `unreadable`.
 */
export class MailReader {
  private readonly seats: Seat[];
  private readonly waiting: Reading[] = [];
  private waitingBytes = 0;
  private closed = false;

  constructor(private readonly options: MailReaderOptions) {
    this.seats = Array.from({ length: Math.max(1, options.workers) }, () => ({}));
  }

  /**
   * Reads one mail. The buffer stays the caller's. No mail makes this reject; it does when the reader is closed, or
   * when more is handed in than may wait (2,000 mails or 512 MB): read in batches and await them.
   */
  read(raw: Buffer): Promise<ParsedMail> {
    if (this.closed) return Promise.reject(new Error('The mail reader is closed.'));
    if (this.waiting.length >= MAX_WAITING || this.waitingBytes + raw.length > MAX_WAITING_BYTES) {
      return Promise.reject(
        new Error(`Too many mails wait to be read (${this.waiting.length}); read fewer at a time.`),
      );
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ raw, attempt: 0, resolve, reject });
      this.waitingBytes += raw.length;
      this.seatNext();
    });
  }

  /** Ends the workers. Mails not read yet are rejected. Safe to call twice. */
  async close(): Promise<void> {
    this.closed = true;
    const open = [...this.waiting.splice(0), ...this.seats.flatMap((seat) => seat.reading ?? [])];
    this.waitingBytes = 0;
    for (const reading of open) reading.reject(new Error('The mail reader was closed before this mail was read.'));
    await Promise.all(
      this.seats.map(async (seat) => {
        clearTimeout(seat.timer);
        delete seat.reading;
        const worker = seat.worker;
        delete seat.worker;
        await worker?.terminate();
      }),
    );
  }

  private seatNext(): void {
    for (const seat of this.seats) {
      if (this.waiting.length === 0) return;
      if (seat.reading) continue;
      const reading = this.waiting.shift();
      if (!reading) return;
      this.waitingBytes -= reading.raw.length;
      this.start(seat, reading);
    }
  }

  private start(seat: Seat, reading: Reading): void {
    const attempt = ATTEMPTS[reading.attempt];
    if (!attempt) {
      delete seat.reading;
      reading.resolve(unreadableMail(reading.raw, reading.because ?? 'It could not be read.'));
      this.seatNext();
      return;
    }
    seat.reading = reading;
    const worker = (seat.worker ??= this.hire(seat));
    worker.ref();
    // A view is copied with all of the buffer behind it, so the mail gets one of its own, and that is handed over.
    const raw = new Uint8Array(reading.raw);
    const task: MailTask = {
      raw,
      mode: attempt.mode,
      ...(reading.because === undefined ? {} : { because: reading.because }),
    };
    seat.timer = setTimeout(
      () => this.fail(seat, worker, 'Reading it took too long.'),
      this.options.timeoutMs * attempt.share,
    );
    worker.postMessage(task, raw.byteLength > 0 ? [raw.buffer] : []);
  }

  private hire(seat: Seat): Worker {
    const entry = join(__dirname, `mail-worker${extname(__filename)}`);
    const options = {
      resourceLimits: { maxOldGenerationSizeMb: this.options.memoryMb },
      // Loading an ESM package from CommonJS is announced as experimental on Node 20, once per worker.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    };
    const worker = entry.endsWith('.ts')
      ? new Worker(workerFromSource, { ...options, eval: true, workerData: { entry } })
      : new Worker(entry, options);
    worker.on('message', (mail: MailAnswer) => {
      const reading = this.release(seat, worker);
      reading?.resolve(mail);
      this.seatNext();
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      const memory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.fail(seat, worker, memory ? 'Reading it took too much memory.' : `Reading it failed: ${error.message}`);
    });
    worker.on('exit', () => this.fail(seat, worker, 'Reading it ended the reader.'));
    return worker;
  }

  private release(seat: Seat, worker: Worker): Reading | undefined {
    if (seat.worker !== worker) return undefined;
    clearTimeout(seat.timer);
    const reading = seat.reading;
    delete seat.reading;
    // An idle reader does not keep a process alive.
    worker.unref();
    return reading;
  }

  /** Called for the first sign only: a worker that was given up is no longer the seat's. */
  private fail(seat: Seat, worker: Worker, because: string): void {
    if (seat.worker !== worker) return;
    const reading = this.release(seat, worker);
    delete seat.worker;
    void worker.terminate();
    if (!reading) return this.seatNext();
    reading.because ??= because;
    reading.attempt += 1;
    this.start(seat, reading);
  }
}

/** What is known of a mail that no worker survived: nothing but that it came. */
function unreadableMail(raw: Buffer, because: string): ParsedMail {
  return {
    inReplyTo: [],
    references: [],
    originalMessageIds: [],
    replyTo: [],
    to: [],
    cc: [],
    deliveredTo: [],
    text: '',
    attachments: [],
    class: 'ordinary',
    noReplySender: false,
    suppressesAutoReply: false,
    isOwnLoop: false,
    received: 0,
    bodySha256: createHash('sha256').update(raw).digest('hex'),
    problems: [],
    unreadable: because,
  };
}
