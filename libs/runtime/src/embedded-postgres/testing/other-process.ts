import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(__dirname, '../../../../..');

const FRAME = (code: string): string => `
  const { startEmbeddedPostgres } = require('./libs/runtime/src/embedded-postgres/embedded-postgres.ts');
  const { claimDataDir } = require('./libs/runtime/src/embedded-postgres/claim-data-dir.ts');
  const tell = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
  const told = () => new Promise((resolve) => process.stdin.once('data', resolve).once('end', resolve));
  (async () => { ${code} })().then(
    () => process.exit(0),
    (error) => { tell({ error: error.name, message: error.message }); process.exit(1); },
  );`;

/**
 * Another process that uses the launcher, for the specs. Its code is the body of an async function that has
 * `startEmbeddedPostgres`, `claimDataDir`, `tell(value)` and `told()`, which resolves when `goOn()` is called here or this process ends.
 */
export class OtherProcess {
  readonly ended: Promise<unknown>;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;
  private errors = '';

  /** @param ids run it as this user. */
  constructor(code: string, ids: { uid?: number; gid?: number } = {}) {
    const register = join(ROOT, 'test/support/house/register-typescript.js');
    this.child = spawn(process.execPath, ['-r', register, '-e', FRAME(code)], { cwd: ROOT, ...ids });
    this.ended = once(this.child, 'exit');
    this.child.stderr.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The next value it tells. */
  async hear<T = { error?: string; message?: string }>(): Promise<T> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`The other process ended without a word: ${this.errors}`);
    return JSON.parse(value) as T;
  }

  goOn(): void {
    this.child.stdin.write('\n');
  }

  /** Ends it at once and waits until it is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
