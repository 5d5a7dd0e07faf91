import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';
import { z } from 'zod';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { Clock } from '../clock/clock';
import { Ids } from '../clock/ids';
import { Database } from '../database/database';
import { migrate } from '../database/migrate';
import { Jobs } from '../jobs/jobs';
import { Jobs1763800000001 } from '../jobs/migrations/1763800000001-jobs';
import { Logger } from '../logging/logger';
import { Metrics } from '../metrics/metrics';
import { Health, type HealthResult } from './health';
import { healthHandler } from './health-handler';
import { jobsCheck } from './runtime-checks';

const logger = Logger.create({ level: 'silent', app: 'test' });
const clock = new Clock();
let home: TestDatabase;
let database: Database;
let server: Server;
let base: string;
let state: HealthResult = { status: 'ok' };

beforeAll(async () => {
  home = await testDatabase({ migrated: false });
  await migrate({ ownerUrl: home.ownerUrl, migrations: [Jobs1763800000001] });
  database = await Database.connect({
    url: home.ownerUrl,
    poolSize: 4,
    applicationName: 'test',
    clock,
    ids: new Ids(),
    logger,
  });
  const apps = ['one', 'two'].map((name) => {
    const jobs = new Jobs({ database, logger });
    jobs.define(`${name}.work`, { payload: z.object({}) });
    const health = new Health({ logger, keptMs: 0 });
    health.register('jobs', jobsCheck(jobs));
    if (name === 'two') health.register('part', async () => state);
    return { name, logger, health, metrics: new Metrics({ app: name }), jobs };
  });
  await database.transaction('system', (tx) => apps[0]!.jobs.enqueue(tx, 'one.work', {}));
  const handle = healthHandler(apps);
  server = createServer((request, response) => {
    if (!handle(request.url ?? '', request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await database.close();
  await home.drop();
});

it('is ready while all parts of all apps work, and names the one that does not', async () => {
  const well = await fetch(`${base}/health/ready`);
  expect(well.status).toBe(200);
  expect(await well.json()).toMatchObject({ status: 'ok', checks: { 'one jobs': { status: 'ok' }, 'two part': {} } });

  state = { status: 'down', detail: 'gone' };
  const ill = await fetch(`${base}/health/ready`);
  expect(ill.status).toBe(503);
  expect(await ill.json()).toMatchObject({
    status: 'down',
    checks: { 'two part': { status: 'down', detail: 'gone' } },
  });
  expect((await fetch(`${base}/health/live`)).status).toBe(200);

  state = { status: 'degraded' };
  expect((await fetch(`${base}/health/ready`)).status).toBe(200);
});

it('counts the jobs of each app for Prometheus, and the process once', async () => {
  const response = await fetch(`${base}/metrics`);
  const text = await response.text();

  expect(response.headers.get('content-type')).toContain('text/plain');
  expect(text).toContain('evenhand_jobs_due{job="one.work",app="one"} 1');
  expect(text).toContain('evenhand_jobs_due{job="two.work",app="two"} 0');
  expect(text.match(/^process_resident_memory_bytes /gm)).toHaveLength(1);
  expect(text.match(/^# TYPE evenhand_jobs_due /gm)).toHaveLength(1);
});

it('gives no metrics to those for whom a proxy asks, and answers nothing but GET', async () => {
  expect((await fetch(`${base}/metrics`, { headers: { 'x-forwarded-for': '192.0.2.1' } })).status).toBe(403);
  expect((await fetch(`${base}/health/ready`, { method: 'POST' })).status).toBe(405);
  expect((await fetch(`${base}/health/other`)).status).toBe(404);
  expect((await fetch(`${base}/toString`)).status).toBe(404);
});

it('tells of work that was given up and of work that is late', async () => {
  clock.advance(10 * 60_000);
  const client = new Client({ connectionString: home.ownerUrl });
  await client.connect();
  await client.query(
    `insert into jobs.jobs (id, name, payload, run_at, max_attempts, dead_at, created_at) values (gen_random_uuid(), 'two.work', '{}', now(), 1, now(), now())`,
  );
  await client.end();

  const report = (await (await fetch(`${base}/health/ready`)).json()) as { checks: Record<string, HealthResult> };

  expect(report.checks['one jobs']).toMatchObject({
    status: 'degraded',
    detail: 'waiting for more than five minutes: one.work',
  });
  expect(report.checks['two jobs']).toMatchObject({ status: 'degraded', detail: 'given up: two.work 1' });
});
