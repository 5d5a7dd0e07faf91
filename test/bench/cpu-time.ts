import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of /proc per second; 100 on every Linux that Node runs on. */
const TICKS = 100;

/**
 * Processor time of processes and all that descend from them, in milliseconds; of a shared machine it says more than the
 * clock. Undefined where there is no /proc.
 */
export function cpuMsOf(roots: readonly number[]): number | undefined {
  const parents = new Map<number, number>();
  const spent = new Map<number, number>();
  try {
    for (const name of readdirSync('/proc')) if (/^\d+$/.test(name)) readInto(Number(name), parents, spent);
  } catch {
    return undefined;
  }
  let total = 0;
  for (const [pid, ticks] of spent) {
    let ancestor: number | undefined = pid;
    while (ancestor !== undefined && ancestor > 1 && !roots.includes(ancestor)) ancestor = parents.get(ancestor);
    if (ancestor !== undefined && roots.includes(ancestor)) total += ticks;
  }
  return (total / TICKS) * 1_000;
}

/** Its own time, in user and kernel, and that of its children that have ended. */
function readInto(pid: number, parents: Map<number, number>, spent: Map<number, number>): void {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return; // it has just ended; its parent has its time
  }
  // after the name, which may hold anything: state, parent, …; proc(5)
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  parents.set(pid, fields[1]!);
  spent.set(pid, fields[11]! + fields[12]! + fields[13]! + fields[14]!);
}
