import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PostgresBinaries } from './binaries';
import { DataDirUnusable } from './errors';

/*
 * PostgreSQL refuses to run as root. Started by root, it runs as an unprivileged user that exists (initdb wants an entry
 * in /etc/passwd); where that user cannot get to its files, because the project lies below a closed directory such as
 * /root, it runs in a user namespace in which root is called by that user's number.
 */

/** As whom PostgreSQL's programs run, and who then owns their files. */
export interface Account {
  /** Put before the program and its arguments. */
  readonly prefix: readonly string[];
  /** For spawn(); none means as ourselves. */
  readonly ids: { readonly uid?: number; readonly gid?: number };
  /** Owner of the database's files as seen from here; undefined where files have no such owner (Windows). */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

/**
 * Chooses the account once the data directory exists. Blocks ~10 ms as root.
 * @param owner of a database that is already there; it stays his, if he can get at it.
 * @throws DataDirUnusable saying which directory bars the way.
 */
export function chooseAccount(
  binaries: PostgresBinaries,
  dataDir: string,
  owner: { readonly uid: number; readonly gid: number } | undefined,
): Account {
  const { getuid, getgid } = process;
  if (!getuid || !getgid) return { prefix: [], ids: {}, owner: undefined };
  if (getuid() !== 0) return { prefix: [], ids: {}, owner: { uid: getuid(), gid: getgid() } };

  const ownPlace = realpathSync(dataDir);
  const user = userFor(owner ?? statSync(ownPlace));
  const ids = { uid: user.uid, gid: user.gid };
  if (firstBarrier(ownPlace, user) === ownPlace) letPass(ownPlace);
  const barrier = firstBarrier(realpathSync(binaries.directory), user) ?? firstBarrier(ownPlace, user);
  const asUser: Account = { prefix: [], ids, owner: ids };
  let reason = barrier === undefined ? whyNotAs(asUser, binaries) : `it cannot enter ${barrier}`;
  if (reason === undefined) return asUser;

  const prefix = ['unshare', '--user', `--map-user=${user.uid}`, `--map-group=${user.gid}`];
  const inNamespace: Account = { prefix, ids: {}, owner: { uid: 0, gid: 0 } };
  const reasonInNamespace = whyNotAs(inNamespace, binaries);
  if (reasonInNamespace === undefined) return inNamespace;
  reason += `; and a user namespace cannot be had here (${reasonInNamespace})`;
  throw new DataDirUnusable(
    `PostgreSQL refuses to run as root, and user ${user.name} cannot run it for ${dataDir}: ${reason}. ` +
      `Mend it in one of these ways: start Evenhand as an ordinary user; move the project or EVENHAND_DATA_DIR to a ` +
      `place that others can enter${barrier === undefined ? '' : `, or \`chmod o+x ${barrier}\``}; ` +
      'or set DATABASE_URL to a server that is running.',
  );
}

/** Like `spawn`, as the account, in the root directory (the account may not be able to enter ours). */
export function spawnAs(
  account: Account,
  program: string,
  args: readonly string[],
  stdio: ['ignore', number | 'pipe', number | 'pipe'],
  environment: NodeJS.ProcessEnv = {},
): ChildProcess {
  const [command = program, ...rest] = [...account.prefix, program, ...args];
  // detached: Ctrl-C in our terminal must not reach PostgreSQL, which would end before those who still write to it.
  const env = { ...cleanEnvironment(), ...environment };
  return spawn(command, rest, { ...account.ids, cwd: '/', env, detached: true, windowsHide: true, stdio });
}

/**
 * Runs a program to its end and returns its exit code and the end of what it printed: its complaints, if there are any.
 * @throws when it cannot be started or is not through in `timeoutMs`; then it is killed.
 */
export async function runAs(
  account: Account,
  program: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawnAs(account, program, args, ['ignore', 'pipe', 'pipe']);
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.on('data', (chunk: Buffer) => {
      printed[stream] = (printed[stream] + chunk.toString('utf8')).slice(-8_000);
    });
  }
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  try {
    const code = await new Promise<number | null>((ended, failed) => child.once('close', ended).once('error', failed));
    const output = printed.stderr.trim() || printed.stdout.trim();
    if (late) throw new Error(`${program} was not through after ${timeoutMs / 1000} s: ${output}`);
    return { code, output };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Gives a directory and all in it to the account. For a database that does not run. The directory itself comes last, so
 * that its owner tells whether all is done.
 */
export function giveTo(account: Account, path: string): void {
  if (!account.owner) return;
  const { uid, gid } = account.owner;
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  if (stat.isDirectory()) for (const name of readdirSync(path)) giveTo(account, join(path, name));
  if (stat.uid !== uid || stat.gid !== gid) chownSync(path, uid, gid);
}

/** What root writes beside the database belongs to the owner of the data directory, who may start it himself later. */
export function giveToOwnerOf(dataDir: string, path: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dataDir);
  chownSync(path, uid, gid);
}

/** Why the account cannot run postgres; undefined if it can. */
function whyNotAs(account: Account, binaries: PostgresBinaries): string | undefined {
  const [command, ...args] = [...account.prefix, binaries.postgres, '--version'] as const;
  const options = { ...account.ids, cwd: '/', env: cleanEnvironment(), encoding: 'utf8', timeout: 10_000 } as const;
  const { status, stderr, error } = spawnSync(command, args, options);
  if (error) return error.message;
  return status === 0 ? undefined : stderr.trim() || `exit code ${status}`;
}

/** The first directory on the way from the root to `path`, itself included, that the user cannot enter. */
function firstBarrier(path: string, user: { uid: number; gid: number }): string | undefined {
  const above = dirname(path);
  const barrier = above === path ? undefined : firstBarrier(above, user);
  if (barrier !== undefined) return barrier;
  const { mode, uid, gid } = statSync(path);
  const enter = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  return (mode & enter) === 0 ? path : undefined;
}

/** Our own directory, made by somebody with a strict umask or by mkdtemp: others may pass through it, not list it. */
function letPass(directory: string): void {
  chmodSync(directory, statSync(directory).mode | 0o011);
}

/** Who already owns the files, if that is an ordinary user, else `nobody`, else the first there is. */
function userFor(owner: { uid: number }): { name: string; uid: number; gid: number } {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 7 && Number(fields[2]) !== 0)
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  const user = users.find(({ uid }) => uid === owner.uid) ?? users.find(({ name }) => name === 'nobody') ?? users[0];
  if (user) return user;
  throw new DataDirUnusable(
    'PostgreSQL refuses to run as root, and /etc/passwd names no other user to run it as. ' +
      'Start Evenhand as an ordinary user, or set DATABASE_URL to a server that is running.',
  );
}

/**
 * What PostgreSQL's programs are told of our environment: nothing that would steer them (PGDATA, PGPORT, LANG …), and no
 * secret of ours, which others of the same account could read in /proc.
 */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { LC_ALL: 'C' };
  for (const name of ['PATH', 'LD_LIBRARY_PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'SYSTEMROOT']) {
    if (process.env[name] !== undefined) env[name] = process.env[name];
  }
  return env;
}
