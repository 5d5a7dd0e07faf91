import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { z } from 'zod';
import { testRedis, type TestRedis } from '../../../../test/support/redis-server';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { Clock } from '../clock/clock';
import { Ids } from '../clock/ids';
import { Database, type Tx } from '../database/database';
import { migrate } from '../database/migrate';
import { DatabaseListener } from '../events/database-listener';
import { RedisLink } from '../events/redis-link';
import { Logger } from '../logging/logger';
import type { Job } from './job';
import type { JobOptions } from './job-definition';
import { InvalidJobPayload, JobWiringError, LeaseLost } from './job-errors';
import type { JobGauge } from './job-table';
import { Jobs } from './jobs';
import { Jobs1763800000001 } from './migrations/1763800000001-jobs';

/*
 * One suite for all that jobs promise, with PostgreSQL alone and with Bull. A "process" here is a pool, a listener and a
 * Jobs of its own; where it has to be killed or stopped it is a real one.
 */

const NEVER_MS = 1_000_000;
const payload = z.object({ n: z.number() });
type Payload = z.infer<typeof payload>;
const logger = Logger.create({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent', app: 'test' });

describe.each(['PostgreSQL alone', 'Bull'] as const)('with %s', (mode) => {
  let home: TestDatabase;
  let redis: TestRedis | undefined;
  let skipped = false;
  let clock: Clock;
  let name: string;
  let count = 0;
  const closers: (() => Promise<void> | void)[] = [];

  beforeAll(async () => {
    if (mode === 'Bull') {
      redis = await testRedis();
      skipped = redis === undefined;
      if (skipped)
        console.warn('SKIPPED: jobs with Bull. No Redis server (set TEST_REDIS_URL or install redis-server)');
    }
    home = await testDatabase({ migrated: false });
    await migrate({ ownerUrl: home.ownerUrl, migrations: [Jobs1763800000001] });
    await sql('create table public.effects (name text, n int, attempt int, at timestamptz default clock_timestamp())');
  });
  afterAll(async () => {
    await home.drop();
    await redis?.close();
  });
  beforeEach(() => {
    clock = new Clock();
    name = `test.job${++count}`;
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  /** A test that is passed over, with a note, where there is no Redis to run it with. */
  const promise = (sentence: string, test: () => Promise<void>): void => {
    it(sentence, async () => (skipped ? undefined : test()));
  };

  async function sql<T>(statement: string, params: unknown[] = []): Promise<T[]> {
    const client = new Client({ connectionString: home.ownerUrl });
    await client.connect();
    try {
      return (await client.query(statement, params)).rows as T[];
    } finally {
      await client.end();
    }
  }

  interface Process {
    readonly database: Database;
    readonly jobs: Jobs;
    readonly redis: RedisLink | undefined;
    enqueue(payload: Payload, options?: Parameters<Jobs['enqueue']>[3]): Promise<string | null>;
  }

  /** Starts a process; with a handler it serves the test's job. */
  async function start(
    handler?: (job: Job<Payload>, database: Database) => Promise<void>,
    options: Partial<JobOptions<Payload>> & { pollMs?: number; listens?: boolean } = {},
  ): Promise<Process> {
    const database = await Database.connect({
      url: home.ownerUrl,
      poolSize: 8,
      applicationName: 'jobs test',
      clock,
      ids: new Ids(),
      logger,
    });
    const listener = options.listens === false ? undefined : new DatabaseListener(home.ownerUrl, logger);
    const link = redis && new RedisLink(redis.url, logger);
    const jobs = new Jobs({
      database,
      logger,
      pollMs: options.pollMs ?? 50,
      ...(listener ? { listener } : {}),
      ...(link ? { redis: link } : {}),
    });
    jobs.define(name, { payload, backoff: (attempt) => attempt * 60_000, leaseMs: 2_000, ...options });
    if (handler) jobs.handle<Payload>(name, (job) => handler(job, database));
    await jobs.start();
    closers.push(async () => {
      await jobs.stop(0);
      await listener?.close();
      await link?.close();
      await database.close();
    });
    return {
      database,
      jobs,
      redis: link,
      enqueue: (value, more) => database.transaction('system', (tx) => jobs.enqueue(tx, name, value, more)),
    };
  }

  /** A handler's whole work: one row, in the transaction that completes the job. */
  const effect = async (job: Job<Payload>, database: Database): Promise<void> => {
    await database.transaction('system', async (tx) => {
      await tx.query('insert into effects (name, n, attempt) values ($1, $2, $3)', [name, job.payload.n, job.attempt]);
      await job.complete(tx);
    });
  };
  const effects = (): Promise<{ n: number; attempt: number }[]> =>
    sql('select n, attempt from effects where name = $1 order by at', [name]);
  const gauge = async (process: Process): Promise<JobGauge> => (await process.jobs.gauges())[0]!;

  /** Waits for a condition on the database; the test's own time limit ends it. */
  async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await new Promise((done) => setTimeout(done, 10));
  }
  const allDone = (): Promise<void> =>
    until(
      async () =>
        (await sql('select 1 from jobs.jobs where name = $1 and dead_at is null limit 1', [name])).length === 0,
    );

  promise('runs a job when its transaction has committed, and not when that rolls back', async () => {
    const one = await start(effect);
    await expect(
      one.database.transaction('system', async (tx) => {
        await one.jobs.enqueue(tx, name, { n: 1 });
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    await one.enqueue({ n: 2 });
    await one.jobs.idle();

    expect(await effects()).toEqual([{ n: 2, attempt: 1 }]);
  });

  promise('reaches a worker in another process at once, without waiting for its poll', async () => {
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

  promise('has every effect exactly once with several processes at work', async () => {
    const workers = await Promise.all([start(effect), start(effect), start(effect)]);
    await Promise.all(Array.from({ length: 300 }, (_, n) => workers[n % 3]!.enqueue({ n })));
    await allDone();

    const seen = (await effects()).map((each) => each.n).sort((a, b) => a - b);
    expect(seen).toEqual(Array.from({ length: 300 }, (_, n) => n));
  });

  promise('deletes the job of a handler that returns without completing it', async () => {
    const one = await start(async () => undefined);
    await one.enqueue({ n: 1 });
    await one.jobs.idle();

    expect(await gauge(one)).toMatchObject({ due: 0, running: 0, dead: 0 });
    expect(await sql('select 1 from jobs.jobs where name = $1', [name])).toEqual([]);
  });

  promise('keeps the job when the transaction that completes it rolls back, told or not', async () => {
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
      clock.advance(3_600_000);
    }
    await one.jobs.idle();

    expect(tries).toEqual([1, 2, 3]);
    expect(await sql('select 1 from jobs.jobs where name = $1', [name])).toEqual([]);
  });

  promise('tries again after the back-off, then gives up, and tries anew when a person says so', async () => {
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
    clock.advance(59_000);
    await one.jobs.idle();
    expect(tries).toEqual([1]);
    clock.advance(2_000);
    await one.jobs.idle();
    expect(tries).toEqual([1, 2]);
    clock.advance(119_000);
    await one.jobs.idle();
    expect(tries).toEqual([1, 2]);
    clock.advance(2_000);
    await one.jobs.idle();
    expect(tries).toEqual([1, 2, 3]);
    expect(await gauge(one)).toMatchObject({ due: 0, dead: 1 });
    expect(await sql('select last_error from jobs.jobs where id = $1', [id])).toEqual([
      { last_error: 'Error: no luck' },
    ]);
    clock.advance(NEVER_MS * 1_000);
    await one.jobs.idle();
    expect(tries).toHaveLength(3);

    const retry = (which: string): Promise<boolean> =>
      one.database.transaction('system', (tx) => one.jobs.retryDead(tx, which));
    expect(await retry(id)).toBe(true);
    await one.jobs.idle();
    expect(tries).toEqual([1, 2, 3, 1]);
    expect(await retry(id)).toBe(false);
  });

  promise('waits until product time has come, however it moves', async () => {
    const one = await start(effect);
    await one.enqueue({ n: 1 }, { runAt: new Date(clock.now().getTime() + 3_600_000) });
    await one.jobs.idle();
    expect(await effects()).toEqual([]);

    clock.advance(3_600_001);
    await one.jobs.idle();

    expect(await effects()).toEqual([{ n: 1, attempt: 1 }]);
  });

  promise('has at most one live job per key, also when many ask at once', async () => {
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

  promise('runs the jobs of a lane one at a time and in order, and different lanes beside each other', async () => {
    const active = new Map<number, number>();
    const order = new Map<number, number[]>();
    let together = 0;
    const handler = async (job: Job<Payload>, database: Database): Promise<void> => {
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
    for (let n = 0; n < 120; n++) await workers[n % 2]!.enqueue({ n }, { lane: `${name} ${n % 3}` });
    await allDone();

    expect(await effects()).toHaveLength(120);
    expect([...order.values()].map((lane) => lane.length)).toEqual([40, 40, 40]);
    for (const lane of order.values()) expect(lane).toEqual([...lane].sort((a, b) => a - b));
    expect(together).toBeGreaterThan(1);
  });

  promise('holds the lane while a job waits for its next attempt, and lets go when it is given up', async () => {
    const tries: number[] = [];
    const one = await start(
      async (job, database) => {
        tries.push(job.payload.n);
        if (job.payload.n === 1) throw new Error('no luck');
        await effect(job, database);
      },
      { maxAttempts: 2 },
    );
    await one.enqueue({ n: 1 }, { lane: name });
    await one.enqueue({ n: 2 }, { lane: name });
    await one.enqueue({ n: 3 });
    await one.jobs.idle();
    expect([...tries].sort()).toEqual([1, 3]);

    clock.advance(61_000);
    await one.jobs.idle();

    expect(tries.slice(2)).toEqual([1, 2]);
    expect(await gauge(one)).toMatchObject({ due: 0, dead: 1 });
  });

  promise('puts a job off without using up an attempt, and its lane with it', async () => {
    const tries: string[] = [];
    const one = await start(
      async (job, database) => {
        tries.push(`${job.payload.n}/${job.attempt}`);
        if (tries.length > 2) return effect(job, database);
        const later = new Date(clock.now().getTime() + 60_000);
        await database.transaction('system', (tx) => job.postpone(tx, later, 'the account is paused'));
      },
      { maxAttempts: 1 },
    );
    await one.enqueue({ n: 1 }, { lane: name });
    await one.enqueue({ n: 2 }, { lane: name });
    for (let i = 0; i < 3; i++) {
      await one.jobs.idle();
      clock.advance(61_000);
    }
    await one.jobs.idle();

    expect(tries).toEqual(['1/1', '1/1', '1/1', '2/1']);
  });

  promise('renews the lease of a job that runs longer than it', async () => {
    let finish: () => void = () => undefined;
    const long = new Promise<void>((done) => (finish = done));
    const handler = async (job: Job<Payload>, database: Database): Promise<void> => {
      await long;
      await effect(job, database);
    };
    const [one] = await Promise.all([start(handler, { leaseMs: 300 }), start(handler, { leaseMs: 300 })]);
    await one.enqueue({ n: 1 });
    const lease = async (): Promise<Date | undefined> =>
      (await sql<{ lease_until: Date | null }>('select lease_until from jobs.jobs where name = $1', [name]))[0]
        ?.lease_until ?? undefined;
    await until(async () => (await lease()) !== undefined);
    const first = (await lease())!.getTime();
    await until(async () => (await lease())!.getTime() > first + 600);
    finish();
    await allDone();

    expect(await effects()).toEqual([{ n: 1, attempt: 1 }]);
  });

  promise('gives running jobs back when the process stops, and lets it complete nothing any more', async () => {
    let begun: () => void = () => undefined;
    const running = new Promise<void>((done) => (begun = done));
    let ended: (error: unknown) => void = () => undefined;
    const end = new Promise<unknown>((done) => (ended = done));
    let stopped = false;
    const stopping = await start(
      async (job, database) => {
        begun();
        await new Promise<void>((done) => job.signal.addEventListener('abort', () => done()));
        await until(async () => stopped);
        await effect(job, database).catch(ended);
      },
      { leaseMs: 60_000 },
    );
    await stopping.enqueue({ n: 1 });
    await running;
    await stopping.jobs.stop(0);
    await start(effect);
    await allDone();
    stopped = true;

    expect(await end).toBeInstanceOf(LeaseLost);
    expect(await effects()).toEqual([{ n: 1, attempt: 1 }]);
  });

  promise('lets running jobs finish when the process stops in peace', async () => {
    let begun: () => void = () => undefined;
    const running = new Promise<void>((done) => (begun = done));
    const stopping = await start(async (job, database) => {
      begun();
      await new Promise((done) => setTimeout(done, 100));
      await effect(job, database);
    });
    await stopping.enqueue({ n: 1 });
    await running;
    await stopping.jobs.stop();

    expect(await effects()).toEqual([{ n: 1, attempt: 1 }]);
  });

  promise('goes on after all connections to the database were cut', async () => {
    const workers = await Promise.all([start(effect), start(effect)]);
    const cut = (): Promise<unknown> =>
      sql(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
    for (let n = 0; n < 60; n++) {
      if (n % 20 === 10) await cut();
      // the asker's own transaction may be the one that is cut; then it asks again
      for (let id: string | null | undefined; id === undefined;) {
        id = await workers[n % 2]!.enqueue({ n }, { key: String(n) }).catch(() => undefined);
      }
    }
    await until(async () => {
      clock.advance(60_000);
      return (await sql('select 1 from jobs.jobs where name = $1', [name])).length === 0;
    });

    // a commit whose answer was cut off may have been asked for twice: then it is another job
    expect(new Set((await effects()).map((each) => each.n)).size).toBe(60);
  });

  promise('refuses a payload that does not fit, when enqueued and when it is read', async () => {
    const tries: number[] = [];
    const one = await start(async (job) => void tries.push(job.attempt));
    await expect(one.enqueue({ n: 'one' } as unknown as Payload)).rejects.toThrow(InvalidJobPayload);
    await one.enqueue({ n: 1 }, { runAt: new Date(clock.now().getTime() + 1_000) });
    await sql(`update jobs.jobs set payload = '{"n": null}' where name = $1`, [name]);
    clock.advance(2_000);
    await until(async () => (await gauge(one)).dead === 1);

    expect(tries).toEqual([]);
    const [row] = await sql<{ last_error: string }>('select last_error from jobs.jobs where name = $1', [name]);
    expect(row!.last_error).toMatch(/^InvalidJobPayload: payload of job .*: n: /);
  });

  promise('counts what is due, runs, is dead, and how long the oldest has waited', async () => {
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
    await one.enqueue({ n: 3 }, { runAt: new Date(clock.now().getTime() + 3_600_000) });
    clock.advance(30_000);

    const counted = await gauge(one);
    finish();
    expect(counted).toMatchObject({ name, due: 1, running: 1, dead: 1 });
    expect(counted.oldestDueMs).toBeGreaterThanOrEqual(30_000);
    expect(counted.oldestDueMs).toBeLessThan(60_000);
  });

  promise('refuses a job with two handlers, with none, or that nobody defined', async () => {
    const one = await start();
    const fresh = new Jobs({ database: one.database, logger });
    fresh.define(name, { payload });
    fresh.handle(name, async () => undefined);
    expect(() => fresh.handle(name, async () => undefined)).toThrow(JobWiringError);
    expect(() => fresh.handle('nobody.knows', async () => undefined)).toThrow(JobWiringError);
    expect(() => fresh.checkHandlers([name, 'mail.send', 'mail.read'])).toThrow(/mail\.send, mail\.read/);
    expect(() => fresh.checkHandlers([name])).not.toThrow();
    const unknown = one.database.transaction('system', (tx: Tx) => one.jobs.enqueue(tx, 'nobody.knows', {}));
    await expect(unknown).rejects.toThrow(JobWiringError);
  });

  /** A worker that is a process of the operating system. It says `begun ATTEMPT`, waits for `go`, says how it ended. */
  function child(leaseMs: number): { process: ChildProcess; says: (line: string) => Promise<void>; go: () => void } {
    const script = `
      const runtime = './libs/runtime/src/';
      const { Clock } = require(runtime + 'clock/clock'), { Ids } = require(runtime + 'clock/ids');
      const { Database } = require(runtime + 'database/database'), { Logger } = require(runtime + 'logging/logger');
      const { Jobs } = require(runtime + 'jobs/jobs'), { RedisLink } = require(runtime + 'events/redis-link');
      const { z } = require('zod');
      (async () => {
        const { url, redisUrl, name, leaseMs } = JSON.parse(process.argv[1]);
        const logger = Logger.create({ level: 'silent', app: 'child' });
        const database = await Database.connect({ url, poolSize: 4, applicationName: 'child', clock: new Clock(), ids: new Ids(), logger });
        const jobs = new Jobs({ database, logger, pollMs: 50, ...(redisUrl ? { redis: new RedisLink(redisUrl, logger) } : {}) });
        jobs.define(name, { payload: z.object({ n: z.number() }), leaseMs });
        jobs.handle(name, async (job) => {
          console.log('begun ' + job.attempt);
          await new Promise((done) => process.stdin.once('data', done));
          try {
            await database.transaction('system', async (tx) => {
              await tx.query('insert into effects (name, n, attempt) values ($1, -1, $2)', [name, job.attempt]);
              await job.complete(tx);
            });
            console.log('completed');
          } catch (error) {
            console.log(error.name);
            throw error;
          }
        });
        await jobs.start();
      })();`;
    const settings = JSON.stringify({ url: home.ownerUrl, redisUrl: redis?.url, name, leaseMs });
    const process_ = spawn(
      process.execPath,
      ['-r', './test/support/house/register-typescript.js', '-e', script, settings],
      {
        cwd: resolve(__dirname, '../../../..'),
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const gone = new Promise((done) => process_.once('exit', done));
    closers.push(async () => {
      process_.kill('SIGKILL');
      await gone;
    });
    const heard: string[] = [];
    let woken: () => void = () => undefined;
    createInterface({ input: process_.stdout }).on('line', (line) => {
      heard.push(line);
      woken();
    });
    return {
      process: process_,
      says: async (line) => {
        while (!heard.includes(line)) await new Promise<void>((done) => (woken = done));
      },
      go: () => void process_.stdin.write('go\n'),
    };
  }

  promise('runs a job again when the process that had it is killed', async () => {
    const killed = child(500);
    const asker = await start();
    await asker.enqueue({ n: 1 });
    await killed.says('begun 1');
    killed.process.kill('SIGKILL');
    await start(effect);
    await allDone();

    expect(await effects()).toEqual([{ n: 1, attempt: 2 }]);
  });

  promise('gives a job up whose last attempt killed its process', async () => {
    const killed = child(500);
    const asker = await start();
    await asker.enqueue({ n: 1 }, { maxAttempts: 1 });
    await killed.says('begun 1');
    killed.process.kill('SIGKILL');
    await start(effect);
    await until(async () => (await gauge(asker)).dead === 1);

    expect(await effects()).toEqual([]);
  });

  promise('does not let a worker complete a job that another took over while it stood still', async () => {
    const stale = child(500);
    const asker = await start();
    await asker.enqueue({ n: 1 });
    await stale.says('begun 1');
    stale.process.kill('SIGSTOP');
    let begun: () => void = () => undefined;
    const taken = new Promise<void>((done) => (begun = done));
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((done) => (finish = done));
    await start(async (job, database) => {
      begun();
      await finished;
      await effect(job, database);
    });
    await taken;
    stale.process.kill('SIGCONT');
    stale.go();
    await stale.says('LeaseLost');
    finish();
    await allDone();

    expect(await effects()).toEqual([{ n: 1, attempt: 2 }]);
  });

  if (mode !== 'Bull') return;

  promise('puts nothing but ids into Redis, under keys of one slot', async () => {
    const asker = await start();
    await until(async () => asker.redis!.answering);
    const id = await asker.enqueue({ n: 271_828 });
    const direct = new Redis(redis!.url);
    closers.push(() => direct.disconnect());
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

  promise('works when Redis is not there from the beginning, and uses it once it is', async () => {
    await redis!.stop();
    const one = await start(effect, { listens: false });
    await one.enqueue({ n: 1 });
    await allDone();
    await redis!.start();
    await until(async () => one.redis!.answering);
    const byRedisAlone = await start(undefined, { pollMs: NEVER_MS, listens: false });
    await until(async () => byRedisAlone.redis!.answering);
    await byRedisAlone.enqueue({ n: 2 });
    await allDone();

    expect(await effects()).toHaveLength(2);
  });

  const faults: Record<string, { begin: () => Promise<void> | void; end: () => Promise<void> | void }> = {
    'is stopped': { begin: () => redis!.stop(), end: () => redis!.start() },
    'is flushed': { begin: () => redis!.flush(), end: () => redis!.flush() },
    'is silent': { begin: () => redis!.silence(), end: () => redis!.hear() },
    'is stopped and comes back empty': {
      begin: async () => {
        await redis!.stop();
        await redis!.flush();
      },
      end: () => redis!.start(),
    },
  };
  describe.each(Object.keys(faults))('when Redis %s in the middle', (fault) => {
    promise('does everything, once, in order, and goes on by Redis afterwards', async () => {
      const { begin, end } = faults[fault]!;
      const lanes = new Map<number, number[]>();
      const handler = async (job: Job<Payload>, database: Database): Promise<void> => {
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
          if (n % 4 === 0) await workers[n % 2]!.enqueue({ n: 1_000 + n / 4 }, { lane: `${name} ${(n / 4) % 2}` });
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
      const direct = new Redis(redis!.url);
      closers.push(() => direct.disconnect());
      await until(async () => ((await direct.client('LIST')) as string).includes('cmd=brpoplpush'));
      const began = performance.now();
      for (let n = 2_000; n < 2_010; n++) await workers[0]!.enqueue({ n });
      await allDone();
      expect(performance.now() - began).toBeLessThan(3_000);
    });
  });
});
