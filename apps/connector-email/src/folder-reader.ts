import { setTimeout as sleep } from 'node:timers/promises';
import type { FetchMessageObject, ImapFlow, MailboxObject, SearchObject } from 'imapflow';
import { Transient, type PollSession, type RawDelivery } from '@app/channel';
import type { Clock, Logger } from '@app/runtime';
import type { MailboxSettings } from './config';
import { beginCursor, floorOf, parseCursor, sourceOf, type FolderCursor } from './folder-cursor';
import { fetchMails } from './fetch-mails';
import { imapError } from './imap-client';

export type FolderRole = 'inbox' | 'sent';

export interface FolderReaderOptions {
  /** Look for new mail at least this often, whatever IDLE says. */
  readonly sweepMs: number;
  /** Look this often where the server has no IDLE. */
  readonly pollMs: number;
  /** How often the last seven days are compared with what is stored. */
  readonly gapCheckMs: number;
  /** A server that is silent for so long is given up; IDLE is asked for signs of life. */
  readonly timeoutMs: number;
}

export const FOLDER_READER_OPTIONS: FolderReaderOptions = {
  sweepMs: 10 * 60_000,
  pollMs: 30_000,
  gapCheckMs: 24 * 3_600_000,
  timeoutMs: 120_000,
};

/** Mails whose metadata are asked for at once. */
const RANGE = 100;
/** Batches that are read or stored at once. */
const AHEAD = 2;
const WEEK_MS = 7 * 86_400_000;

/**
 * Reads one folder by a UID cursor that moves in the transaction of the mails it passed; then waits for new ones. The
 * folder is opened read-only: nothing on the server changes. Each mail is stored once, whatever ends the connection.
 */
export class FolderReader {
  private cursor!: FolderCursor;
  private dirty = true;
  private closed = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly client: ImapFlow,
    private readonly session: PollSession,
    private readonly folder: { readonly path: string; readonly role: FolderRole },
    private readonly settings: MailboxSettings,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly options: FolderReaderOptions,
    /** Told how many mails the comparison with the server had to add; should stay 0. */
    private readonly onGap: (mails: number) => void,
  ) {}

  /** Runs until the connection ends. Always rejects. */
  async run(): Promise<never> {
    this.client.on('exists', () => this.rouse());
    this.client.once('close', () => {
      this.closed = true;
      this.wake();
    });
    await this.open(await this.ask(this.client.mailboxOpen(this.folder.path, { readOnly: true })));
    for (;;) {
      if (this.closed) throw new Transient('The mail server closed the connection (IMAP).');
      if (this.dirty) {
        // cleared first: mail that arrives meanwhile makes another round
        this.dirty = false;
        await this.readNew();
        await this.checkGaps();
        await this.session.report('connected');
      } else await this.wait();
    }
  }

  private rouse(): void {
    this.dirty = true;
    this.wake();
  }

  /** Takes up the cursor, or begins one: for a folder never read, and for one that counts anew. */
  private async open(box: MailboxObject): Promise<void> {
    const known = parseCursor(await this.session.cursor(this.folder.path));
    const validity = String(box.uidValidity);
    if (known && known.uidValidity === validity && !(box.uidNext < known.nextUid)) {
      this.cursor = known;
      return;
    }
    if (known) {
      // known content keys are skipped when the mails are stored, so a rescan is silent (email.md §1.2)
      this.logger.warn('a mail folder counts anew and is read again', {
        accountId: this.session.account.id,
        role: this.folder.role,
        sameValidity: known.uidValidity === validity,
      });
    }
    const dates = await this.recent(floorOf(this.settings.history, this.session.account.connectedAt));
    const { history } = this.settings;
    const begun = beginCursor(history, this.session.account.connectedAt, validity, box.uidNext, dates, known);
    this.cursor = { ...begun, gapsCheckedAt: this.clock.now().toISOString() };
    await this.session.commit([], { stream: this.folder.path, cursor: this.cursor });
  }

  /** UIDs with their dates since a day, for choosing where to begin. */
  private async recent(since: Date): Promise<{ uid: number; at: Date }[]> {
    // SEARCH SINCE knows whole days in the server's zone
    const uids = await this.search({ since: new Date(since.getTime() - 86_400_000) });
    const found: { uid: number; at: Date }[] = [];
    for (let i = 0; i < uids.length; i += 1_000) {
      for (const mail of await this.metadata(uids.slice(i, i + 1_000))) {
        found.push({ uid: mail.uid, at: new Date(mail.internalDate ?? 0) });
      }
    }
    return found;
  }

  private async readNew(): Promise<void> {
    // '*' is the last mail even when it is older than the cursor
    const uids = (await this.search({ uid: `${this.cursor.nextUid}:*` })).filter((uid) => uid >= this.cursor.nextUid);
    const storing: Promise<void>[] = [];
    try {
      for await (const { deliveries, lastUid } of this.batches(uids)) {
        // the next mails are fetched and read while these are stored; the session keeps the order
        if (storing.length >= AHEAD) await storing.shift();
        this.session.signal.throwIfAborted();
        this.cursor = { ...this.cursor, nextUid: lastUid + 1 };
        const stored = this.session.commit(deliveries, { stream: this.folder.path, cursor: this.cursor });
        stored.catch(() => undefined);
        storing.push(stored);
      }
    } finally {
      await Promise.all(storing);
    }
  }

  /** Compares the last week with what is stored, once a day, and adds what is missing. */
  private async checkGaps(): Promise<void> {
    const now = this.clock.now();
    const last = this.cursor.gapsCheckedAt;
    if (last !== undefined && now.getTime() - Date.parse(last) < this.options.gapCheckMs) return;
    if (this.cursor.nextUid > this.cursor.floorUid) {
      const range = `${this.cursor.floorUid}:${this.cursor.nextUid - 1}`;
      const uids = await this.search({ uid: range, since: new Date(now.getTime() - WEEK_MS) });
      const sources = new Map(uids.map((uid) => [this.source(uid), uid]));
      const known = await this.session.known([...sources.keys()]);
      const missing = [...sources].filter(([source]) => !known.has(source)).map(([, uid]) => uid);
      for await (const { deliveries } of this.batches(missing)) {
        const filled = deliveries.map((delivery) => ({ ...delivery, origin: 'fill' as const }));
        await this.session.commit(filled, null);
      }
      if (missing.length > 0) {
        this.logger.warn('mails were missing and have been added', {
          accountId: this.session.account.id,
          mails: missing.length,
        });
        this.onGap(missing.length);
      }
    }
    this.cursor = { ...this.cursor, gapsCheckedAt: now.toISOString() };
    await this.session.commit([], { stream: this.folder.path, cursor: this.cursor });
  }

  private async *batches(uids: readonly number[]): AsyncGenerator<{ deliveries: RawDelivery[]; lastUid: number }> {
    for (let i = 0; i < uids.length; i += RANGE) {
      const range = uids.slice(i, i + RANGE);
      const mails = await this.metadata(range);
      let passed = 0;
      for await (const batch of fetchMails(this.client, mails, (work) => this.ask(work))) {
        const deliveries = batch.mails.map((mail): RawDelivery => {
          const arrived = new Date(mail.internalDate ?? 0);
          const now = this.clock.now();
          return {
            source: this.source(mail.uid),
            raw: mail.raw,
            arrivedAt: mail.internalDate === undefined || arrived > now ? now : arrived,
            context: {
              role: this.folder.role,
              ...(mail.uid < this.cursor.firstUid && this.settings.history !== 'all-as-new' ? { history: true } : {}),
              ...(mail.wholeSize === undefined ? {} : { wholeSize: mail.wholeSize }),
              ...(mail.missing ? { missing: true } : {}),
            },
          };
        });
        passed = batch.lastUid;
        yield { deliveries, lastUid: passed };
      }
      // mails that vanished before they were fetched are passed too
      const last = range.at(-1)!;
      if (passed < last) yield { deliveries: [], lastUid: last };
    }
  }

  private async metadata(uids: readonly number[]): Promise<FetchMessageObject[]> {
    if (uids.length === 0) return [];
    const query = { uid: true, internalDate: true, size: true };
    const mails = await this.ask(this.client.fetchAll(uids.join(','), query, { uid: true }));
    const asked = new Set(uids);
    const found = mails.filter((mail) => asked.delete(mail.uid));
    // a FETCH on a connection that has just ended gives nothing and no error: only the server says what has vanished
    const left =
      asked.size === 0 ? [] : (await this.search({ uid: [...asked].join(',') })).filter((uid) => asked.has(uid));
    return [...found, ...left.map((uid) => ({ seq: 0, uid }))].sort((a, b) => a.uid - b.uid);
  }

  private async search(query: SearchObject): Promise<number[]> {
    const found = await this.ask(this.client.search(query, { uid: true }));
    if (!Array.isArray(found)) throw new Transient('The mail server refuses to search (IMAP SEARCH).');
    return found.sort((a, b) => a - b);
  }

  /** Errors of the protocol in our words; those of the session (database, lease) pass as they are. */
  private async ask<T>(work: Promise<T>): Promise<T> {
    return work.catch((error: unknown) => {
      throw imapError(error, this.settings.imap.host);
    });
  }

  private source(uid: number): string {
    return sourceOf(this.folder.path, this.cursor, uid);
  }

  private async wait(): Promise<void> {
    const idles = this.client.capabilities.has('IDLE');
    const timer = new AbortController();
    const woken = new Promise<void>((resolve) => (this.wake = resolve));
    const time = sleep(idles ? this.options.sweepMs : this.options.pollMs, undefined, { signal: timer.signal }).catch(
      () => undefined,
    );
    // a command breaks the IDLE by itself; one that the server ends too early must not make a busy loop
    const idle = idles ? this.idle(timer.signal) : new Promise<never>(() => undefined);
    if (!this.dirty && !this.closed) {
      await Promise.race([woken, time.then(() => (this.dirty = true)), idle]);
    }
    timer.abort();
  }

  private async idle(signal: AbortSignal): Promise<void> {
    const began = performance.now();
    const ended = await this.client.idle().catch(() => false);
    if (ended === false || performance.now() - began < 1_000) {
      await sleep(this.options.pollMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) this.dirty = true;
    }
  }
}
