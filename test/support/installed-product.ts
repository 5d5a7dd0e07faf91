import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { roleUrl, type DatabaseRole } from '@app/runtime';
import { ApiClient } from './api-client';
import { built } from './built';
import type { Victim } from './chaos';
import { freePort } from './free-port';
import { evenhand } from './operator';
import { ProductProcess, until } from './product';
import { testDatabase, type TestDatabase } from './test-database';

const PERSON = { email: 'lea@nord.example', password: 'a long enough password' };

/** What `account add email` is told of a mailbox. */
export interface MailboxOfTest {
  readonly address: string;
  readonly password: string;
  readonly imapPort: number;
  readonly smtpPort: number;
  /** How copies come into the Sent folder; see the command. */
  readonly sentCopies?: 'provider' | 'ours' | 'none';
}

/** Evenhand as an operator has it: its own processes from dist/, its own data, an admin and mailboxes by command. */
export abstract class InstalledProduct {
  readonly api: ApiClient;
  private readonly started: ProductProcess[] = [];

  protected constructor(
    readonly dataDir: string,
    readonly port: number,
    private readonly environment: Readonly<Record<string, string>>,
  ) {
    this.api = new ApiClient(`http://127.0.0.1:${port}`);
  }

  /** URL of the owner of the database, as it is now. */
  abstract ownerUrl(): string;
  /** Everything of ours that can be killed; each is started again at once. */
  abstract victims(): Record<string, Victim>;
  /** Ends everything in order. */
  abstract stop(): Promise<void>;

  /** All that its processes printed, also those that were killed. */
  get output(): string {
    return this.started.map(({ output }) => output).join('');
  }

  /** Lines of the log at this level or above: warn 40, error 50. */
  logged(level: number): { level: number; msg: string }[] {
    return this.output.split('\n').flatMap((line) => {
      try {
        const entry = JSON.parse(line) as { level: number; msg: string };
        return entry.level >= level ? [entry] : [];
      } catch {
        return [];
      }
    });
  }

  /** `npm run evenhand -- …`. @throws when it fails, with what it printed. */
  async command(
    args: readonly string[],
    stdin = '',
    environment: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const env = { ...this.environment, ...this.databaseOfCommands(), ...environment };
    const { code, output } = await evenhand(env, args, stdin);
    if (code !== 0) throw new Error(`${args.slice(0, 3).join(' ')} ended with ${code}:\n${output}`);
    return output;
  }

  /** Adds a first person and signs in as them. */
  async addPerson(): Promise<void> {
    const { email, password } = PERSON;
    await this.command(['user', 'add', '--email', email, '--role', 'admin', '--password-stdin'], password);
    await this.api.signIn(email, password);
  }

  async addMailbox({ address, password, imapPort, smtpPort, sentCopies }: MailboxOfTest): Promise<void> {
    const at = (protocol: string, port: number): string =>
      `${protocol}://${encodeURIComponent(address)}@127.0.0.1:${port}`;
    const args = ['account', 'add', 'email', '--address', address, '--password-stdin'];
    args.push('--imap', at('imap', imapPort), '--smtp', at('smtp', smtpPort));
    if (sentCopies) args.push('--sent-copies', sentCopies);
    await this.command(args, password);
    // reading has begun once there is a cursor: mail of later is new mail
    await until('the mailbox is read', async () => {
      const rows = await this.query(
        `select 1 from intake.cursors c join intake.accounts a on a.id = c.account_id where a.address = $1 and c.stream = 'INBOX'`,
        [address],
      );
      return rows.length > 0;
    });
  }

  /** As the owner of the database, who sees everything; on a connection of its own. */
  async query<T extends object = Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<T[]> {
    const client = new Client({ connectionString: this.ownerUrl(), connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined); // the server was killed
    await client.connect();
    try {
      return (await client.query<T>(sql, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Whether every app says that it can work. */
  async ready(): Promise<boolean> {
    const response = await fetch(`${this.api.baseUrl}/health/ready`, { signal: AbortSignal.timeout(5_000) });
    return response.status === 200;
  }

  protected databaseOfCommands(): Record<string, string> {
    return {};
  }

  protected run(app: string, more: Readonly<Record<string, string>> = {}): ProductProcess {
    const running = ProductProcess.start(app, { ...this.environment, ...more });
    this.started.push(running);
    return running;
  }

  protected async end(): Promise<void> {
    for (const one of this.started) await one.kill();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

/** What `npm start` runs, without the demo: one process, and the PostgreSQL that it brings. */
export class AllInOne extends InstalledProduct {
  private main!: ProductProcess;

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<AllInOne> {
    const { dataDir, port, settings } = await prepare();
    const product = new AllInOne(dataDir, port, { ...settings, ...environment, EVENHAND_DEMO: 'off' });
    product.main = product.run('all-in-one');
    try {
      await product.up();
      await product.addPerson();
    } catch (error) {
      await product.kill();
      throw error;
    }
    return product;
  }

  /** Starts it again after `kill`; resolves once it listens. */
  async restart(): Promise<void> {
    this.main = this.run('all-in-one');
    await this.up();
  }

  /** kill -9 of the process; its PostgreSQL lives on. */
  async killMain(): Promise<void> {
    await this.main.kill();
  }

  ownerUrl(): string {
    const file = (ending: string): string => {
      const name = readdirSync(this.dataDir).find((entry) => new RegExp(`^pg\\d+\\.${ending}$`).test(entry));
      return readFileSync(join(this.dataDir, name ?? `pg.${ending}`), 'utf8').trim();
    };
    return `postgres://evenhand:${encodeURIComponent(file('password'))}@127.0.0.1:${file('port')}/evenhand`;
  }

  victims(): Record<'product' | 'postgres', Victim> {
    return {
      product: {
        name: 'the product',
        kill: async () => {
          await this.main.kill();
          this.main = this.run('all-in-one');
        },
      },
      postgres: { name: 'PostgreSQL', kill: async () => signal(this.postmaster()) },
    };
  }

  async stop(): Promise<void> {
    const { code } = await this.main.stop();
    await this.kill();
    if (code !== 0) throw new Error(`Evenhand ended with ${code}:\n${this.main.output}`);
  }

  /** Ends it whatever its state, PostgreSQL included. */
  async kill(): Promise<void> {
    await this.main.kill();
    signal(this.postmaster());
    await this.end();
  }

  private async up(): Promise<void> {
    const main = this.main;
    await until('Evenhand listens', () => {
      if (!main.running) throw new Error(main.output);
      return this.ready();
    });
  }

  private postmaster(): number | undefined {
    const cluster = existsSync(this.dataDir) && readdirSync(this.dataDir).find((name) => /^pg\d+$/.test(name));
    const file = cluster && join(this.dataDir, cluster, 'postmaster.pid');
    return file && existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : undefined;
  }
}

/** Three processes that begin at once on a busy machine. */
const READY_MS = 90_000;

const APPS = {
  api: 'api',
  triage: 'triage',
  'connector-email': 'connector',
  'connector-messenger': 'connector',
  'connector-x': 'connector',
} as const satisfies Record<string, DatabaseRole>;
type App = keyof typeof APPS;

/** Each app as a process with the login role it has, and the connectors' key with connectors alone. */
export class SeparateApps extends InstalledProduct {
  private readonly apps = new Map<App, ProductProcess>();
  private readonly ports = new Map<App, number>();
  /** 64 hexadecimal digits. */
  readonly connectorKey = randomBytes(32).toString('hex');

  private constructor(
    dataDir: string,
    port: number,
    environment: Readonly<Record<string, string>>,
    private readonly database: TestDatabase,
  ) {
    super(dataDir, port, environment);
  }

  /** @param connector which of them runs beside api and triage. */
  static async start(
    environment: Readonly<Record<string, string>> = {},
    connector: App & `connector-${string}` = 'connector-email',
  ): Promise<SeparateApps> {
    const { dataDir, port, settings } = await prepare();
    const product = new SeparateApps(dataDir, port, { ...settings, ...environment }, await testDatabase());
    try {
      for (const app of ['api', 'triage', connector] as const) {
        product.ports.set(app, app === 'api' ? port : await freePort());
        product.launch(app);
      }
      await until(
        'every app is ready',
        async () => {
          for (const [app, process] of product.apps) if (!process.running) throw new Error(`${app}: ${process.output}`);
          return product.ready();
        },
        READY_MS,
      );
      await product.addPerson();
    } catch (error) {
      await product.stop();
      throw error;
    }
    return product;
  }

  override async ready(): Promise<boolean> {
    const answers = await Promise.all(
      [...this.ports.values()].map((port) =>
        fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(5_000) }),
      ),
    );
    return answers.every(({ status }) => status === 200);
  }

  ownerUrl(): string {
    return this.database.ownerUrl;
  }

  /** Where one of its apps is reached. */
  urlOf(app: App): string {
    return `http://127.0.0.1:${this.ports.get(app)}`;
  }

  /** kill -9 of one app, which stays down until `launch`. */
  async killApp(app: App): Promise<void> {
    await this.apps.get(app)!.kill();
  }

  /** Starts an app, again after a kill; `ready` tells when it serves. */
  launch(app: App): void {
    this.apps.set(app, this.run(app, this.settingsOf(app, this.ports.get(app)!)));
  }

  /** Starts one more process of an app beside the one there is, and waits until it is ready. It is killed with the product. */
  async launchBeside(app: App): Promise<void> {
    const port = await freePort();
    this.run(app, this.settingsOf(app, port));
    await until(`a second ${app} is ready`, async () => {
      const response = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(5_000) });
      return response.status === 200;
    });
  }

  private settingsOf(app: App, port: number): Record<string, string> {
    return {
      DATABASE_URL: roleUrl(this.ownerUrl(), APPS[app]),
      EVENHAND_PORT: String(port),
      ...(APPS[app] === 'connector' ? { EVENHAND_CONNECTOR_KEY: this.connectorKey } : {}),
    };
  }

  /** Those that run can be killed. */
  victims(): Record<App | 'postgres', Victim> {
    const app = (name: App): Victim => ({
      name,
      kill: async () => {
        await this.killApp(name);
        this.launch(name);
      },
    });
    return {
      api: app('api'),
      triage: app('triage'),
      'connector-email': app('connector-email'),
      'connector-messenger': app('connector-messenger'),
      'connector-x': app('connector-x'),
      // the server is shared with other tests: it ends our connections, as its end would
      postgres: {
        name: 'the connections to PostgreSQL',
        kill: async () => {
          await this.query(
            'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
          );
        },
      },
    };
  }

  async stop(): Promise<void> {
    const codes = await Promise.all([...this.apps].map(async ([app, one]) => `${app} ${(await one.stop()).code}`));
    await this.end();
    await this.database.drop();
    const wrong = codes.filter((one) => !one.endsWith(' 0'));
    if (wrong.length > 0) throw new Error(`ended with an error: ${wrong.join(', ')}\n${this.output}`);
  }

  protected override databaseOfCommands(): Record<string, string> {
    return { DATABASE_URL: this.ownerUrl(), EVENHAND_CONNECTOR_KEY: this.connectorKey };
  }
}

async function prepare(): Promise<{ dataDir: string; port: number; settings: Record<string, string> }> {
  await built();
  const dataDir = await mkdtemp(join(tmpdir(), 'evenhand-product-'));
  // root's PostgreSQL is another user's
  if (process.getuid?.() === 0) await chmod(dataDir, 0o711);
  const port = await freePort();
  return { dataDir, port, settings: { EVENHAND_DATA_DIR: dataDir, EVENHAND_PORT: String(port) } };
}

function signal(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it had ended
  }
}
