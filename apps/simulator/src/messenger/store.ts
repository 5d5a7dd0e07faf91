import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeDurably } from '../mail/durable-file';

/** Lines written since the last rewrite at which the file is written anew, if most of them are out of date. */
const REWRITE_AT = 20_000;

interface Named {
  id: string;
}

/** One kind of thing by its id. What is changed in place must be put again. */
export interface Collection<T extends Named> {
  get(id: string): T | undefined;
  put(value: T): T;
  delete(id: string): void;
  values(): IterableIterator<T>;
  readonly size: number;
}

/**
 * Things by kind and id, in memory, and with a path also as lines of JSON in a file: each put or delete appends one, the
 * last one of an id counts. A line is with the system before `put` returns, so the end of the process loses nothing; it is on
 * the disk a moment later. A last line that a crash cut short is left out when the file is read.
 */
export class Store {
  private readonly kinds = new Map<string, Map<string, Named>>();
  private file: number | undefined;
  private lines = 0;
  private syncing: NodeJS.Immediate | undefined;

  constructor(private readonly path?: string) {
    if (path === undefined) return;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (existsSync(path)) this.read(path);
    this.rewrite(path);
  }

  collection<T extends Named>(kind: string): Collection<T> {
    const things = this.of(kind) as Map<string, T>;
    return {
      get: (id) => things.get(id),
      put: (value) => {
        things.set(value.id, value);
        this.append({ kind, value });
        return value;
      },
      delete: (id) => {
        if (things.delete(id)) this.append({ kind, gone: id });
      },
      values: () => things.values(),
      get size() {
        return things.size;
      },
    };
  }

  close(): void {
    clearImmediate(this.syncing);
    if (this.file === undefined) return;
    fsyncSync(this.file);
    closeSync(this.file);
    this.file = undefined;
  }

  private of(kind: string): Map<string, Named> {
    const known = this.kinds.get(kind);
    if (known) return known;
    const made = new Map<string, Named>();
    this.kinds.set(kind, made);
    return made;
  }

  private append(line: object): void {
    if (this.file === undefined || this.path === undefined) return;
    writeSync(this.file, `${JSON.stringify(line, greatNumbers)}\n`);
    this.lines += 1;
    if (this.lines > REWRITE_AT && this.lines > 4 * this.live()) this.rewrite(this.path);
    this.syncing ??= setImmediate(() => {
      this.syncing = undefined;
      if (this.file !== undefined) fsyncSync(this.file);
    });
  }

  private live(): number {
    return [...this.kinds.values()].reduce((sum, things) => sum + things.size, 0);
  }

  private read(path: string): void {
    const lines = readFileSync(path, 'utf8').split('\n');
    // whatever stands after the last line break was not written to its end
    lines.pop();
    for (const [n, line] of lines.entries()) {
      try {
        const { kind, value, gone } = JSON.parse(line, greatNumbersAgain) as {
          kind: string;
          value?: Named;
          gone?: string;
        };
        if (value) this.of(kind).set(value.id, value);
        else if (gone !== undefined) this.of(kind).delete(gone);
      } catch (cause) {
        throw new Error(`${path} cannot be read in line ${n + 1}. Remove it to start the simulator afresh.`, { cause });
      }
    }
  }

  private rewrite(path: string): void {
    const lines: string[] = [];
    for (const [kind, things] of this.kinds) {
      for (const value of things.values()) lines.push(`${JSON.stringify({ kind, value }, greatNumbers)}\n`);
    }
    if (this.file !== undefined) closeSync(this.file);
    writeDurably(path, lines.join(''));
    this.file = openSync(path, 'a', 0o600);
    this.lines = lines.length;
  }
}

/** JSON knows no bigint: it is written as an object with one key. */
function greatNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? { $bigint: value.toString() } : value;
}

function greatNumbersAgain(_key: string, value: unknown): unknown {
  const digits = (value as { $bigint?: unknown } | null)?.$bigint;
  return typeof digits === 'string' ? BigInt(digits) : value;
}
