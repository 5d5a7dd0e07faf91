import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readJson, syncFolder, writeDurably } from './durable-file';
import { StoredMail } from './stored-mail';

/** Mails per folder; past it a delivery is refused as a full mailbox is (452 4.2.2). */
export const FOLDER_LIMIT = 20_000;

interface FolderState {
  uidValidity: number;
  uidNext: number;
  flags: Record<string, readonly string[]>;
}

/** The folder holds `FOLDER_LIMIT` mails. */
export class MailboxFull extends Error {}

/**
 * One IMAP folder on disk: `<uid>-<internal date, ms>.eml` for each mail, which says all that never changes, and
 * `folder.json` for what does (UIDVALIDITY, flags, and the UIDNEXT that expunged mails leave behind). A mail is there
 * as soon as its file has its name, so a crash at any moment leaves whole mails, and no UID ever names two mails.
 */
export class MailFolder {
  readonly mails: StoredMail[] = [];
  uidValidity: number;
  uidNext: number;
  private readonly stateFile: string;

  constructor(private readonly path: string) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    this.stateFile = join(path, 'folder.json');
    const state = readJson<FolderState>(
      this.stateFile,
      'Remove it: the folder keeps its mails and gets a new UIDVALIDITY.',
    );
    this.uidValidity = state?.uidValidity ?? Math.floor(Date.now() / 1000);
    this.uidNext = state?.uidNext ?? 1;
    for (const name of readdirSync(path)) {
      const match = /^(\d{10})-(\d+)\.eml$/.exec(name);
      if (name.endsWith('.tmp')) rmSync(join(path, name));
      if (!match) continue;
      const uid = Number(match[1]);
      const size = statSync(join(path, name)).size;
      this.mails.push(new StoredMail(uid, new Date(Number(match[2])), size, state?.flags[uid] ?? [], join(path, name)));
    }
    this.mails.sort((a, b) => a.uid - b.uid);
    this.uidNext = Math.max(this.uidNext, (this.mails.at(-1)?.uid ?? 0) + 1);
    if (!state) this.writeState();
  }

  /** Stores a mail under the next UID; it is on disk when this returns. Throws MailboxFull. */
  add(raw: Buffer, options: { flags?: readonly string[]; internalDate?: Date } = {}): StoredMail {
    if (this.mails.length >= FOLDER_LIMIT) {
      throw new MailboxFull(`The folder ${basename(this.path)} holds ${FOLDER_LIMIT} mails and takes no more.`);
    }
    const seconds = Math.floor((options.internalDate ?? new Date()).getTime() / 1000);
    const uid = this.uidNext;
    const path = join(this.path, `${String(uid).padStart(10, '0')}-${seconds * 1000}.eml`);
    writeDurably(path, raw);
    this.uidNext = uid + 1;
    const mail = new StoredMail(uid, new Date(seconds * 1000), raw.length, options.flags ?? [], path);
    this.mails.push(mail);
    if (mail.flags.length > 0) this.writeState();
    return mail;
  }

  /** Takes over the flags and the removals that an IMAP session made; on disk when this returns. */
  settle(kept: ReadonlyMap<number, readonly string[]>): void {
    const gone = this.mails.filter((mail) => !kept.has(mail.uid));
    let changed = gone.length > 0;
    for (const mail of this.mails) {
      const flags = kept.get(mail.uid);
      if (!flags || flags.join(' ') === mail.flags.join(' ')) continue;
      mail.flags = [...flags];
      changed = true;
    }
    if (!changed) return;
    this.mails.splice(0, this.mails.length, ...this.mails.filter((mail) => kept.has(mail.uid)));
    this.writeState();
    for (const mail of gone) rmSync(this.pathOf(mail), { force: true });
    if (gone.length > 0) syncFolder(this.path);
  }

  /** Plays a provider that rebuilt its index: every UID a client remembers has lost its meaning. */
  renewUidValidity(): void {
    this.uidValidity += 1;
    this.writeState();
  }

  private pathOf(mail: StoredMail): string {
    return join(this.path, `${String(mail.uid).padStart(10, '0')}-${mail.internalDate.getTime()}.eml`);
  }

  private writeState(): void {
    const flags = Object.fromEntries(
      this.mails.filter((mail) => mail.flags.length > 0).map((mail) => [mail.uid, mail.flags]),
    );
    const state: FolderState = { uidValidity: this.uidValidity, uidNext: this.uidNext, flags };
    writeDurably(this.stateFile, JSON.stringify(state));
  }
}
