import { RateLimited } from '@app/channel';
import { RateLimits } from './rate-limits';

const NONE = { app: null, page: null, regainMinutes: 0 };

/** Limits on a clock that waiting moves. */
function limitsWithClock() {
  const clock = { now: Date.parse('2026-11-21T10:00:00.000Z') };
  const limits = new RateLimits(
    () => new Date(clock.now),
    async (ms) => {
      clock.now += ms;
    },
  );
  return { clock, limits };
}

const minutesOf = (error: unknown, now: number): number =>
  error instanceof RateLimited ? (error.until.getTime() - now) / 60_000 : NaN;

describe('RateLimits', () => {
  it('lets calls go two a second, in any stretch of a second', async () => {
    const { clock, limits } = limitsWithClock();
    const times: number[] = [];
    for (let call = 0; call < 6; call += 1) {
      await limits.take('1001', 'conversations');
      times.push(clock.now);
    }
    for (let call = 2; call < times.length; call += 1)
      expect(times[call]! - times[call - 2]!).toBeGreaterThanOrEqual(1_000);
    expect(times[5]! - times[0]!).toBeLessThan(2_500);
  });

  it('gives those who come at once each a place of its own', async () => {
    const waits: number[] = [];
    const limits = new RateLimits(
      () => new Date('2026-11-21T10:00:00.000Z'),
      async (ms) => void waits.push(ms),
    );
    await Promise.all(Array.from({ length: 6 }, () => limits.take('1001', 'conversations')));
    expect(waits.map((ms) => Math.floor(ms / 1_000))).toEqual([1, 1, 2, 2]);
  });

  it('says when to come again where the wait would be long, and takes no place for it', async () => {
    const { clock, limits } = limitsWithClock();
    for (let call = 0; call < 750; call += 1) await limits.take('1001', 'privateReply');
    for (let time = 0; time < 2; time += 1) {
      const error = await limits.take('1001', 'privateReply').catch((reason: unknown) => reason);
      expect(minutesOf(error, clock.now)).toBeCloseTo(66);
    }
    clock.now += 66 * 60_000;
    await limits.take('1001', 'privateReply');
  });

  it('counts each Page and each conversation by itself', async () => {
    const { clock, limits } = limitsWithClock();
    const start = clock.now;
    for (const page of ['1', '2', '3']) {
      for (let call = 0; call < 2; call += 1) await limits.take(page, 'conversations');
      for (const person of ['a', 'b']) for (let call = 0; call < 3; call += 1) await limits.takeInThread(page, person);
    }
    expect(clock.now).toBe(start);
    await limits.takeInThread('1', 'a');
    expect(clock.now - start).toBeGreaterThanOrEqual(3_000);
  });

  it('is not stuck when product time is moved back', async () => {
    const { clock, limits } = limitsWithClock();
    for (let call = 0; call < 2; call += 1) await limits.take('1001', 'conversations');
    clock.now -= 24 * 60 * 60_000;
    const start = clock.now;
    await limits.take('1001', 'conversations');
    expect(clock.now).toBe(start);
  });

  it('slows to one call a second from 80 percent', async () => {
    const { clock, limits } = limitsWithClock();
    const gate = limits.gate('1001', 'app');
    gate.observe({ ...NONE, page: 79 });
    const start = clock.now;
    for (let call = 0; call < 5; call += 1) await gate.enter();
    expect(clock.now).toBe(start);
    gate.observe({ ...NONE, page: 80 });
    for (let call = 0; call < 5; call += 1) await gate.enter();
    expect(clock.now - start).toBeGreaterThanOrEqual(4_000);
  });

  it('stops a Page at 95 percent, others not, and asks once again after a while', async () => {
    const { clock, limits } = limitsWithClock();
    const gate = limits.gate('1001', 'app');
    gate.observe({ ...NONE, page: 95 });
    expect(minutesOf(await gate.enter().catch((reason: unknown) => reason), clock.now)).toBe(15);
    await limits.gate('1002', 'app').enter();
    clock.now += 15 * 60_000;
    await gate.enter();
  });

  it('stops all Pages of an app whose own allowance is used up', async () => {
    const { clock, limits } = limitsWithClock();
    limits.gate('1001', 'app').observe({ ...NONE, app: 100 });
    expect(
      minutesOf(
        await limits
          .gate('1002', 'app')
          .enter()
          .catch((reason: unknown) => reason),
        clock.now,
      ),
    ).toBe(5);
    await limits.gate('1003', 'other').enter();
  });

  it('waits as long as Meta says where it tells minutes', async () => {
    const { clock, limits } = limitsWithClock();
    const gate = limits.gate('1001', 'app');
    gate.observe({ ...NONE, page: 60, regainMinutes: 42 });
    expect(minutesOf(await gate.enter().catch((reason: unknown) => reason), clock.now)).toBe(42);
  });
});
