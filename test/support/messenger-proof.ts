import { MessengerSimulator, type MessengerOptions } from '../../apps/simulator/src';
import { MovedClock } from './moved-clock';
import { SeparateApps } from './installed-product';
import { PlatformProof } from './platform-proof';
import { until } from './product';

/** A Page of the proof as the platform and the product know it. */
export interface PageOfProof {
  readonly pageId: string;
  /** Row of the account. */
  readonly accountId: string;
  readonly userId: string;
  readonly token: string;
}

export interface ProofOptions {
  /** Default 1. */
  readonly pages?: number;
  readonly simulator?: Partial<MessengerOptions>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Messenger as an operator has it. Pages are connected by command. */
export class MessengerProof extends PlatformProof<MessengerSimulator> {
  readonly pages: PageOfProof[] = [];

  private constructor(
    product: SeparateApps,
    simulator: MessengerSimulator,
    time: MovedClock,
    readonly app: { readonly appId: string; readonly appSecret: string },
  ) {
    super(product, simulator, time);
  }

  static async start({ pages = 1, simulator: more, environment }: ProofOptions = {}): Promise<MessengerProof> {
    const time = new MovedClock();
    const simulator = await MessengerSimulator.start({ clock: time.clock, receipts: 'delivered', ...more });
    await simulator.listen();
    const env = { ...time.environment, ...environment };
    const product = await SeparateApps.start(env, 'connector-messenger').catch(async (error: unknown) => {
      await simulator.stop();
      throw error;
    });
    const proof = new MessengerProof(product, simulator, time, simulator.addApp({ requireProof: true }));
    try {
      for (let n = 0; n < pages; n++) await proof.connect(`Lumen ${n + 1}`);
    } catch (error) {
      await proof.kill();
      throw error;
    }
    return proof;
  }

  /** The one Page, or the first. */
  get page(): PageOfProof {
    return this.pages[0]!;
  }

  /** Where the platform sends what happens. */
  get webhookUrl(): string {
    return this.simulator.world.app(this.app.appId).webhook!.url;
  }

  /** A Page on the platform, and somebody who manages it; not connected. */
  addPage(name: string): Omit<PageOfProof, 'accountId'> {
    const { pageId } = this.simulator.addPage({ name });
    const { userId } = this.simulator.addUser({ pages: [pageId] });
    const token = this.simulator.token({ appId: this.app.appId, userId, pageId });
    return { pageId, userId, token };
  }

  /** Connects a Page as an operator does, a new one unless it is given. */
  async connect(name: string, known?: Omit<PageOfProof, 'accountId'>): Promise<PageOfProof> {
    const { pageId, userId, token } = known ?? this.addPage(name);
    const args = ['account', 'add', 'messenger', '--page-id', pageId, '--app-id', this.app.appId, '--secrets-stdin'];
    args.push(
      '--graph-url',
      `${this.simulator.origin}/sim/graph`,
      '--dialog-url',
      `${this.simulator.origin}/sim/facebook`,
    );
    const said = await this.product.command(args, `${this.app.appSecret}\n${token}\n`, {
      EVENHAND_PUBLIC_URL: this.product.urlOf('connector-messenger'),
    });
    if (said.includes('does not send webhooks')) throw new Error(said);
    const accountId = await until('the Page is looked after', async () => {
      const rows = await this.product.query<{ id: string }>(
        `select a.id from intake.accounts a join inbox.accounts i on i.id = a.id where a.address = $1 and i.status = 'connected'`,
        [pageId],
      );
      return rows[0]?.id;
    });
    const page = { pageId, accountId, userId, token };
    this.pages.push(page);
    return page;
  }
}
