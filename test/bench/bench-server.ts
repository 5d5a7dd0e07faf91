import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { Clock, Database, Ids, Logger, migrate, roleUrl, startEmbeddedPostgres, type DatabaseRole } from '@app/runtime';
import { allMigrations } from '../../apps/cli/src/schema-owners';

/** A PostgreSQL for one run, with a database for each bench. Durable, as the product runs it: nothing is switched off. */
export class BenchServer {
  private readonly names: string[] = [];

  private constructor(
    private readonly url: string,
    /** Version and where it runs, for the report. */
    readonly description: string,
    /** Its first process; none for a given server. */
    readonly pids: readonly number[],
    private readonly stop: () => Promise<void>,
  ) {}

  /** The server of `given`, a superuser's URL, else an embedded one in `dir`. */
  static async start(given: string | undefined, dir: string): Promise<BenchServer> {
    if (given !== undefined)
      return new BenchServer(given, `PostgreSQL ${await versionOf(given)}`, [], async () => undefined);
    const dataDir = join(dir, 'database');
    await mkdir(dataDir, { recursive: true });
    const server = await startEmbeddedPostgres({ dataDir });
    const description = `PostgreSQL ${await versionOf(server.url)}, embedded`;
    return new BenchServer(server.url, description, [server.pid], () => server.stop());
  }

  /** A new database with the product's schema. */
  async database(name: string): Promise<BenchDatabase> {
    const full = `evenhand_bench_${process.pid}_${name}`;
    await this.administer(`create database ${full} template template0`);
    this.names.push(full);
    const url = new URL(this.url);
    url.pathname = `/${full}`;
    await migrate({ ownerUrl: url.href, migrations: allMigrations });
    return new BenchDatabase(url.href);
  }

  /** Removes the databases of this run. */
  async close(): Promise<void> {
    for (const name of this.names) await this.administer(`drop database if exists ${name} with (force)`);
    await this.stop();
  }

  private async administer(sql: string): Promise<void> {
    const client = await connected(this.url);
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
}

/** One database of the run. */
export class BenchDatabase {
  private readonly pools: Database[] = [];

  constructor(readonly ownerUrl: string) {}

  /** A pool as a process of that role has it. */
  async pool(role: DatabaseRole, poolSize = 10): Promise<Database> {
    const clock = new Clock();
    const pool = await Database.connect({
      url: roleUrl(this.ownerUrl, role),
      poolSize,
      applicationName: 'bench',
      clock,
      ids: new Ids(),
      logger: silent,
    });
    this.pools.push(pool);
    return pool;
  }

  /** A bare connection of the owner; the caller ends it. */
  client(): Promise<Client> {
    return connected(this.ownerUrl);
  }

  async close(): Promise<void> {
    for (const pool of this.pools.splice(0)) await pool.close();
  }
}

export const silent = Logger.create({ app: 'bench', level: 'silent' });

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  return client;
}

async function versionOf(url: string): Promise<string> {
  const client = await connected(url);
  try {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]!.server_version;
  } finally {
    await client.end();
  }
}
