import { RateLimited } from '@app/channel';
import { lowOnLimit, XRateLimits, type LimitPlace } from './rate-limits';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 21, 10);

class Limits {
  at = START;
  readonly waits: number[] = [];
  readonly limits = new XRateLimits(
    () => new Date(this.at),
    async (ms) => {
      this.waits.push(ms);
      this.at += ms;
    },
  );

  /** Milliseconds until a call may go out; 0: it went. */
  async call(place: LimitPlace): Promise<number> {
    try {
      await this.limits.enter(place);
      return 0;
    } catch (error) {
      if (error instanceof RateLimited) return error.until.getTime() - this.at;
      throw error;
    }
  }
}

const place = (more: Partial<LimitPlace> = {}): LimitPlace => ({
  appId: 'app',
  accountId: 'shop',
  endpoint: 'GET /2/users/:id/mentions',
  ...more,
});
const headers = (remaining: number, inMs: number, name = 'x-rate-limit', limit = '300') => ({
  [`${name}-limit`]: limit,
  [`${name}-remaining`]: String(remaining),
  [`${name}-reset`]: String((START + inMs) / 1_000),
});

describe("X's limits", () => {
  it('let no call out between the last one and the reset that the headers tell', async () => {
    const world = new Limits();
    world.limits.observe(place(), 200, headers(0, 10 * MINUTE));
    expect(await world.call(place())).toBe(10 * MINUTE);
    world.at += 10 * MINUTE - 6_000;
    expect(await world.call(place())).toBe(6_000);
    world.at += 6_000;
    expect(await world.call(place())).toBe(0);
  });

  it('count for each account and each kind of call by themselves', async () => {
    const world = new Limits();
    world.limits.observe(place(), 429, headers(0, 10 * MINUTE));
    expect(await world.call(place({ accountId: 'other' }))).toBe(0);
    expect(await world.call(place({ endpoint: 'GET /2/dm_events' }))).toBe(0);
    expect(await world.call({ appId: 'app', endpoint: place().endpoint })).toBe(0);
  });

  it('count calls that are still under way', async () => {
    const world = new Limits();
    world.limits.observe(place(), 200, headers(2, 10 * MINUTE));
    expect(await world.call(place())).toBe(0);
    expect(await world.call(place())).toBe(0);
    expect(await world.call(place())).toBe(10 * MINUTE);
    // an answer that was overtaken
    world.limits.observe(place(), 200, headers(1, 10 * MINUTE));
    expect(await world.call(place())).toBe(10 * MINUTE);
  });

  it('are those of the table while no header tells them', async () => {
    const world = new Limits();
    const reads = place({ endpoint: 'GET /2/dm_events' });
    for (let calls = 0; calls < 15; calls += 1) expect(await world.call(reads)).toBe(0);
    expect(await world.call(reads)).toBe(15 * MINUTE);
    world.limits.observe(reads, 200, headers(30, 5 * MINUTE, 'x-rate-limit', '45'));
    expect(await world.call(reads)).toBe(0);
  });

  it('wait for a moment themselves, and longer ones tell when to come again', async () => {
    const world = new Limits();
    world.limits.observe(place(), 200, headers(0, 4_000));
    expect(await world.call(place())).toBe(0);
    expect(world.waits).toEqual([4_000]);
  });

  it('grow when X says no without a time, and shrink when it says yes', async () => {
    const world = new Limits();
    for (const minutes of [1, 2, 4, 8, 15, 15]) {
      world.limits.observe(place(), 429, {});
      expect(await world.call(place())).toBe(minutes * MINUTE);
      world.at += minutes * MINUTE;
      expect(await world.call(place())).toBe(0);
    }
    world.limits.observe(place(), 200, {});
    world.limits.observe(place(), 429, {});
    expect(await world.call(place())).toBe(MINUTE);
  });

  it.each([
    ['of the account', 'x-user-limit-24hour', { appId: 'app', accountId: 'other' }, 0],
    ['of the app', 'x-app-limit-24hour', { appId: 'app', accountId: 'other' }, 20 * 60 * MINUTE],
  ])('of a day %s hold up whom they count for', async (_, name, other, held) => {
    const world = new Limits();
    const endpoint = 'POST /2/dm_conversations/with/:id/messages';
    const send = place({ endpoint });
    world.limits.observe(send, 429, { ...headers(9, 10 * MINUTE), ...headers(0, 20 * 60 * MINUTE, name) });
    expect(await world.call(send)).toBe(20 * 60 * MINUTE);
    expect(await world.call({ ...other, endpoint })).toBe(held);
  });

  it('stop everything of an app, and nothing of another, until it is time', async () => {
    const world = new Limits();
    const until = new Date(START + 15 * MINUTE);
    world.limits.stop('app', new RateLimited('no credit', until, { scope: 'app' }));
    expect(await world.call(place({ accountId: 'other', endpoint: 'POST /2/tweets' }))).toBe(15 * MINUTE);
    expect(await world.call(place({ appId: 'another' }))).toBe(0);
    world.at += 15 * MINUTE;
    expect(await world.call(place())).toBe(0);
  });

  it('mean nothing where headers are not numbers', async () => {
    const world = new Limits();
    expect(world.limits.observe(place(), 200, { 'x-rate-limit-remaining': 'soon' })).toBeUndefined();
    expect(await world.call(place())).toBe(0);
  });

  it('keep those that hold somebody up when there are too many to remember', async () => {
    const world = new Limits();
    world.limits.observe(place(), 429, headers(0, 10 * MINUTE));
    for (let n = 0; n < 20_001; n += 1) await world.limits.enter(place({ accountId: `account ${n}` }));
    expect(await world.call(place())).toBe(10 * MINUTE);
  });

  it('are low when a fifth is left', () => {
    const limit = (remaining: number, of?: number) => ({
      limit: { remaining, resetAt: new Date(START), ...(of === undefined ? {} : { of }) },
    });
    expect(lowOnLimit(limit(60, 300))).toBe(true);
    expect(lowOnLimit(limit(61, 300))).toBe(false);
    expect(lowOnLimit(limit(2))).toBe(true);
    expect(lowOnLimit({})).toBe(false);
  });
});
