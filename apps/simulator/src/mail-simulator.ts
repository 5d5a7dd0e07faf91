import { EventEmitter } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { composeMail, type Letter, readOriginal } from './customers/letter';
import { CUSTOMER_DOMAIN, domainOf, mailAddress, mailboxOf } from './mail/address';
import { checkFaults, type Faults } from './mail/faults';
import { ImapFront } from './mail/imap-front';
import { ImapMailbox } from './mail/imap-mailbox';
import { type FolderName, MailAccount, type MailboxSettings } from './mail/mail-account';
import { SmtpFront } from './mail/smtp-front';
import type { StoredMail } from './mail/stored-mail';

/** Mailboxes in all; past it none is created, so a runaway test cannot fill a disk with folders. */
const MAILBOX_LIMIT = 2_000;

export interface MailSimulatorOptions {
  /** Directory of the mailboxes; created, and kept between runs. One simulator at a time. */
  dir: string;
  /** 0, the default, takes any free port. */
  imapPort?: number;
  smtpPort?: number;
  /** Default 127.0.0.1. There is no encryption, so nothing else is sensible outside a private network. */
  host?: string;
}

/** What `on('mail')` tells: a mail was stored. */
export interface MailArrival {
  address: string;
  folder: FolderName;
  mail: StoredMail;
}

/**
 * A mail provider in pure npm: SMTP for submission, IMAP for reading, mailboxes on disk that a restart brings back with
 * the same UIDs under the same UIDVALIDITY. Whatever it accepts is in a mailbox of its own; nothing leaves the machine.
 *
 * Events: `mail` with a MailArrival, after the mail is durable and visible to IMAP sessions.
 */
export class MailSimulator extends EventEmitter<{ mail: [MailArrival] }> {
  private readonly accounts = new Map<string, MailAccount>();
  private readonly mailboxes = new Map<MailAccount, ImapMailbox>();
  private readonly imap = new ImapFront(this);
  private readonly smtp = new SmtpFront(this);
  private currentFaults: Faults = {};
  private wiring: Promise<void> = Promise.resolve();
  private ports = { imap: 0, smtp: 0 };

  private constructor(
    private readonly dir: string,
    private readonly host: string,
  ) {
    super();
    this.setMaxListeners(0);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(dir)) {
      const address = decodeURIComponent(name);
      this.accounts.set(address, new MailAccount(address, join(dir, name)));
    }
  }

  /** Reads the mailboxes of `dir` and opens both ports. Rejects if a port is taken or a mailbox cannot be read. */
  static async start(options: MailSimulatorOptions): Promise<MailSimulator> {
    const simulator = new MailSimulator(join(options.dir, 'mailboxes'), options.host ?? '127.0.0.1');
    simulator.ports = { imap: options.imapPort ?? 0, smtp: options.smtpPort ?? 0 };
    try {
      await simulator.open();
    } catch (error) {
      await simulator.stop();
      throw error;
    }
    return simulator;
  }

  get imapPort(): number {
    return this.ports.imap;
  }

  get smtpPort(): number {
    return this.ports.smtp;
  }

  /**
   * Creates a mailbox or changes the settings named; safe to repeat. Returns what one needs to log in. Addresses of any
   * domain are taken; mailboxes of customers.test also come into being by themselves.
   */
  addMailbox(address: string, settings: MailboxSettings = {}): { address: string; password: string } {
    const normal = mailAddress(address);
    const known = this.accounts.get(normal);
    if (known) known.change(settings);
    const account = known ?? this.create(normal, settings);
    return { address: normal, password: account.password };
  }

  /**
   * Puts a mail into a mailbox as if it came from outside, byte for byte. Only when `to` is a plus-address is a
   * Delivered-To header put before it, as providers do. Throws a RangeError if there is no such mailbox.
   */
  deliver(raw: Buffer | string, { to, internalDate }: { to: string; internalDate?: Date }): StoredMail {
    const bytes = typeof raw === 'string' ? Buffer.from(raw, 'utf8') : raw;
    const account = this.get(to);
    const plus = mailAddress(to) !== account.address;
    const content = plus ? Buffer.concat([Buffer.from(`Delivered-To: ${mailAddress(to)}\r\n`), bytes]) : bytes;
    return this.store(account, 'INBOX', content, internalDate);
  }

  /**
   * Writes as a customer does in a mail program, and delivers. With `inReplyTo` (a Message-ID in the customer's
   * mailbox) it answers that mail: to its Reply-To, with References and the quoted text. The customer's mailbox and
   * its Sent copy are made as needed. Returns the mail as stored in the mailbox of the first recipient.
   */
  async writeAs(letter: Letter): Promise<{ messageId: string; mail: StoredMail }> {
    const customer = this.account(letter.from.address, { name: letter.from.name });
    if (letter.from.name) customer.change({ name: letter.from.name });
    const original = letter.inReplyTo && (await readOriginal(customer, letter.inReplyTo));
    const date = letter.date ?? new Date();
    const { raw, messageId, to } = await composeMail(letter, customer, original || undefined, date);
    for (const address of to) this.get(address);
    const [mail] = this.route(customer.address, to, raw, date);
    this.store(customer, 'Sent', raw, date, ['\\Seen']);
    if (!mail) throw new RangeError('writeAs: name at least one recipient in "to".');
    return { messageId, mail };
  }

  /** What is in a mailbox, oldest first. A customer who has no mailbox yet has received nothing. */
  mailbox(address: string): { inbox: StoredMail[]; sent: StoredMail[] } {
    const account = this.findAccount(address);
    if (!account && domainOf(address) !== CUSTOMER_DOMAIN) throw noMailbox(address);
    return { inbox: [...(account?.inbox.mails ?? [])], sent: [...(account?.sent.mails ?? [])] };
  }

  /** Who has a mailbox here, in order of creation by address. */
  listMailboxes(): { address: string; name: string; language: 'fr' | 'en' }[] {
    return [...this.accounts.values()].map(({ address, name, language }) => ({ address, name, language }));
  }

  /** The faults in force; counts in it go down as they strike. Setting replaces all of them: `{}` heals. */
  get faults(): Faults {
    return this.currentFaults;
  }

  set faults(faults: Faults) {
    this.currentFaults = checkFaults(faults);
    this.wiring = this.wiring.then(() => (this.currentFaults.down ? this.shut() : this.open()));
    this.wiring.catch(() => undefined);
  }

  /** Waits until the ports are open or closed as the faults say; rejects if a port was taken meanwhile. */
  async settled(): Promise<void> {
    await this.wiring;
  }

  /** Cuts every IMAP and SMTP connection once, without a word. */
  dropConnections(): void {
    this.imap.cutAll();
    this.smtp.cutAll();
  }

  /** Plays a provider that rebuilt a mailbox: new UIDVALIDITY, sessions cut. */
  renewUidValidity(address: string, folder: FolderName = 'INBOX'): void {
    const account = this.get(address);
    account.folder(folder).renewUidValidity();
    this.imap.cutAll();
    this.imapMailbox(account).load(folder);
  }

  async stop(): Promise<void> {
    await this.wiring.catch(() => undefined);
    await this.shut();
    this.removeAllListeners();
  }

  findAccount(address: string): MailAccount | undefined {
    try {
      return this.accounts.get(mailboxOf(address));
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  imapMailbox(account: MailAccount): ImapMailbox {
    const known = this.mailboxes.get(account);
    if (known) return known;
    const made = new ImapMailbox(account, (folder, mail) =>
      this.emit('mail', { address: account.address, folder, mail }),
    );
    this.mailboxes.set(account, made);
    return made;
  }

  accepts(address: string): boolean {
    if (this.findAccount(address)) return true;
    return domainOf(address) === CUSTOMER_DOMAIN && isAddress(address) && this.accounts.size < MAILBOX_LIMIT;
  }

  submit(account: MailAccount, from: string, to: readonly string[], raw: Buffer): void {
    this.route(from, to, raw, new Date());
    if (account.storesSent) this.store(account, 'Sent', raw, undefined, ['\\Seen']);
  }

  /** Delivers one copy to each recipient, with the trace headers of a receiving server in front. */
  private route(from: string, to: readonly string[], raw: Buffer, date: Date): StoredMail[] {
    return to.map((address) => {
      const trace =
        `Return-Path: <${from}>\r\nDelivered-To: ${address}\r\n` +
        `Received: by mail.simulator.test with ESMTPSA for <${address}>;\r\n\t${rfcDate(date)}\r\n`;
      return this.store(this.account(address), 'INBOX', Buffer.concat([Buffer.from(trace), raw]), date);
    });
  }

  private store(account: MailAccount, folder: FolderName, raw: Buffer, date?: Date, flags?: string[]): StoredMail {
    const mail = account.folder(folder).add(raw, { internalDate: date, flags });
    this.mailboxes.get(account)?.show(folder, mail);
    this.emit('mail', { address: account.address, folder, mail });
    return mail;
  }

  private account(address: string, settings: MailboxSettings = {}): MailAccount {
    const mailbox = mailboxOf(address);
    const known = this.accounts.get(mailbox);
    if (!known && domainOf(mailbox) !== CUSTOMER_DOMAIN) throw noMailbox(address);
    return known ?? this.create(mailbox, settings);
  }

  private get(address: string): MailAccount {
    return this.account(address);
  }

  private create(address: string, settings: MailboxSettings): MailAccount {
    if (this.accounts.size >= MAILBOX_LIMIT) {
      throw new RangeError(`The simulated provider has ${MAILBOX_LIMIT} mailboxes and takes no more.`);
    }
    const account = new MailAccount(address, join(this.dir, encodeURIComponent(address)), settings);
    this.accounts.set(address, account);
    return account;
  }

  private async open(): Promise<void> {
    if (!this.imap.listening) this.ports.imap = await this.imap.listen(this.ports.imap, this.host);
    if (!this.smtp.listening) this.ports.smtp = await this.smtp.listen(this.ports.smtp, this.host);
  }

  private async shut(): Promise<void> {
    await Promise.all([this.imap.close(), this.smtp.close()]);
  }
}

function isAddress(address: string): boolean {
  return /^[^\s<>@]+@[^\s<>@]+$/.test(address);
}

function rfcDate(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000');
}

function noMailbox(address: string): RangeError {
  return new RangeError(`No mailbox "${address}" at the simulated provider. Add it with addMailbox("${address}").`);
}
