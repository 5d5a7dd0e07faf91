import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { chmod, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import type { PostgresBinaries } from './binaries';
import { DataDirUnusable, mendOf, PostgresNotStarted } from './errors';
import { giveTo, giveToOwnerOf, runAs, type Account } from './run-as';

/** Name of the owner role (a superuser of this server) and of the database. */
export const OWNER = 'evenhand';

/** Where things stand below a data directory, `pg18` for PostgreSQL 18. */
export interface ClusterFiles {
  readonly dataDir: string;
  /** PostgreSQL's own directory (PGDATA). */
  readonly cluster: string;
  readonly password: string;
  readonly port: string;
  readonly log: string;
}

export function clusterFiles(dataDir: string, major: number): ClusterFiles {
  const root = resolve(dataDir);
  const cluster = join(root, `pg${major}`);
  const beside = (ending: string): string => `${cluster}.${ending}`;
  return { dataDir: root, cluster, password: beside('password'), port: beside('port'), log: beside('log') };
}

/**
 * Looks at what is there, changes nothing.
 * @returns the owner of the database's files; undefined if there is no database yet.
 * @throws DataDirUnusable if it is somebody else's, of another version, or no database at all.
 */
export function inspectCluster(
  files: ClusterFiles,
  binaries: PostgresBinaries,
): { uid: number; gid: number } | undefined {
  const stat = statSync(files.cluster, { throwIfNoEntry: false });
  if (!stat) {
    const other = readdirSync(files.dataDir).find(
      (name) => /^pg\d+$/.test(name) && existsSync(join(files.dataDir, name, 'PG_VERSION')),
    );
    if (other === undefined) return undefined;
    throw new DataDirUnusable(
      `${files.dataDir} holds a database of PostgreSQL ${other.slice(2)} (${other}), and the programs here are ${binaries.version}. ` +
        `To go on with it, set EVENHAND_POSTGRES_BIN to the programs of PostgreSQL ${other.slice(2)}. ` +
        `To begin anew, move ${join(files.dataDir, other)} away.`,
    );
  }
  const { getuid } = process;
  if (getuid && getuid() !== 0 && stat.uid !== getuid()) {
    throw new DataDirUnusable(
      `The database in ${files.cluster} belongs to user number ${stat.uid}, you are number ${getuid()} ` +
        '(was Evenhand started as root before?). Start it as the same user again, or give it to you: ' +
        `sudo chown -R ${getuid()} ${files.dataDir}`,
    );
  }
  if (existsSync(join(files.cluster, 'PG_VERSION'))) return { uid: stat.uid, gid: stat.gid };
  if (stat.isDirectory() && readdirSync(files.cluster).length === 0) return undefined;
  throw new DataDirUnusable(
    `${files.cluster} is not a database (it has no PG_VERSION). Move it away, or choose another directory with EVENHAND_DATA_DIR.`,
  );
}

/**
 * Makes the database's files, ~0.5 s. They appear whole under their name or not at all, whenever this is killed.
 * Call it under the start lock.
 */
export async function createCluster(files: ClusterFiles, binaries: PostgresBinaries, account: Account): Promise<void> {
  const half = (await readdir(files.dataDir)).filter((name) =>
    join(files.dataDir, name).startsWith(`${files.cluster}.new-`),
  );
  await Promise.all(half.map((name) => rm(join(files.dataDir, name), { recursive: true, force: true })));

  const fresh = `${files.cluster}.new-${randomBytes(4).toString('hex')}`;
  const password = `${fresh}.password`;
  await mkdir(fresh, { mode: 0o700 });
  await writeDurably(password, `${randomBytes(24).toString('base64url')}\n`);
  giveTo(account, fresh);
  giveTo(account, password);
  await initdb(fresh, password, binaries, account);

  giveToOwnerOf(files.dataDir, password);
  await rename(password, files.password);
  if (existsSync(files.cluster)) await rmdir(files.cluster);
  await rename(fresh, files.cluster);
  await syncDirectory(files.dataDir);
}

async function initdb(cluster: string, password: string, binaries: PostgresBinaries, account: Account): Promise<void> {
  const common = [`--pgdata=${cluster}`, `--username=${OWNER}`, `--pwfile=${password}`];
  common.push('--auth=scram-sha-256', '--encoding=UTF8', '--data-checksums', '--lc-messages=C');
  // Order of text by code point, the same on every machine; from PostgreSQL 17 on without the system's locales.
  const provider = binaries.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'] : [];
  let refused = '';
  // Full text search takes its letters from lc_ctype even so: with C, «bonjour» is one word, guillemets included.
  for (const ctype of ['C.UTF-8', 'en_US.UTF-8', 'C']) {
    const locale = provider.length > 0 ? [...provider, `--lc-ctype=${ctype}`] : [`--locale=${ctype}`];
    const { code, output } = await runAs(account, binaries.initdb, [...common, ...locale], 120_000);
    if (code === 0) return;
    refused = output;
    if (!/invalid locale/.test(output)) break;
  }
  throw new PostgresNotStarted(`Could not create a database in ${cluster}; initdb says:\n${refused}${mendOf(refused)}`);
}

/** Password of the owner role; puts the file's mode right if others could read it. */
export async function readPassword(files: ClusterFiles, log: (message: string) => void): Promise<string> {
  let text: string;
  try {
    text = await readFile(files.password, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new DataDirUnusable(
      `The password of the database is gone: there is ${files.cluster}, but no ${files.password}. ` +
        `Put the file back from a copy; or, to begin anew, move ${files.cluster} away.`,
      { cause: error },
    );
  }
  if (process.platform !== 'win32' && ((await stat(files.password)).mode & 0o077) !== 0) {
    await chmod(files.password, 0o600);
    log(`others could read ${files.password}; closed it to them`);
  }
  return text.trim();
}

/**
 * The port of last time if it is free, else another free one, which is remembered.
 * @param except a port that looked free and was not.
 */
export async function choosePort(
  files: ClusterFiles,
  log: (message: string) => void,
  except?: number,
): Promise<number> {
  const text = existsSync(files.port) ? (await readFile(files.port, 'utf8')).trim() : '';
  const remembered = /^\d{1,5}$/.test(text) && Number(text) < 65_536 ? Number(text) : 0;
  if (remembered > 0 && remembered !== except && (await freePort(remembered)) !== undefined) return remembered;
  const port = await freePort(0);
  if (port === undefined)
    throw new PostgresNotStarted('No free port on 127.0.0.1 for PostgreSQL: the system gives none.');
  if (remembered > 0) log(`port ${remembered} is taken by another program; PostgreSQL moves to port ${port}`);
  await writeDurably(`${files.port}.new`, `${port}\n`);
  giveToOwnerOf(files.dataDir, `${files.port}.new`);
  await rename(`${files.port}.new`, files.port);
  return port;
}

/** @returns the port (one of the system's choice for 0) if a server can listen on it now. */
function freePort(port: number): Promise<number | undefined> {
  return new Promise((found, failed) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') found(undefined);
      else failed(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => found(typeof address === 'object' ? address?.port : undefined));
    });
  });
}

async function writeDurably(path: string, text: string): Promise<void> {
  await rm(path, { force: true });
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** After a rename: the names themselves must be on disk before anything stands in the database. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return; // Windows opens no directories
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
