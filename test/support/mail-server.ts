import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { MailSimulator } from '../../apps/simulator/src';
import { Dovecot, hasDovecot } from './dovecot';

const PASSWORD = 'secret';

/**
 * The IMAP side of a mail provider that can be hurt: Dovecot where this machine has one, else the simulator, which is the
 * same to a client and part of the test's own process. SMTP is the test's business.
 */
export abstract class MailServer {
  /** For the names of tests. */
  static readonly kind = hasDovecot ? 'Dovecot' : 'the simulated mail server (no Dovecot here)';

  static async start(): Promise<MailServer> {
    return hasDovecot ? new DovecotServer(await Dovecot.start()) : SimulatedServer.start();
  }

  readonly password = PASSWORD;
  abstract readonly imapPort: number;
  abstract addMailbox(address: string): Promise<void>;
  /** Puts mails into an INBOX; those that a crash of the server interrupts are given to it again. */
  abstract deliver(to: string, mails: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void>;
  /** Ends every session without a word. */
  abstract killSessions(): Promise<void>;
  /** kill -9 of the whole server, and a new one on the same port with the same mail. */
  abstract crash(): Promise<void>;
  abstract stop(): Promise<void>;

  /** Files a mail in the Sent folder, as a provider does with what it has taken. */
  async fileInSent(address: string, raw: Buffer): Promise<void> {
    await this.session(address, async (client) => void (await client.append('Sent', raw, ['\\Seen'])));
  }

  /** What a client is told of a folder. */
  async status(address: string, folder = 'INBOX'): Promise<{ uidNext: number; uidValidity: string; messages: number }> {
    return this.session(address, async (client) => {
      const box = await client.mailboxOpen(folder, { readOnly: true });
      return { uidNext: box.uidNext, uidValidity: String(box.uidValidity), messages: box.exists };
    });
  }

  private async session<T>(address: string, work: (client: ImapFlow) => Promise<T>): Promise<T> {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: this.imapPort,
      secure: false,
      auth: { user: address, pass: PASSWORD },
      logger: false,
    });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      client.close();
    }
  }
}

class DovecotServer extends MailServer {
  constructor(private readonly server: Dovecot) {
    super();
  }

  get imapPort(): number {
    return this.server.imapPort;
  }

  addMailbox(address: string): Promise<void> {
    return this.server.addUser(address);
  }

  async deliver(to: string, mails: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
    for await (const raw of mails) {
      for (let tries = 1; ; tries++) {
        try {
          await this.server.deliver(to, [raw]);
          break;
        } catch (error) {
          // down, or gone in the middle: nobody knows whether it has the mail, so it comes again, as from any mail server
          if (tries === 200) throw error;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    }
  }

  killSessions(): Promise<void> {
    return this.server.killSessions();
  }

  async crash(): Promise<void> {
    await this.server.crash();
    await this.server.up();
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

class SimulatedServer extends MailServer {
  private readonly mailboxes = new Set<string>();

  private constructor(
    private readonly dir: string,
    private server: MailSimulator,
  ) {
    super();
  }

  static override async start(): Promise<SimulatedServer> {
    const dir = await mkdtemp(join(tmpdir(), 'evenhand-mail-'));
    return new SimulatedServer(dir, await MailSimulator.start({ dir }));
  }

  get imapPort(): number {
    return this.server.imapPort;
  }

  async addMailbox(address: string): Promise<void> {
    this.mailboxes.add(address);
    this.server.addMailbox(address, { password: PASSWORD });
  }

  async deliver(to: string, mails: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
    for await (const raw of mails) {
      this.server.deliver(raw, { to });
      // it shares the process with the test: let its sessions speak
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async killSessions(): Promise<void> {
    this.server.dropConnections();
  }

  async crash(): Promise<void> {
    this.server.faults = { down: true };
    await this.server.settled();
    this.server.faults = {};
    await this.server.settled();
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await rm(this.dir, { recursive: true, force: true });
  }
}
