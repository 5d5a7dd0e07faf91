import { Client } from 'pg';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { redisAvailable, testRedis } from '../../../../test/support/redis-server';
import { Clock } from '../clock/clock';
import { Ids } from '../clock/ids';
import { Database, type Tx } from '../database/database';
import { Logger } from '../logging/logger';
import { ChangeFeed, type Changes } from './change-feed';
import { DatabaseListener } from './database-listener';
import { RedisLink } from './redis-link';
import { InvalidSyncId } from './sync-id';

const HERE = '01900000-0000-7000-8000-000000000001';
const ELSEWHERE = '01900000-0000-7000-8000-000000000002';
const NEVER_MS = 1_000_000;

interface Row {
  what: string;
}

let home: TestDatabase;
const clock = new Clock();
const logger = Logger.create({ level: 'silent', app: 'test' });
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  home = await testDatabase({ migrated: false });
  const client = new Client({ connectionString: home.ownerUrl });
  await client.connect();
  await client.query(`
    create schema feed;
    create table feed.changes (
      xid xid8 not null default pg_current_xact_id(), number bigint generated always as identity,
      workspace_id uuid not null, what text not null, primary key (xid, number))`);
  await client.end();
});
afterAll(() => home.drop());
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function connect(): Promise<Database> {
  const database = await Database.connect({
    url: home.ownerUrl,
    poolSize: 6,
    applicationName: 'test',
    clock,
    ids: new Ids(),
    logger,
  });
  closers.push(() => database.close());
  return database;
}

/** A process of its own: pool, listener, feed. */
async function feedProcess(
  options: { listens?: boolean; redisUrl?: string; pollMs?: number } = {},
): Promise<{ database: Database; feed: ChangeFeed; redis: RedisLink | undefined }> {
  const database = await connect();
  const listener = options.listens === false ? undefined : new DatabaseListener(home.ownerUrl, logger);
  const redis = options.redisUrl ? new RedisLink(options.redisUrl, logger) : undefined;
  const feed = new ChangeFeed({
    database,
    logger,
    table: 'feed.changes',
    pollMs: options.pollMs ?? NEVER_MS,
    ...(listener ? { listener } : {}),
    ...(redis ? { redis } : {}),
  });
  closers.push(async () => {
    await feed.close();
    await listener?.close();
    await redis?.close();
  });
  return { database, feed, redis };
}

async function change(tx: Tx, what: string): Promise<void> {
  await tx.query('insert into feed.changes (workspace_id, what) values ($1, $2)', [tx.workspaceId, what]);
}

/** A client that keeps its place and reads whenever it is woken. */
function follow(
  { database, feed }: { database: Database; feed: ChangeFeed },
  workspaceId = HERE,
): { seen: string[]; ready: Promise<void>; until(what: string): Promise<void> } {
  const seen: string[] = [];
  const stop = new AbortController();
  let told: () => void = () => undefined;
  let began: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (began = resolve));
  const reading = (async () => {
    let place = await database.transaction({ workspaceId }, (tx) => feed.currentSyncId(tx));
    for await (const _ of feed.subscribe(workspaceId, stop.signal)) {
      const page = await database.transaction({ workspaceId }, (tx) => feed.readSince<Row>(tx, place, 100));
      place = page.syncId;
      if (page.kind === 'changes') seen.push(...page.rows.map((row) => row.what));
      began();
      told();
    }
  })();
  closers.push(async () => {
    stop.abort();
    await reading;
  });
  const until = async (what: string): Promise<void> => {
    while (!seen.includes(what)) await new Promise<void>((resolve) => (told = resolve));
  };
  return { seen, ready, until };
}

it('wakes a subscriber in another process when a change has committed, and only of its workspace', async () => {
  const writer = await feedProcess();
  const reader = await feedProcess();
  const here = follow(reader);
  const elsewhere = follow(reader, ELSEWHERE);
  await Promise.all([here.ready, elsewhere.ready]);

  for (const what of ['one', 'two']) {
    await writer.database.transaction({ workspaceId: HERE }, async (tx) => {
      await change(tx, what);
      writer.feed.notify(tx);
    });
    await here.until(what);
  }

  expect(here.seen).toEqual(['one', 'two']);
  expect(elsewhere.seen).toEqual([]);
});

it('does not wake anybody for a transaction that rolls back', async () => {
  const both = await feedProcess();
  const reader = follow(both);
  await reader.ready;

  await expect(
    both.database.transaction({ workspaceId: HERE }, async (tx) => {
      await change(tx, 'undone');
      both.feed.notify(tx);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await both.database.transaction({ workspaceId: HERE }, async (tx) => {
    await change(tx, 'done');
    both.feed.notify(tx);
  });
  await reader.until('done');

  expect(reader.seen).toEqual(['done']);
});

it('does not skip a change whose transaction began first and committed last', async () => {
  const both = await feedProcess();
  const reader = follow(both);
  await reader.ready;
  const slow = new Client({ connectionString: home.ownerUrl });
  await slow.connect();
  await slow.query('begin');
  await slow.query(`insert into feed.changes (workspace_id, what) values ('${HERE}', 'began first')`);

  await both.database.transaction({ workspaceId: HERE }, async (tx) => {
    await change(tx, 'began later');
    both.feed.notify(tx);
  });
  // whoever reads now must not pass the open one
  const place = await both.database.transaction({ workspaceId: HERE }, async (tx) => {
    const page = await both.feed.readSince<Row>(tx, await both.feed.currentSyncId(tx), 10);
    expect(page).toMatchObject({ kind: 'changes', rows: [] });
    return page.syncId;
  });
  await slow.query('commit');
  await slow.end();
  // a transaction of another test on the same server may hold both back for a moment
  const read = () => both.database.transaction({ workspaceId: HERE }, (tx) => both.feed.readSince<Row>(tx, place, 10));
  let page = await read();
  for (const end = Date.now() + 20_000; page.kind === 'changes' && page.rows.length < 2 && Date.now() < end;) {
    page = await read();
  }

  expect(page).toMatchObject({ rows: [{ what: 'began first' }, { what: 'began later' }], more: false });
});

it('finds by polling what no wake-up told', async () => {
  const both = await feedProcess({ listens: false, pollMs: 20 });
  const reader = follow(both);
  await reader.ready;

  await both.database.transaction({ workspaceId: HERE }, (tx) => change(tx, 'untold'));
  await reader.until('untold');

  expect(reader.seen).toEqual(['untold']);
});

it('listens again after its connection was cut', async () => {
  const both = await feedProcess();
  const reader = follow(both);
  await both.database.transaction({ workspaceId: HERE }, async (tx) => {
    await change(tx, 'before');
    both.feed.notify(tx);
  });
  await reader.until('before');

  await both.database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'evenhand listener' and datname = current_database()`,
  );
  await both.database.transaction({ workspaceId: HERE }, (tx) => change(tx, 'while it was away'));
  await reader.until('while it was away');

  expect(reader.seen).toEqual(['before', 'while it was away']);
});

it('gives changes in pages that join without gap or repetition', async () => {
  const { database, feed } = await feedProcess();
  let place = await database.transaction({ workspaceId: HERE }, (tx) => feed.currentSyncId(tx));
  for (const letters of ['abc', 'de']) {
    await database.transaction({ workspaceId: HERE }, async (tx) => {
      for (const letter of letters) await change(tx, letter);
    });
  }

  const pages: string[] = [];
  for (let more = true; more;) {
    const page: Changes<Row> = await database.transaction({ workspaceId: HERE }, (tx) =>
      feed.readSince<Row>(tx, place, 2),
    );
    if (page.kind !== 'changes') throw new Error('refetch');
    pages.push(page.rows.map((row) => row.what).join(''));
    place = page.syncId;
    more = page.more;
  }

  expect(pages).toEqual(['ab', 'cd', 'e']);
});

it('advises to load afresh when the place is too old, or of another server', async () => {
  const { database, feed } = await feedProcess();
  const read = (place: string): Promise<Changes<Row>> =>
    database.transaction({ workspaceId: HERE }, (tx) => feed.readSince<Row>(tx, place, 10));
  const place = await database.transaction({ workspaceId: HERE }, (tx) => feed.currentSyncId(tx));
  const future = Buffer.from(`999999999999.0.${clock.now().getTime()}`).toString('base64url');

  expect(await read(future)).toMatchObject({ kind: 'refetch' });
  clock.advance(25 * 3_600_000);
  try {
    const answer = await read(place);
    expect(answer).toMatchObject({ kind: 'refetch' });
    expect(await read(answer.syncId)).toMatchObject({ kind: 'changes' });
  } finally {
    clock.advance(-25 * 3_600_000);
  }
});

it('refuses a place that is none of ours', async () => {
  const { database, feed } = await feedProcess();
  for (const place of ['', 'garbage', 'MS4y', Buffer.from('1.2.x').toString('base64url'), 'A'.repeat(10_000)]) {
    const read = database.transaction({ workspaceId: HERE }, (tx) => feed.readSince<Row>(tx, place, 10));
    await expect(read).rejects.toThrow(InvalidSyncId);
  }
});

(redisAvailable() ? describe : describe.skip)('with Redis', () => {
  it('wakes by Redis where there is one, and by PostgreSQL when it is stopped', async () => {
    const server = await testRedis();
    closers.push(() => server.close());
    const writer = await feedProcess({ redisUrl: server.url });
    const byRedis = await feedProcess({ redisUrl: server.url, listens: false });
    const byPostgres = await feedProcess({ redisUrl: server.url });
    const write = (what: string): Promise<void> =>
      writer.database.transaction({ workspaceId: HERE }, async (tx) => {
        await change(tx, what);
        writer.feed.notify(tx);
      });
    const answers = (answering: boolean): Promise<void> =>
      writer.redis!.answering === answering
        ? Promise.resolve()
        : new Promise((resolve) => writer.redis!.watch((now) => now === answering && resolve()));
    const readers = [follow(byRedis), follow(byPostgres)] as const;
    await Promise.all([answers(true), ...readers.map((reader) => reader.ready)]);

    await write('by Redis');
    await readers[0].until('by Redis');
    await server.stop();
    await answers(false);
    await write('by PostgreSQL');
    await readers[1].until('by PostgreSQL');
    await server.start();
    // the connection comes back and says that anything may have happened
    await readers[0].until('by PostgreSQL');

    expect(readers[0].seen).toEqual(['by Redis', 'by PostgreSQL']);
    expect(readers[1].seen).toEqual(['by Redis', 'by PostgreSQL']);
  });
});
