import { ConnectorError, CredentialsRejected, Transient } from '@app/channel';
import type { Database, Logger } from '@app/runtime';
import type { Vault } from './vault';

/**
 * Asks the platform for new credentials in place of the current ones. Undefined: the current ones still hold, say because
 * another process has renewed them meanwhile. What it returns is stored, and must be JSON.
 */
export type MakeCredentials = (current: unknown) => Promise<unknown>;

/** Longest a renewal may take before the next may try, milliseconds. */
const LIMIT_MS = 30_000;
/** Renewals under way at once in a process: each keeps a connection to the database. */
const ABREAST = 2;
/** Tries to store what the platform gave, where the first one failed: it is given once. */
const RESCUES = 5;
const RESCUE_MS = 500;

export interface RenewalParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly logger?: Logger;
  /** What to throw where there is no such account that is connected. */
  readonly absent: (id: string) => Error;
  /** Default 30 s. */
  readonly limitMs?: number;
}

/**
 * Renews credentials that change with every renewal, where the old ones are spent by it. One at a time per account, over all
 * processes: a row lock is held while the platform is asked. Whoever waited for it is handed what the other stored, and decides
 * by that. Nobody sees new credentials before they are stored for good.
 */
export class Renewals {
  private readonly turns = new Map<string, Promise<unknown>>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(private readonly parts: RenewalParts) {}

  /** @returns the credentials that are stored now. @throws what `make` throws, or Transient when that takes too long. */
  async renew(id: string, make: MakeCredentials): Promise<unknown> {
    // within the process they queue here, so that those who wait hold no connection
    const before = this.turns.get(id);
    const turn = (before ?? Promise.resolve()).then(() => this.seated(() => this.renewOnce(id, make)));
    const settled = turn.catch(() => undefined);
    this.turns.set(id, settled);
    try {
      return await turn;
    } finally {
      if (this.turns.get(id) === settled) this.turns.delete(id);
    }
  }

  private async seated<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= ABREAST) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running += 1;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }

  private async renewOnce(id: string, make: MakeCredentials): Promise<unknown> {
    const { database } = this.parts;
    const given: { made?: unknown; of?: Buffer } = {};
    await database.query('insert into intake.renewals (account_id) select id from intake.accounts where id = $1 on conflict do nothing', [id]); // prettier-ignore
    try {
      return await database.transaction('system', async (tx) => {
        await tx.query('select from intake.renewals where account_id = $1 for update', [id]);
        const [row] = await tx.query<{ sealed: Buffer; problem: string }>(
          `select credentials as sealed, send_problem as problem from intake.accounts where id = $1 and disconnected_at is null`,
          [id],
        );
        if (row === undefined) throw this.parts.absent(id);
        if (row.sealed.length === 0) throw new CredentialsRejected(row.problem || 'Connect the account again.');
        const current = this.opened(id, row.sealed);
        // made once, also where PostgreSQL has the transaction repeated
        if (!('made' in given)) {
          given.of = row.sealed;
          given.made = await this.within(id, make(current), row.sealed);
        }
        if (given.made === undefined) return current;
        const stored = await tx.execute(STORE, [id, this.sealed(id, given.made), given.of]);
        // connected again meanwhile: what a person gave counts
        if (stored === 0) return this.opened(id, await this.read(id));
        await tx.execute('update intake.renewals set renewed_at = $2 where account_id = $1', [id, tx.now]);
        return given.made;
      });
    } catch (error) {
      if (given.made === undefined || given.of === undefined) throw error;
      await this.rescue(id, given.made, given.of, error);
      return given.made;
    }
  }

  /** Bounds the wait. What comes later is stored all the same: the platform gives it once. */
  private async within(id: string, making: Promise<unknown>, of: Buffer): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    let late = false;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        late = true;
        reject(new Transient('The platform took too long to renew the permission; it is tried again.'));
      }, this.parts.limitMs ?? LIMIT_MS);
    });
    making.then(
      (made) => (late && made !== undefined ? this.rescue(id, made, of).catch(() => undefined) : undefined),
      () => undefined,
    );
    try {
      return await Promise.race([making, limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Stores what the transaction could not, unless the account has other credentials by now. @throws `cause` when it cannot. */
  private async rescue(id: string, made: unknown, of: Buffer, cause?: unknown): Promise<void> {
    for (let left = RESCUES; left > 0; left--) {
      try {
        await this.parts.database.transaction('system', (tx) => tx.execute(STORE, [id, this.sealed(id, made), of]));
        return;
      } catch (error) {
        this.parts.logger?.warn('renewed credentials could not be stored; trying again', { accountId: id }, error);
        await new Promise((resolve) => setTimeout(resolve, RESCUE_MS));
      }
    }
    this.parts.logger?.error('renewed credentials are lost: the account must be connected again', { accountId: id });
    throw cause instanceof ConnectorError
      ? cause
      : new Transient('The renewed permission could not be stored.', { cause });
  }

  private async read(id: string): Promise<Buffer> {
    const rows = await this.parts.database.query<{ sealed: Buffer }>(
      'select credentials as sealed from intake.accounts where id = $1 and disconnected_at is null',
      [id],
    );
    if (rows[0] === undefined) throw this.parts.absent(id);
    return rows[0].sealed;
  }

  private sealed(id: string, credentials: unknown): Buffer {
    return this.parts.vault.seal('credentials', id, Buffer.from(JSON.stringify(credentials), 'utf8'));
  }

  private opened(id: string, sealed: Buffer): unknown {
    if (sealed.length === 0) throw new CredentialsRejected('Connect the account again.');
    return JSON.parse(this.parts.vault.open('credentials', id, sealed).toString('utf8'));
  }
}

/** Of the credentials that were renewed only: sealed bytes are never the same twice. */
const STORE =
  'update intake.accounts set credentials = $2 where id = $1 and credentials = $3 and disconnected_at is null';
