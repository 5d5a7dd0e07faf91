import { createHash } from 'node:crypto';
import type { Database } from '@app/runtime';
import { RateLimiterPostgres, RateLimiterRes, type RateLimiterStoreAbstract } from 'rate-limiter-flexible';

const WINDOW_S = 15 * 60;
/** Per address and client: somebody guesses one password. Per client: somebody tries many addresses. */
const TRIES = { pair: 5, client: 100 };

/**
 * Counts sign-ins in PostgreSQL, so that it holds across processes. A try is counted before the password is looked at;
 * a success clears the count of the pair.
 */
export class SignInThrottle {
  private readonly pair: RateLimiterStoreAbstract;
  private readonly client: RateLimiterStoreAbstract;

  constructor(database: Database) {
    const limiter = (keyPrefix: string, points: number): RateLimiterPostgres =>
      new RateLimiterPostgres({
        storeClient: database.dataSource,
        storeType: 'typeorm',
        schemaName: 'inbox',
        tableName: 'sign_in_tries',
        tableCreated: true,
        clearExpiredByTimeout: false,
        keyPrefix,
        points,
        duration: WINDOW_S,
      });
    this.pair = limiter('pair', TRIES.pair);
    this.client = limiter('client', TRIES.client);
  }

  /** Counts a try. @returns when the next one is allowed, or undefined when this one is. */
  async refusedUntil(email: string, ip: string, now: Date): Promise<Date | undefined> {
    const waits = await Promise.all([take(this.pair, pairKey(email, ip)), take(this.client, digest(ip))]);
    const wait = Math.max(...waits);
    return wait > 0 ? new Date(now.getTime() + wait) : undefined;
  }

  /** The password was right: what was counted against this pair is forgotten. */
  async clear(email: string, ip: string): Promise<void> {
    await this.pair.delete(pairKey(email, ip));
  }
}

/** Milliseconds to wait, 0 for none. @throws when the database cannot be reached: then nobody signs in. */
async function take(limiter: RateLimiterStoreAbstract, key: string): Promise<number> {
  try {
    await limiter.consume(key);
    return 0;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext);
    throw refusal;
  }
}

/** No address stands in the table in the clear. */
function pairKey(email: string, ip: string): string {
  return digest(`${email.trim().toLowerCase()}\n${ip}`);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
