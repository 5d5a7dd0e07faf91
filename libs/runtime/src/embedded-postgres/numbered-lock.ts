import { open, readdir, readFile, rm, stat, truncate, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, thisProcess, type ProcessIdentity } from './process-identity';

/*
 * A lock between processes in plain files, which a process that dies cannot leave behind. Node has no flock(2).
 *
 * The lock `start` is the files `start.1`, `start.2` …: whoever owns the highest number holds it, as long as his process
 * lives and has not emptied the file. To take it, one creates the next number with O_EXCL, then looks whether it is
 * still the highest. The highest number held is never deleted, so it only grows; that is what makes take-over of a dead
 * holder's lock free of races: nobody ever removes a file that might be a living holder's.
 */

export interface LockHolder extends ProcessIdentity {
  /** ISO instant of taking the lock. */
  readonly since: string;
}

export interface HeldLock {
  /** Safe to call twice. */
  release(): Promise<void>;
}

/** A file without a whole line is a holder who is just writing it, for this long; then it is free. */
const WRITING_MS = 5_000;
const POLL_MS = 20;

/**
 * Takes the lock, or says who has it. Waits at most `WRITING_MS`, for a holder who is just writing his name.
 * @param directory exists.
 */
export async function tryLock(directory: string, name: string): Promise<HeldLock | { readonly holder: LockHolder }> {
  for (;;) {
    const highest = await highestNumber(directory, name);
    const state = highest === 0 ? 'free' : await readState(join(directory, `${name}.${highest}`));
    if (state === 'writing') {
      await sleep(POLL_MS);
      continue;
    }
    if (state !== 'free') return { holder: state };
    const lock = await takeNumber(directory, name, highest + 1);
    if (lock) return lock;
  }
}

/**
 * Takes the lock as soon as it is free.
 * @param waiting called once, with the holder, when it is not free at first.
 * @returns the holder instead, when it is not free within `timeoutMs`.
 */
export async function waitForLock(
  directory: string,
  name: string,
  timeoutMs: number,
  waiting: (holder: LockHolder) => void,
): Promise<HeldLock | { readonly holder: LockHolder }> {
  const deadline = Date.now() + timeoutMs;
  for (let told = false; ;) {
    const result = await tryLock(directory, name);
    if (!('holder' in result) || Date.now() > deadline) return result;
    if (!told) waiting(result.holder);
    told = true;
    await sleep(POLL_MS);
  }
}

async function numbers(directory: string, name: string): Promise<number[]> {
  const prefix = `${name}.`;
  const files = await readdir(directory);
  return files.flatMap((file) => {
    const number = file.startsWith(prefix) ? file.slice(prefix.length) : '';
    return /^\d{1,15}$/.test(number) ? [Number(number)] : [];
  });
}

async function highestNumber(directory: string, name: string): Promise<number> {
  return Math.max(0, ...(await numbers(directory, name)));
}

async function readState(path: string): Promise<LockHolder | 'free' | 'writing'> {
  let text: string;
  let age: number;
  try {
    text = await readFile(path, 'utf8');
    age = Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    // A later holder has removed it: look again.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'writing';
    throw error;
  }
  if (!text.endsWith('\n')) return age < WRITING_MS ? 'writing' : 'free';
  const holder = JSON.parse(text) as LockHolder;
  return isRunning(holder) ? holder : 'free';
}

async function takeNumber(directory: string, name: string, number: number): Promise<HeldLock | undefined> {
  const path = join(directory, `${name}.${number}`);
  const holder: LockHolder = { ...thisProcess(), since: new Date().toISOString() };
  try {
    const file = await open(path, 'wx', 0o644);
    try {
      await file.writeFile(`${JSON.stringify(holder)}\n`);
    } catch (error) {
      await rm(path, { force: true }); // the disk is full: let nobody wait for the rest
      throw error;
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
  const all = await numbers(directory, name);
  if (all.some((other) => other > number)) {
    // Our look at the directory was old; the lock has gone on without us.
    await rm(path, { force: true });
    return undefined;
  }
  const passed = all.filter((other) => other < number);
  await Promise.all(passed.map((other) => rm(join(directory, `${name}.${other}`), { force: true })));
  return { release: once(() => markReleased(path)) };
}

/** An old file without content: needs no room on the disk. */
async function markReleased(path: string): Promise<void> {
  try {
    await truncate(path);
    await utimes(path, 0, 0);
  } catch (error) {
    // The directory is gone, and the lock with it.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}
