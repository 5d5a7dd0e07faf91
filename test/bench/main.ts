import 'reflect-metadata';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from './bench';
import { BenchServer } from './bench-server';
import { ingestBench } from './ingest-bench';
import { intakeBench } from './intake-bench';
import { jobsBench } from './jobs-bench';
import type { Comparison } from './measure';
import { offersBench } from './offers-bench';
import { pagesBench } from './pages-bench';
import { machineOf, tableOf } from './report';
import { bigWorkspaces } from './big-workspace';
import { liveBench } from './live-bench';
import { webhooksBench } from './webhooks-bench';

const benches: readonly Bench[] = [
  webhooksBench,
  liveBench,
  ingestBench,
  intakeBench,
  jobsBench,
  pagesBench,
  offersBench,
];

const usage = `npm run bench -- [NAME …] [--quick] [--size N] [--json FILE] [--database URL]
  NAME        ${benches.map(({ name }) => name).join(', ')}; default: all; --only NAME,NAME says the same
  --quick     few rounds and little data: shows that the benches work
  --size      conversations of the large workspace; default 1,000,000 (quick: 50,000)
  --json      file for the figures; default dist/bench.json
  --database  superuser's URL of a PostgreSQL 15 or newer; default: an embedded one, thrown away afterwards`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      size: { type: 'string' },
      json: { type: 'string', default: 'dist/bench.json' },
      database: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(`${usage}\n`);
  const chosen = choose([...positionals, ...(values.only?.split(',') ?? [])]);
  const size = values.size === undefined ? (values.quick ? 50_000 : 1_000_000) : Number(values.size);
  if (!Number.isInteger(size) || size < 10_000) throw new Error('--size: expected a whole number from 10000');

  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const comparisons: Comparison[] = [];
  const ends: (() => Promise<unknown>)[] = [];
  const endAll = async (keep: number): Promise<void> => {
    while (ends.length > keep) await ends.pop()!();
  };
  const interrupted = (): void => void endAll(0).finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  let database = '';
  try {
    const dir = await mkdtemp(join(tmpdir(), 'evenhand-bench-'));
    ends.push(() => rm(dir, { recursive: true, force: true }));
    const server = await BenchServer.start(values.database, dir);
    database = server.description;
    ends.push(() => server.close());
    ends.push(() => bigWorkspaces.close());
    const kept = ends.length;
    for (const { name, run } of chosen) {
      say(`${name} …`);
      const onEnd = (step: () => Promise<unknown>): void => void ends.push(step);
      const lines = await run({ server, dir, say, size, quick: values.quick, onEnd });
      await endAll(kept);
      comparisons.push(...lines);
      say(`${tableOf(lines)}\n`);
    }
  } finally {
    await endAll(0);
  }
  const report = {
    at: new Date().toISOString(),
    quick: values.quick,
    machine: machineOf(database),
    comparisons,
  };
  await writeFile(resolve(values.json), `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(`${tableOf(comparisons)}\n\n${values.json} has the figures as JSON.\n`);
}

function choose(names: readonly string[]): readonly Bench[] {
  if (names.length === 0) return benches;
  return names.map((name) => {
    const bench = benches.find((candidate) => candidate.name === name.trim());
    if (!bench) throw new Error(`there is no bench "${name}"\n${usage}`);
    return bench;
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
