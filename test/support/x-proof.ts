import { Vault } from '@app/connector-host';
import { Database, Ids, Logger, roleUrl } from '@app/runtime';
import { xAccounts } from '../../apps/connector-x/src';
import { XSimulator, type AppKeys, type XSimulatorOptions } from '../../apps/simulator/src';
import { SeparateApps } from './installed-product';
import { MovedClock } from './moved-clock';
import { PlatformProof } from './platform-proof';
import { until } from './product';

/** A handle of the proof as the platform and the product know it. */
export interface HandleOfProof {
  readonly userId: string;
  readonly username: string;
  /** Row of the account. */
  readonly accountId: string;
}

export interface XProofOptions {
  /** Default 1; all through one app. */
  readonly handles?: number;
  readonly simulator?: Partial<XSimulatorOptions>;
}

/** X as an operator has it. Handles are connected by command. */
export class XProof extends PlatformProof<XSimulator> {
  readonly handles: HandleOfProof[] = [];

  private constructor(
    product: SeparateApps,
    simulator: XSimulator,
    time: MovedClock,
    readonly app: AppKeys,
  ) {
    super(product, simulator, time);
  }

  static async start({ handles = 1, simulator: more }: XProofOptions = {}): Promise<XProof> {
    const time = new MovedClock();
    const simulator = await XSimulator.start({ clock: time.clock, ...more });
    await simulator.listen();
    const product = await SeparateApps.start(time.environment, 'connector-x').catch(async (error: unknown) => {
      await simulator.stop();
      throw error;
    });
    const proof = new XProof(product, simulator, time, simulator.addApp());
    try {
      for (let n = 0; n < handles; n++) await proof.connect(`lumen_${n + 1}`);
    } catch (error) {
      await proof.kill();
      throw error;
    }
    return proof;
  }

  /** The one handle, or the first. */
  get handle(): HandleOfProof {
    return this.handles[0]!;
  }

  /** Where the platform sends what happens. */
  get webhookUrl(): string {
    return this.simulator.pushing.hooks.listOf(this.app.appId)[0]!.url;
  }

  /** A handle on the platform; not connected. */
  addHandle(username: string): Omit<HandleOfProof, 'accountId'> {
    return this.simulator.addUser({ username, name: username });
  }

  /** Connects a handle as an operator does, a new one unless it is given. */
  async connect(username: string, known?: Omit<HandleOfProof, 'accountId'>): Promise<HandleOfProof> {
    const { simulator, product, app } = this;
    const user = known ?? this.addHandle(username);
    const { token, tokenSecret } = simulator.oldToken({ appId: app.appId, userId: user.userId });
    const args = ['account', 'add', 'x', '--client-id', app.clientId, '--secrets-stdin'];
    args.push('--api-url', `${simulator.origin}/sim/x/api`, '--authorize-url', `${simulator.origin}/sim/x`);
    const secrets = [app.consumerKey, app.consumerSecret, token, tokenSecret].join('\n');
    const said = await product.command(args, `${secrets}\n`, { EVENHAND_PUBLIC_URL: product.urlOf('connector-x') });
    if (/does not (deliver|tell)/.test(said)) throw new Error(said);
    const accountId = await until('the handle is looked after', async () => {
      // once its lists were read there are cursors: what is written later is new
      const rows = await product.query<{ id: string }>(
        `select a.id from intake.accounts a join inbox.accounts i on i.id = a.id
          where a.address = $1 and i.status = 'connected'
            and (select count(*) from intake.cursors c where c.account_id = a.id) >= 1`,
        [user.userId],
      );
      return rows[0]?.id;
    }).catch((error: Error) => {
      throw new Error(`${error.message}\n${said}\n${product.output.slice(-3_000)}`);
    });
    const handle = { ...user, accountId };
    this.handles.push(handle);
    return handle;
  }

  /** Gives a handle the tokens that somebody gets who signs in: they end, and renewing them is good once. */
  async signIn({ userId, accountId }: HandleOfProof): Promise<void> {
    const { simulator, product, app } = this;
    const { accessToken, refreshToken = '', expiresAt, scopes } = simulator.token({ appId: app.appId, userId });
    const database = await Database.connect({
      url: roleUrl(product.ownerUrl(), 'connector'),
      poolSize: 2,
      applicationName: 'test',
      clock: this.clock,
      ids: new Ids(),
      logger: Logger.create({ level: 'silent', app: 'test' }),
    });
    const known = xAccounts({ database, vault: new Vault(Buffer.from(product.connectorKey, 'hex')) });
    try {
      const { settings, app: through } = await known.accounts.open(accountId);
      // the command is told no secret for signing in
      const secrets = { ...(through!.secrets as object), clientSecret: app.clientSecret };
      await known.accounts.apps.change(through!.id, through!.settings, secrets);
      const credentials = { kind: 'oauth2', accessToken, refreshToken, expiresAt: expiresAt.toISOString(), scopes };
      await known.accounts.reconnect(accountId, settings, credentials, {
        check: false,
        appId: through!.id,
        connectedBy: userId,
      });
    } finally {
      known.close();
      await database.close();
    }
  }

  /** Calls of the API whose endpoint (`POST /2/tweets`) has this in it, the oldest first. */
  calls(endpoint = '') {
    return this.simulator
      .journal()
      .flatMap((entry) => (entry.kind === 'call' && entry.endpoint.includes(endpoint) ? [entry] : []));
  }
}
