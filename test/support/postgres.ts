import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
// By path: jest's aliases do not hold in a global setup.
import { startEmbeddedPostgres } from '../../libs/runtime/src/embedded-postgres/embedded-postgres';

/** What one test run holds; jest runs this file once for each kind of test and tears down as often. */
interface TestServer {
  users: number;
  ready: Promise<{ url: string; stop: () => Promise<void> }>;
}
const holder = globalThis as { evenhandTestServer?: TestServer };

/**
 * Gives the run one PostgreSQL server and tells the workers its owner URL in EVENHAND_TEST_DATABASE_URL: the server of
 * TEST_DATABASE_URL (a superuser's URL) if that is set, else an embedded one in a temporary directory. The databases are
 * made by `testDatabase()` in test-database.ts; whatever is left of them goes at the end.
 */
export default async function setup(): Promise<void> {
  holder.evenhandTestServer ??= { users: 0, ready: startServer() };
  holder.evenhandTestServer.users += 1;
  const { url } = await holder.evenhandTestServer.ready;
  process.env['EVENHAND_TEST_DATABASE_URL'] = url;
}

/** Ends the server, or cleans up the given one, when the last kind of test is through. Used by postgres-teardown.ts. */
export async function releaseTestServer(): Promise<void> {
  const server = holder.evenhandTestServer;
  if (!server) return;
  server.users -= 1;
  if (server.users > 0) return;
  delete holder.evenhandTestServer;
  await (await server.ready).stop();
}

async function startServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  // Names the template and the databases of this run, so that two runs may share a server.
  const run = `${process.pid.toString(36)}_${Date.now().toString(36)}`;
  process.env['EVENHAND_TEST_RUN'] = run;
  const given = process.env['TEST_DATABASE_URL'];
  if (given) {
    await dropDatabasesOf(given, run); // fails here, with the server's own words, if the server cannot be reached
    return { url: given, stop: () => dropDatabasesOf(given, run) };
  }

  const dataDir = await mkdtemp(join(tmpdir(), 'evenhand-test-'));
  // fsync off: the data of a test run need not survive the machine.
  const server = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off', full_page_writes: 'off' } });
  // SIGINT asks the postmaster for a fast stop; without this an interrupted run would leave the server behind.
  const stopNow = (): void => void process.kill(server.pid, 'SIGINT');
  const interrupted = (): void => process.exit(130);
  process.once('exit', stopNow).once('SIGINT', interrupted).once('SIGTERM', interrupted);
  return {
    url: server.url,
    stop: async () => {
      process.off('exit', stopNow).off('SIGINT', interrupted).off('SIGTERM', interrupted);
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function dropDatabasesOf(ownerUrl: string, run: string): Promise<void> {
  const client = new Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const left = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [`evenhand_test_${run}`],
    );
    for (const { datname } of left.rows) {
      await client.query(`alter database ${client.escapeIdentifier(datname)} is_template false`);
      await client.query(`drop database ${client.escapeIdentifier(datname)} with (force)`);
    }
  } finally {
    await client.end();
  }
}
