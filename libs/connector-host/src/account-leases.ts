import type { Database, Logger } from '@app/runtime';

export interface AccountLeaseOptions {
  /** How long a lease lasts without renewal, in milliseconds of the database's clock. */
  readonly ttlMs: number;
  /** Name of this process among others; for people reading the table. */
  readonly holder: string;
}

/**
 * One holder per account at a time: only it polls, idles and back-fills. The lease is a row with a fencing number, timed
 * by the database's clock, so neither a paused process nor a wrong clock makes two holders write.
 */
export class AccountLeases {
  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    private readonly options: AccountLeaseOptions,
  ) {}

  /** Takes the lease of an account, or undefined while somebody else holds it. */
  async acquire(accountId: string): Promise<AccountLease | undefined> {
    const rows = await this.database.transaction('system', (tx) =>
      tx.query<{ number: number }>(
        `update intake.accounts
            set lease_holder = $2, lease_number = lease_number + 1, lease_until = clock_timestamp() + $3 * interval '1 ms'
          where id = $1 and disconnected_at is null and (lease_until is null or lease_until < clock_timestamp())
      returning lease_number as number`,
        [accountId, this.options.holder, this.options.ttlMs],
      ),
    );
    const number = rows[0]?.number;
    return number === undefined
      ? undefined
      : new AccountLease(this.database, this.logger, accountId, number, this.options.ttlMs);
  }
}

/** A held lease. Renews itself at a third of its time; `signal` aborts when it is lost or released. */
export class AccountLease {
  private readonly lost = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private validUntil: number;
  private renewing: Promise<void> = Promise.resolve();

  /** @internal use AccountLeases.acquire */
  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    readonly accountId: string,
    /** Fencing number; every write on behalf of the lease names it. */
    readonly number: number,
    private readonly ttlMs: number,
  ) {
    this.validUntil = performance.now() + ttlMs;
    this.timer = setInterval(() => {
      this.renewing = this.renew();
    }, ttlMs / 3);
    this.timer.unref();
  }

  get signal(): AbortSignal {
    return this.lost.signal;
  }

  /** Gives the lease back, so that another process may take it at once. Safe twice. */
  async release(): Promise<void> {
    clearInterval(this.timer);
    this.lost.abort();
    await this.renewing;
    await this.database.transaction('system', (tx) =>
      tx.execute('update intake.accounts set lease_until = null where id = $1 and lease_number = $2', [
        this.accountId,
        this.number,
      ]),
    );
  }

  private async renew(): Promise<void> {
    try {
      const renewed = await this.database.transaction('system', (tx) =>
        tx.execute(
          `update intake.accounts set lease_until = clock_timestamp() + $3 * interval '1 ms'
            where id = $1 and lease_number = $2 and lease_until is not null`,
          [this.accountId, this.number, this.ttlMs],
        ),
      );
      if (renewed === 0) this.lose('another process took it');
      else this.validUntil = performance.now() + this.ttlMs;
    } catch (error) {
      // the database is away: the lease may run out without our hearing of it
      if (performance.now() > this.validUntil) this.lose('it could not be renewed', error);
    }
  }

  private lose(why: string, error?: unknown): void {
    if (this.lost.signal.aborted) return;
    clearInterval(this.timer);
    this.logger.warn('an account lease was lost', { accountId: this.accountId, why }, error);
    this.lost.abort();
  }
}

/** A write came from a process that no longer holds the account's lease; nothing was written. */
export class AccountLeaseLost extends Error {
  constructor(accountId: string) {
    super(`the lease of account ${accountId} went to another process`);
    this.name = 'AccountLeaseLost';
  }
}
