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

/** Every process with settings of its own keeps them in `src/config.ts`, in exports whose names end with "Settings". */
function sections(): { title: string; settings: Settings }[] {
  const apps = readdirSync(join(root, 'apps')).filter((app) => existsSync(join(root, 'apps', app, 'src/config.ts')));
  // What `npm start` reads comes first after what all read: it is what most people look for.
  const inOrder = apps.sort((a, b) => Number(b === 'all-in-one') - Number(a === 'all-in-one') || a.localeCompare(b));
  return [
    { title: 'every process', settings: runtimeSettings },
    ...inOrder.map((app) => ({ title: app === 'all-in-one' ? 'npm start' : app, settings: settingsOf(app) })),
  ];
}

function settingsOf(app: string): Settings {
  const config = require(join(root, 'apps', app, 'src/config')) as Record<string, Settings>;
  const named = Object.entries(config).filter(([name]) => name === 'settings' || name.endsWith('Settings'));
  if (named.length === 0)
    throw new Error(`apps/${app}/src/config.ts exports no settings (a name that ends with "Settings").`);
  return Object.assign({}, ...named.map(([, settings]) => settings)) as Settings;
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
