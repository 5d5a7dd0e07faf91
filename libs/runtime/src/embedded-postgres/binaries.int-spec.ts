import { cp, mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { findPostgresBinaries } from './binaries';

let directory: string;
const given = process.env['EVENHAND_POSTGRES_BIN'];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evenhand-binaries-'));
});
afterEach(async () => {
  if (given === undefined) delete process.env['EVENHAND_POSTGRES_BIN'];
  else process.env['EVENHAND_POSTGRES_BIN'] = given;
  await rm(directory, { recursive: true, force: true });
});

it('finds programs of PostgreSQL 15 or newer that run here', () => {
  const found = findPostgresBinaries();
  expect(found.major).toBeGreaterThanOrEqual(15);
  expect(found.version).toMatch(/^\d+\.\d+$/);
  expect([found.postgres, found.initdb, found.pgCtl].map(dirname)).toEqual(Array(3).fill(found.directory));
});

it('does not look elsewhere when EVENHAND_POSTGRES_BIN leads nowhere, and says what is missing there', () => {
  process.env['EVENHAND_POSTGRES_BIN'] = directory;
  expect(findPostgresBinaries).toThrow(`${directory}: no postgres, no initdb, no pg_ctl`);
  expect(findPostgresBinaries).toThrow('Set it to the directory that holds');
});

/** The npm package as it is unpacked, before its install script has run: without any link. */
async function withoutLinks(): Promise<string[]> {
  const { directory: bin } = findPostgresBinaries();
  if (basename(dirname(bin)) !== 'native') return [];
  const native = dirname(bin);
  const links: string[] = [];
  for (const entry of await readdir(join(native, 'lib'), { withFileTypes: true })) {
    if (entry.isSymbolicLink()) links.push(entry.name);
    else if (/\.so\.\d/.test(entry.name))
      await cp(join(native, 'lib', entry.name), join(directory, 'native/lib', entry.name));
  }
  await cp(bin, join(directory, 'native/bin'), { recursive: true });
  await cp(join(native, 'pg-symlinks.json'), join(directory, 'native/pg-symlinks.json'));
  process.env['EVENHAND_POSTGRES_BIN'] = join(directory, 'native/bin');
  return links.sort();
}

it('makes the links of the libraries that an npm install without scripts leaves out', async () => {
  const expected = await withoutLinks();
  if (expected.length === 0) return; // a system's PostgreSQL, or a system whose package needs none
  expect(findPostgresBinaries().directory).toBe(join(directory, 'native/bin'));
  const lib = join(directory, 'native/lib');
  const made = (await readdir(lib, { withFileTypes: true })).filter((entry) => entry.isSymbolicLink());
  expect(made.map(({ name }) => name).sort()).toEqual(expected);
  expect(await readlink(join(lib, 'libicui18n.so.60'))).toBe('libicui18n.so.60.2');
});

it('says in the words of the system why programs do not run here', async () => {
  if ((await withoutLinks()).length === 0) return;
  await rm(join(directory, 'native/pg-symlinks.json'));
  expect(findPostgresBinaries).toThrow(/error while loading shared libraries: lib/);
});
