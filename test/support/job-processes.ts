import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { z } from 'zod';
import { Clock } from '../../libs/runtime/src/clock/clock';
import { Ids } from '../../libs/runtime/src/clock/ids';
import { Database } from '../../libs/runtime/src/database/database';
import { migrate } from '../../libs/runtime/src/database/migrate';
import { DatabaseListener } from '../../libs/runtime/src/events/database-listener';
import { RedisLink } from '../../libs/runtime/src/events/redis-link';
import type { Job } from '../../libs/runtime/src/jobs/job';
import type { JobOptions } from '../../libs/runtime/src/jobs/job-definition';
import type { JobGauge } from '../../libs/runtime/src/jobs/job-table';
import { Jobs } from '../../libs/runtime/src/jobs/jobs';
import { Jobs1763800000001 } from '../../libs/runtime/src/jobs/migrations/1763800000001-jobs';
import { Logger } from '../../libs/runtime/src/logging/logger';
import { redisAvailable, testRedis, type TestRedis } from './redis-server';
import { testDatabase, type TestDatabase } from './test-database';

export const NEVER_MS = 1_000_000;
export const jobPayload = z.object({ n: z.number() });
export type JobPayload = z.infer<typeof jobPayload>;
export const silentLogger = Logger.create({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent', app: 'test' });

/** The two ways jobs are brought to workers; only the first where there is no Redis. */
export type JobMode = 'PostgreSQL alone' | 'Bull';
export const jobModes: readonly JobMode[] = redisAvailable() ? ['PostgreSQL alone', 'Bull'] : ['PostgreSQL alone'];

/** A process of the tests: a pool, a listener and a Jobs of its own. */
export interface JobProcess {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly redis: RedisLink | undefined;
  enqueue(payload: JobPayload, options?: Parameters<Jobs['enqueue']>[3]): Promise<string | null>;
}

/** A worker that is a process of the operating system. */
export interface JobChild {
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it has said the line. */
  says(line: string): Promise<void>;
  go(): void;
}

export type JobProcesses = ReturnType<typeof jobProcesses>;

/**
 * Call it in a `describe`: gives it a database with a table of effects, and Redis in the mode `Bull`; each test has a
 * clock and a job name of its own, and what it started is stopped after it.
 */
export function jobProcesses(mode: JobMode) {
  let home: TestDatabase;
  let redis: TestRedis | undefined;
  let clock: Clock;
  let name: string;
  let count = 0;
  const closers: (() => Promise<void> | void)[] = [];

  beforeAll(async () => {
    if (mode === 'Bull') redis = await testRedis();
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

  async function sql<T>(statement: string, params: unknown[] = []): Promise<T[]> {
    const client = new Client({ connectionString: home.ownerUrl });
    await client.connect();
    try {
      return (await client.query(statement, params)).rows as T[];
    } finally {
      await client.end();
    }
  }

  /** Starts a process; with a handler it serves the test's job. */
  async function start(
    handler?: (job: Job<JobPayload>, database: Database) => Promise<void>,
    options: Partial<JobOptions<JobPayload>> & { pollMs?: number; listens?: boolean } = {},
  ): Promise<JobProcess> {
    const database = await Database.connect({
      url: home.ownerUrl,
      poolSize: 8,
      applicationName: 'jobs test',
      clock,
      ids: new Ids(),
      logger: silentLogger,
    });
    const listener = options.listens === false ? undefined : new DatabaseListener(home.ownerUrl, silentLogger);
    const link = redis && new RedisLink(redis.url, silentLogger);
    const jobs = new Jobs({
      database,
      logger: silentLogger,
      pollMs: options.pollMs ?? 50,
      ...(listener ? { listener } : {}),
      ...(link ? { redis: link } : {}),
    });
    jobs.define(name, { payload: jobPayload, backoff: (attempt) => attempt * 60_000, leaseMs: 2_000, ...options });
    if (handler) jobs.handle<JobPayload>(name, (job) => handler(job, database));
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
  const effect = async (job: Job<JobPayload>, database: Database): Promise<void> => {
    await database.transaction('system', async (tx) => {
      await tx.query('insert into effects (name, n, attempt) values ($1, $2, $3)', [name, job.payload.n, job.attempt]);
      await job.complete(tx);
    });
  };
  const effects = (): Promise<{ n: number; attempt: number }[]> =>
    sql('select n, attempt from effects where name = $1 order by at', [name]);
  const gauge = async (process: JobProcess): Promise<JobGauge> => (await process.jobs.gauges())[0]!;

  /** Waits for a condition on the database; the test's own time limit ends it. */
  async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await new Promise((done) => setTimeout(done, 10));
  }
  const allDone = (): Promise<void> =>
    until(
      async () =>
        (await sql('select 1 from jobs.jobs where name = $1 and dead_at is null limit 1', [name])).length === 0,
    );

  /** A worker that is a process of the operating system. It says `begun ATTEMPT`, waits for `go`, says how it ended. */
  function child(leaseMs: number): JobChild {
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
    const worker = spawn(
      process.execPath,
      ['-r', './test/support/house/register-typescript.js', '-e', script, settings],
      {
        cwd: resolve(__dirname, '../..'),
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const gone = new Promise((done) => worker.once('exit', done));
    closers.push(async () => {
      worker.kill('SIGKILL');
      await gone;
    });
    const heard: string[] = [];
    let woken: () => void = () => undefined;
    createInterface({ input: worker.stdout }).on('line', (line) => {
      heard.push(line);
      woken();
    });
    return {
      kill: (signal) => void worker.kill(signal),
      says: async (line) => {
        while (!heard.includes(line)) await new Promise<void>((done) => (woken = done));
      },
      go: () => void worker.stdin.write('go\n'),
    };
  }

  return {
    /** Product time of the present test; children of the operating system keep the machine's. */
    get clock() {
      return clock;
    },
    /** Of the present test's job. */
    get name() {
      return name;
    },
    get redis() {
      return redis!;
    },
    /** To be run after the present test, the latest first. */
    later: (close: () => Promise<void> | void) => void closers.push(close),
    sql,
    start,
    effect,
    effects,
    gauge,
    until,
    allDone,
    child,
  };
}
