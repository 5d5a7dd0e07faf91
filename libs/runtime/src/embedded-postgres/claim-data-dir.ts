import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DataDirInUse, explainingFileErrors } from './errors';
import { tryLock, type HeldLock } from './numbered-lock';
import { giveToOwnerOf } from './run-as';

/** Where the lock files of a data directory stand. */
export function locksOf(dataDir: string): string {
  return join(dataDir, 'locks');
}

/**
 * Makes this process the only Evenhand of a data directory, until `release()` or its end; a claim left by a process that
 * has died is taken over, also when its number meanwhile belongs to another program. Never waits.
 * @throws DataDirInUse with the process id of the one that is running; DataDirUnusable.
 */
export async function claimDataDir(dataDir: string): Promise<HeldLock> {
  const directory = resolve(dataDir);
  const result = await explainingFileErrors(directory, async () => {
    await createDataDir(directory);
    return tryLock(locksOf(directory), 'evenhand');
  });
  if ('holder' in result) throw new DataDirInUse(directory, result.holder.pid, new Date(result.holder.since));
  return result;
}

/**
 * Creates the data directory for its user alone, with a place for the locks. Root lets others pass, not list: its
 * PostgreSQL runs as another user (see run-as.ts).
 */
export async function createDataDir(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
  await mkdir(locksOf(directory), { recursive: true });
  giveToOwnerOf(directory, locksOf(directory));
}
