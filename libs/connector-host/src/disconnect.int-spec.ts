import {
  ACCOUNT_PURGE,
  accountDisconnectJobName,
  accountForgetJobName,
  Transient,
  type AccountPurgeJob,
} from '@app/channel';
import { PushingPlatform, PushingWorld, type RunningPlatform } from '../../../test/support/pushing-platform';
import { businessDaysAfter } from './business-days';

const DAY_MS = 24 * 3_600_000;
const CANARY = 'canary-4711';

let world: PushingWorld;
let platform: RunningPlatform;
let accountId: string;

beforeEach(async () => {
  world = await PushingWorld.open();
  const connector = new PushingPlatform();
  connector.capabilities = { ...connector.capabilities, purgeAfterBusinessDays: 10 };
  platform = await world.platform({}, connector);
  accountId = await world.connect(platform, '1001');
  await platform.host.accounts.reconnect(accountId, {}, { token: 'secret' });
});
afterEach(() => world.close());

const enqueue = (name: string, payload: object) =>
  world.database.transaction('system', (tx) => platform.jobs.enqueue(tx, name, payload, { key: accountId }));
const disconnect = async () => {
  await enqueue(accountDisconnectJobName('messenger'), { workspaceId: world.workspaceId, accountId });
  await platform.jobs.idle();
};
const purge = (): AccountPurgeJob => ({ workspaceId: world.workspaceId, accountId, channel: 'messenger' });
const forget = async () => {
  const name = accountForgetJobName('messenger');
  await enqueue(name, purge());
  // any process may have taken it
  const left = () => world.database.query('select from jobs.jobs where name = $1', [name]);
  await world.until(async () => (await left()).length === 0, 'the erasing');
};
const row = async (id = accountId) =>
  (
    await world.database.query<{
      since: Date | null;
      due: Date | null;
      purged: Date | null;
      address: string;
      credentials: Buffer;
    }>(
      'select disconnected_at as since, purge_due_at as due, purged_at as purged, address, credentials from intake.accounts where id = $1',
      [id],
    )
  )[0]!;
const asked = async () =>
  world.database.query<{ id: string }>(`select payload ->> 'accountId' as id from jobs.jobs where name = $1`, [
    ACCOUNT_PURGE,
  ]);

describe('an account that is disconnected', () => {
  it('stops, gives its permission back, and forgets it', async () => {
    const given: unknown[] = [];
    platform.connector.onRevoke = ({ credentials, address }) => void given.push([address, credentials]);
    await disconnect();
    expect(given).toEqual([['1001', { token: 'secret' }]]);
    expect((await row()).credentials).toHaveLength(0);
    expect((await world.events('account')).at(-1)).toMatchObject({ status: 'disconnected' });
    expect(await platform.host.accounts.find(accountId)).toBeUndefined();
    const message = world.outbound(accountId, platform.connector);
    await world.send(platform.jobs, message);
    expect((await world.state(message, 'failed')).failure).toMatchObject({ code: 'RECONNECT_NEEDED' });
    expect(platform.connector.taken).toEqual([]);
  });

  it('is disconnected although the platform cannot be told, and told of once when it is asked for twice', async () => {
    let told = 0;
    platform.connector.onRevoke = () => {
      told += 1;
      throw new Transient('not now');
    };
    await disconnect();
    const { due } = await row();
    world.clock.advance(DAY_MS);
    await disconnect();
    expect(told).toBe(1);
    expect((await row()).due).toEqual(due);
    expect((await row()).credentials).toHaveLength(0);
  });

  it('is read no more, also by whoever reads it just now', async () => {
    const account = await platform.host.accounts.open(accountId);
    const [{ lease }] = (await world.database.query<{ lease: number }>(
      'select lease_number as lease from intake.accounts where id = $1',
      [accountId],
    )) as [{ lease: number }];
    await disconnect();
    await expect(platform.host.intake.commit(account, lease, [], { stream: 's', cursor: 1 })).rejects.toThrow(/lease/);
  });

  it('is asked to be erased ten business days later, not before; others are not', async () => {
    await world.connect(platform, '1002');
    await disconnect();
    const { due, since } = await row();
    expect(due).toEqual(businessDaysAfter(since!, 10));
    await platform.host.purges.look();
    expect(await asked()).toEqual([]);
    world.clock.advance((await row()).due!.getTime() - world.clock.now().getTime() + 1);
    await platform.host.purges.look();
    await platform.host.purges.look();
    expect(await asked()).toEqual([{ id: accountId }]);
  });

  it('is not erased when it is connected again before, and goes on where it was', async () => {
    await world.push(platform, [{ to: '1001', id: 'm1' }]);
    await disconnect();
    expect(await world.connect(platform, '1001')).toBe(accountId);
    expect(await row()).toMatchObject({ due: null });
    expect((await world.events('account')).at(-1)).toMatchObject({ status: 'connected' });
    world.clock.advance(30 * DAY_MS);
    await platform.host.purges.look();
    expect(await asked()).toEqual([]);
    await forget();
    expect((await world.events('message')).map(({ externalId }) => externalId)).toEqual(['m1']);
    expect(await platform.host.accounts.find(accountId)).toBeDefined();
  });

  it('is another one when it is connected again after its time', async () => {
    await disconnect();
    world.clock.advance(30 * DAY_MS);
    const again = await world.connect(platform, '1001');
    expect(again).not.toBe(accountId);
    await platform.host.purges.look();
    expect(await asked()).toEqual([{ id: accountId }]);
  });
});

describe('an account that is erased', () => {
  /** Everything that stands in any table of `intake` or among the jobs, encrypted bytes opened where they can be. */
  async function everything(): Promise<string> {
    const tables = await world.database.query<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('intake', 'jobs') and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'platform_apps'
          and has_table_privilege(c.oid, 'select')`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await world.database.query<{ row: string }>(`select t::text as row from ${name} t`);
      found.push(...rows.map((one) => `${name} ${one.row}`));
    }
    return found.join('\n');
  }

  it('leaves its row without address and secrets, and nothing of what it brought or sent', async () => {
    await world.push(platform, [{ to: '1001', id: `m-${CANARY}`, text: CANARY, from: CANARY, name: CANARY }]);
    await world.push(platform, [{ to: '1001', id: `m-${CANARY}` }], { 'x-source': 'by another way' });
    await world.push(platform, [{ to: '1001', id: 'm2', from: `nameless-${CANARY}` }]);
    await world.push(platform, 'no JSON');
    const sent = world.outbound(accountId, platform.connector, { text: CANARY });
    await world.send(platform.jobs, sent);
    await world.state(sent, 'sent');
    platform.host.costs.add({ id: accountId }, [{ kind: 'post.read', count: 1, microUsd: 5 }]);
    await platform.host.costs.flush();
    await platform.host.accounts.renew(accountId, async () => ({ token: CANARY }));
    const other = await world.connect(platform, '1002');
    await world.push(platform, [{ to: '1002', id: 'other' }]);
    await platform.jobs.idle();
    await disconnect();
    // comes when it is known no more, to a process that never knew it
    const fresh = await world.platform();
    await world.push(fresh, [{ to: '1001', id: `late-${CANARY}` }]);
    await world.push(fresh, [
      { to: '1001', id: `late-${CANARY}` },
      { to: '1009', id: 'of another' },
    ]);
    expect(await everything()).toContain(CANARY);

    await forget();
    // a number of four digits may stand in any id; the address stands by itself
    const address = /[",]1001[",]/;
    const left = (await everything()).split('\n').filter((line) => line.includes(accountId) || address.test(line));
    expect(left).toEqual([expect.stringContaining('intake.accounts')]);
    expect(left[0]).not.toMatch(address);
    expect(left[0]).not.toContain('operator');
    expect(await everything()).not.toContain(CANARY);
    expect(await row()).toMatchObject({ address: '', credentials: Buffer.alloc(0), purged: expect.any(Date) as Date });
    const rest = await world.database.query<{ account: string | null; state: string }>(
      'select account_id as account, state from intake.deliveries order by received_at, id',
    );
    expect(rest).toEqual([
      { account: null, state: 'unreadable' },
      { account: other, state: 'read' },
      { account: null, state: 'stray' },
    ]);
    expect(await world.database.query('select from intake.raw_bytes')).toHaveLength(3);
    expect(await world.database.query('select from intake.events where account_id = $1', [other])).not.toHaveLength(0);
  });

  it('takes nothing in any more, and is safe to be erased again', async () => {
    const account = await platform.host.accounts.open(accountId);
    await disconnect();
    await forget();
    const { purged } = await row();
    world.clock.advance(30 * DAY_MS);
    await forget();
    expect((await row()).purged).toEqual(purged);
    const delivery = { source: 's', raw: Buffer.from('[]'), arrivedAt: new Date(), context: {} };
    const nothing = { events: [], reach: [], unsupported: [] };
    const read = { delivery, state: 'ignored' as const, problem: null, result: nothing };
    await expect(platform.host.intake.commit(account, null, [read], null)).rejects.toThrow();
    await platform.host.accounts.rename(accountId, 'a name');
    await platform.host.purges.look();
    expect(await asked()).toEqual([]);
    expect(await world.connect(platform, '1001')).not.toBe(accountId);
  });

  it('waits for what is on its way out', async () => {
    let through = (): void => undefined;
    const open = new Promise<void>((resolve) => (through = resolve));
    platform.connector.onSend = async () => {
      await open;
      return undefined;
    };
    const message = world.outbound(accountId, platform.connector, { text: CANARY });
    await world.send(platform.jobs, message);
    await world.state(message, 'sending');
    await platform.host.accounts.disconnect(accountId);
    await enqueue(accountForgetJobName('messenger'), purge());
    await world.until(async () => {
      const [job] = await world.database.query<{ error: string | null }>(
        'select last_error as error from jobs.jobs where name = $1',
        [accountForgetJobName('messenger')],
      );
      return job?.error?.includes('on its way');
    }, 'it to wait');
    expect((await row()).purged).toBeNull();
    through();
    await world.state(message, 'sent');
    world.clock.advance(5_000);
    await world.until(async () => (await row()).purged !== null, 'the erasing');
    expect(await world.database.query('select from intake.sends')).toEqual([]);
    expect(await everything()).not.toContain(CANARY);
  });
});
