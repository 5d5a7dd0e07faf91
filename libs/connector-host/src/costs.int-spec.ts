import { PushingWorld, type RunningPlatform } from '../../../test/support/pushing-platform';

const DAY_MS = 24 * 3_600_000;

let world: PushingWorld;
let platform: RunningPlatform;
let accountId: string;

beforeEach(async () => {
  world = await PushingWorld.open();
  platform = await world.platform();
  accountId = await world.connect(platform, '1001');
});
afterEach(() => world.close());

const rows = () =>
  world.database.query<{ day: string; kind: string; count: number; micro: number }>(
    'select day::text, kind, count, micro_usd as micro from intake.costs order by day, kind',
  );
const read = (count: number) => ({ kind: 'post.read', count, microUsd: 5_000 });

describe('what calls cost', () => {
  it('is summed by account, UTC day and kind, over all processes', async () => {
    const other = await world.platform();
    const today = world.clock.now().toISOString().slice(0, 10);
    platform.host.costs.add({ id: accountId }, [read(3), { kind: 'dm.send', count: 1, microUsd: 15_000 }]);
    platform.host.costs.add({ id: accountId }, [read(2)]);
    other.host.costs.add({ id: accountId }, [read(1)]);
    await Promise.all([platform.host.costs.flush(), other.host.costs.flush()]);
    world.clock.advance(DAY_MS);
    platform.host.costs.add({ id: accountId }, [read(1)]);
    const all = await world.until(async () => {
      const found = await rows();
      return found.length === 3 && found;
    }, 'the sum of the next day, which nobody asks for');
    const tomorrow = world.clock.now().toISOString().slice(0, 10);
    expect(all).toEqual([
      { day: today, kind: 'dm.send', count: 1, micro: 15_000 },
      { day: today, kind: 'post.read', count: 6, micro: 30_000 },
      { day: tomorrow, kind: 'post.read', count: 1, micro: 5_000 },
    ]);
  });

  it('is written when the process stops, and never what nobody can be charged with', async () => {
    platform.host.costs.add({ id: '' }, [read(1)]);
    platform.host.costs.add({ id: '00000000-0000-7000-8000-000000000000' }, [read(1)]);
    platform.host.costs.add({ id: accountId }, [read(Number.NaN), read(-1), read(2)]);
    await platform.stop();
    expect(await rows()).toMatchObject([{ kind: 'post.read', count: 2 }]);
  });

  it('is forgotten after 400 days', async () => {
    platform.host.costs.add({ id: accountId }, [read(1)]);
    await platform.host.costs.flush();
    world.clock.advance(400 * DAY_MS);
    await platform.host.keepTimes.look();
    expect(await rows()).toHaveLength(1);
    world.clock.advance(DAY_MS);
    await platform.host.keepTimes.look();
    expect(await rows()).toHaveLength(0);
  });
});
