import { Client } from 'pg';

/*
 * What stood in a database for a moment: jobs that were done, offers that were closed, events that were taken out. Triggers of
 * the test keep a copy of every row that is ever written, in a schema of their own that no role of the product sees.
 */

const HISTORY = /* sql */ `
  create schema history;
  create table history.rows (number bigint generated always as identity, place text not null, op text not null, row jsonb not null);
  create function history.keep() returns trigger language plpgsql security definer as $$
  begin
    insert into history.rows (place, op, row)
    values (tg_argv[0], lower(tg_op), case tg_op when 'DELETE' then to_jsonb(old) else to_jsonb(new) end);
    return null;
  end $$;
  do $$
  declare t record;
  begin
    for t in select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where n.nspname in ('inbox', 'intake', 'jobs', 'record', 'sealed') and c.relkind in ('r', 'p') and not c.relispartition
    loop
      execute format('create trigger zz_history after insert or update on %I.%I for each row execute function history.keep(%L)',
                     t.nspname, t.relname, t.nspname || '.' || t.relname);
    end loop;
  end $$`;

/** Begins to keep what is written. For databases of tests alone. */
export async function keepHistory(ownerUrl: string): Promise<void> {
  await run(ownerUrl, HISTORY);
}

/** What was written since, in its order. `insert`: only rows as they were when they came. */
export async function historyOf(
  ownerUrl: string,
  op: 'insert' | 'any' = 'any',
): Promise<{ table: string; row: Readonly<Record<string, unknown>> }[]> {
  return run(ownerUrl, `select place as "table", row from history.rows where $1 = 'any' or op = $1 order by number`, [
    op,
  ]) as Promise<{ table: string; row: Readonly<Record<string, unknown>> }[]>;
}

async function run(ownerUrl: string, sql: string, values: unknown[] = []): Promise<object[]> {
  const client = new Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    // without values the text may hold several statements
    return (await (values.length === 0 ? client.query(sql) : client.query(sql, values))).rows as object[];
  } finally {
    await client.end();
  }
}
