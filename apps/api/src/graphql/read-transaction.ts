import type { Database, Tx } from '@app/runtime';

/**
 * The reading of one GraphQL operation: a read-only transaction that is opened when the first row is wanted, so that
 * everything in an answer is of one instant, with the sync id in it. Statements run one after another.
 */
export class ReadTransaction {
  private opened: Promise<Tx> | undefined;
  private closed: Promise<void> = Promise.resolve();
  private letGo: () => void = () => undefined;
  private last: Promise<unknown> = Promise.resolve();
  private over: Error | undefined;

  constructor(
    private readonly database: Database,
    private readonly workspaceId: string,
  ) {}

  /** Runs `work` after what was asked before it. @throws what `abort` gave, once that was called. */
  async run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const result = this.last.then(async () => {
      if (this.over) throw this.over;
      this.opened ??= this.open();
      return work(await this.opened);
    });
    this.last = result.catch(() => undefined);
    return result;
  }

  /** Lets the connection go; the next `run` opens a new transaction, which sees what was committed meanwhile. */
  async end(): Promise<void> {
    await this.last;
    this.letGo();
    await this.closed;
    this.opened = undefined;
  }

  /** Refuses every further read. The statement that runs is left to the database's own limit. */
  async abort(reason: Error): Promise<void> {
    this.over = reason;
    await this.end();
  }

  private open(): Promise<Tx> {
    return new Promise<Tx>((resolve, reject) => {
      this.closed = this.database
        .transaction(
          { workspaceId: this.workspaceId },
          (tx) => {
            resolve(tx);
            return new Promise<void>((done) => (this.letGo = done));
          },
          { readOnly: true, isolation: 'REPEATABLE READ' },
        )
        // a failure to open is told to the reader; one to close has lost nothing, for nothing was written
        .catch(reject);
    });
  }
}
