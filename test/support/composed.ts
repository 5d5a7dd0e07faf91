import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@app/runtime';
import { interpolated, readComposeFile, type ComposeService } from './compose-file';
import { freePort } from './free-port';
import type { Ran } from './operator';
import { ProductProcess, until } from './product';
import { redisAvailable, testRedis, type TestRedis } from './redis-server';

/**
 * `docker compose up` without Docker: every service runs its own command with its own variables, as a process of its own.
 * Secrets are files, names of hosts are 127.0.0.1 with the ports of a PostgreSQL and a Redis of this test, volumes are
 * directories.
 */
export class Composed {
  readonly services = readComposeFile();
  private readonly running = new Map<string, ProductProcess>();
  private readonly ports = new Map<string, number>();

  private constructor(
    private readonly dir: string,
    private readonly postgres: EmbeddedPostgres,
    /** Undefined where there is no Redis to be had. */
    readonly redis: TestRedis | undefined,
    /** What the operator sets beside the file. */
    private readonly variables: Readonly<Record<string, string>>,
  ) {}

  /** @param more variables of single services that the operator would set for where their servers are. */
  static async start(): Promise<Composed> {
    const dir = mkdtempSync(join(tmpdir(), 'evenhand-compose-'));
    const postgres = await startEmbeddedPostgres({
      dataDir: join(dir, 'postgres'),
      settings: { fsync: 'off', full_page_writes: 'off' },
    });
    const redis = redisAvailable() ? await testRedis() : undefined;
    const port = await freePort();
    const composed = new Composed(dir, postgres, redis, { EVENHAND_PUBLIC_URL: `http://127.0.0.1:${port}` });
    composed.ports.set('api', port);
    mkdirSync(join(dir, 'secrets'));
    for (const name of new Set([...composed.services.values()].flatMap(({ secrets }) => secrets))) {
      const secret = name === 'owner' ? new URL(postgres.url).password : randomBytes(32).toString('hex');
      writeFileSync(join(dir, 'secrets', name), `${secret}\n`);
    }
    return composed;
  }

  /** The apps that run on and on, without profiles. */
  get apps(): ComposeService[] {
    return [...this.services.values()].filter(
      ({ image, profiles, checked }) => image === 'evenhand' && profiles.length === 0 && checked,
    );
  }

  get ownerUrl(): string {
    return this.postgres.url;
  }

  urlOf(name: string): string {
    return `http://127.0.0.1:${this.ports.get(name)}`;
  }

  /** Runs a service's command once, with arguments in place of its own. */
  async run(name: string, args: readonly string[], input = ''): Promise<Ran> {
    const service = this.services.get(name)!;
    const command = args.length > 0 ? [...service.command.slice(0, 2), ...args] : service.command;
    const process = ProductProcess.start(appOf(command), this.environmentOf(service), command.slice(2));
    process.input(input);
    const { code } = await process.exited;
    return { code, output: process.output };
  }

  /** Starts a service and waits until its health check would pass. */
  async up(name: string): Promise<ProductProcess> {
    const service = this.services.get(name)!;
    if (!this.ports.has(name)) this.ports.set(name, await freePort());
    const process = ProductProcess.start(appOf(service.command), this.environmentOf(service), service.command.slice(2));
    this.running.set(name, process);
    await until(`${name} is ready`, async () => {
      if (!process.running) throw new Error(`${name} ended:\n${process.output}`);
      return (await this.ready(name))?.status === 200;
    });
    return process;
  }

  process(name: string): ProductProcess {
    return this.running.get(name)!;
  }

  /** What `/health/ready` says; undefined when nothing answers there. */
  async ready(
    name: string,
  ): Promise<{ status: number; body: { status: string; checks: Record<string, object> } } | undefined> {
    try {
      const response = await fetch(`${this.urlOf(name)}/health/ready`, { signal: AbortSignal.timeout(5_000) });
      return { status: response.status, body: (await response.json()) as never };
    } catch (error) {
      if (((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED') return undefined;
      throw error;
    }
  }

  async down(): Promise<void> {
    await Promise.all([...this.running.values()].map((process) => process.stop()));
    await this.redis?.close();
    await this.postgres.stop();
    await rm(this.dir, { recursive: true, force: true });
  }

  private environmentOf(service: ComposeService): Record<string, string> {
    const postgres = new URL(this.postgres.url);
    const env: Record<string, string> = {};
    for (const [name, written] of Object.entries(service.environment)) {
      env[name] = interpolated(written, this.variables)
        .replace(/^\/run\/secrets\//, `${join(this.dir, 'secrets')}/`)
        .replace('//evenhand@', `//${postgres.username}@`)
        .replace('postgres:5432/evenhand', `${postgres.host}${postgres.pathname}`)
        .replace(/^redis:\/\/redis:6379/, this.redis?.url ?? '');
    }
    if (env['EVENHAND_HOST'] === '0.0.0.0') env['EVENHAND_HOST'] = '127.0.0.1';
    if (env['EVENHAND_PORT'] === '3000') env['EVENHAND_PORT'] = String(this.ports.get(service.name) ?? 0);
    if (env['EVENHAND_DATA_DIR'] === '/data') {
      const [volume = ''] = service.volumes.map((each) => /^(\w+):\/data$/.exec(each)?.[1]);
      env['EVENHAND_DATA_DIR'] = join(this.dir, `volume-${volume || service.name}`);
    }
    return env;
  }
}

/** The app whose main.js a command runs. */
function appOf(command: readonly string[]): string {
  const app = /^dist\/apps\/([\w-]+)\/src\/main\.js$/.exec(command[1] ?? '')?.[1];
  if (command[0] !== 'node' || app === undefined)
    throw new Error(`not a command of an app of ours: ${command.join(' ')}`);
  return app;
}
