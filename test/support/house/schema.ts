/**
 * `npm run schema`: writes what is generated from the sources and committed, so that a reader finds it. With `--check` it
 * writes nothing and ends with 1 if a file is not what the sources give.
 *
 *   .env.example               from the settings of every process
 *   apps/api/schema.graphql    and the GraphQL types, by apps/api/write-schema.ts
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { envExample, runtimeSettings, type Settings } from '@app/runtime';

const root = resolve(__dirname, '../../..');
const check = process.argv.includes('--check');

/** Units keep their settings in `src/config.ts`, in exports whose names end with "Settings". */
function sections(): { title: string; settings: Settings }[] {
  const units = ['libs', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  );
  // What `npm start` reads comes right after what every process reads: it is what most people look for.
  const first = (unit: string): number => (unit === 'apps/all-in-one' ? 0 : 1);
  return [
    { title: 'every process', settings: runtimeSettings },
    ...units
      .filter((unit) => existsSync(join(root, unit, 'src/config.ts')))
      .sort((a, b) => first(a) - first(b) || a.localeCompare(b))
      .flatMap((unit) => settingsOf(unit).map((settings) => ({ title: titleOf(unit), settings }))),
  ];
}

function settingsOf(unit: string): Settings[] {
  const config = require(join(root, unit, 'src/config')) as Record<string, unknown>;
  return Object.entries(config).flatMap(([name, value]) =>
    name.endsWith('Settings') && areSettings(value) ? [value] : [],
  );
}

/** Tells settings of a process from others, such as the settings of a mailbox. */
function areSettings(value: unknown): value is Settings {
  return Object.entries(value as object).every(
    ([name, { doc }]) => /^[A-Z][A-Z0-9_]+$/.test(name) && typeof doc === 'string',
  );
}

function titleOf(unit: string): string {
  return (
    { 'apps/all-in-one': 'npm start', 'libs/connector-host': 'every connector' }[unit] ?? unit.replace(/^apps\//, '')
  );
}

const file = join(root, '.env.example');
const wanted = envExample(sections());
const found = existsSync(file) ? readFileSync(file, 'utf8') : '';
if (!check) writeFileSync(file, wanted);
else if (found !== wanted) {
  process.stderr.write('.env.example is not what the sources give. Run "npm run schema" and commit the result.\n');
  process.exitCode = 1;
}

// Reads the same arguments; runs when it is loaded.
require(join(root, 'apps/api/write-schema'));
