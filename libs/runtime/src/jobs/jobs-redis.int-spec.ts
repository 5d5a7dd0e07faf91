import { Redis } from 'ioredis';
import { jobProcesses, NEVER_MS, type JobPayload } from '../../../../test/support/job-processes';
import { redisAvailable } from '../../../../test/support/redis-server';
import type { Database } from '../database/database';
import type { Job } from './job';

/** Jobs when Redis fails, and what stands in it while it does not; see jobs.int-spec.ts. */
(redisAvailable() ? describe : describe.skip)('with Bull', () => {
  const house = jobProcesses('Bull');
  const { start, effect, effects, until, allDone } = house;

  it('puts nothing but ids into Redis, under keys of one slot', async () => {
    const asker = await start();
    await until(async () => asker.redis!.answering);
    const id = await asker.enqueue({ n: 271_828 });
    const direct = new Redis(house.redis.url);
    house.later(() => direct.disconnect());
    const waiting = (): Promise<string[]> => direct.keys(`*${id}*`);
    await until(async () => (await waiting()).length > 0);

    const keys = await direct.keys('*');
    expect(keys.filter((key) => !key.startsWith('{evenhand}:'))).toEqual([]);
    const stored = await direct.hgetall((await waiting())[0]!);
    expect(JSON.parse(stored['data']!)).toEqual({ id });
    expect(JSON.stringify(stored)).not.toContain('271828');
    // and keeps nothing when it is done
    await start(effect);
    await allDone();
    await until(async () => (await waiting()).length === 0);
  });

  it('works when Redis is not there from the beginning, and uses it once it is', async () => {
    await house.redis.stop();
    const one = await start(effect, { listens: false });
    await one.enqueue({ n: 1 });
    await allDone();
    await house.redis.start();
    await until(async () => one.redis!.answering);
    const byRedisAlone = await start(undefined, { pollMs: NEVER_MS, listens: false });
    await until(async () => byRedisAlone.redis!.answering);
    await byRedisAlone.enqueue({ n: 2 });
    await allDone();

    expect(await effects()).toHaveLength(2);
  });

  const faults: Record<string, { begin: () => Promise<void> | void; end: () => Promise<void> | void }> = {
    'is stopped': { begin: () => house.redis.stop(), end: () => house.redis.start() },
    'is flushed': { begin: () => house.redis.flush(), end: () => house.redis.flush() },
    'is silent': { begin: () => house.redis.silence(), end: () => house.redis.hear() },
    'is stopped and comes back empty': {
      begin: async () => {
        await house.redis.stop();
        await house.redis.flush();
      },
      end: () => house.redis.start(),
    },
  };
  describe.each(Object.keys(faults))('when Redis %s in the middle', (fault) => {
    it('does everything, once, in order, and goes on by Redis afterwards', async () => {
      const { begin, end } = faults[fault]!;
      const lanes = new Map<number, number[]>();
      const handler = async (job: Job<JobPayload>, database: Database): Promise<void> => {
        await effect(job, database);
        if (job.payload.n >= 1_000)
          lanes.set(job.payload.n % 2, [...(lanes.get(job.payload.n % 2) ?? []), job.payload.n]);
      };
      // no poll and no listener: beside Redis only the 1 s poll heals
      const workers = await Promise.all([1, 2].map(() => start(handler, { pollMs: 1_000, listens: false })));
      await until(async () => workers.every((worker) => worker.redis!.answering));
      const ask = async (from: number, to: number): Promise<void> => {
        for (let n = from; n < to; n++) {
          await workers[n % 2]!.enqueue({ n });
          if (n % 4 === 0)
            await workers[n % 2]!.enqueue({ n: 1_000 + n / 4 }, { lane: `${house.name} ${(n / 4) % 2}` });
        }
      };
      await ask(0, 80);
      await begin();
      try {
        await ask(80, 160);
        await allDone();
      } finally {
        await end();
      }
      await ask(160, 200);
      await allDone();

      const seen = (await effects()).map((each) => each.n).sort((a, b) => a - b);
      expect(seen).toEqual([...Array(200).keys(), ...Array.from({ length: 50 }, (_, i) => 1_000 + i)]);
      for (const lane of lanes.values()) expect(lane).toEqual([...lane].sort((a, b) => a - b));

      // Bull carries again: nobody else could tell the workers before their next poll
      await until(async () => workers.every((worker) => worker.redis!.answering));
      const direct = new Redis(house.redis.url);
      house.later(() => direct.disconnect());
      await until(async () => ((await direct.client('LIST')) as string).includes('cmd=brpoplpush'));
      const began = performance.now();
      for (let n = 2_000; n < 2_010; n++) await workers[0]!.enqueue({ n });
      await allDone();
      expect(performance.now() - began).toBeLessThan(3_000);
    });
  });
});
