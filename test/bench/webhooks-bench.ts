import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { roleUrl } from '@app/runtime';
import { ProductProcess } from '../support/product';
import type { Bench, BenchContext } from './bench';
import type { BenchDatabase } from './bench-server';
import { cpuMsOf } from './cpu-time';
import { HttpLoad } from './http-load';
import { alone, compare, interleave, percentile, type Comparison } from './measure';
import { PushedPages } from './pushed-pages';

/** Requests under way at once where they come as fast as they are taken. */
const WIDTH = 64;
const PER_SECOND = 300;
/** Updates in the largest body that the platform sends. */
const UPDATES = 1_000;

/**
 * Signed webhooks into the connector's process, until their 200, beside a bare handler with one insert: how many go
 * through, and how long each takes at a pace that leaves room. Both are processes of their own; the load comes from this one.
 */
export const webhooksBench: Bench = { name: 'webhooks', run };

async function run(context: BenchContext): Promise<readonly Comparison[]> {
  const lines: Comparison[] = [];
  for (const pages of [1, 20]) lines.push(...(await withPages(context, pages)));
  return lines;
}

async function withPages(context: BenchContext, count: number): Promise<Comparison[]> {
  const { quick, server, onEnd } = context;
  const database = await server.database(`webhooks_${count}`);
  onEnd(() => database.close());
  const pages = await PushedPages.connect(database, count, onEnd);
  const product = await startConnector(context, database, pages, count);
  const bare = await startBare(database, onEnd);
  const loads = { ours: new HttpLoad(product.url), bare: new HttpLoad(bare.url) };
  onEnd(async () => [loads.ours, loads.bare].forEach((load) => load.close()));
  const requests = {
    ours: (n: number): Buffer[] => pages.requests(Number(product.url.port), n),
    bare: (n: number): Buffer[] => pages.bare(bare.url, n),
  };
  const pids = { ours: [product.pid, ...server.pids], bare: [bare.pid, ...server.pids] };

  const cpu = new Map<string, number[]>();
  const fast = (side: 'ours' | 'bare', name: string) => async (): Promise<number> => {
    const made = requests[side](quick ? 500 : 4_000);
    const before = cpuMsOf(pids[side]);
    const rate = await loads[side].closed(made, WIDTH);
    if (before !== undefined) cpu.set(name, [...(cpu.get(name) ?? []), (cpuMsOf(pids[side])! - before) / made.length]);
    return rate;
  };
  const names = { ours: 'Evenhand', bare: 'Express + insert' };
  const rates = [
    { name: names.ours, round: fast('ours', names.ours) },
    { name: names.bare, round: fast('bare', names.bare) },
  ];
  await interleave(quick ? 1 : 2, rates);
  cpu.clear();
  const figures = await interleave(quick ? 1 : 7, rates);
  const of = count === 1 ? 'of one Page' : `of ${count} Pages`;
  const line = { bench: 'webhooks', what: `deliveries ${of}, ${WIDTH} at once`, unit: 'deliveries/s' };
  const lines = [compare(figures, names.ours, names.bare, { ...line, aim: { atLeast: 0.5 } })];
  if (cpu.size > 0) {
    const spent = { bench: 'webhooks', what: `processor time for each ${of}, with the database`, unit: 'ms' };
    lines.push(compare(cpu, names.ours, names.bare, spent));
  }

  const medians = new Map<string, number[]>([names.ours, names.bare].map((name) => [name, []]));
  const paced = (side: 'ours' | 'bare', name: string) => async (): Promise<number> => {
    const times = await loads[side].paced(requests[side](PER_SECOND * (quick ? 1 : 8)), PER_SECOND);
    medians.get(name)!.push(percentile(times, 0.5));
    return percentile(times, 0.99);
  };
  const latencies = await interleave(quick ? 1 : 5, [
    { name: names.ours, round: paced('ours', names.ours) },
    { name: names.bare, round: paced('bare', names.bare) },
  ]);
  const pace = `at ${PER_SECOND} deliveries/s ${of}`;
  const slow = { bench: 'webhooks', what: `99th percentile ${pace}`, unit: 'ms', aim: { atMost: 2 } };
  lines.push(compare(latencies, names.ours, names.bare, slow));
  lines.push(compare(medians, names.ours, names.bare, { bench: 'webhooks', what: `typical one ${pace}`, unit: 'ms' }));
  if (count === 1) lines.push(await largest(loads.ours, pages, Number(product.url.port), quick));
  return lines;
}

/** Bodies with as many updates as the platform ever sends, one after another. */
async function largest(load: HttpLoad, pages: PushedPages, port: number, quick: boolean): Promise<Comparison> {
  const p99: number[] = [];
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    const bodies = Array.from({ length: quick ? 3 : 40 }, () => pages.batch(port, UPDATES));
    const times: number[] = [];
    for (const body of bodies) {
      const began = performance.now();
      await load.send(body);
      times.push(performance.now() - began);
    }
    p99.push(percentile(times, 0.99));
  }
  const what = `99th percentile of bodies with ${UPDATES.toLocaleString('en')} updates`;
  return alone(p99, { bench: 'webhooks', what, unit: 'ms', aim: { atMost: 1_000 } });
}

interface Running {
  readonly url: URL;
  readonly pid: number;
}

async function startConnector(
  { dir, onEnd }: BenchContext,
  database: BenchDatabase,
  pages: PushedPages,
  count: number,
): Promise<Running> {
  const process = ProductProcess.start('connector-messenger', {
    ...pages.environment,
    DATABASE_URL: roleUrl(database.ownerUrl, 'connector'),
    EVENHAND_DATA_DIR: `${dir}/connector-${count}`,
    EVENHAND_PORT: '0',
    EVENHAND_LOG_LEVEL: 'info',
  });
  onEnd(() => process.stop());
  const [, port] = await process.prints(/"port":(\d+)/);
  await pages.lookedAfter();
  return { url: new URL(`http://127.0.0.1:${port}`), pid: process.pid };
}

async function startBare(database: BenchDatabase, onEnd: BenchContext['onEnd']): Promise<Running> {
  const client = await database.client();
  await client.query(
    'create table public.bare_webhooks (id bigint generated always as identity primary key, body jsonb not null)',
  );
  await client.end();
  const register = resolve(__dirname, '../support/house/register-typescript.js');
  const child = spawn(process.execPath, ['-r', register, join(__dirname, 'bare-webhook.ts')], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', DATABASE_URL: database.ownerUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onEnd(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, 'exit');
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = /listening on (\d+)/.exec(line.toString())?.[1];
  return { url: new URL(`http://127.0.0.1:${port}/webhook`), pid: child.pid! };
}
