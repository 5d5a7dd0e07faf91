import { closeSync, fstatSync, openSync, readFileSync, readSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import type { PostgresBinaries } from './binaries';
import type { ClusterFiles } from './cluster';
import { isAlive } from './process-identity';
import { giveToOwnerOf, spawnAs, type Account } from './run-as';

/** Past this size PostgreSQL's log is set aside at the next start; one older log is kept. */
const LOG_LIMIT_BYTES = 10_000_000;

/** What postmaster.pid says, and what is true of it. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** The directory it was started for; another one when the files were copied. */
  readonly directory: string;
  /**
   * `ours` runs and serves these files (or is just starting or ending); `gone` has ended without taking the file away,
   * which PostgreSQL mends itself; `elsewhere` serves other files, of which these are a copy.
   */
  readonly standing: 'ours' | 'gone' | 'elsewhere';
}

/** Reads postmaster.pid; undefined when there is none, or one that is just being written. Never deletes it. */
export function readPostmaster(files: ClusterFiles): Postmaster | undefined {
  let text: string;
  try {
    text = readFileSync(join(files.cluster, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  // PostgreSQL, miscadmin.h "LOCK_FILE_LINE_*": process, directory, start time, port, …
  const [pid, directory = '', , port] = text.split('\n');
  if (!Number(pid) || !Number(port)) return undefined;
  return { pid: Number(pid), port: Number(port), directory, standing: standingOf(Number(pid), directory, files) };
}

function standingOf(pid: number, directory: string, files: ClusterFiles): Postmaster['standing'] {
  if (!isAlive(pid)) return 'gone';
  if (process.platform !== 'linux') return directory === files.cluster ? 'ours' : 'elsewhere';
  // A postmaster works in its data directory. The number alone says little: after a restart of a container the same
  // few numbers are given out again.
  const serves = (path: string): boolean => {
    const workplace = inodeOf(`/proc/${pid}/cwd`);
    if (workplace === 'closed') return commandLine(pid).includes(path);
    return workplace !== undefined && workplace === inodeOf(path);
  };
  if (serves(files.cluster)) return 'ours';
  return serves(directory) ? 'elsewhere' : 'gone';
}

/** Arguments of a process, which anybody may read; root in a container may not see where a process works. */
function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function inodeOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') return 'closed';
    if (isGone(error)) return undefined;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  // ESRCH: a process that ended between opening and reading its file in /proc.
  return ['ENOENT', 'ENOTDIR', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** A postmaster that has been started and may not answer yet. */
export interface StartedPostmaster {
  readonly pid: number | undefined;
  /** Why it could not be started at all, or that it has ended; undefined while it runs. */
  readonly end: () => Error | { readonly code: number | null } | undefined;
  /** Asks it to end (fast) and waits for that, at most 10 s. */
  readonly abandon: () => Promise<void>;
  /** What it has written to its log since; at most the last 4,000 characters. */
  readonly logged: () => string;
}

/**
 * Starts a postmaster that outlives this process.
 *
 * Not through `pg_ctl start`: a direct child is reaped by us when it dies, one of pg_ctl's is left to process 1, which in
 * a container is often no one who reaps, and PostgreSQL takes an unreaped postmaster for a living one.
 * @param stale process number of a postmaster.pid whose postmaster is gone (ended unreaped, or the number is another
 *   program's by now). PostgreSQL would refuse to start while a process of that number exists; told that it is its
 *   grandparent it knows better, and still checks by the shared memory that nobody uses the files (miscinit.c,
 *   CreateLockFile).
 */
export function startPostmaster(
  binaries: PostgresBinaries,
  files: ClusterFiles,
  account: Account,
  settings: Readonly<Record<string, string>>,
  stale: number | undefined,
): StartedPostmaster {
  const log = openLog(files);
  try {
    const from = fstatSync(log).size;
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const more = stale === undefined ? {} : { PG_GRANDPARENT_PID: String(stale) };
    const child = spawnAs(account, binaries.postgres, ['-D', files.cluster, ...args], ['ignore', log, log], more);
    child.unref();
    const end = endOf(child);
    const abandon = async (): Promise<void> => {
      if (end()) return;
      child.kill('SIGINT');
      for (const until = Date.now() + 10_000; !end() && Date.now() < until;) await sleep(10);
    };
    return { pid: child.pid, end, abandon, logged: () => tailOf(files.log, from) };
  } finally {
    closeSync(log);
  }
}

function endOf(child: ChildProcess): StartedPostmaster['end'] {
  let end: Error | { code: number | null } | undefined;
  child.once('error', (error) => (end = error)).once('exit', (code) => (end ??= { code }));
  return () => end;
}

function openLog(files: ClusterFiles): number {
  const size = statSync(files.log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(files.log, `${files.log}.1`);
  const log = openSync(files.log, 'a', 0o600);
  giveToOwnerOf(files.dataDir, files.log);
  return log;
}

/** The end of what stands in the log after `from`. */
export function tailOf(path: string, from = 0): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const start = Math.max(from, size - 4_000);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, start)).trim();
  } finally {
    closeSync(file);
  }
}
