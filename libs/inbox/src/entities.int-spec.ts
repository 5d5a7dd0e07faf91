import { Clock, Database, Ids, Logger } from '@app/runtime';
import { testDatabase, type TestDatabase } from '../../../test/support/test-database';
import { inboxEntities } from './entities';

let database: TestDatabase;
let pool: Database;
let source: Database['dataSource'];
beforeAll(async () => {
  database = await testDatabase();
  pool = await Database.connect({
    url: database.ownerUrl,
    poolSize: 2,
    applicationName: 'test',
    clock: new Clock(),
    ids: new Ids(),
    logger: Logger.create({ app: 'test', level: 'silent' }),
    entities: inboxEntities,
  });
  source = pool.dataSource;
});
afterAll(async () => {
  await pool.close();
  await database.drop();
});

describe('the entities of the inbox', () => {
  it('describe the tables that the migrations make: TypeORM would change nothing', async () => {
    const log = await source.driver.createSchemaBuilder().log();
    expect(log.upQueries.map((query) => query.query)).toEqual([]);
  });

  it('leave no table and no column out', async () => {
    const columns = await source.query<{ name: string }[]>(
      `select table_name || '.' || column_name as name from information_schema.columns where table_schema = 'inbox' order by 1`,
    );
    const described = source.entityMetadatas.flatMap((entity) =>
      entity.columns.map((column) => `${entity.tableName}.${column.databaseName}`),
    );
    expect(described.sort()).toEqual(columns.map((column) => column.name).sort());
  });

  it('name every index with its condition', async () => {
    const indices = await source.query<{ name: string; condition: string | null }[]>(
      `select i.relname as name, pg_get_expr(x.indpred, x.indrelid) as condition
         from pg_index x join pg_class i on i.oid = x.indexrelid join pg_namespace s on s.oid = i.relnamespace
        where s.nspname = 'inbox' and not exists (select 1 from pg_constraint k where k.conindid = i.oid) order by 1`,
    );
    const described = source.entityMetadatas.flatMap((entity) =>
      entity.indices.map((index) => ({ name: index.name, condition: index.where ?? null })),
    );
    expect(described.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
      indices.sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
  });
});
