import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import nodemailer from 'nodemailer';
import { MailSimulator } from '../src/mail-simulator';

export const SUPPORT = 'support@demo.evenhand.test';
export const MARIE = 'marie@customers.test';

/** A provider with the mailbox of SUPPORT (password "right"), and the clients that talk to it. */
export class Provider {
  private readonly clients: ImapFlow[] = [];

  private constructor(
    readonly dir: string,
    public simulator: MailSimulator,
  ) {}

  static async start(): Promise<Provider> {
    const dir = mkdtempSync(join(tmpdir(), 'evenhand-mail-'));
    const provider = new Provider(dir, await MailSimulator.start({ dir }));
    provider.simulator.addMailbox(SUPPORT, { password: 'right', name: 'Support' });
    return provider;
  }

  async restart(): Promise<void> {
    await this.simulator.stop();
    this.simulator = await MailSimulator.start({ dir: this.dir });
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.close();
    await this.simulator.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** A client that has not connected yet. */
  imap(pass = 'right', user = SUPPORT): ImapFlow {
    const { imapPort: port } = this.simulator;
    const client = new ImapFlow({ host: '127.0.0.1', port, secure: false, auth: { user, pass }, logger: false });
    client.on('error', () => undefined);
    this.clients.push(client);
    return client;
  }

  async opened(folder = 'INBOX', readOnly = true): Promise<ImapFlow> {
    const client = this.imap();
    await client.connect();
    await client.mailboxOpen(folder, { readOnly });
    return client;
  }

  /** Sends a mail as SUPPORT. */
  submit(mail: object, pass = 'right', socketTimeout = 5_000) {
    const { smtpPort: port } = this.simulator;
    return nodemailer
      .createTransport({ host: '127.0.0.1', port, auth: { user: SUPPORT, pass }, socketTimeout })
      .sendMail({ from: SUPPORT, subject: 'Réponse', text: 'Bonjour', ...mail });
  }
}
