import { createHmac, randomBytes } from 'node:crypto';
import { Vault } from '@app/connector-host';
import { Workspaces } from '@app/inbox';
import { Clock } from '@app/runtime';
import { messengerAccounts } from '../../apps/connector-messenger/src';
import { MessengerSimulator } from '../../apps/simulator/src';
import { until } from '../support/product';
import type { BenchContext } from './bench';
import type { BenchDatabase } from './bench-server';
import { postOf } from './http-load';

/** People who write to each Page. */
const PEOPLE = 50;

/** One thing a customer wrote. */
export interface Written {
  /** Number of the Page. */
  readonly page: number;
  /** Number of the person. */
  readonly person: number;
  readonly text: string;
}

/** Pages that are connected in a database, and what Meta would send for them. The platform is played here, in this process. */
export class PushedPages {
  readonly key = randomBytes(32);
  private made = 0;
  private pageIds: string[] = [];
  private appSecret = '';
  private path = '';

  private constructor(
    private readonly database: BenchDatabase,
    readonly workspaceId: string,
  ) {}

  static async connect(database: BenchDatabase, count: number, onEnd: BenchContext['onEnd']): Promise<PushedPages> {
    const api = await database.pool('api', 1);
    const { workspaceId } = await api.transaction('system', (tx) => new Workspaces().create(tx, { name: 'Bench' }));
    const pages = new PushedPages(database, workspaceId);
    const simulator = await MessengerSimulator.start({ clock: new Clock() });
    onEnd(() => simulator.stop());
    await pages.addAll(simulator, await simulator.listen(), count);
    return pages;
  }

  /** Environment of the process that takes their webhooks. */
  get environment(): Record<string, string> {
    return { EVENHAND_CONNECTOR_KEY: this.key.toString('hex'), EVENHAND_ALLOW_PRIVATE_HOSTS: 'on' };
  }

  /** Resolves when the product looks after all of them. */
  async lookedAfter(): Promise<void> {
    const client = await this.database.client();
    try {
      await until('the Pages are looked after', async () => {
        const { rows } = await client.query<{ n: number }>(
          'select count(*) as n from intake.accounts where lease_number = 0',
        );
        return Number(rows[0]!.n) === 0;
      });
    } finally {
      await client.end();
    }
  }

  /** Signed requests, of one message each, that were never sent before; Pages and people by turns. */
  requests(port: number, count: number): Buffer[] {
    return Array.from({ length: count }, (_, n) => this.request(port, [this.writing(n)]));
  }

  /** One signed request with so many messages to one Page. */
  batch(port: number, messages: number): Buffer {
    return this.request(
      port,
      Array.from({ length: messages }, (_, n) => ({ ...this.writing(n), page: 0 })),
    );
  }

  /** One signed request with these messages. */
  request(port: number, written: readonly Written[]): Buffer {
    const body = Buffer.from(this.bodyOf(written));
    const signature = `sha256=${createHmac('sha256', this.appSecret).update(body).digest('hex')}`;
    const url = new URL(this.path, `http://127.0.0.1:${port}`);
    return postOf(url, body, { 'x-hub-signature-256': signature });
  }

  /** The same bodies, for whoever takes them without a signature. */
  bare(url: URL, count: number): Buffer[] {
    return Array.from({ length: count }, (_, n) => postOf(url, Buffer.from(this.bodyOf([this.writing(n)])), {}));
  }

  private writing(n: number): Written {
    const text = `Hello, my order ${this.made} has not come although it was to be here on Tuesday. Where is it?`;
    return { page: n % this.pageIds.length, person: n % PEOPLE, text };
  }

  /** In the form in which the platform sends messages; about 400 bytes for one. */
  private bodyOf(written: readonly Written[]): string {
    const time = Date.now();
    const entry = written.map(({ page, person, text }) => {
      const id = this.pageIds[page]!;
      const mid = `m_${String(this.made++).padStart(12, '0')}${randomBytes(48).toString('base64url')}`;
      const sender = { id: `62100000${String(page).padStart(4, '0')}${String(person).padStart(4, '0')}` };
      return { id, time, messaging: [{ sender, recipient: { id }, timestamp: time, message: { mid, text } }] };
    });
    return JSON.stringify({ object: 'page', entry });
  }

  private async addAll(simulator: MessengerSimulator, origin: string, count: number): Promise<void> {
    const app = simulator.addApp({ requireProof: true });
    this.appSecret = app.appSecret;
    const vault = new Vault(this.key);
    const opened = messengerAccounts({ database: await this.database.pool('connector', 2), vault });
    const { accounts } = opened;
    const settings = { appId: app.appId, graphUrl: `${origin}/sim/graph`, dialogUrl: `${origin}/sim/facebook` };
    const secrets = { appSecret: app.appSecret, verifyToken: 'the bench knows it' };
    const known = await accounts.apps.add({ workspaceId: this.workspaceId, settings, secrets });
    this.path = `/webhooks/messenger/${known.key}`;
    for (let n = 0; n < count; n++) {
      const { pageId } = simulator.addPage({ name: `Bench ${n}` });
      const { userId } = simulator.addUser({ pages: [pageId] });
      const pageToken = simulator.token({ appId: app.appId, userId, pageId });
      await accounts.add({
        workspaceId: this.workspaceId,
        address: pageId,
        name: `Bench ${n}`,
        settings: { pageId },
        credentials: { pageToken },
        appId: known.id,
      });
      this.pageIds.push(pageId);
    }
    opened.close();
  }
}
