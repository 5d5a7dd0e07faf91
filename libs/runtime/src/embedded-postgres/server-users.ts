import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning, thisProcess, type ProcessIdentity } from './process-identity';

/*
 * Who uses the server, one file each, so that the last one who leaves stops it and nobody stops it under another. Read
 * and changed under the start lock only.
 */

const PREFIX = 'postgres-user.';

/** Notes that this process uses the server; returns the name of the note. */
export async function enterUser(locks: string): Promise<string> {
  const path = join(locks, `${PREFIX}${process.pid}-${randomBytes(4).toString('hex')}`);
  // Under another name until it is whole: a process may die, or the disk be full, in the middle.
  await writeFile(`${path}.new`, JSON.stringify(thisProcess()));
  await rename(`${path}.new`, path);
  return path;
}

export async function leaveUser(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Process ids of the users whose processes live; forgets the others. */
export async function livingUsers(locks: string): Promise<number[]> {
  const living: number[] = [];
  for (const file of await readdir(locks)) {
    if (!file.startsWith(PREFIX)) continue;
    const path = join(locks, file);
    if (!file.endsWith('.new')) {
      const user = JSON.parse(await readFile(path, 'utf8')) as ProcessIdentity;
      if (isRunning(user)) {
        living.push(user.pid);
        continue;
      }
    }
    await rm(path, { force: true });
  }
  return living;
}
