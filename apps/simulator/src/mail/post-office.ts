import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CUSTOMER_DOMAIN, domainOf, mailAddress, mailboxOf } from './address';
import type { Faults } from './faults';
import { ImapMailbox } from './imap-mailbox';
import { type FolderName, MailAccount, type MailboxSettings } from './mail-account';
import type { StoredMail } from './stored-mail';

/** Mailboxes in all; past it none is created, so a runaway test cannot fill a disk with folders. */
const MAILBOX_LIMIT = 2_000;

/** What is told of each mail that was stored: it is durable, and IMAP sessions see it. */
export interface MailArrival {
  address: string;
  folder: FolderName;
  mail: StoredMail;
}

/** The mailboxes of the simulated provider and who gets what; knows no port and no protocol. */
export class PostOffice {
  /** In force now; both ports ask here. */
  faults: Faults = {};
  private readonly accounts = new Map<string, MailAccount>();
  private readonly views = new Map<MailAccount, ImapMailbox>();

  constructor(
    private readonly dir: string,
    private readonly tell: (arrival: MailArrival) => void,
  ) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      const { name } = entry;
      // Whatever else a file manager leaves here is not ours.
      if (!entry.isDirectory() || !name.includes('%40')) continue;
      const address = decodeURIComponent(name);
      this.accounts.set(address, new MailAccount(address, join(dir, name)));
    }
  }

  /** The account that an address reaches, plus-addresses included; customers' come into being. Throws a RangeError. */
  get(address: string, settings: MailboxSettings = {}): MailAccount {
    const mailbox = mailboxOf(address);
    const known = this.accounts.get(mailbox);
    if (!known && domainOf(mailbox) !== CUSTOMER_DOMAIN) {
      throw new RangeError(`No mailbox "${mailbox}" at the simulated provider. Add it first (addMailbox).`);
    }
    return known ?? this.create(mailbox, settings);
  }

  /** As `get`, but creates nothing, and undefined for whatever reaches no mailbox. */
  find(address: string): MailAccount | undefined {
    try {
      return this.accounts.get(mailboxOf(address));
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  list(): MailAccount[] {
    return [...this.accounts.values()];
  }

  /** Creates an account or changes the settings named. */
  add(address: string, settings: MailboxSettings): MailAccount {
    const normal = mailAddress(address);
    const known = this.accounts.get(normal);
    known?.change(settings);
    return known ?? this.create(normal, settings);
  }

  /** Whether a mail to this address has a mailbox to go to. */
  accepts(address: string): boolean {
    if (this.find(address)) return true;
    if (domainOf(address) !== CUSTOMER_DOMAIN || this.accounts.size >= MAILBOX_LIMIT) return false;
    try {
      return mailboxOf(address) !== '';
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  /** Takes a mail handed in over SMTP: a copy for each recipient, and one in Sent where the provider keeps them. */
  submit(account: MailAccount, from: string, to: readonly string[], raw: Buffer): void {
    this.route(from, to, raw, new Date());
    if (account.storesSent) this.store(account, 'Sent', raw, undefined, ['\\Seen']);
  }

  /** Delivers one copy to each recipient, with the trace headers of a receiving server in front. */
  route(from: string, to: readonly string[], raw: Buffer, date: Date): StoredMail[] {
    const zoned = date.toUTCString().replace('GMT', '+0000');
    return to.map((address) => {
      const trace =
        `Return-Path: <${from}>\r\nDelivered-To: ${address}\r\n` +
        `Received: by mail.simulator.test with ESMTPA for <${address}>;\r\n\t${zoned}\r\n`;
      return this.store(this.get(address), 'INBOX', Buffer.concat([Buffer.from(trace), raw]), date);
    });
  }

  /** Stores, shows it to the sessions that have the folder open, and tells. */
  store(account: MailAccount, folder: FolderName, raw: Buffer, date?: Date, flags?: string[]): StoredMail {
    const mail = account.folder(folder).add(raw, { internalDate: date, flags });
    this.views.get(account)?.show(folder, mail);
    this.tell({ address: account.address, folder, mail });
    return mail;
  }

  /** The account as IMAP sessions see it. */
  imapMailbox(account: MailAccount): ImapMailbox {
    const known = this.views.get(account);
    if (known) return known;
    const made = new ImapMailbox(account, (folder, mail) => this.tell({ address: account.address, folder, mail }));
    this.views.set(account, made);
    return made;
  }

  private create(address: string, settings: MailboxSettings): MailAccount {
    if (this.accounts.size >= MAILBOX_LIMIT) {
      throw new RangeError(`The simulated provider has ${MAILBOX_LIMIT} mailboxes and takes no more.`);
    }
    const account = new MailAccount(address, join(this.dir, encodeURIComponent(address)), settings);
    this.accounts.set(address, account);
    return account;
  }
}
