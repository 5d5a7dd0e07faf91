import { readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

// Plain JavaScript, because dependency-cruiser reads it too.
const { arrows } = jest.requireActual<{ arrows: Record<string, string[]> }>('./arrows');
const root = resolve(__dirname, '../..');
const files = ['apps', 'libs', 'test'].flatMap(filesBelow);

/** Words that say nothing of what is inside; what carries one has not found its place yet. */
const empty = /^(common|shared|utils?|core|helpers?|managers?|services?|misc)$/;

/** The closed list: a second dot in a name stands for one of these, or for a setting of a tool. */
const suffixes = ['module', 'resolver', 'loader', 'entity', 'spec', 'int-spec', 'e2e-spec', 'config', 'd'];

describe('the names of the house', () => {
  it('say the product: no folder or file is a common, shared, utils, core, helper, manager or service', () => {
    expect(files.filter((file) => words(file).some((word) => empty.test(word)))).toEqual([]);
  });

  it('take a suffix from the closed list', () => {
    const odd = files.filter((file) => {
      const suffix = /^[^.]+\.(.+)\.tsx?$/.exec(nameOf(file))?.[1];
      return suffix !== undefined && !suffixes.includes(suffix);
    });
    expect(odd).toEqual([]);
  });

  it('give every lib a door, and nobody else an index.ts below src', () => {
    const doors = files.filter((file) => nameOf(file) === 'index.ts');
    expect(doors.filter((file) => !/^(apps|libs)\/[^/]+\/src\/index\.ts$/.test(file))).toEqual([]);
    const libs = new Set(files.flatMap((file) => /^libs\/[^/]+(?=\/src\/)/.exec(file)?.[0] ?? []));
    expect([...libs].filter((lib) => !doors.includes(`${lib}/src/index.ts`))).toEqual([]);
  });

  it('are those of the plan', () => {
    const units = new Set(files.flatMap((file) => /^(apps|libs)\/[^/]+(?=\/)/.exec(file)?.[0] ?? []));
    const planned = Object.keys(arrows).map((unit) => new RegExp(`^${unit}$`));
    expect([...units].filter((unit) => !planned.some((plan) => plan.test(unit)))).toEqual([]);
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((file) => !/\/(node_modules|dist|generated|fixtures)\//.test(file));
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** The words of a path below its unit: `apps/api/src/queue/queue.loader.ts` has `queue queue loader`. */
function words(file: string): string[] {
  return file.split('/').slice(1).flatMap((part) => part.toLowerCase().replace(/\.[^.]+$/, '').split(/[.-]/)); // prettier-ignore
}
