import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process, told apart from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque moment of birth; undefined where the system does not tell (Windows), then the number alone must do. */
  readonly birth?: string | undefined;
}

/** Identity of the process that asks. */
export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, birth: birthOf(process.pid) };
}

/** Whether exactly this process still runs. */
export function isRunning(known: ProcessIdentity): boolean {
  if (!isAlive(known.pid)) return false;
  const birth = known.birth === undefined ? undefined : birthOf(known.pid);
  return birth === undefined || birth === known.birth;
}

/** Whether some process of that number runs. One that has ended and is not yet reaped (a zombie) does not run. */
export function isAlive(pid: number): boolean {
  if (!exists(pid)) return false;
  const stat = process.platform === 'linux' ? statFields(pid) : undefined;
  // Not to be seen in /proc: it ended in between, or others' processes are hidden there (mount option hidepid).
  if (!stat) return process.platform !== 'linux' || exists(pid);
  return stat.state !== 'Z' && stat.state !== 'X';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function birthOf(pid: number): string | undefined {
  if (process.platform === 'darwin') return birthFromPs(pid);
  const stat = process.platform === 'linux' ? statFields(pid) : undefined;
  // Ticks since boot: with the boot's id it is another moment after the machine was started again.
  return stat && `${readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}/${stat.startTime}`;
}

/** proc(5): after the name in parentheses, which may hold anything, come the state (field 3) and more. */
function statFields(pid: number): { state: string | undefined; startTime: string | undefined } | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields && { state: fields[0], startTime: fields[19] };
}

function birthFromPs(pid: number): string | undefined {
  const options = { encoding: 'utf8', timeout: 5_000, env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' } } as const;
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], options).trim() || undefined;
  } catch {
    return undefined; // Ended in between: ps exits 1. The caller's next look finds it gone.
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
