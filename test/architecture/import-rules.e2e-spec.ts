import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');

/** A house with a door per unit, as small as the rules allow. */
const sound: Record<string, string> = {
  ...Object.fromEntries(
    ['channel', 'triage', 'audit', 'runtime', 'inbox', 'connector-host'].map((lib) => [
      `libs/${lib}/src/index.ts`,
      `export { own } from './own';`,
    ]),
  ),
  ...Object.fromEntries(
    ['channel', 'triage', 'audit', 'runtime', 'inbox', 'connector-host'].map((lib) => [
      `libs/${lib}/src/own.ts`,
      `export const own = 1;`,
    ]),
  ),
  'apps/api/src/index.ts': `export const api = 1;`,
  'apps/simulator/src/index.ts': `export const simulator = 1;`,
  'apps/connector-x/src/index.ts': `export const x = 1;`,
  'test/support/anything.ts': `export const anything = 1;`,
  'libs/inbox/src/good.ts': `import { own } from '@app/channel'; import './own'; import 'typeorm'; export const good = own;`,
  'libs/inbox/src/good.int-spec.ts': `import '../../../test/support/anything'; import 'pg'; import './good';`,
  // A cycle is reported once, at its first file.
  'libs/inbox/src/cycle.ts': `import type { A } from './bad-cycle'; export type B = A | 1;`,
  'libs/triage/src/good.spec.ts': `import 'node:assert'; import 'fast-check';`,
  'apps/triage/src/config.ts': `import 'zod';`,
  'apps/connector-x/src/good.e2e-spec.ts': `import '../../simulator/src/index';`,
  'apps/all-in-one/src/main.ts': `import '../../api/src/index'; import '@app/inbox';`,
};

/** What the plan forbids: the rule that must see it, where it stands, and what it says. */
const faults: [rule: string, file: string, source: string][] = [
  ['arrows-of-libs/channel', 'libs/channel/src/bad-arrow.ts', `import '@app/runtime';`],
  ['arrows-of-libs/triage', 'libs/triage/src/bad-arrow.ts', `import '@app/audit';`],
  ['arrows-of-libs/audit', 'libs/audit/src/bad-arrow.ts', `import '@app/inbox';`],
  [
    'arrows-of-libs/runtime',
    'libs/runtime/src/bad-arrow.ts',
    `import type { own } from '@app/channel'; export type T = typeof own;`,
  ],
  ['arrows-of-libs/inbox', 'libs/inbox/src/bad-arrow.ts', `import '@app/connector-host';`],
  ['arrows-of-libs/connector-host', 'libs/connector-host/src/bad-arrow.ts', `import '@app/inbox';`],
  ['arrows-of-apps/connector-*', 'apps/connector-x/src/bad-arrow.ts', `import '@app/inbox';`],
  ['arrows-of-apps/triage', 'apps/triage/src/bad-arrow.ts', `import '@app/connector-host';`],
  ['arrows-of-apps/api', 'apps/api/src/bad-arrow.ts', `import '@app/connector-host';`],
  ['arrows-of-apps/audit', 'apps/audit/src/bad-arrow.ts', `import '@app/connector-host';`],
  ['arrows-of-apps/fairlog', 'apps/fairlog/src/bad-arrow.ts', `import '@app/runtime';`],
  ['arrows-of-apps/simulator', 'apps/simulator/src/bad-arrow.ts', `import '@app/connector-host';`],
  ['arrows-of-apps/web', 'apps/web/src/bad-arrow.tsx', `import '@app/channel';`],
  ['arrows-of-apps/cli', 'apps/cli/src/bad-arrow.ts', `import '../../api/src/bad-arrow';`],
  ['resolvable', 'libs/inbox/src/bad-depth.ts', `import '@app/channel/own';`],
  ['arrows-of-libs/inbox', 'libs/inbox/src/bad-door.ts', `import '../../../apps/api/src/index';`],
  ['apps-are-apart', 'apps/connector-email/src/bad-sibling.ts', `import '../../connector-x/src/index';`],
  ['unknown-unit', 'libs/core/src/bad-unit.ts', `import './own'; export {};`],
  ['by-alias', 'libs/inbox/src/bad-path.ts', `import '../../channel/src/index';`],
  ['own-door', 'libs/inbox/src/bad-own-door.ts', `import './index';`],
  ['own-door', 'libs/inbox/src/bad-own-alias.ts', `import '@app/inbox';`],
  ['simulator-in-tests', 'apps/triage/src/bad-simulator.ts', `import '../../simulator/src/index';`],
  ['product-without-tests', 'apps/api/src/bad-support.ts', `import '../../../test/support/anything';`],
  ['product-without-tests', 'libs/inbox/src/bad-spec.ts', `import './good.int-spec';`],
  ['no-cycle', 'libs/inbox/src/bad-cycle.ts', `import type { B } from './cycle'; export type A = B;`],
  ['bare', 'libs/triage/src/bad-node.ts', `import 'node:crypto';`],
  ['bare', 'libs/audit/src/bad-builtin.ts', `import 'fs';`],
  ['bare', 'libs/triage/src/bad-package.ts', `import 'luxon';`],
  ['packages-of-channel', 'libs/channel/src/bad-package.ts', `import 'luxon';`],
  ['home-of-zod', 'apps/triage/src/bad-zod.ts', `import 'zod';`],
  ['home-of-pg', 'libs/inbox/src/bad-pg.ts', `import type { Client } from 'pg'; export type C = Client;`],
  ['home-of-typeorm', 'apps/api/src/bad-typeorm.ts', `import 'typeorm';`],
  ['home-of-bull', 'apps/triage/src/bad-bull.ts', `import 'bull';`],
  ['home-of-ioredis', 'apps/api/src/bad-ioredis.ts', `import 'ioredis';`],
  ['home-of-pino', 'libs/connector-host/src/bad-pino.ts', `import 'pino';`],
  ['home-of-prom-client', 'apps/api/src/bad-prom.ts', `import 'prom-client';`],
  ['home-of-graphql', 'apps/triage/src/bad-graphql.ts', `import 'graphql';`],
  ['home-of-@apollo/server', 'apps/all-in-one/src/bad-apollo.ts', `import '@apollo/server';`],
  ['home-of-react', 'apps/api/src/bad-react.ts', `import 'react';`],
  ['home-of-d3-*', 'apps/api/src/bad-d3.ts', `import 'd3-scale';`],
  ['home-of-imapflow', 'apps/api/src/bad-imap.ts', `import 'imapflow';`],
  ['home-of-nodemailer', 'libs/connector-host/src/bad-smtp.ts', `import 'nodemailer';`],
  ['home-of-smtp-server', 'apps/connector-email/src/bad-server.ts', `import 'smtp-server';`],
  ['runtime-dependency', 'apps/triage/src/bad-dev.ts', `import 'autocannon';`],
  ['declared', 'apps/triage/src/bad-transitive.ts', `import 'iconv-lite';`],
  ['resolvable', 'libs/inbox/src/bad-name.ts', `import './is-not-there';`],
];

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
}

describe('the import rules', () => {
  let house: string;
  let violations: Violation[];

  beforeAll(async () => {
    house = await mkdtemp(join(tmpdir(), 'evenhand-house-'));
    await symlink(join(root, 'node_modules'), join(house, 'node_modules'));
    for (const file of ['package.json', 'tsconfig.json']) await copyFile(join(root, file), join(house, file));
    const planted = faults.map(([, file, source]) => [file, source] as const);
    for (const [file, source] of [...Object.entries(sound), ...planted]) {
      await mkdir(dirname(join(house, file)), { recursive: true });
      await writeFile(join(house, file), source);
    }
    violations = await cruise(house);
  });

  afterAll(() => rm(house, { recursive: true, force: true }));

  it.each(faults)('%s stops %s', (rule, file) => {
    expect(violations.filter(({ from }) => from === file).map((violation) => violation.rule.name)).toContain(rule);
  });

  it('lets through what the plan allows', () => {
    expect(violations.filter(({ from }) => from in sound)).toEqual([]);
  });
});

async function cruise(folder: string): Promise<Violation[]> {
  const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(root, 'test/architecture/import-rules.js');
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      [depcruise, '--config', config, '--output-type', 'json', 'apps', 'libs', 'test'],
      { cwd: folder, maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
      // The exit code counts the violations, so an error with output is the expected end.
      (error, stdout, stderr) => (stdout ? resolve(stdout) : reject(error ?? new Error(stderr))),
    );
  });
  const report: { summary: { violations: Violation[] } } = JSON.parse(output);
  return report.summary.violations;
}
