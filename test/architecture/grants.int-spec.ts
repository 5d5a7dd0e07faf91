import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { DATABASE_ROLES, roleUrl, type DatabaseRole } from '@app/runtime';
import { testDatabase, type TestDatabase } from '../support/test-database';

/*
 * What is known of fame, and what a platform said, is refused by the database itself to every process but those that must have it:
 * each statement is tried under each login role. Seen red: a grant more; a partition that was granted by itself; a function
 * that anybody may call.
 */

const DENIED = '42501';
const STRANGER = `stranger_${randomBytes(4).toString('hex')}`;
const ROLES = [...DATABASE_ROLES, 'stranger'] as const;
type Role = (typeof ROLES)[number];

/** What may be done, with the reason; everything else is refused to everybody. */
const ALLOWED: Readonly<Record<string, Partial<Record<DatabaseRole, readonly string[]>>>> = {
  // connectors put in what arrives and never look; the audit reads, and forgets by functions alone
  'sealed.reach': { connector: ['insert'], audit: ['select'] },
  'sealed.commitments': { audit: ['select'] },
  // raw bytes are the connectors' own, encrypted with a key that they alone have
  'intake.deliveries': { connector: ['select', 'insert', 'update', 'delete'] },
  'intake.raw_bytes': { connector: ['select', 'insert', 'update', 'delete'] },
};

/** Functions that reach into these tables, and who may call them. */
const FUNCTIONS: Readonly<Record<string, readonly DatabaseRole[]>> = {
  'sealed.commit': ['api', 'triage', 'connector'],
  'sealed.forget': ['audit'],
  'sealed.forget_account': ['audit'],
  'sealed.make_partitions': ['audit'],
  'sealed.drop_partitions': ['audit'],
  'intake.make_partitions': ['connector'],
  'intake.drop_partitions': ['connector'],
  'intake.gauges': ['api'],
  'intake.unreadable': ['api'],
};

let database: TestDatabase;
const clients = new Map<Role | 'owner', Client>();
/** Tables that hold it, partitions among them, with the table whose rights they have. */
let tables: { name: string; of: string; column: string }[];

beforeAll(async () => {
  database = await testDatabase();
  const owner = await connect('owner', database.ownerUrl);
  await owner.query(`create role ${STRANGER} login password 'x'`);
  const stranger = new URL(database.ownerUrl);
  [stranger.username, stranger.password] = [STRANGER, 'x'];
  await connect('stranger', stranger.href);
  for (const role of DATABASE_ROLES) await connect(role, roleUrl(database.ownerUrl, role));
  // those of a day, as the processes make them
  await ask('audit', `select sealed.make_partitions(current_date, current_date)`);
  await ask('connector', `select intake.make_partitions(current_date, current_date)`);
  const { rows } = await owner.query<{ name: string; of: string; column: string }>(`
    select n.nspname || '.' || c.relname as name,
           coalesce((select pn.nspname || '.' || p.relname from pg_inherits i join pg_class p on p.oid = i.inhparent
                       join pg_namespace pn on pn.oid = p.relnamespace where i.inhrelid = c.oid),
                    n.nspname || '.' || c.relname) as of,
           (select attname from pg_attribute where attrelid = c.oid and attnum = 1) as column
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm') and (n.nspname = 'sealed' or n.nspname = 'intake' and c.relname ~ '^(deliveries|raw_bytes)')
     order by 1`);
  tables = rows;
});
afterAll(async () => {
  for (const [role, client] of clients) if (role !== 'owner') await client.end();
  const owner = clients.get('owner');
  await owner?.query(`drop owned by ${STRANGER}`).catch(() => undefined);
  await owner?.query(`drop role if exists ${STRANGER}`);
  await owner?.end();
  await database.drop();
});

async function connect(role: Role | 'owner', url: string): Promise<Client> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  clients.set(role, client);
  await client.connect();
  return client;
}

/** SQLSTATE with which it is refused, or `allowed`; nothing of it stays. */
async function ask(role: Role | 'owner', sql: string): Promise<string> {
  const client = clients.get(role)!;
  await client.query('begin');
  try {
    await client.query(sql);
    return 'allowed';
  } catch (error) {
    const { code } = error as { code: string };
    // rights are looked at first: whatever else is wrong, it was not refused
    return code === DENIED ? DENIED : 'allowed';
  } finally {
    // partitions that were made are to stay
    await client.query(sql.includes('make_partitions') ? 'commit' : 'rollback');
  }
}

function statements(table: string, column: string): Readonly<Record<string, string>> {
  return {
    select: `select * from ${table}`,
    count: `select count(*) from ${table}`,
    column: `select ${column} from ${table} limit 1`,
    insert: `insert into ${table} default values`,
    update: `update ${table} set ${column} = ${column}`,
    delete: `delete from ${table}`,
    truncate: `truncate ${table}`,
    trigger: `create trigger looks after insert on ${table} for each row execute function suppress_redundant_updates_trigger()`,
    policy: `create policy mine on ${table}`,
    drop: `drop table ${table}`,
  };
}

/** Reading some of it is reading it. */
const SAME: Readonly<Record<string, string>> = { count: 'select', column: 'select' };

it('knows every table that holds it', () => {
  expect(tables.length).toBeGreaterThan(Object.keys(ALLOWED).length + 2);
  expect([...new Set(tables.map(({ of }) => of))].toSorted()).toEqual(Object.keys(ALLOWED).toSorted());
});

describe.each(ROLES)('under the login of %s', (role) => {
  it('each statement on each of these tables is refused but those that are its own', async () => {
    const faults: string[] = [];
    for (const { name, of, column } of tables) {
      // a partition is reached through its table alone
      const own = name === of && role !== 'stranger' ? (ALLOWED[of]?.[role] ?? []) : [];
      for (const [kind, sql] of Object.entries(statements(name, column))) {
        const expected = own.includes(SAME[kind] ?? kind) ? 'allowed' : DENIED;
        const got = await ask(role, sql);
        if (got !== expected) {
          faults.push(`${kind} on ${name}: ${got}, expected ${expected}`);
        }
      }
    }
    expect(faults).toEqual([]);
  });

  it('each function that reaches into them is refused but those that are its own', async () => {
    const { rows } = await clients.get('owner')!.query<{ name: string; may: boolean }>(
      `select n.nspname || '.' || p.proname as name, has_function_privilege($1, p.oid, 'execute')
              and has_schema_privilege($1, n.oid, 'usage') as may
         from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where p.prosecdef and (n.nspname = 'sealed' or p.prosrc ~ 'sealed\\.|intake\\.(deliveries|raw_bytes)|partitions')`,
      [role === 'stranger' ? STRANGER : `evenhand_${role}`],
    );
    expect(rows.map(({ name }) => name).toSorted()).toEqual(expect.arrayContaining(Object.keys(FUNCTIONS)));
    const expected =
      role === 'stranger' ? [] : Object.keys(FUNCTIONS).filter((name) => FUNCTIONS[name]!.includes(role));
    expect(rows.flatMap(({ name, may }) => (may ? [name] : [])).toSorted()).toEqual(expected.toSorted());
  });

  it('nobody can become another, or look past the rows of their own', async () => {
    for (const other of [...DATABASE_ROLES.map((each) => `evenhand_${each}`), 'pg_read_all_data', 'pg_monitor']) {
      if (other !== `evenhand_${role}`) expect([other, await ask(role, `set role ${other}`)]).toEqual([other, DENIED]);
    }
    for (const sql of [
      `select pg_read_file('PG_VERSION')`,
      `copy (select 1) to program 'true'`,
      `create schema mine`,
      `alter role evenhand_api superuser`,
    ]) {
      expect([sql, await ask(role, sql)]).toEqual([sql, DENIED]);
    }
  });
});
