import { Client } from 'pg';
import { DATABASE_ROLES, roleUrl, type DatabaseRole } from '@app/runtime';
import { testDatabase, type TestDatabase } from '../support/test-database';

/*
 * What the platforms told of fame, and the raw bytes in which it stands: who may do what, and that nobody else may. Each line is
 * tried as the role that a process logs in with.
 */

const DENIED = '42501';
const VERBS = ['select', 'insert', 'update', 'delete', 'truncate'] as const;
type Verb = (typeof VERBS)[number];

/** Everything that is allowed. */
const ALLOWED: Readonly<Record<string, Partial<Record<DatabaseRole, readonly Verb[]>>>> = {
  'sealed.reach': { connector: ['insert'], audit: ['select'] },
  'sealed.commitments': { audit: ['select'] },
  'intake.deliveries': { connector: ['select', 'insert', 'update', 'delete'] },
  'intake.raw_bytes': { connector: ['select', 'insert', 'update', 'delete'] },
};
/** Of those with which what is sealed is reached otherwise. */
const FUNCTIONS: Readonly<Record<string, readonly DatabaseRole[]>> = {
  'sealed.commit': ['connector', 'triage', 'api'],
};

let database: TestDatabase;
const clients = new Map<DatabaseRole | 'owner', Client>();

beforeAll(async () => {
  database = await testDatabase();
  for (const role of [...DATABASE_ROLES, 'owner'] as const) {
    const url = role === 'owner' ? database.ownerUrl : roleUrl(database.ownerUrl, role);
    const client = new Client({ connectionString: url });
    await client.connect();
    clients.set(role, client);
  }
  // days of their own, as a process makes them
  await clients.get('owner')!.query(`select intake.make_partitions('2026-11-22', '2026-11-23'), sealed.make_partitions('2026-11-22', '2026-11-23')`); // prettier-ignore
});

afterAll(async () => {
  for (const client of clients.values()) await client.end();
  await database.drop();
});

async function rows<T>(sql: string): Promise<T[]> {
  return (await clients.get('owner')!.query(sql)).rows as T[];
}

/** Whether the role is let through; nothing it does stays. */
async function mayDo(role: DatabaseRole, verb: Verb, table: string, first: string): Promise<boolean> {
  const statements: Readonly<Record<Verb, string>> = {
    select: `select * from ${table}`,
    insert: `insert into ${table} select (null::${table}).* where false`,
    update: `update ${table} set ${first} = ${first} where false`,
    delete: `delete from ${table} where false`,
    truncate: `truncate ${table}`,
  };
  const client = clients.get(role)!;
  await client.query('begin');
  try {
    await client.query(statements[verb]);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === DENIED) return false;
    throw error;
  } finally {
    await client.query('rollback');
  }
}

describe.each(DATABASE_ROLES)('the role of %s processes', (role) => {
  it('may do with what is sealed and with raw deliveries what it must, and nothing else', async () => {
    const tables = await rows<{ name: string; parent: string; first: string; granted: string[] }>(
      `select format('%I.%I', n.nspname, c.relname) as name,
              coalesce((select format('%I.%I', m.nspname, p.relname) from pg_inherits i join pg_class p on p.oid = i.inhparent
                          join pg_namespace m on m.oid = p.relnamespace where i.inhrelid = c.oid), '') as parent,
              (select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum = 1) as first,
              array(select v from unnest(array['select', 'insert', 'update']) v
                     where has_any_column_privilege('evenhand_${role}', c.oid, v)) as granted
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm')
          and (n.nspname = 'sealed' or n.nspname = 'intake' and c.relname ~ '^(deliveries|raw_bytes)')
        order by 1`,
    );
    // the days of a table are its rows: by themselves nobody reaches them
    expect(tables.filter(({ parent }) => parent === '').map(({ name }) => name)).toEqual(
      Object.keys(ALLOWED).toSorted(),
    );
    expect(tables.filter(({ parent }) => parent !== '').length).toBeGreaterThanOrEqual(6);
    const found: string[] = [];
    for (const { name, first, granted } of tables) {
      for (const verb of VERBS) {
        // a right on one column would not show in what is tried
        if ((await mayDo(role, verb, name, first)) || granted.includes(verb)) found.push(`${verb} ${name}`);
      }
    }
    const allowed = Object.entries(ALLOWED).flatMap(([table, roles]) =>
      (roles[role] ?? []).map((verb) => `${verb} ${table}`),
    );
    expect(found.toSorted()).toEqual(allowed.toSorted());
  });

  it('may call of what reaches into the sealed only what it must', async () => {
    const functions = await rows<{ name: string; may: boolean }>(
      `select format('%I.%I', n.nspname, p.proname) as name, has_function_privilege('evenhand_${role}', p.oid, 'execute') as may
         from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'sealed'`,
    );
    const may = functions.filter((one) => one.may).map(({ name }) => name);
    const expected = functions.map(({ name }) => name).filter((name) => (FUNCTIONS[name] ?? ['audit']).includes(role));
    expect(functions.length).toBeGreaterThan(3);
    expect(may.toSorted()).toEqual(expected.toSorted());
  });
});

it('nothing of it is given to everybody, and no role is a member of another', async () => {
  expect(
    await rows(
      `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a
        where n.nspname in ('sealed', 'intake') and a.grantee = 0`,
    ),
  ).toEqual([]);
  expect(
    await rows(
      `select r.rolname as member from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname like 'evenhand_%'`,
    ),
  ).toEqual([]);
});
