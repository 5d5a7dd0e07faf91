import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');

/** A process of the product, as an operator starts it: its own node, its own environment, its own files. */
export class ProductProcess {
  /** What it printed so far, standard output and error together; the last 200,000 characters. */
  output = '';
  private readonly child: ChildProcess;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  private constructor(child: ChildProcess) {
    this.child = child;
    const keep = (chunk: Buffer): void => void (this.output = (this.output + chunk.toString()).slice(-200_000));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    this.exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  }

  /**
   * Starts `dist/apps/<app>/src/main.js`. Only PATH, HOME and the given variables are in its environment, so that a
   * developer's own settings change nothing.
   * @param under a program and its arguments that then becomes node, such as `unshare`.
   */
  static start(
    app: string,
    env: Readonly<Record<string, string>>,
    args: readonly string[] = [],
    under: readonly string[] = [],
  ): ProductProcess {
    const [program, ...rest] = [...under, process.execPath, join(ROOT, 'dist/apps', app, 'src/main.js'), ...args];
    const child = spawn(program!, rest, {
      cwd: ROOT,
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', NODE_ENV: 'production', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return new ProductProcess(child);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Writes to its standard input and closes it. */
  input(text: string): void {
    this.child.stdin?.end(text);
  }

  /** Asks it to stop and waits. @throws when it does not within 20 s. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    if (this.running) this.child.kill(signal);
    return within(20_000, this.exited, () => `the process does not stop\n${this.output}`);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    if (this.running) this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Resolves with the match once its output has one. @throws when it ends before, or 60 s are over. */
  async prints(pattern: RegExp, timeoutMs = 60_000): Promise<RegExpExecArray> {
    const found = async (): Promise<RegExpExecArray> => {
      for (;;) {
        const match = pattern.exec(this.output);
        if (match) return match;
        if (!this.running) throw new Error(`the process ended before it printed ${String(pattern)}:\n${this.output}`);
        await Promise.race([once(this.child.stdout!, 'data'), once(this.child.stderr!, 'data'), this.exited]);
      }
    };
    return within(timeoutMs, found(), () => `the process did not print ${String(pattern)}:\n${this.output}`);
  }

  /**
   * Memory in MB, of it and its children. On Linux pages that several share are divided among them, so that the buffers of
   * PostgreSQL count once; elsewhere each counts them all.
   */
  memoryMb(): number {
    const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,rss='], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number]);
    const family = new Set([this.pid]);
    for (let grown = true; grown;) {
      grown = false;
      for (const [pid, parent] of rows) if (family.has(parent) && !family.has(pid)) grown = !!family.add(pid);
    }
    return rows.filter(([pid]) => family.has(pid)).reduce((sum, [pid, , rss]) => sum + (shareKb(pid) ?? rss), 0) / 1024;
  }
}

/** Its share of memory in KB (`Pss`), where the system tells it and it still runs. */
function shareKb(pid: number): number | undefined {
  try {
    return Number(/^Pss: +(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

/** Waits until `look` gives something; looks often. For what cannot tell us by an event. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== null && seen !== false) return seen;
    } catch (error) {
      last = error;
    }
    await new Promise((tick) => setTimeout(tick, 50));
  }
  throw new Error(`waited ${timeoutMs} ms for: ${what}${last instanceof Error ? ` (${last.message})` : ''}`);
}

async function within<T>(ms: number, work: Promise<T>, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`after ${ms} ms: ${what()}`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
