import { setTimeout as pause } from 'node:timers/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { RateLimited } from '@app/channel';
import { text } from './answer';

const SECOND = 1_000;
const QUARTER = 15 * 60 * SECOND;
const DAY = 24 * 60 * 60 * SECOND;

/** A call that may go out within this waits here; one that may not is told when to come again. */
const MAX_WAIT_MS = 5_000;
/** After a 429 that does not say until when; doubled for each that follows, up to a whole window. */
const FIRST_BACK_OFF_MS = 60_000;
/** Buckets remembered; beyond that those go that were asked for longest ago, if they hold nobody up. */
const MAX_BUCKETS = 20_000;

/** Calls in 15 minutes and in 24 hours, for all accounts of an app together and for each. */
interface EndpointLimits {
  readonly app?: number;
  readonly appDay?: number;
  readonly user?: number;
  readonly userDay?: number;
}

const directSends: EndpointLimits = { appDay: 1_440, user: 15, userDay: 1_440 };
const directReads: EndpointLimits = { user: 15 };
const upload: EndpointLimits = { appDay: 180_000, user: 1_875 };
const subscriptions: EndpointLimits = { app: 500 };
const webhooks: EndpointLimits = { app: 450 };

/** X's page "Rate limits" (2026-08). Counted here only until the headers of an answer say it better. */
export const ENDPOINT_LIMITS: Readonly<Record<string, EndpointLimits>> = {
  'GET /2/users/:id/mentions': { app: 450, user: 300 },
  'GET /2/users/:id/tweets': { app: 10_000, user: 900 },
  'GET /2/tweets': { app: 3_500, user: 5_000 },
  'GET /2/tweets/:id': { app: 450, user: 900 },
  'GET /2/tweets/search/recent': { app: 450, user: 300 },
  'POST /2/tweets': { appDay: 10_000, user: 100 },
  'DELETE /2/tweets/:id': { user: 50 },
  'PUT /2/tweets/:id/hidden': { user: 50 },
  'GET /2/dm_events': directReads,
  'GET /2/dm_events/:id': directReads,
  'GET /2/dm_conversations/:id/dm_events': directReads,
  'GET /2/dm_conversations/with/:id/dm_events': directReads,
  'POST /2/dm_conversations': directSends,
  'POST /2/dm_conversations/:id/messages': directSends,
  'POST /2/dm_conversations/with/:id/messages': directSends,
  'DELETE /2/dm_events/:id': { appDay: 4_000, user: 300, userDay: 1_500 },
  'GET /2/users': { app: 300, user: 900 },
  'GET /2/users/:id': { app: 300, user: 900 },
  'GET /2/users/by': { app: 300, user: 900 },
  'GET /2/users/by/username/:username': { app: 300, user: 900 },
  'GET /2/users/me': { user: 75 },
  'POST /2/media/upload': { appDay: 50_000, user: 500 },
  'GET /2/media/upload': { appDay: 100_000, user: 1_000 },
  'POST /2/media/upload/initialize': upload,
  'POST /2/media/upload/:id/append': upload,
  'POST /2/media/upload/:id/finalize': upload,
  'POST /2/media/metadata': { appDay: 50_000, user: 500 },
  'GET /2/activity/subscriptions': subscriptions,
  'POST /2/activity/subscriptions': subscriptions,
  'PUT /2/activity/subscriptions/:id': subscriptions,
  'DELETE /2/activity/subscriptions/:id': subscriptions,
  'GET /2/activity/stream': { app: 450 },
  'GET /2/webhooks': webhooks,
  'POST /2/webhooks': webhooks,
  'PUT /2/webhooks/:id': webhooks,
  'DELETE /2/webhooks/:id': webhooks,
  'POST /2/webhooks/replay': { app: 100 },
  'GET /2/usage/tweets': { app: 50 },
};

/** Where a call counts. */
export interface LimitPlace {
  /** Row of our app. */
  readonly appId: string;
  /** Row of our account; left out for app-only calls. */
  readonly accountId?: string;
  readonly endpoint: string;
}

/** What is left of the 15 minutes, as X says. */
export interface LimitNews {
  readonly remaining: number;
  readonly resetAt: Date;
  /** Calls in a whole window, where X says it. */
  readonly of?: number;
}

interface Bucket {
  remaining: number;
  /** Milliseconds since 1970. */
  resetAt: number;
  /** By headers, or by our own counting. */
  told: boolean;
  /** 429s without a time, one after the other. */
  strikes: number;
}

/**
 * What X still lets each account and app do, in memory: a restart forgets it and learns it again from the next answer. Kept by
 * this process alone; where several call for one account, each learns the shared limit from its own answers.
 */
export class XRateLimits {
  private readonly buckets = new Map<string, Bucket>();
  /** Apps that may do nothing for now: credit or cap used up. */
  private readonly stops = new Map<string, RateLimited>();

  constructor(
    /** Product time. */
    private readonly now: () => Date,
    private readonly wait: (ms: number, signal?: AbortSignal) => Promise<unknown> = (ms, signal) =>
      pause(ms, undefined, { signal }),
  ) {}

  /**
   * Takes a place for one call, waiting for it a moment if need be.
   * @throws RateLimited when there is none soon; then nothing must be called.
   */
  async enter(place: LimitPlace, signal?: AbortSignal): Promise<void> {
    for (;;) {
      const free = this.freeAt(place);
      const waitMs = free - this.now().getTime();
      if (waitMs <= 0) break;
      if (waitMs > MAX_WAIT_MS) {
        throw new RateLimited(`X's limit for ${place.endpoint} is used up.`, new Date(free));
      }
      await this.wait(waitMs, signal);
    }
    for (const { key, calls, perMs } of bucketsOf(place)) {
      const bucket = this.buckets.get(key);
      if (bucket !== undefined) bucket.remaining -= 1;
      else if (calls !== undefined) {
        this.keep(key, { remaining: calls - 1, resetAt: this.now().getTime() + perMs, told: false, strikes: 0 });
      }
    }
  }

  /** Told of every answer. @returns what is left of the 15 minutes, if the headers say so. */
  observe(place: LimitPlace, status: number, headers: IncomingHttpHeaders): LimitNews | undefined {
    const [window, ...days] = bucketsOf(place);
    const news = limitIn(headers, 'x-rate-limit');
    const now = this.now().getTime();
    if (news !== undefined) this.learn(window!.key, news);
    let spent = news?.remaining === 0 && news.resetAt.getTime() > now;
    for (const { key, header } of days) {
      const day = header === undefined ? undefined : limitIn(headers, header);
      if (day === undefined) continue;
      this.learn(key, day);
      spent ||= day.remaining === 0 && day.resetAt.getTime() > now;
    }
    const bucket = this.buckets.get(window!.key);
    if (status !== 429) {
      if (bucket !== undefined) bucket.strikes = 0;
    } else if (!spent) {
      // whatever it is that is used up is not told: at least this is
      const until = news !== undefined && news.resetAt.getTime() > now ? news.resetAt.getTime() : undefined;
      const strikes = (bucket?.strikes ?? 0) + 1;
      const backOff = Math.min(FIRST_BACK_OFF_MS * 2 ** (strikes - 1), QUARTER);
      this.keep(window!.key, { remaining: 0, resetAt: until ?? now + backOff, told: true, strikes });
    }
    return news;
  }

  /** When a call may go out; in the past: now. @throws RateLimited of the app, while nothing of it may. */
  freeAt(place: LimitPlace): number {
    const now = this.now().getTime();
    const stop = this.stops.get(place.appId);
    if (stop !== undefined && stop.until.getTime() > now) throw stop;
    this.stops.delete(place.appId);
    let free = now;
    for (const { key, perMs } of bucketsOf(place)) {
      const bucket = this.buckets.get(key);
      if (bucket === undefined) continue;
      // over, or the clock was moved back: then what was noted later says nothing
      if (bucket.resetAt <= now || (!bucket.told && bucket.resetAt > now + perMs)) {
        if (bucket.strikes > 0) Object.assign(bucket, { remaining: Number.POSITIVE_INFINITY });
        else this.buckets.delete(key);
      } else if (bucket.remaining <= 0) free = Math.max(free, bucket.resetAt);
    }
    return free;
  }

  /** Nothing of the app goes out until then. */
  stop(appId: string, why: RateLimited): void {
    this.stops.set(appId, why);
  }

  private learn(key: string, { remaining, resetAt }: LimitNews): void {
    const bucket = this.buckets.get(key);
    const at = resetAt.getTime();
    // an answer that was overtaken knows of fewer calls than we have made since
    const same = bucket?.told === true && bucket.resetAt === at;
    const left = same ? Math.min(bucket.remaining, remaining) : remaining;
    this.keep(key, { remaining: left, resetAt: at, told: true, strikes: bucket?.strikes ?? 0 });
  }

  private keep(key: string, bucket: Bucket): void {
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    if (this.buckets.size <= MAX_BUCKETS) return;
    const now = this.now().getTime();
    for (const [old, { remaining, resetAt }] of this.buckets) {
      if (remaining > 0 || resetAt <= now) {
        this.buckets.delete(old);
        return;
      }
    }
    const [oldest] = this.buckets.keys();
    if (oldest !== undefined) this.buckets.delete(oldest);
  }
}

/** Share of a window below which polling should slow down. */
const LOW = 0.2;

/** Whether what is left of a limit is little, so that what can wait should. */
export function lowOnLimit({ limit }: { readonly limit?: LimitNews }): boolean {
  if (limit === undefined) return false;
  return limit.remaining <= (limit.of === undefined ? 2 : limit.of * LOW);
}

interface BucketPlace {
  readonly key: string;
  readonly calls: number | undefined;
  readonly perMs: number;
  /** How its headers begin, but for the first bucket. */
  readonly header?: string;
}

/** The first is that of the 15 minutes. */
function bucketsOf({ appId, accountId, endpoint }: LimitPlace): readonly BucketPlace[] {
  const limits = ENDPOINT_LIMITS[endpoint] ?? {};
  const app = `app:${appId}:${endpoint}`;
  const appDay = { key: `${app}:day`, calls: limits.appDay, perMs: DAY, header: 'x-app-limit-24hour' };
  if (accountId === undefined) return [{ key: app, calls: limits.app, perMs: QUARTER }, appDay];
  const user = `user:${accountId}:${endpoint}`;
  return [
    { key: user, calls: limits.user, perMs: QUARTER },
    appDay,
    { key: `${user}:day`, calls: limits.userDay, perMs: DAY, header: 'x-user-limit-24hour' },
  ];
}

function limitIn(headers: IncomingHttpHeaders, name: string): LimitNews | undefined {
  const remaining = count(headers[`${name}-remaining`]);
  const reset = count(headers[`${name}-reset`]);
  if (remaining === undefined || reset === undefined) return undefined;
  const of = count(headers[`${name}-limit`]);
  return { remaining, resetAt: new Date(reset * SECOND), ...(of === undefined ? {} : { of }) };
}

function count(header: string | string[] | undefined): number | undefined {
  const value = text(Array.isArray(header) ? header[0] : header)?.trim() ?? '';
  return /^\d{1,12}$/.test(value) ? Number(value) : undefined;
}
