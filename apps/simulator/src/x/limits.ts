import { Problem, problem } from './api/problem';
import type { Rules } from './rules';
import { DAY, MINUTE, type World } from './world';

interface Allowance {
  readonly most: number;
  readonly overMs: number;
}

interface EndpointLimits {
  readonly app?: readonly Allowance[];
  readonly user?: readonly Allowance[];
}

const quarter = (most: number): Allowance => ({ most, overMs: 15 * MINUTE });
const day = (most: number): Allowance => ({ most, overMs: DAY });
const DIRECT_READ = { user: [quarter(15)] };
const DIRECT_WRITE = { app: [day(1_440)], user: [quarter(15), day(1_440)] };
const USERS = { app: [quarter(300)], user: [quarter(900)] };

/** Calls the platform takes, as its table of limits says (2026-08). */
export const LIMITS: Readonly<Record<string, EndpointLimits>> = {
  'GET /2/users/:id/mentions': { app: [quarter(450)], user: [quarter(300)] },
  'GET /2/users/:id/tweets': { app: [quarter(10_000)], user: [quarter(900)] },
  'GET /2/tweets': { app: [quarter(3_500)], user: [quarter(5_000)] },
  'GET /2/tweets/:id': { app: [quarter(450)], user: [quarter(900)] },
  'GET /2/tweets/search/recent': { app: [quarter(450)], user: [quarter(300)] },
  'POST /2/tweets': { app: [day(10_000)], user: [quarter(100)] },
  'DELETE /2/tweets/:id': { user: [quarter(50)] },
  'PUT /2/tweets/:id/hidden': { user: [quarter(50)] },
  'GET /2/dm_events': DIRECT_READ,
  'GET /2/dm_events/:id': DIRECT_READ,
  'GET /2/dm_conversations/:id/dm_events': DIRECT_READ,
  'GET /2/dm_conversations/with/:id/dm_events': DIRECT_READ,
  'POST /2/dm_conversations/with/:id/messages': DIRECT_WRITE,
  'POST /2/dm_conversations/:id/messages': DIRECT_WRITE,
  'POST /2/dm_conversations': DIRECT_WRITE,
  'DELETE /2/dm_events/:id': { app: [day(4_000)], user: [quarter(300), day(1_500)] },
  'POST /2/users/:id/dm/block': { app: [quarter(25), day(1_000)], user: [quarter(10), day(400)] },
  'POST /2/users/:id/dm/unblock': { app: [quarter(25), day(1_000)], user: [quarter(10), day(400)] },
  'GET /2/users': USERS,
  'GET /2/users/:id': USERS,
  'GET /2/users/by': USERS,
  'GET /2/users/by/username/:username': USERS,
  'GET /2/users/me': { user: [quarter(75)] },
  'POST /2/media/upload': { app: [day(50_000)], user: [quarter(500)] },
  'GET /2/media/upload': { app: [day(100_000)], user: [quarter(1_000)] },
  'POST /2/media/upload/initialize': { app: [day(180_000)], user: [quarter(1_875)] },
  'POST /2/media/upload/:id/append': { app: [day(180_000)], user: [quarter(1_875)] },
  'POST /2/media/upload/:id/finalize': { app: [day(180_000)], user: [quarter(1_875)] },
  'POST /2/media/metadata': { app: [day(50_000)], user: [quarter(500)] },
  'GET /2/activity/subscriptions': { app: [quarter(500)] },
  'POST /2/activity/subscriptions': { app: [quarter(500)] },
  'PUT /2/activity/subscriptions/:id': { app: [quarter(500)] },
  'DELETE /2/activity/subscriptions/:id': { app: [quarter(500)] },
  'GET /2/activity/stream': { app: [quarter(450)] },
  'GET /2/webhooks': { app: [quarter(450)] },
  'POST /2/webhooks': { app: [quarter(450)] },
  'PUT /2/webhooks/:id': { app: [quarter(450)] },
  'DELETE /2/webhooks/:id': { app: [quarter(450)] },
  'POST /2/webhooks/replay': { app: [quarter(100)] },
  'GET /2/usage/tweets': { app: [quarter(50)] },
};

interface Counted extends Allowance {
  readonly of: 'app' | 'user';
  readonly key: string;
}

interface Window {
  used: number;
  resetAt: number;
}

/** What limits said to one call. */
export interface LimitAnswer {
  readonly headers: Record<string, string>;
  /** Was called between a 429 and its reset. */
  readonly tooEarly: boolean;
}

/** Windows kept; past it those that have ended go. */
const MOST_WINDOWS = 20_000;

/** Counts calls per endpoint, app and user by product time, in windows that begin with their first call. */
export class Limits {
  private readonly windows = new Map<string, Window>();
  /** By bucket: until when its callers were told to wait. */
  private readonly told = new Map<string, number>();
  private readonly exhausted = new Map<string, number>();
  private readonly changed = new Map<string, EndpointLimits>();

  constructor(
    private readonly world: World,
    private readonly rules: () => Rules,
  ) {}

  /** Uses up an endpoint (as in LIMITS) for everybody, for so long; 0 ends that. */
  exhaust(endpoint: string, forMs: number): void {
    this.known(endpoint);
    for (const bucket of forMs === 0 ? this.told.keys() : []) {
      if (bucket.startsWith(`${endpoint} `)) this.told.delete(bucket);
    }
    this.exhausted.set(endpoint, this.world.now() + forMs);
  }

  /** Sets how many calls one user and one app have per 15 minutes; without numbers the platform's again. */
  set(endpoint: string, most?: number): void {
    this.known(endpoint);
    if (most === undefined) this.changed.delete(endpoint);
    else this.changed.set(endpoint, { app: [quarter(most)], user: [quarter(most)] });
  }

  /**
   * Counts one call and says what is left.
   * @throws Problem 429 where nothing is left.
   */
  take(endpoint: string, appId: string, userId: string | undefined): LimitAnswer {
    const now = this.world.now();
    const bucket = `${endpoint} ${appId} ${userId ?? ''}`;
    const tooEarly = (this.told.get(bucket) ?? 0) > now;
    const counted = this.countedFor(endpoint, appId, userId);
    const headers: Record<string, string> = {};
    let fullUntil = this.exhausted.get(endpoint) ?? 0;
    if (fullUntil <= now) fullUntil = 0;
    const until = fullUntil;
    for (const allowance of counted) {
      const window = this.window(allowance, now);
      if (window.used >= allowance.most) fullUntil = Math.max(fullUntil, window.resetAt);
    }
    for (const allowance of counted) {
      const window = this.window(allowance, now);
      if (fullUntil === 0) window.used += 1;
      Object.assign(headers, headersOf(allowance, until > 0 ? { used: allowance.most, resetAt: until } : window));
    }
    if (fullUntil === 0) return { headers, tooEarly };
    this.told.set(bucket, fullUntil);
    throw Object.assign(this.refusal(headers), { tooEarly });
  }

  private refusal(headers: Record<string, string>): Problem {
    const { limitShape, limitHeaders } = this.rules();
    const refused = problem(429, 'Too Many Requests');
    const body = limitShape === 'legacy' ? { errors: [{ code: 88, message: 'Rate limit exceeded' }] } : refused.body;
    return new Problem(429, body, limitHeaders ? headers : {});
  }

  private countedFor(endpoint: string, appId: string, userId: string | undefined): Counted[] {
    const { app = [], user = [] } = this.changed.get(endpoint) ?? LIMITS[endpoint] ?? {};
    // of an app's own allowance a user's call takes only what is counted by the day
    const forApp = userId === undefined ? app : app.filter(({ overMs }) => overMs === DAY);
    return [
      ...forApp.map((of) => ({ ...of, of: 'app' as const, key: `${endpoint} ${appId} ${of.overMs}` })),
      ...(userId === undefined ? [] : user).map((of) => ({
        ...of,
        of: 'user' as const,
        key: `${endpoint} ${appId} ${userId} ${of.overMs}`,
      })),
    ];
  }

  private window({ key, overMs }: Counted, now: number): Window {
    const known = this.windows.get(key);
    if (known && known.resetAt > now) return known;
    if (this.windows.size >= MOST_WINDOWS) {
      for (const [old, { resetAt }] of this.windows) if (resetAt <= now) this.windows.delete(old);
    }
    const window = { used: 0, resetAt: now + overMs };
    this.windows.set(key, window);
    return window;
  }

  private known(endpoint: string): void {
    if (LIMITS[endpoint]) return;
    throw new RangeError(`There is no limit of "${endpoint}". Known: ${Object.keys(LIMITS).join(', ')}.`);
  }
}

function headersOf({ most, overMs, of }: Counted, { used, resetAt }: Window): Record<string, string> {
  const name = overMs === DAY ? `x-${of}-limit-24hour` : 'x-rate-limit';
  return {
    [`${name}-limit`]: String(most),
    [`${name}-remaining`]: String(Math.max(0, most - used)),
    // whole seconds: never before the window has really ended
    [`${name}-reset`]: String(Math.ceil(resetAt / 1_000)),
  };
}
