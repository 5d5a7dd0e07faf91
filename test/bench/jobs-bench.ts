import { z } from 'zod';
import { Jobs, RedisLink } from '@app/runtime';
import { testRedis } from '../support/redis-server';
import { until } from '../support/product';
import type { Bench, BenchContext } from './bench';
import { silent, type BenchDatabase } from './bench-server';
import { compare, inParallel, interleave, timed, type Comparison } from './measure';

/** Producers, and jobs of the name that run at once. */
const WIDTH = 20;
const PAYLOAD = { text: 'x'.repeat(380) };

/** Jobs added and done per second, with Bull as their carrier and without. */
export const jobsBench: Bench = { name: 'jobs', run };

async function run({ server, quick, say, onEnd }: BenchContext): Promise<readonly Comparison[]> {
  const redis = await testRedis();
  if (!redis) {
    say('  left out: neither TEST_REDIS_URL nor a redis-server on the PATH');
    return [];
  }
  onEnd(() => redis.close());
  const database = await server.database('jobs');
  onEnd(() => database.close());
  const total = quick ? 500 : 1_500;
  const [bull, bare] = [new Yard(database, redis.url), new Yard(database, undefined)];
  const add = (name: string, yard: Yard) => ({ name, round: () => yard.added(total) });
  const work = (name: string, yard: Yard) => ({ name, round: () => yard.done(total) });
  const flow = (name: string, yard: Yard) => ({ name, round: () => yard.flowed(total) });
  const lines: Comparison[] = [];
  for (const [what, kind] of [
    ['added, 20 producers, nobody at work', add],
    ['done, concurrency 20, all of them due before', work],
    ['added and done at the same time', flow],
  ] as const) {
    const contestants = [kind('with Bull', bull), kind('without', bare)];
    await interleave(1, contestants);
    const figures = await interleave(quick ? 3 : 5, contestants);
    lines.push(compare(figures, 'with Bull', 'without', { bench: 'jobs', what: `jobs ${what}`, unit: 'jobs/s' }));
  }
  return lines;
}

/** One process that adds and serves jobs. */
class Yard {
  private seen = 0;
  private whenSeen: () => void = () => undefined;
  private wanted = 0;

  constructor(
    private readonly database: BenchDatabase,
    private readonly redisUrl: string | undefined,
  ) {}

  added(total: number): Promise<number> {
    return this.open(async ({ jobs, add }) => {
      const ms = await timed(() => inParallel(total, WIDTH, () => add(jobs, 1)));
      return (total / ms) * 1_000;
    });
  }

  done(total: number): Promise<number> {
    return this.open(async ({ jobs, add }) => {
      await inParallel(total / 100, WIDTH, () => add(jobs, 100));
      const ms = await timed(async () => {
        const all = this.all(total);
        await jobs.start();
        await all;
      });
      return (total / ms) * 1_000;
    });
  }

  flowed(total: number): Promise<number> {
    return this.open(async ({ jobs, add }) => {
      await jobs.start();
      const ms = await timed(async () => {
        const all = this.all(total);
        await inParallel(total, WIDTH, () => add(jobs, 1));
        await all;
      });
      return (total / ms) * 1_000;
    });
  }

  private all(total: number): Promise<void> {
    this.seen = 0;
    this.wanted = total;
    return new Promise((resolve) => (this.whenSeen = resolve));
  }

  /** A process with an empty table, for one round. */
  private async open<T>(
    work: (parts: { jobs: Jobs; add: (jobs: Jobs, count: number) => Promise<void> }) => Promise<T>,
  ): Promise<T> {
    const pool = await this.database.pool('api', WIDTH + 5);
    await pool.query('delete from jobs.jobs');
    const link = this.redisUrl === undefined ? undefined : new RedisLink(this.redisUrl, silent);
    if (link) await until('Redis answers', () => link.answering);
    const jobs = new Jobs({ database: pool, logger: silent, ...(link ? { redis: link } : {}) });
    jobs.define('bench.work', { payload: z.object({ text: z.string() }), concurrency: WIDTH });
    jobs.handle('bench.work', async () => {
      this.seen += 1;
      if (this.seen === this.wanted) this.whenSeen();
    });
    const add = async (to: Jobs, count: number): Promise<void> => {
      await pool.transaction('system', async (tx) => {
        for (let i = 0; i < count; i++) await to.enqueue(tx, 'bench.work', PAYLOAD);
      });
    };
    try {
      return await work({ jobs, add });
    } finally {
      await jobs.stop();
      await link?.close();
      await this.database.close();
    }
  }
}
