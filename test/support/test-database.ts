import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { migrateTemplate } from './migrate-template';

/** A database of its own for one test file: migrated, empty, on the run's server. */
export interface TestDatabase {
  /** The owner's URL (a superuser on the test server). */
  readonly ownerUrl: string;
  /** Ends every connection to the database and removes it. Safe twice. */
  drop(): Promise<void>;
}

/**
 * Makes a database from the run's migrated template (about 30 ms; the first call of a run also runs the migrations).
 *
 * Call it in `beforeAll` and `drop()` it in `afterAll`. With `{ migrated: false }` the database is empty, for tests of
 * the migrations themselves. Throws if the run has no server, which means that the file is not an `.int-spec.ts` or
 * `.e2e-spec.ts`.
 */
export async function testDatabase(options: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const { serverUrl, run } = testRun();
  const name = `evenhand_test_${run}_${randomBytes(6).toString('hex')}`;
  await withClient(serverUrl, async (client) => {
    const template = options.migrated === false ? 'template0' : await ensureTemplate(client, serverUrl, run);
    await client.query(`create database ${name} template ${template}`);
  });
  return {
    ownerUrl: withDatabase(serverUrl, name),
    drop: () =>
      withClient(
        serverUrl,
        async (client) => void (await client.query(`drop database if exists ${name} with (force)`)),
      ),
  };
}

/** The lock's key; any number that nothing else on the server uses. */
const TEMPLATE_LOCK = 5_274_611;

/** Creates the template once per run, whichever worker comes first; the others wait for it. */
async function ensureTemplate(client: Client, serverUrl: string, run: string): Promise<string> {
  const name = `evenhand_test_${run}`;
  await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    const found = await client.query<{ datistemplate: boolean }>(
      'select datistemplate from pg_database where datname = $1',
      [name],
    );
    if (!found.rows[0]?.datistemplate) {
      // A database without the mark is one whose migration failed in another worker: start again, fail the same way.
      await client.query(`drop database if exists ${name} with (force)`);
      await client.query(`create database ${name} template template0`);
      await migrateTemplate(withDatabase(serverUrl, name));
      await client.query(`alter database ${name} is_template true allow_connections false`);
    }
  } finally {
    await client.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
  return name;
}

function testRun(): { serverUrl: string; run: string } {
  const serverUrl = process.env['EVENHAND_TEST_DATABASE_URL'];
  const run = process.env['EVENHAND_TEST_RUN'];
  if (!serverUrl || !run) {
    throw new Error('This run has no PostgreSQL. Tests with a database are named *.int-spec.ts or *.e2e-spec.ts.');
  }
  return { serverUrl, run };
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
