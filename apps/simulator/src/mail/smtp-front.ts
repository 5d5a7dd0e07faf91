import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { CUSTOMER_DOMAIN, domainOf, mailAddress, mailboxOf } from './address';
import { refusalOf, strikes } from './faults';
import { samePassword } from './imap-front';
import { MailboxFull } from './mail-folder';
import type { PostOffice } from './post-office';

/** Largest mail taken, bytes: what Gmail documents for a message as sent. */
export const SIZE_LIMIT = 35 * 1024 * 1024;
const RECIPIENT_LIMIT = 100;

type Done = (error?: Error | null, message?: string) => void;

/** The SMTP port: takes mail from those who log in, for simulated mailboxes only; nothing leaves the machine. */
export class SmtpFront {
  private server: SMTPServer | undefined;
  private readonly sockets = new Map<number, Socket>();

  constructor(private readonly office: PostOffice) {}

  get listening(): boolean {
    return this.server?.server.listening ?? false;
  }

  async listen(port: number, host: string): Promise<number> {
    const server = new SMTPServer({
      name: 'mail.simulator.test',
      banner: 'Evenhand simulated mail provider',
      logger: false,
      size: SIZE_LIMIT,
      maxClients: 200,
      socketTimeout: 60_000,
      closeTimeout: 1_000,
      disableReverseLookup: true,
      hideSTARTTLS: true,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      authMethods: ['PLAIN', 'LOGIN'],
      onAuth: (auth, _session, done) => {
        const account = this.office.find(auth.username ?? '');
        const refused = strikes(this.office.faults, 'refuseLogin');
        if (refused || !account || !samePassword(auth.password ?? '', account.password)) {
          done(reply(535, '5.7.8 Username and password not accepted'));
        } else done(null, { user: account.address });
      },
      onMailFrom: ({ address }, session, done) => done(this.senderFault(address, session)),
      onRcptTo: ({ address }, session, done) => done(this.recipientFault(address, session)),
      onData: (stream, session, done) => void this.take(stream, session, done),
    });
    this.server = server;
    server.server.on('connection', (socket) => {
      const { remotePort = 0 } = socket;
      this.sockets.set(remotePort, socket);
      socket.once('close', () => this.sockets.delete(remotePort));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        // A client that vanishes is no fault of ours; without a listener it would end the process.
        server.on('error', () => undefined);
        resolve();
      });
    });
    return (server.server.address() as AddressInfo).port;
  }

  cutAll(): void {
    for (const socket of this.sockets.values()) socket.destroy();
  }

  async close(): Promise<void> {
    const { server } = this;
    if (!server?.server.listening) return;
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    this.cutAll();
    await closed;
  }

  private senderFault(address: string, session: SMTPServerSession): Error | undefined {
    const own = String(session.user ?? '');
    if (address === '' || isMailboxOf(address, own)) return undefined;
    return reply(553, `5.7.1 Sender address rejected: not owned by ${own}`);
  }

  private recipientFault(address: string, session: SMTPServerSession): Error | undefined {
    const refusal = refusalOf(this.office.faults, 'rcpt');
    if (refusal) return reply(refusal.code, refusal.text);
    if (session.envelope.rcptTo.length >= RECIPIENT_LIMIT) return reply(452, '4.5.3 Too many recipients');
    if (this.office.accepts(address)) return undefined;
    if (domainOf(address) === CUSTOMER_DOMAIN) return reply(550, '5.1.3 Bad recipient address syntax');
    return reply(550, `5.1.1 <${address}> is no simulated mailbox, and nothing leaves this machine`);
  }

  private async take(stream: SMTPServerDataStream, session: SMTPServerSession, done: Done): Promise<void> {
    const { faults } = this.office;
    const cut = (): void => void this.sockets.get(session.remotePort)?.destroy();
    if (strikes(faults, 'cutDuringData')) {
      stream.resume();
      return cut();
    }
    const chunks: Buffer[] = [];
    let size = 0;
    stream.on('error', () => undefined);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= SIZE_LIMIT) chunks.push(chunk);
      else chunks.length = 0;
    }
    if (size > SIZE_LIMIT) return done(reply(552, '5.3.4 Message size exceeds the limit of 35 MB'));
    if (faults.delayMs) await new Promise((resolve) => setTimeout(resolve, faults.delayMs).unref());
    const refusal = refusalOf(faults, 'data');
    if (refusal) return done(reply(refusal.code, refusal.text));
    const account = this.office.find(String(session.user ?? ''));
    const { mailFrom, rcptTo } = session.envelope;
    if (!account) return done(reply(451, '4.3.0 The mailbox vanished'));
    const to = rcptTo.map(({ address }) => address);
    try {
      this.office.submit(account, mailFrom ? mailFrom.address : '', to, Buffer.concat(chunks));
    } catch (error) {
      if (error instanceof MailboxFull) return done(reply(452, '4.2.2 The mailbox is full'));
      return done(reply(451, `4.3.0 Could not store the mail: ${(error as Error).message.replace(/\s+/g, ' ')}`));
    }
    if (strikes(faults, 'cutAfterData')) return cut();
    done(null, `2.0.0 OK queued as ${session.id}`);
  }
}

function isMailboxOf(address: string, own: string): boolean {
  try {
    return mailboxOf(mailAddress(address)) === own;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** An SMTP answer; `text` begins with the enhanced status code. */
function reply(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}
