import type { Charge } from '@app/channel';
import { GuardedHttp, HostGuard } from '@app/connector-host';
import { Clock } from '@app/runtime';
import { XClient } from '../client';
import type { Handle, HandleCredentials, XApp } from '../config';
import { XRateLimits } from '../rate-limits';
import { Tokens, type RenewCredentials } from '../tokens';
import { ScriptedX } from './scripted-x';
import { sampleApp, sampleCredentials, sampleHandle } from './x-samples';

const HOUR = 3_600_000;

/** A scripted X and what is needed to call it. Credentials are "stored" in memory, changed one at a time as under a row lock. */
export class XWorld {
  readonly clock = new Clock();
  readonly http = new GuardedHttp(new HostGuard(true));
  readonly charges: Charge[] = [];
  /** What is stored for an account. */
  readonly stored = new Map<string, unknown>();
  readonly renew: RenewCredentials;
  /** Whether the database goes away before it has stored what is renewed. */
  storeFails = false;
  private last: Promise<unknown> = Promise.resolve();
  /** Parts of this one share tokens and limits; a test that needs fresh ones asks for another client. */
  client: XClient;

  private constructor(readonly x: ScriptedX) {
    this.renew = async (accountId, make) => {
      const turn = this.last.then(async () => {
        const next = await make(this.stored.get(accountId));
        if (this.storeFails) throw new Error('the database went away');
        if (next !== undefined) this.stored.set(accountId, next);
        return this.stored.get(accountId);
      });
      this.last = turn.catch(() => undefined);
      return turn;
    };
    this.client = this.newClient();
  }

  static async open(): Promise<XWorld> {
    return new XWorld(await ScriptedX.start());
  }

  /** As another process, or after a restart. */
  newClient(wait: (ms: number) => Promise<unknown> = async (ms) => void this.clock.advance(ms)): XClient {
    const now = (): Date => this.clock.now();
    const tokens = new Tokens(this.renew, { http: this.http, now });
    const limits = new XRateLimits(now, wait);
    const meter = { add: (_: { id: string }, charges: readonly Charge[]) => void this.charges.push(...charges) };
    return new XClient({ http: this.http, limits, tokens, meter, now });
  }

  /** A handle with credentials that are stored, good for two hours more. */
  handle(credentials?: HandleCredentials, app: Partial<XApp> = {}): Handle {
    const given = credentials ?? sampleCredentials(new Date(this.clock.now().getTime() + 2 * HOUR));
    const handle = sampleHandle(sampleApp(this.x.url, app), given);
    this.stored.set(handle.accountId, given);
    return handle;
  }

  reset(): void {
    this.x.reset();
    this.charges.length = 0;
    this.client = this.newClient();
  }

  async close(): Promise<void> {
    this.http.close();
    await this.x.close();
  }
}

/** What a promise fails with. @throws when it does not. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  const outcome = await work.then(
    () => 'it did not fail',
    (error: unknown) => ({ error }),
  );
  if (typeof outcome === 'string') throw new Error(outcome);
  return outcome.error;
}
