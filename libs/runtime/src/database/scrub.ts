import { Client } from 'pg';

export interface Scrubbed {
  /** How many tables were written anew. */
  readonly tables: number;
  /** False where the role may not clear statistics and the write-ahead log: those go with the server's own upkeep. */
  readonly whole: boolean;
}

/** How long an older transaction may hold dead rows before this gives up, milliseconds. */
const OLDER_MS = 60_000;
/** How long one table may be waited for. */
const LOCK_TIMEOUT = '60s';

/**
 * Takes what was deleted out of the files of the database, too. A deleted row stays in its page until the page is written again,
 * samples of values stay in the planner's statistics, and all of it in the write-ahead log. So the tables are written anew, with
 * nobody else in them meanwhile; statistics are thrown away and taken again; the log is switched and checkpointed.
 *
 * Whole only for a superuser on a server that does not recycle its log (`wal_recycle = off`, as the embedded one), archives
 * nothing and feeds no replica. What the disk itself keeps of freed blocks is beyond it.
 *
 * @throws when a transaction older than the call does not end within a minute, or a table cannot be had.
 */
export async function scrub(ownerUrl: string, schemas: readonly string[]): Promise<Scrubbed> {
  const client = new Client({
    connectionString: ownerUrl,
    connectionTimeoutMillis: 10_000,
    application_name: 'evenhand scrub',
  });
  client.on('error', () => undefined); // the statement that meets it rejects, too
  await client.connect();
  try {
    await client.query(`set statement_timeout = 0; set lock_timeout = '${LOCK_TIMEOUT}'`);
    await olderTransactionsEnded(client);
    const [tables, parents] = [await relations(client, schemas, 'r'), await relations(client, schemas, 'p')];
    const { rows } = await client.query<{ all: boolean }>(`select current_setting('is_superuser')::boolean as all`);
    const whole = rows[0]?.all === true;
    if (whole) {
      await client.query('delete from pg_catalog.pg_statistic where starelid = any($1::regclass[]::oid[])', [
        [...tables, ...parents],
      ]);
    }
    for (const table of tables) await client.query(`vacuum (full) ${table}`);
    if (whole) await client.query('vacuum (full) pg_catalog.pg_statistic');
    for (const table of [...tables, ...parents]) await client.query(`analyze ${table}`);
    if (whole) {
      await client.query('checkpoint');
      await client.query('select pg_switch_wal()');
      await client.query('checkpoint');
    }
    return { tables: tables.length, whole };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Rows stay where they are while a snapshot is open that could still see them. */
async function olderTransactionsEnded(client: Client): Promise<void> {
  const { rows } = await client.query<{ now: string }>('select pg_current_xact_id()::xid::text as now');
  for (const deadline = Date.now() + OLDER_MS; ;) {
    const older = await client.query(
      `select 1 from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and age(backend_xmin) > age($1::text::xid) limit 1`,
      [rows[0]!.now],
    );
    if (older.rowCount === 0) return;
    if (Date.now() > deadline) {
      throw new Error(
        'A transaction of another program on this database has been open for a minute and holds deleted rows back. End it ' +
          '(pg_stat_activity names it), then try again.',
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function relations(client: Client, schemas: readonly string[], kind: 'r' | 'p'): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    /* sql */ `
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any($1::text[]) and c.relkind = $2 and c.relpersistence = 'p' order by 1`,
    [schemas, kind],
  );
  return rows.map(({ name }) => name);
}
