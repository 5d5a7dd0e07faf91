import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clock } from '@app/runtime';
import { Customers, type Channel } from '../src/customers/customers';
import { DEMO_MAILBOX, MailSimulator } from '../src/mail-simulator';
import { DEMO_PAGE_ID } from '../src/messenger/demo';
import { MessengerSimulator } from '../src/messenger/messenger-simulator';
import { DEMO_HANDLE } from '../src/x/demo';
import { XSimulator } from '../src/x/x-simulator';

/** Nobody asks there: files are served by whoever serves the simulators. */
const ORIGIN = 'http://127.0.0.1';

/** Something that a customer wrote, on whatever channel. */
export interface Written {
  channel: Channel;
  who: string;
  text: string;
  at: number;
}

/** The three simulated platforms with the demo's accounts and customers, kept in a directory, for tests. */
export class Town {
  readonly clock = new Clock();
  mail!: MailSimulator;
  messenger!: MessengerSimulator;
  x!: XSimulator;
  customers!: Customers;

  private constructor(private readonly dir: string) {}

  static async start(): Promise<Town> {
    const town = new Town(mkdtempSync(join(tmpdir(), 'evenhand-town-')));
    await town.open();
    return town;
  }

  async restart(): Promise<void> {
    await this.close();
    await this.open();
  }

  async writeEarlier(): Promise<number> {
    let written = 0;
    for (const channel of ['mail', 'messenger', 'x'] as const) written += await this.customers.writeEarlier(channel);
    return written;
  }

  /** All that customers wrote, the oldest first. */
  async written(): Promise<Written[]> {
    const mails = await Promise.all(
      this.mail.mailbox(DEMO_MAILBOX).inbox.map(async (mail): Promise<Written> => {
        const { from, text = '' } = await mail.read();
        return { channel: 'mail', who: from?.address ?? '', text: text.trim(), at: mail.internalDate.getTime() };
      }),
    );
    const chats = this.messenger.truth(DEMO_PAGE_ID).filter(({ direction }) => direction === 'inbound');
    const posts = this.x.truth(DEMO_HANDLE.id).filter(({ direction }) => direction === 'inbound');
    return [
      ...mails,
      ...chats.map(({ person, text, at }): Written => ({ channel: 'messenger', who: person, text, at })),
      ...posts.map(({ person, text, at }): Written => ({ channel: 'x', who: person, text, at })),
    ].sort((a, b) => a.at - b.at);
  }

  async stop(): Promise<void> {
    await this.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  private async open(): Promise<void> {
    const { dir, clock } = this;
    this.mail = await MailSimulator.start({ dir });
    this.mail.addMailbox(DEMO_MAILBOX, { storesSent: true });
    this.messenger = await MessengerSimulator.start({ dir: join(dir, 'messenger'), clock, seed: 7, origin: ORIGIN });
    this.messenger.seedDemo();
    this.x = await XSimulator.start({ dir: join(dir, 'x'), clock, seed: 7, origin: ORIGIN });
    this.x.seedDemo();
    this.customers = new Customers({ mail: this.mail, messenger: this.messenger, x: this.x, clock, dir });
  }

  private async close(): Promise<void> {
    this.customers.stop();
    await this.x.stop();
    await this.messenger.stop();
    await this.mail.stop();
  }
}
