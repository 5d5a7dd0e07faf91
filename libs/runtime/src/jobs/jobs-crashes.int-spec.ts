import { jobModes, jobProcesses, type JobPayload } from '../../../../test/support/job-processes';
import type { Database } from '../database/database';
import type { Job } from './job';
import { LeaseLost } from './job-errors';

/** Jobs when processes end, stand still or lose their connections; see jobs.int-spec.ts. */
describe.each(jobModes)('with %s', (mode) => {
  const house = jobProcesses(mode);
  const { start, effect, effects, gauge, until, allDone, sql, child } = house;

  it('renews the lease of a job that runs longer than it', async () => {
    let finish: () => void = () => undefined;
    const long = new Promise<void>((done) => (finish = done));
    const handler = async (job: Job<JobPayload>, database: Database): Promise<void> => {
      await long;
      await effect(job, database);
    };
    const [one] = await Promise.all([start(handler, { leaseMs: 1_500 }), start(handler, { leaseMs: 1_500 })]);
    await one.enqueue({ n: 1 });
    const lease = async (): Promise<Date | undefined> =>
      (await sql<{ lease_until: Date | null }>('select lease_until from jobs.jobs where name = $1', [house.name]))[0]
        ?.lease_until ?? undefined;
    await until(async () => (await lease()) !== undefined);
    const first = (await lease())!.getTime();
    await until(async () => (await lease())!.getTime() > first + 2_000);
    finish();
    await allDone();

    expect(await effects()).toEqual([{ n: 1, attempt: 1 }]);
  });

  it('gives running jobs back when the process stops, and lets it complete nothing any more', async () => {
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

  it('lets running jobs finish when the process stops in peace', async () => {
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

  it('goes on after all connections to the database were cut', async () => {
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
      house.clock.advance(60_000);
      return (await sql('select 1 from jobs.jobs where name = $1', [house.name])).length === 0;
    });

    // a commit whose answer was cut off may have been asked for twice: then it is another job
    expect(new Set((await effects()).map((each) => each.n)).size).toBe(60);
  });

  it('runs a job again when the process that had it is killed', async () => {
    const killed = child(500);
    const asker = await start();
    await asker.enqueue({ n: 1 });
    await killed.says('begun 1');
    killed.kill('SIGKILL');
    await start(effect);
    await allDone();

    expect(await effects()).toEqual([{ n: 1, attempt: 2 }]);
  });

  it('gives a job up whose last attempt killed its process', async () => {
    const killed = child(500);
    const asker = await start();
    await asker.enqueue({ n: 1 }, { maxAttempts: 1 });
    await killed.says('begun 1');
    killed.kill('SIGKILL');
    await start(effect);
    await until(async () => (await gauge(asker)).dead === 1);

    expect(await effects()).toEqual([]);
  });

  it('does not let a worker complete a job that another took over while it stood still', async () => {
    const stale = child(500);
    const asker = await start();
    await asker.enqueue({ n: 1 });
    await stale.says('begun 1');
    stale.kill('SIGSTOP');
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
    stale.kill('SIGCONT');
    stale.go();
    await stale.says('LeaseLost');
    finish();
    await allDone();

    expect(await effects()).toEqual([{ n: 1, attempt: 2 }]);
  });
});
