import { tombstoneOf } from '@app/channel';
import { PushingWorld, type RunningPlatform } from '../../../test/support/pushing-platform';

const DAY_MS = 24 * 3_600_000;

let world: PushingWorld;
let platform: RunningPlatform;
let accountId: string;

beforeEach(async () => {
  world = await PushingWorld.open();
  platform = await world.platform({ keepRawDays: 30 });
  await platform.host.keepTimes.look();
  accountId = await world.connect(platform, '1001');
});
afterEach(() => world.close());

const push = (...ids: string[]) =>
  world.push(
    platform,
    ids.map((id) => ({ to: '1001', id, text: `text of ${id}` })),
  );
const column = async (sql: string) => (await world.database.query<{ x: string }>(sql)).map(({ x }) => x);
const messages = async () => (await world.events('message')).map(({ externalId }) => externalId);
const ingested = () =>
  world.database.query(`update intake.events set ingested_at = received_at where kind = 'message'`);

describe('what is too old', () => {
  const kept = async () => ({
    bytes: (await column('select delivery_id as x from intake.raw_bytes')).length,
    deliveries: await column('select state as x from intake.deliveries order by received_at'),
    events: await messages(),
    prepared: (await column('select outbound_id as x from intake.prepared')).length,
    sends: (await column('select outbound_id as x from intake.sends')).length,
  });

  it('goes after its keep time, and nothing before', async () => {
    await push('old');
    await world.push(platform, 'no JSON');
    const reply = world.outbound(accountId, platform.connector, { text: 'one | two' });
    await world.send(platform.jobs, reply);
    await platform.jobs.idle();
    world.clock.advance(29 * DAY_MS);
    await push('new');
    await ingested();
    await platform.host.keepTimes.look();
    const all = { bytes: 3, deliveries: ['read', 'unreadable', 'read'], events: ['old', 'new'], prepared: 2, sends: 2 };
    expect(await kept()).toEqual(all);
    world.clock.advance(2 * DAY_MS);
    await platform.host.keepTimes.look();
    const left = { bytes: 1, deliveries: ['unreadable', 'read'], events: ['new'], prepared: 0, sends: 0 };
    expect(await kept()).toEqual(left);
  });

  it('stays while triage has not ingested it, and where a reply did not go out wholly', async () => {
    await push('waiting');
    await world.database.query(
      `insert into intake.sends (outbound_id, attempt, workspace_id, account_id, started_at, part, parts, outcome)
       values (gen_random_uuid(), 1, $1, $2, $3, 0, 2, 'sent')`,
      [world.workspaceId, accountId, world.clock.now()],
    );
    world.clock.advance(60 * DAY_MS);
    await platform.host.keepTimes.look();
    expect(await kept()).toMatchObject({ deliveries: ['read'], events: ['waiting'], sends: 1, bytes: 0 });
  });

  it('of the days ahead has a place of its own, also after a long absence', async () => {
    const days = () =>
      column(`select relname as x from pg_class where relname ~ '^raw_bytes_[0-9]{8}$' and relkind = 'r'`);
    expect((await days()).length).toBe(8);
    world.clock.advance(100 * DAY_MS);
    await push('in the rest');
    await platform.host.keepTimes.look();
    expect((await days()).length).toBe(7);
    world.clock.advance(DAY_MS);
    await push('in its day');
    const inRest = `select count(*)::text as x from intake.raw_bytes where tableoid = 'intake.raw_bytes_rest'::regclass`;
    expect(await column(inRest)).toEqual(['1']);
    world.clock.advance(40 * DAY_MS);
    await ingested();
    await platform.host.keepTimes.look();
    expect(await kept()).toMatchObject({ bytes: 0, deliveries: [], events: [] });
  });
});

describe('what was erased', () => {
  const erase = async (...ids: string[]) => {
    for (const id of ids) {
      const params = [accountId, tombstoneOf(accountId, id)];
      await world.database.query('insert into intake.tombstones values ($1, $2, now())', params);
    }
  };

  it('does not come back, nor what is about it, and leaves no bytes', async () => {
    await erase('m1');
    expect(await push('m1')).toBe(200);
    await world.push(platform, [{ to: '1001', id: 'e1', kind: 'edit', of: 'm1', text: 'edited' }]);
    expect([await messages(), await world.events('change')]).toEqual([[], []]);
    expect(await column('select state as x from intake.deliveries')).toEqual(['erased', 'erased']);
    expect(await column('select delivery_id as x from intake.raw_bytes')).toEqual([]);
    expect(await column('select value as x from intake.people')).toEqual([]);
  });

  it('does not take others with it', async () => {
    await erase('m1');
    await push('m1', 'm2');
    expect(await messages()).toEqual(['m2']);
    expect(await column('select state as x from intake.deliveries')).toEqual(['read']);
  });
});
