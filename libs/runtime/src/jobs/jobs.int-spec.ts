import {
  jobModes,
  jobPayload,
  jobProcesses,
  NEVER_MS,
  silentLogger,
  type JobPayload,
} from '../../../../test/support/job-processes';
import type { Database } from '../database/database';
import type { Job } from './job';
import { InvalidJobPayload, JobWiringError } from './job-errors';
import { Jobs } from './jobs';

/** What jobs promise, with PostgreSQL alone and with Bull: one suite in three files, with -crashes and -redis. */
describe.each(jobModes)('with %s', (mode) => {
  const house = jobProcesses(mode);
  const { start, effect, effects, gauge, until, allDone, sql } = house;

  it('runs a job when its transaction has committed, and not when that rolls back', async () => {
    const one = await start(effect);
    await expect(
      one.database.transaction('system', async (tx) => {
        await one.jobs.enqueue(tx, house.name, { n: 1 });
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    await one.enqueue({ n: 2 });
    await one.jobs.idle();

    expect(await effects()).toEqual([{ n: 2, attempt: 1 }]);
  });

  it('reaches a worker in another process at once, without waiting for its poll', async () => {
    const worker = await start(effect, { pollMs: NEVER_MS });
    const asker = await start(undefined, { pollMs: NEVER_MS });
    if (worker.redis) await until(async () => worker.redis!.answering && asker.redis!.answering);
    // the worker's listener is up when it has heard something
    await until(async () => {
      await asker.enqueue({ n: 0 }, { key: 'warm-up' });
      return (await effects()).length > 0;
    });

    for (let n = 1; n <= 5; n++) {
      await asker.enqueue({ n });
      await until(async () => (await effects()).some((each) => each.n === n));
    }

    expect((await effects()).filter((each) => each.n > 0)).toHaveLength(5);
  });

  it('has every effect exactly once with several processes at work', async () => {
    const workers = await Promise.all([start(effect), start(effect), start(effect)]);
    await Promise.all(Array.from({ length: 300 }, (_, n) => workers[n % 3]!.enqueue({ n })));
    await allDone();

    const seen = (await effects()).map((each) => each.n).sort((a, b) => a - b);
    expect(seen).toEqual(Array.from({ length: 300 }, (_, n) => n));
  });

  it('deletes the job of a handler that returns without completing it', async () => {
    const one = await start(async () => undefined);
    await one.enqueue({ n: 1 });
    await one.jobs.idle();

    expect(await gauge(one)).toMatchObject({ due: 0, running: 0, dead: 0 });
    expect(await sql('select 1 from jobs.jobs where name = $1', [house.name])).toEqual([]);
  });

  it('keeps the job when the transaction that completes it rolls back, told or not', async () => {
    const tries: number[] = [];
    const one = await start(async (job, database) => {
      tries.push(job.attempt);
      const work = database.transaction('system', async (tx) => {
        await job.complete(tx);
        if (job.attempt < 3) throw new Error('after completing');
      });
      await (job.attempt === 2 ? work.catch(() => undefined) : work);
    });
    await one.enqueue({ n: 1 });
    for (let i = 0; i < 3; i++) {
      await one.jobs.idle();
      house.clock.advance(3_600_000);
    }
    await one.jobs.idle();

    expect(tries).toEqual([1, 2, 3]);
    expect(await sql('select 1 from jobs.jobs where name = $1', [house.name])).toEqual([]);
  });

  it('tries again after the back-off, then gives up, and tries anew when a person says so', async () => {
    const tries: number[] = [];
    const one = await start(
      async (job) => {
        tries.push(job.attempt);
        throw new Error('no luck');
      },
      { maxAttempts: 3 },
    );
    const id = (await one.enqueue({ n: 1 }))!;
    await one.jobs.idle();
    house.clock.advance(59_000);
    await one.jobs.idle();
    expect(tries).toEqual([1]);
    house.clock.advance(2_000);
    await one.jobs.idle();
    expect(tries).toEqual([1, 2]);
    house.clock.advance(119_000);
    await one.jobs.idle();
    expect(tries).toEqual([1, 2]);
    house.clock.advance(2_000);
    await one.jobs.idle();
    expect(tries).toEqual([1, 2, 3]);
    expect(await gauge(one)).toMatchObject({ due: 0, dead: 1 });
    expect(await sql('select last_error from jobs.jobs where id = $1', [id])).toEqual([
      { last_error: 'Error: no luck' },
    ]);
    house.clock.advance(NEVER_MS * 1_000);
    await one.jobs.idle();
    expect(tries).toHaveLength(3);

    const retry = (which: string): Promise<boolean> =>
      one.database.transaction('system', (tx) => one.jobs.retryDead(tx, which));
    expect(await retry(id)).toBe(true);
    await one.jobs.idle();
    expect(tries).toEqual([1, 2, 3, 1]);
    expect(await retry(id)).toBe(false);
  });

  it('waits until product time has come, however it moves', async () => {
    const one = await start(effect);
    await one.enqueue({ n: 1 }, { runAt: new Date(house.clock.now().getTime() + 3_600_000) });
    await one.jobs.idle();
    expect(await effects()).toEqual([]);

    house.clock.advance(3_600_001);
    await one.jobs.idle();

    expect(await effects()).toEqual([{ n: 1, attempt: 1 }]);
  });

  it('has at most one live job per key, also when many ask at once', async () => {
    const asker = await start();
    const ids = await Promise.all(Array.from({ length: 8 }, (_, n) => asker.enqueue({ n }, { key: 'same' })));
    expect(ids.filter((id) => id !== null)).toHaveLength(1);
    expect(await asker.enqueue({ n: 9 }, { key: 'other' })).not.toBeNull();

    const worker = await start(effect);
    await allDone();
    expect(await worker.enqueue({ n: 10 }, { key: 'same' })).not.toBeNull();
    await allDone();

    expect(await effects()).toHaveLength(3);
  });

  it('runs the jobs of a lane one at a time and in order, and different lanes beside each other', async () => {
    const active = new Map<number, number>();
    const order = new Map<number, number[]>();
    let together = 0;
    const handler = async (job: Job<JobPayload>, database: Database): Promise<void> => {
      const lane = job.payload.n % 3;
      active.set(lane, (active.get(lane) ?? 0) + 1);
      if (active.get(lane)! > 1) throw new Error('two at once in a lane');
      together = Math.max(together, [...active.values()].filter((running) => running > 0).length);
      order.set(lane, [...(order.get(lane) ?? []), job.payload.n]);
      await new Promise((done) => setTimeout(done, Math.random() * 3));
      active.set(lane, active.get(lane)! - 1);
      await effect(job, database);
    };
    const workers = await Promise.all([start(handler), start(handler)]);
    for (let n = 0; n < 120; n++) await workers[n % 2]!.enqueue({ n }, { lane: `${house.name} ${n % 3}` });
    await allDone();

    expect(await effects()).toHaveLength(120);
    expect([...order.values()].map((lane) => lane.length)).toEqual([40, 40, 40]);
    for (const lane of order.values()) expect(lane).toEqual([...lane].sort((a, b) => a - b));
    expect(together).toBeGreaterThan(1);
  });

  it('holds the lane while a job waits for its next attempt, and lets go when it is given up', async () => {
    const tries: number[] = [];
    const one = await start(
      async (job, database) => {
        tries.push(job.payload.n);
        if (job.payload.n === 1) throw new Error('no luck');
        await effect(job, database);
      },
      { maxAttempts: 2 },
    );
    await one.enqueue({ n: 1 }, { lane: house.name });
    await one.enqueue({ n: 2 }, { lane: house.name });
    await one.enqueue({ n: 3 });
    await one.jobs.idle();
    expect(tries.toSorted((a, b) => a - b)).toEqual([1, 3]);

    house.clock.advance(61_000);
    await one.jobs.idle();

    expect(tries.slice(2)).toEqual([1, 2]);
    expect(await gauge(one)).toMatchObject({ due: 0, dead: 1 });
  });

  it('puts a job off without using up an attempt, and its lane with it', async () => {
    const tries: string[] = [];
    const one = await start(
      async (job, database) => {
        tries.push(`${job.payload.n}/${job.attempt}`);
        if (tries.length > 2) return effect(job, database);
        const later = new Date(house.clock.now().getTime() + 60_000);
        await database.transaction('system', (tx) => job.postpone(tx, later, 'the account is paused'));
      },
      { maxAttempts: 1 },
    );
    await one.enqueue({ n: 1 }, { lane: house.name });
    await one.enqueue({ n: 2 }, { lane: house.name });
    for (let i = 0; i < 3; i++) {
      await one.jobs.idle();
      house.clock.advance(61_000);
    }
    await one.jobs.idle();

    expect(tries).toEqual(['1/1', '1/1', '1/1', '2/1']);
  });

  it('refuses a payload that does not fit, when enqueued and when it is read', async () => {
    const tries: number[] = [];
    const one = await start(async (job) => void tries.push(job.attempt));
    await expect(one.enqueue({ n: 'one' } as unknown as JobPayload)).rejects.toThrow(InvalidJobPayload);
    await one.enqueue({ n: 1 }, { runAt: new Date(house.clock.now().getTime() + 1_000) });
    await sql(`update jobs.jobs set payload = '{"n": null}' where name = $1`, [house.name]);
    house.clock.advance(2_000);
    await until(async () => (await gauge(one)).dead === 1);

    expect(tries).toEqual([]);
    const [row] = await sql<{ last_error: string }>('select last_error from jobs.jobs where name = $1', [house.name]);
    expect(row!.last_error).toMatch(/^InvalidJobPayload: payload of job .*: n: /);
  });

  it('counts what is due, runs, is dead, and how long the oldest has waited', async () => {
    let finish: () => void = () => undefined;
    const long = new Promise<void>((done) => (finish = done));
    const one = await start(
      async (job) => {
        if (job.payload.n === 0) throw new Error('no luck');
        await long;
      },
      { concurrency: 1, maxAttempts: 1 },
    );
    await one.enqueue({ n: 0 });
    await one.jobs.idle();
    await one.enqueue({ n: 1 });
    await until(async () => (await gauge(one)).running === 1);
    await one.enqueue({ n: 2 });
    await one.enqueue({ n: 3 }, { runAt: new Date(house.clock.now().getTime() + 3_600_000) });
    house.clock.advance(30_000);

    const counted = await gauge(one);
    finish();
    expect(counted).toMatchObject({ name: house.name, due: 1, running: 1, dead: 1 });
    expect(counted.oldestDueMs).toBeGreaterThanOrEqual(30_000);
    expect(counted.oldestDueMs).toBeLessThan(60_000);
  });

  it('refuses a job with two handlers, with none, or that nobody defined', async () => {
    const one = await start();
    const fresh = new Jobs({ database: one.database, logger: silentLogger });
    fresh.define(house.name, { payload: jobPayload });
    fresh.handle(house.name, async () => undefined);
    expect(() => fresh.handle(house.name, async () => undefined)).toThrow(JobWiringError);
    expect(() => fresh.handle('nobody.knows', async () => undefined)).toThrow(JobWiringError);
    expect(() => fresh.checkHandlers([house.name, 'mail.send', 'mail.read'])).toThrow(/mail\.send, mail\.read/);
    expect(() => fresh.checkHandlers([house.name])).not.toThrow();
    const unknown = one.database.transaction('system', (tx) => one.jobs.enqueue(tx, 'nobody.knows', {}));
    await expect(unknown).rejects.toThrow(JobWiringError);
  });
});
