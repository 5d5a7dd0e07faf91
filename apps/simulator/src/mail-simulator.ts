import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { composeMail, type Letter } from './customers/letter';
import { readOriginal } from './customers/original';
import { CUSTOMER_DOMAIN, domainOf, mailAddress } from './mail/address';
import { checkFaults, type Faults } from './mail/faults';
import { ImapFront } from './mail/imap-front';
import type { FolderName, MailboxSettings } from './mail/mail-account';
import { type MailArrival, PostOffice } from './mail/post-office';
import { SmtpFront } from './mail/smtp-front';
import type { StoredMail } from './mail/stored-mail';

/** The mailbox of the demo workspace. */
export const DEMO_MAILBOX = 'support@demo.evenhand.test';

export interface MailSimulatorOptions {
  /** Directory of the mailboxes; created, and kept between runs. One simulator at a time. */
  dir: string;
  /** 0, the default, takes any free port. */
  imapPort?: number;
  smtpPort?: number;
  /** Default 127.0.0.1. There is no encryption, so nothing else is sensible outside a private network. */
  host?: string;
}

/** A mailbox as a list shows it. */
export interface MailboxSummary {
  address: string;
  name: string;
  language: 'fr' | 'en';
  /** Mails in INBOX without \Seen. */
  unseen: number;
}

/**
 * A mail provider in pure npm: SMTP for submission, IMAP for reading, mailboxes on disk that a restart brings back with
 * the same UIDs under the same UIDVALIDITY. Whatever it accepts is in a mailbox of its own; nothing leaves the machine.
 *
 * Events: `mail` with a MailArrival, after the mail is durable and visible to IMAP sessions.
 */
export class MailSimulator extends EventEmitter<{ mail: [MailArrival] }> {
  private readonly office: PostOffice;
  private readonly imap: ImapFront;
  private readonly smtp: SmtpFront;
  private wiring: Promise<void> = Promise.resolve();
  private ports = { imap: 0, smtp: 0 };

  private constructor(
    dir: string,
    private readonly host: string,
  ) {
    super();
    this.setMaxListeners(0);
    this.office = new PostOffice(dir, (arrival) => this.emit('mail', arrival));
    this.imap = new ImapFront(this.office);
    this.smtp = new SmtpFront(this.office);
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
    const account = this.office.add(address, settings);
    return { address: account.address, password: account.password };
  }

  /**
   * Puts a mail into a mailbox as if it came from outside, byte for byte. Only when `to` is a plus-address is a
   * Delivered-To header put before it, as providers do. Throws a RangeError if there is no such mailbox.
   */
  deliver(raw: Buffer | string, { to, internalDate }: { to: string; internalDate?: Date }): StoredMail {
    const bytes = typeof raw === 'string' ? Buffer.from(raw, 'utf8') : raw;
    const account = this.office.get(to);
    const plus = mailAddress(to) !== account.address;
    const content = plus ? Buffer.concat([Buffer.from(`Delivered-To: ${mailAddress(to)}\r\n`), bytes]) : bytes;
    return this.office.store(account, 'INBOX', content, internalDate);
  }

  /**
   * Writes as a customer does in a mail program, and delivers. With `inReplyTo` (a Message-ID in the customer's
   * mailbox) it answers that mail: to its Reply-To, with References and the quoted text. The customer's mailbox and
   * its Sent copy are made as needed. Returns the mail as stored in the mailbox of the first recipient. Throws a
   * RangeError for an address without a mailbox, or when there is no such mail to answer; then nothing is delivered.
   */
  async writeAs(letter: Letter): Promise<{ messageId: string; mail: StoredMail }> {
    const { name, address, language } = letter.from;
    const customer = this.office.get(address, { name, language });
    customer.change({ name, language });
    const original = letter.inReplyTo === undefined ? undefined : await readOriginal(customer, letter.inReplyTo);
    const date = letter.date ?? new Date();
    const { raw, messageId, to } = await composeMail(letter, customer, original, date);
    for (const recipient of to) this.office.get(recipient);
    const [mail] = this.office.route(customer.address, to, raw, date);
    if (!mail) throw new RangeError('A mail needs at least one address in "to".');
    this.office.store(customer, 'Sent', raw, date, ['\\Seen']);
    return { messageId, mail };
  }

  /** What is in a mailbox, oldest first. A customer who has no mailbox yet has received nothing. */
  mailbox(address: string): { inbox: StoredMail[]; sent: StoredMail[] } {
    const unknownCustomer = !this.office.find(address) && domainOf(address) === CUSTOMER_DOMAIN;
    const account = unknownCustomer ? undefined : this.office.get(address);
    return { inbox: [...(account?.inbox.mails ?? [])], sent: [...(account?.sent.mails ?? [])] };
  }

  listMailboxes(): MailboxSummary[] {
    return this.office.list().map(({ address, name, language, inbox }) => {
      const unseen = inbox.mails.filter((mail) => !mail.flags.includes('\\Seen')).length;
      return { address, name, language, unseen };
    });
  }

  /** Marks mails of an INBOX as read by their owner. */
  markSeen(address: string, mails: readonly StoredMail[]): void {
    const account = this.office.get(address);
    this.office.imapMailbox(account).addFlag('INBOX', new Set(mails.map(({ uid }) => uid)), '\\Seen');
  }

  /** The faults in force; counts in it go down as they strike. Setting replaces all of them: `{}` heals. */
  get faults(): Faults {
    return this.office.faults;
  }

  set faults(faults: Faults) {
    this.office.faults = checkFaults(faults);
    this.wiring = this.wiring.catch(() => undefined).then(() => (this.office.faults.down ? this.shut() : this.open()));
    // Whoever wants to know waits for settled().
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
    const account = this.office.get(address);
    account.folder(folder).renewUidValidity();
    this.imap.cutAll();
    this.office.imapMailbox(account).load(folder);
  }

  async stop(): Promise<void> {
    await this.wiring.catch(() => undefined);
    await this.shut();
    this.removeAllListeners();
  }

  private async open(): Promise<void> {
    const open = async (front: ImapFront | SmtpFront, name: 'imap' | 'smtp'): Promise<void> => {
      if (front.listening) return;
      const port = this.ports[name];
      try {
        this.ports[name] = await front.listen(port, this.host);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
        const protocol = name.toUpperCase();
        throw new Error(
          `Port ${port}, for ${protocol} of the simulated mail provider, is taken. Set EVENHAND_SIMULATOR_${protocol}_PORT ` +
            'to another (0 takes a free one), or stop what listens there.',
          { cause: error },
        );
      }
    };
    await open(this.imap, 'imap');
    await open(this.smtp, 'smtp');
  }

  private async shut(): Promise<void> {
    await Promise.all([this.imap.close(), this.smtp.close()]);
  }
}
