import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectorError, CredentialsRejected, RateLimited, type Connector, type Polls } from '@app/channel';
import type { Logger } from '@app/runtime';
import type { AccountLease, AccountLeases } from './account-leases';
import type { AccountRow } from './account-row';
import { UnknownAccount, type Accounts } from './accounts';
import { BackOff, CONNECT_BACK_OFF, type BackOffOptions } from './back-off';
import { VaultClosed } from './vault';
import { LeasedSession, type LeasedSessionParts } from './poll-session';

export interface AccountRunnerOptions {
  /** How often new, changed and free accounts are looked for, milliseconds. */
  readonly lookMs?: number;
  readonly backOff?: BackOffOptions;
  /** How often rejected credentials are tried again; providers lock accounts that try often. */
  readonly rejectedMs?: number;
}

const LOOK_MS = 2_000;
const REJECTED_MS = 15 * 60_000;

interface Running {
  readonly version: number;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** Keeps every account of the channel read, by one process at a time; connects again whatever happens. */
export class AccountRunner {
  private readonly running = new Map<string, Running>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private stopped = true;
  private failing = false;

  constructor(
    private readonly connector: Connector & Polls,
    private readonly accounts: Accounts,
    private readonly leases: AccountLeases,
    private readonly parts: LeasedSessionParts,
    private readonly logger: Logger,
    private readonly options: AccountRunnerOptions = {},
  ) {}

  start(): void {
    this.stopped = false;
    this.timer = setInterval(() => void this.look(), this.options.lookMs ?? LOOK_MS);
    void this.look();
  }

  /** Looks for new, changed and free accounts now. Never rejects. */
  async look(): Promise<void> {
    if (this.stopped) return;
    this.looking ??= this.lookOnce().finally(() => (this.looking = undefined));
    await this.looking;
  }

  /** Ends all reading and gives the leases back. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.looking;
    for (const { stop } of this.running.values()) stop.abort();
    await Promise.all([...this.running.values()].map(({ done }) => done));
  }

  private async lookOnce(): Promise<void> {
    try {
      const accounts = new Map((await this.accounts.list()).map((row) => [row.id, row]));
      for (const [id, { version, stop }] of this.running) {
        if (accounts.get(id)?.connectionVersion !== version) stop.abort();
      }
      for (const row of accounts.values()) if (!this.running.has(row.id) && !this.stopped) await this.tryRun(row);
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn('accounts cannot be looked up; trying again', {}, error);
      this.failing = true;
    }
  }

  private async tryRun(row: AccountRow): Promise<void> {
    const lease = await this.leases.acquire(row.id);
    if (lease === undefined) return;
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, lease.signal]);
    const done = this.runAndRelease(row.id, lease, signal);
    this.running.set(row.id, { version: row.connectionVersion, stop, done });
  }

  private async runAndRelease(id: string, lease: AccountLease, signal: AbortSignal): Promise<void> {
    try {
      await this.run(id, lease, signal);
    } catch (error) {
      this.logger.warn('reading an account ended', { accountId: id }, error);
    }
    await lease.release().catch((error: unknown) => {
      this.logger.debug('a lease runs out by itself', { accountId: id, reason: (error as Error).name });
    });
    this.running.delete(id);
  }

  private async run(id: string, lease: AccountLease, signal: AbortSignal): Promise<void> {
    const backOff = new BackOff(this.options.backOff ?? CONNECT_BACK_OFF);
    while (!signal.aborted) {
      let began = performance.now();
      let failure: unknown;
      try {
        await this.untilAllowed(id, signal);
        if (signal.aborted) return;
        began = performance.now();
        const account = await this.accounts.open(id);
        await this.connector.poll(new LeasedSession(this.parts, account, lease, signal));
      } catch (error) {
        failure = error;
      }
      if (signal.aborted || failure instanceof UnknownAccount) return;
      const wait = await this.afterEnd(id, failure, performance.now() - began, backOff);
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  /** While the platform takes nothing of the app it is not asked either. */
  private async untilAllowed(id: string, signal: AbortSignal): Promise<void> {
    const { clock } = this.parts.database;
    while (!signal.aborted) {
      const { pauseReason, pausedUntil } = await this.accounts.get(id);
      const left = pauseReason === '' ? 0 : (pausedUntil?.getTime() ?? 0) - clock.now().getTime();
      if (left <= 0) return;
      // product time may move, and the pause end before
      const wait = Math.min(left, this.options.lookMs ?? LOOK_MS);
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @returns how long to wait, in milliseconds. */
  private async afterEnd(id: string, failure: unknown, livedMs: number, backOff: BackOff): Promise<number> {
    const fields = { accountId: id, livedMs: Math.round(livedMs) };
    if (failure instanceof CredentialsRejected) {
      this.logger.error('an account needs to be connected again', fields, failure);
      await this.tell(id, 'reconnect_needed', failure.message);
      return this.options.rejectedMs ?? REJECTED_MS;
    }
    const wait = backOff.next(livedMs);
    if (failure instanceof RateLimited && failure.scope === 'app') {
      await this.pause(id, failure);
      return wait;
    }
    if (failure instanceof RateLimited) {
      await this.tell(id, 'degraded', failure.message);
      return Math.max(wait, failure.until.getTime() - Date.now());
    }
    this.logger.warn(
      'the connection of an account ended; connecting again',
      { ...fields, waitMs: Math.round(wait) },
      failure,
    );
    // a connection that lived long is simply made again: nobody needs to hear of that
    if (wait > 0) await this.tell(id, 'degraded', describe(failure));
    return wait;
  }

  private async pause(id: string, failure: RateLimited): Promise<void> {
    this.logger.warn('the platform takes nothing of an app for now', {
      accountId: id,
      until: failure.until.toISOString(),
    });
    const { database } = this.parts;
    await database
      .transaction('system', (tx) => this.accounts.pause(tx, id, failure))
      .catch((error: unknown) => {
        this.logger.debug('a pause could not be written', { accountId: id, reason: (error as Error).name });
      });
  }

  private async tell(id: string, status: 'degraded' | 'reconnect_needed', detail: string): Promise<void> {
    await this.accounts.setStatus(id, status, detail).catch((error: unknown) => {
      this.logger.debug('a status could not be written', { accountId: id, reason: (error as Error).name });
    });
  }
}

function describe(failure: unknown): string {
  if (failure instanceof ConnectorError || failure instanceof VaultClosed) return failure.message;
  return failure === undefined
    ? 'The connection was closed; connecting again.'
    : 'The connection failed; connecting again.';
}
