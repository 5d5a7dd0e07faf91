import { Client } from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import { DATABASE_ROLES, derivedPassword, roleName, roleUrl, type DatabaseRole } from './role';
import type { Database } from './database';

export type Migration = new () => MigrationInterface;

export interface MigrateOptions {
  /** URL of the owner of the database. */
  readonly ownerUrl: string;
  /** Migrations of all owners, in any order: their time stamps decide. */
  readonly migrations: readonly Migration[];
  /** Passwords the operator chose; the others are derived from the owner's. */
  readonly passwords?: Partial<Record<DatabaseRole, string>>;
}

/** Any number, the same in all versions: only one process migrates at a time. */
const MIGRATION_LOCK = 4_172_026_001;

/**
 * Makes the login roles and brings the schema up to date, under a lock, so that any number of processes may call it.
 * @returns names of the migrations that were applied.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const client = new Client({ connectionString: options.ownerUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const version = Number((await client.query('show server_version_num')).rows[0].server_version_num);
    if (version < 150_000)
      throw new Error(`PostgreSQL 15 or newer is needed; this server is ${Math.floor(version / 10_000)}`);
    await makeRoles(client, options);
    const source = new DataSource({
      type: 'postgres',
      url: options.ownerUrl,
      migrations: options.migrations as Migration[],
      migrationsTableName: 'migrations',
      uuidExtension: 'pgcrypto',
      installExtensions: false,
      poolSize: 2,
    });
    await source.initialize();
    try {
      const applied = await source.runMigrations({ transaction: 'each' });
      await source.query(`grant select on public.migrations to ${DATABASE_ROLES.map(roleName).join(', ')}`);
      return applied.map((migration) => migration.name);
    } finally {
      await source.destroy();
    }
  } finally {
    await client.end();
  }
}

async function makeRoles(client: Client, options: MigrateOptions): Promise<void> {
  const database = new URL(options.ownerUrl).pathname.slice(1);
  for (const role of DATABASE_ROLES) {
    const name = roleName(role);
    const password = options.passwords?.[role] ?? derivedPassword(options.ownerUrl, role);
    const exists = (await client.query('select 1 from pg_roles where rolname = $1', [name])).rowCount === 1;
    if (!exists) {
      await client
        .query(`create role ${name} login password '${password.replaceAll("'", "''")}'`)
        .catch((error: { code?: string }) => {
          // two databases of one server migrated at once: the other has made it
          if (error.code !== '42710' && error.code !== '23505') throw error;
        });
    } else if (!(await canLogIn(roleUrl(options.ownerUrl, role), password))) {
      await client.query(`alter role ${name} login password '${password.replaceAll("'", "''")}'`);
    }
    await client.query(`grant connect on database ${client.escapeIdentifier(decodeURIComponent(database))} to ${name}`);
  }
}

async function canLogIn(url: string, password: string): Promise<boolean> {
  const target = new URL(url);
  target.password = encodeURIComponent(password);
  const client = new Client({ connectionString: target.href, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    return true;
  } catch (error) {
    // 28P01: wrong password, 28000: may not log in; anything else is no answer to the question
    const code = (error as { code?: string }).code;
    if (code === '28P01' || code === '28000' || code === '42501') return false;
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The schema of the database is not the one this process was built for. */
export class UnknownSchema extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnknownSchema';
  }
}

/**
 * Refuses a schema that this process does not know, older or newer.
 * @param known migrations of the libs this process uses; owners are told apart by the word before the time stamp.
 */
export async function checkSchema(database: Database, known: readonly Migration[]): Promise<void> {
  const names = known.map((migration) => new migration().name ?? migration.name);
  const owners = new Set(names.map(ownerOf));
  const rows = await database
    .query<{ name: string }>('select name from public.migrations')
    .catch((error: { driverError?: { code?: string } }) => {
      if (error.driverError?.code === '42P01') return [];
      throw error;
    });
  const applied = new Set(rows.map((row) => row.name));
  const missing = names.filter((name) => !applied.has(name));
  if (missing.length > 0) {
    throw new UnknownSchema(
      `The database lacks ${missing.join(', ')}. Run \`npm run migrate\` with the owner's DATABASE_URL first.`,
    );
  }
  const newer = [...applied].filter((name) => owners.has(ownerOf(name)) && !names.includes(name));
  if (newer.length > 0) {
    throw new UnknownSchema(
      `The database is newer than this program (${newer.join(', ')}). Install the version that made it.`,
    );
  }
}

function ownerOf(name: string): string {
  return /^[A-Z][a-z]+/.exec(name)?.[0] ?? name;
}
