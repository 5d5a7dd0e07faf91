import hoodiecrow, {
  type Command,
  type Connection,
  type Handler,
  type IMAPServer,
  type Mailbox,
} from 'hoodiecrow-imap';
import { ImapMessage } from './imap-message';
import { fetchHandlers, searchHandlers } from './imap-reading';
import type { FolderName, MailAccount } from './mail-account';
import { MailboxFull } from './mail-folder';
import type { StoredMail } from './stored-mail';

/** Commands after which flags or mails of the selected folder may differ from the disk. */
const CHANGING = ['FETCH', 'UID FETCH', 'STORE', 'UID STORE', 'EXPUNGE', 'UID EXPUNGE', 'CLOSE', 'MOVE', 'UID MOVE'];
/** Commands that store a mail. */
const STORING = ['APPEND', 'COPY', 'UID COPY'];
/** The folders of the simulated provider are fixed. */
const REFUSED = ['CREATE', 'DELETE', 'RENAME'];
/** Extensions offered, before and after log-in. No CONDSTORE: hoodiecrow gives no MODSEQ in FETCH. */
export const IMAP_PLUGINS = ['ID', 'IDLE', 'UIDPLUS', 'UNSELECT', 'MOVE', 'SPECIAL-USE', 'LITERALPLUS'];

/**
 * Tells hoodiecrow's IMAP server about one account. hoodiecrow knows a single storage for all users and keeps nothing,
 * so each account gets a server object of its own that never listens; a connection moves over to it when it logs in.
 * The disk is written before the client reads the answer (the socket is corked meanwhile).
 */
export class ImapMailbox {
  readonly server: IMAPServer;

  constructor(
    private readonly account: MailAccount,
    private readonly announce: (folder: FolderName, mail: StoredMail) => void,
  ) {
    this.server = hoodiecrow({
      plugins: IMAP_PLUGINS,
      credentials: {},
      users: {},
      id: { name: 'Evenhand simulated mail provider' },
      storage: { INBOX: {}, '': { separator: '/', folders: { Sent: { 'special-use': '\\Sent' } } } },
    });
    this.server.setMaxListeners(0);
    for (const name of ['INBOX', 'Sent'] as const) this.load(name);
    this.server.appendMessage = (mailbox, flags, date, raw, except) => this.append(mailbox, flags, date, raw, except);
    Object.assign(this.server.fetchHandlers, fetchHandlers());
    Object.assign(this.server.searchHandlers, searchHandlers());
    for (const command of CHANGING) this.guard(command, true);
    for (const command of STORING) this.guard(command, false);
    for (const command of REFUSED) this.server.setCommandHandler(command, refuseFolders);
  }

  /** Shows sessions a mail that was stored just now; those that idle hear of it at once. */
  show(name: FolderName, mail: StoredMail, except?: Connection): ImapMessage {
    const mailbox = this.mailbox(name);
    const message = new ImapMessage(mail);
    mailbox.messages.push(message);
    mailbox.uidnext = this.account.folder(name).uidNext;
    const exists = { tag: '*', attributes: [mailbox.messages.length, { type: 'ATOM', value: 'EXISTS' }] };
    this.server.notify(exists, mailbox, except);
    return message;
  }

  /** Reads a folder's numbers again, for a changed UIDVALIDITY. */
  load(name: FolderName): void {
    const mailbox = this.mailbox(name);
    const folder = this.account.folder(name);
    mailbox.uidvalidity = folder.uidValidity;
    mailbox.uidnext = folder.uidNext;
    mailbox.messages = folder.mails.map((mail) => new ImapMessage(mail));
  }

  /** Sets a flag as another session of the owner would; durable when this returns. */
  addFlag(name: FolderName, uids: ReadonlySet<number>, flag: string): void {
    const mailbox = this.mailbox(name);
    for (const message of mailbox.messages) {
      if (uids.has(message.uid) && !message.flags.includes(flag)) message.flags.push(flag);
    }
    this.settle(mailbox);
  }

  private mailbox(name: FolderName): Mailbox {
    const mailbox = this.server.getMailbox(name);
    if (!mailbox) throw new Error(`hoodiecrow lost the folder ${name}`);
    return mailbox;
  }

  /** APPEND, COPY and MOVE all come here. */
  private append(
    target: Mailbox | string,
    flags: string[],
    date: string | Date | undefined,
    raw: string,
    except?: Connection,
  ): { mailbox: Mailbox; message: ImapMessage } {
    const mailbox = typeof target === 'string' ? this.server.getMailbox(target) : target;
    const name: FolderName = mailbox?.path === 'Sent' ? 'Sent' : 'INBOX';
    const internalDate = date ? new Date(date) : new Date();
    const bytes = Buffer.from(raw, 'latin1');
    const mail = this.account.folder(name).add(bytes, { flags: flags ?? [], internalDate });
    const message = this.show(name, mail, except);
    this.announce(name, mail);
    return { mailbox: this.mailbox(name), message };
  }

  private settle(mailbox: Mailbox): void {
    const kept = mailbox.messages.map((message) => [message.uid, message.flags] as const);
    this.account.folder(mailbox.path === 'Sent' ? 'Sent' : 'INBOX').settle(new Map(kept));
  }

  /**
   * Lets hoodiecrow answer a command, with the disk written before the answer leaves. A disk that refuses is told with
   * NO; hoodiecrow would print the error and leave the connection waiting for ever.
   */
  private guard(command: string, changes: boolean): void {
    const handler = this.server.getCommandHandler(command);
    if (!handler) throw new Error(`hoodiecrow does not know ${command}`);
    this.server.setCommandHandler(command, (connection, parsed, data, done) => {
      const { socket, selectedMailbox, readOnly } = connection;
      socket?.cork();
      try {
        handler(connection, parsed, data, () => undefined);
        if (changes && selectedMailbox && !readOnly) this.settle(selectedMailbox);
      } catch (error) {
        const code = error instanceof MailboxFull ? '[OVERQUOTA]' : '[UNAVAILABLE]';
        refuse(connection, parsed, `${code} The mailbox could not be written: ${(error as Error).message}`);
      }
      socket?.uncork();
      done();
    });
  }
}

function refuse(connection: Connection, parsed: Command, text: string): void {
  const value = text.replace(/\s+/g, ' ');
  connection.send({ tag: parsed.tag, command: 'NO', attributes: [{ type: 'TEXT', value }] }, 'REFUSED', parsed);
}

const refuseFolders: Handler = (connection, parsed, _data, done) => {
  refuse(
    connection,
    parsed,
    `[CANNOT] ${parsed.command}: the simulated provider has INBOX and Sent, and no other folders.`,
  );
  done();
};
