import { createHash } from 'node:crypto';
import type { ParsedMail } from './parsed-mail';
import { isGivenUp, ReaderThread, type Reading } from './reader-thread';

/** Mails that may wait for a worker, and their bytes together. A caller reads in batches far below this. */
const MAX_WAITING = 2_000;
const MAX_WAITING_BYTES = 512 * 1024 * 1024;

export interface MailReaderOptions {
  /** Worker threads; started when first needed. */
  readonly workers: number;
  /** Longest time one mail may take in a worker, all attempts together, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * Heap of one worker in megabytes, at least 192: a single string beyond it would end the whole process and not the
   * worker alone. The mail's own bytes are not counted.
   */
  readonly memoryMb: number;
}

/**
 * Reads mails in worker threads, several at a time. A worker that hangs, dies or runs out of memory is replaced, and
 * its mail is tried again with less daring; in the end it becomes a `ParsedMail` with `unreadable`.
 */
export class MailReader {
  private readonly threads = new Set<ReaderThread>();
  private readonly waiting: Reading[] = [];
  private waitingBytes = 0;
  private closed = false;

  constructor(private readonly options: MailReaderOptions) {}

  /**
   * Reads one mail. The buffer stays the caller's and must not change until then. No mail makes this reject; it does
   * when the reader is closed, when its workers cannot start, or when more is handed in than may wait (2,000 mails or
   * 512 MB): read in batches and await them.
   */
  read(raw: Buffer): Promise<ParsedMail> {
    if (this.closed) return Promise.reject(new Error('The mail reader is closed.'));
    if (this.waiting.length >= MAX_WAITING || this.waitingBytes + raw.length > MAX_WAITING_BYTES) {
      const message = `Too many mails wait to be read (${this.waiting.length}); read fewer at a time.`;
      return Promise.reject(new Error(message));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ raw, attempt: 0, resolve, reject });
      this.waitingBytes += raw.length;
      this.handOut();
    });
  }

  /** Ends the workers. Mails not read yet are rejected. Safe to call twice. */
  async close(): Promise<void> {
    this.closed = true;
    const threads = [...this.threads];
    this.threads.clear();
    const open = this.waiting.splice(0);
    this.waitingBytes = 0;
    for (const left of await Promise.all(threads.map((thread) => thread.close()))) open.push(...left);
    for (const reading of open) reading.reject(new Error('The mail reader was closed before this mail was read.'));
  }

  /** Gives waiting mails to the threads with most room, starting threads while there may be more. */
  private handOut(): void {
    while (this.waiting.length > 0) {
      let thread = [...this.threads].toSorted((a, b) => b.room - a.room)[0];
      if ((!thread || thread.isBusy) && this.threads.size < Math.max(1, this.options.workers)) thread = this.hire();
      const reading = thread && thread.room > 0 ? this.waiting.shift() : undefined;
      if (!thread || !reading) return;
      this.waitingBytes -= reading.raw.length;
      thread.take(reading);
    }
  }

  private hire(): ReaderThread {
    const thread: ReaderThread = new ReaderThread(this.options, {
      free: () => this.handOut(),
      lost: (readings) => {
        this.threads.delete(thread);
        for (const reading of readings.filter(isGivenUp)) {
          reading.resolve(unreadableMail(reading.raw, reading.because ?? 'It could not be read.'));
        }
        this.putBack(readings.filter((reading) => !isGivenUp(reading)));
      },
      broken: (error, readings) => {
        this.threads.delete(thread);
        for (const reading of [...readings, ...this.waiting.splice(0)]) reading.reject(error);
        this.waitingBytes = 0;
      },
    });
    this.threads.add(thread);
    return thread;
  }

  private putBack(readings: readonly Reading[]): void {
    this.waiting.unshift(...readings);
    for (const reading of readings) this.waitingBytes += reading.raw.length;
    this.handOut();
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
