import { once } from 'node:events';
import { connect as openSocket } from 'node:net';
import { Client } from 'pg';
import { AccountHeld } from '@app/channel';
import { Health } from '@app/runtime';
import { PushingWorld, type Happening, type RunningPlatform } from '../../../../test/support/pushing-platform';

let world: PushingWorld;
let platform: RunningPlatform;

beforeEach(async () => {
  world = await PushingWorld.open();
  platform = await world.platform({ webhooks: { body: { maxBytes: 1_000_000, withinMs: 300 } } });
});
afterEach(() => world.close());

const written = (to: string, id: string, more: Partial<Happening> = {}): Happening => ({
  to,
  id,
  text: `text of ${id}`,
  ...more,
});

const deliveries = () =>
  world.database.query<{ state: string; account: string | null; origin: string; appId: string | null }>(
    'select state, account_id as account, origin, app_id as "appId" from intake.deliveries order by id',
  );

async function messages(): Promise<string[]> {
  return (await world.events('message')).map(({ externalId }) => externalId);
}

async function countOf(table: string): Promise<number> {
  return (await world.database.query(`select from ${table}`)).length;
}

/** Ends the statement with which whatever is stored begins, for as long as `work` runs. */
async function whileNothingCanBeStored(work: () => Promise<void>): Promise<void> {
  const owner = new Client({ connectionString: world.testing.ownerUrl });
  await owner.connect();
  await owner.query(`create function public.refuse() returns trigger language plpgsql as $$
    begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$;
    grant execute on function public.refuse to public;
    create trigger refuse before insert on intake.deliveries for each row execute function public.refuse()`);
  await work();
  await owner.query('drop trigger refuse on intake.deliveries');
  await owner.end();
}

it('answers 200 when the delivery, its events and its bytes are stored', async () => {
  const account = await world.connect(platform, '1001');
  expect(await world.push(platform, [written('1001', 'm1')])).toBe(200);
  expect(await messages()).toEqual(['m1']);
  expect(await deliveries()).toEqual([{ state: 'read', account, origin: 'push', appId: platform.app.id }]);
  expect(await countOf('intake.raw_bytes')).toBe(1);
});

it('answers 503 and stores nothing when the connection ends before the commit, and takes the same again', async () => {
  await world.connect(platform, '1001');
  await whileNothingCanBeStored(async () => {
    expect(await world.push(platform, [written('1001', 'm1')])).toBe(503);
    expect([await countOf('intake.deliveries'), await messages()]).toEqual([0, []]);
  });
  expect(await world.push(platform, [written('1001', 'm1')])).toBe(200);
  expect(await messages()).toEqual(['m1']);
});

it('answers 503 in time while the account’s row is held by somebody else', async () => {
  const slow = await world.platform({ webhooks: { answerMs: 150 } });
  const account = await world.connect(slow, '1001');
  await world.database.transaction('system', async (tx) => {
    await tx.execute('select from intake.accounts where id = $1 for update', [account]);
    expect(await world.push(slow, [written('1001', 'm1')])).toBe(503);
  });
});

it('keeps one delivery of a body that comes ten times at once', async () => {
  await world.connect(platform, '1001');
  const statuses = await Promise.all(Array.from({ length: 10 }, () => world.push(platform, [written('1001', 'm1')])));
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect([await countOf('intake.deliveries'), await messages()]).toEqual([1, ['m1']]);
});

it('takes a batch of 1,000 for three accounts, and each event reaches its own', async () => {
  const accounts = await Promise.all(['1', '2', '3'].map((address) => world.connect(platform, address)));
  const batch = Array.from({ length: 1_000 }, (_, n) => written(String((n % 3) + 1), `m${n}`, { from: `u${n % 50}` }));
  const began = performance.now();
  expect(await world.push(platform, batch)).toBe(200);
  expect(performance.now() - began).toBeLessThan(4_000);
  const counts = await Promise.all(accounts.map(async (id) => (await world.events('message', id)).length));
  expect(counts).toEqual([334, 333, 333]);
});

it('leaves nothing but a count of what is not the platform’s', async () => {
  await world.connect(platform, '1001');
  expect(await world.push(platform, [written('1001', 'm1')], { 'x-secret': 'guessed' })).toBe(401);
  expect(await world.push({ ...platform, url: platform.url.replace(/.{16}$/, 'A'.repeat(16)) }, [])).toBe(404);
  await platform.stop();
  expect([await countOf('intake.deliveries'), (await countOf('intake.events')) - 1]).toEqual([0, 0]);
  expect(await world.database.query('select accepted::int, rejected::int from intake.webhook_counts')).toEqual([
    { accepted: 0, rejected: 1 },
  ]);
});

it('answers a question of the platform from the request alone', async () => {
  const answer = await fetch(`${platform.url}?challenge=%31`, { headers: { 'x-secret': world.secret } });
  expect([answer.status, await answer.text()]).toEqual([200, 'challenge=%31']);
});

describe('bodies', () => {
  it.each([
    ['over the limit', '[' + ' '.repeat(1_000_001) + ']', {}, 413],
    ['packed', '[]', { 'content-encoding': 'gzip' }, 415],
  ])('%s are refused, and nothing is kept', async (_, body, headers, status) => {
    expect(await world.push(platform, body, headers)).toBe(status);
    expect(await countOf('intake.deliveries')).toBe(0);
  });

  it('that come too slowly are given up', async () => {
    expect(await dribble('content-length: 100', '[')).toMatch(/^HTTP\/1\.1 408/);
  });

  it('that end too early leave nothing', async () => {
    const socket = await open('content-length: 100');
    socket.write('[');
    socket.destroy();
    await once(socket, 'close');
    expect(await world.push(platform, '[]')).toBe(200);
    expect((await deliveries()).map(({ state }) => state)).toEqual(['stray']);
  });

  it('that make no sense are kept as unreadable', async () => {
    await world.connect(platform, '1001');
    expect(await world.push(platform, '{"no JSON')).toBe(200);
    expect(await deliveries()).toMatchObject([{ state: 'unreadable', account: null }]);
  });

  async function open(header: string) {
    const { hostname, port, pathname } = new URL(platform.url);
    const socket = openSocket(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(`POST ${pathname} HTTP/1.1\r\nhost: x\r\nx-secret: ${world.secret}\r\n${header}\r\n\r\n`);
    return socket;
  }

  async function dribble(header: string, beginning: string): Promise<string> {
    const socket = await open(header);
    socket.write(beginning);
    const [data] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return data.toString();
  }
});

describe('deliveries of one account that come at once', () => {
  const many = Array.from({ length: 40 }, (_, n) => n);
  const transactions = async () =>
    (await world.database.query<{ x: string }>('select distinct xmin::text as x from intake.deliveries')).length;

  it('share transactions, and each is answered', async () => {
    await world.connect(platform, '1001');
    const statuses = await Promise.all(many.map((n) => world.push(platform, [written('1001', `m${n}`)])));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await messages()).length).toBe(40);
    expect(await transactions()).toBeLessThan(20);
  });

  it('do not fail with one among them that cannot be stored', async () => {
    await world.connect(platform, '1001');
    // a name too long for the index of names
    const poison = {
      'x-source': Array.from({ length: 4_000 }, () => Math.random().toString(36))
        .join('')
        .slice(0, 12_000),
    };
    const statuses = await Promise.all(
      many.map((n) => world.push(platform, [written('1001', `m${n}`)], n === 20 ? poison : {})),
    );
    expect(statuses.filter((status) => status !== 200)).toEqual([503]);
    expect(statuses[20]).toBe(503);
    expect((await messages()).toSorted()).toEqual(
      many
        .filter((n) => n !== 20)
        .map((n) => `m${n}`)
        .toSorted(),
    );
  });
});

describe('deliveries of several accounts that come at once', () => {
  const addresses = Array.from({ length: 10 }, (_, n) => `${n + 1}`);

  it('share transactions, and each account has its own', async () => {
    const accounts = await Promise.all(addresses.map((address) => world.connect(platform, address)));
    const statuses = await Promise.all(
      addresses.flatMap((to) => [1, 2, 3].map((n) => world.push(platform, [written(to, `${to}-${n}`)]))),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    for (const [n, id] of accounts.entries()) {
      const ids = (await world.events('message', id)).map(({ externalId }) => externalId);
      expect(ids.toSorted()).toEqual([1, 2, 3].map((m) => `${addresses[n]}-${m}`));
    }
    const transactions = await world.database.query('select distinct xmin::text from intake.deliveries');
    // how many there are depends on how fast the machine is; alone they would be thirty
    expect(transactions.length).toBeLessThan(25);
  });

  it('go on while the row of one account is held by somebody else, and its own follow', async () => {
    const [held] = await Promise.all(['1', '2'].map((address) => world.connect(platform, address)));
    const waiting = async (): Promise<number> => {
      const rows = await world.database.query<{ n: number }>(
        `select count(distinct pid) as n from pg_locks
          where not granted and locktype in ('transactionid', 'tuple')
            and pid in (select pid from pg_stat_activity where datname = current_database())`,
      );
      return rows[0]!.n;
    };
    const stuck: Promise<number>[] = [];
    await world.database.transaction('system', async (tx) => {
      await tx.execute('select from intake.accounts where id = $1 for update', [held]);
      for (const n of [1, 2]) {
        stuck.push(world.push(platform, [written('1', `stuck-${n}`)]));
        await world.until(async () => (await waiting()) >= n, `${n} transactions to wait`);
      }
      stuck.push(world.push(platform, [written('1', 'stuck-3')]));
      for (let n = 0; n < 5; n++) expect(await world.push(platform, [written('2', `free-${n}`)])).toBe(200);
    });
    expect(await Promise.all(stuck)).toEqual([200, 200, 200]);
  });
});

describe('a delivery of an account that is not connected', () => {
  it('is kept, and taken in when the account is connected', async () => {
    await world.connect(platform, '1001');
    expect(await world.push(platform, [written('1001', 'm1'), written('2002', 'm2'), written('3003', 'm3')])).toBe(200);
    expect((await deliveries()).map(({ state }) => state).toSorted()).toEqual(['read', 'stray']);
    const second = await world.connect(platform, '2002');
    await world.until(async () => (await world.events('message', second)).length === 1, 'the first stray');
    expect((await deliveries()).map(({ state }) => state).toSorted()).toEqual(['read', 'read', 'stray']);
    await world.connect(platform, '3003');
    await world.until(async () => (await deliveries()).every(({ state }) => state === 'read'), 'the second stray');
    expect((await messages()).toSorted()).toEqual(['m1', 'm2', 'm3']);
    expect(await countOf('intake.raw_bytes')).toBe(3);
  });

  it('is not given to an account of another workspace', async () => {
    const { host } = platform;
    const given = { address: '1001', name: 'x', settings: {}, credentials: {} };
    await host.accounts.add({ ...given, workspaceId: world.ids.next() });
    await world.push(platform, [written('1001', 'm1')]);
    await host.webhooks!.adopt();
    expect((await deliveries()).map(({ state }) => state)).toEqual(['stray']);
    expect(await messages()).toEqual([]);
  });
});

describe('a person who takes back what they allowed', () => {
  const account = async (id: string) =>
    (
      await world.database.query<{ credentials: Buffer; settings: unknown; by: Buffer | null; version: number }>(
        'select credentials, settings, connected_by as by from intake.accounts where id = $1',
        [id],
      )
    )[0]!;
  const call = (path: string, user: string, at: Date) =>
    fetch(platform.url + path, {
      method: 'POST',
      headers: { 'x-secret': world.secret },
      body: JSON.stringify({ user, at: at.toISOString() }),
    });
  const later = () => new Date(world.clock.now().getTime() + 60_000);

  it('ends the use of their accounts until these are connected again', async () => {
    const [theirs, others] = [await world.connect(platform, '1', 'ana'), await world.connect(platform, '2', 'bo')];
    expect((await call('/deauthorize', 'ana', later())).status).toBe(200);
    expect((await platform.host.accounts.get(theirs)).status).toBe('reconnect_needed');
    expect((await platform.host.accounts.get(others)).status).toBe('connected');
    await expect(platform.host.accounts.open(theirs)).rejects.toThrow(/taken the permission back/);
    expect((await world.events('account', theirs)).at(-1)).toMatchObject({ status: 'reconnect_needed' });
    await platform.host.accounts.reconnect(theirs, {}, {});
    expect((await platform.host.accounts.get(theirs)).status).toBe('connected');
    // the platform's word came late: what was allowed since stands
    expect((await call('/deauthorize', 'ana', new Date(0))).status).toBe(200);
    expect((await platform.host.accounts.get(theirs)).status).toBe('connected');
  });

  it('leaves nothing of themselves when they ask to be forgotten, and can look what became of it', async () => {
    const theirs = await world.connect(platform, '1', 'ana');
    const answer = (await (await call('/delete', 'ana', later())).json()) as { url: string; confirmation_code: string };
    expect(answer.url).toContain(answer.confirmation_code);
    const { credentials, settings, by } = await account(theirs);
    expect([credentials.length, settings, by]).toEqual([0, {}, null]);
    const page = await fetch(answer.url);
    const html = await page.text();
    expect([
      page.status,
      html.includes('is being carried out'),
      html.includes('en cours de traitement'),
      html.includes('ana'),
    ]).toEqual([200, true, true, false]);
    expect((await fetch(`${platform.url}/deletion/${world.ids.next()}`)).status).toBe(404);
  });

  it('are told an address that works: where the request went, or the public one', async () => {
    const told = async () => ((await (await call('/delete', 'ana', later())).json()) as { url: string }).url;
    expect(await told()).toContain(`${platform.url}/deletion/`);
    platform = await world.platform({ publicUrl: 'https://inbox.example.org/' });
    expect(await told()).toContain(`https://inbox.example.org/webhooks/messenger/${platform.app.key}/deletion/`);
  });
});

it('stops sending while the platform forbids it, saying why, and goes on when it allows it again', async () => {
  const account = await world.connect(platform, '1001');
  const notice = (kind: 'blocked' | 'allowed', minute: number): Happening => ({
    to: '1001',
    id: kind,
    kind,
    at: `2026-11-21T10:0${minute}:00.000Z`,
    text: 'spam was reported',
  });
  platform.connector.onSend = () => {
    throw new AccountHeld('spam was reported');
  };
  await world.push(platform, [notice('allowed', 1), notice('blocked', 2)]);
  expect(await platform.host.accounts.get(account)).toMatchObject({ status: 'degraded', hold: 'spam was reported' });
  const reply = world.outbound(account, platform.connector);
  await world.send(platform.jobs, reply);
  expect((await world.state(reply, 'queued')).failure?.detail).toContain('spam was reported');
  // an older word that comes late changes nothing
  await world.push(platform, [notice('allowed', 0)]);
  expect((await platform.host.accounts.get(account)).hold).not.toBe('');
  expect(platform.connector.taken).toEqual([]);
  platform.connector.onSend = () => undefined;
  await world.push(platform, [notice('allowed', 3)]);
  await world.state(reply, 'sent');
});

it('says in its health that many requests are refused', async () => {
  const health = new Health({ logger: world.logger });
  const watched = await world.platform({ health });
  for (let n = 0; n < 12; n++) await world.push(watched, '[]', { 'x-secret': 'old' });
  const { checks } = await health.ready();
  expect(checks['messenger webhooks']).toMatchObject({ status: 'degraded', detail: expect.stringContaining('secret') });
});
