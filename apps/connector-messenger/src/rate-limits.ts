import { setTimeout as pause } from 'node:timers/promises';
import { RateLimited } from '@app/channel';
import { callLimits, type CallKind } from './capabilities';
import type { Usage } from './usage';

/** Percent of an allowance at which calls go out one a second, and at which none goes out. Meta throttles at 100. */
const SLOW_AT = 80;
const STOP_AT = 95;
/** The pace between the two. */
const SLOW = { calls: 1, perMs: 1_000 };

const MINUTE = 60_000;
/** An app's allowance is of a rolling hour: in 5 minutes about 8 % of it is free again, so 95 becomes 87. */
const APP_STOP_MS = 5 * MINUTE;
/** A Page's is of a rolling day: in 15 minutes about 1 % of it is free again. */
const PAGE_STOP_MS = 15 * MINUTE;

/** Calls arrive at Meta not quite as far apart as they left: so much more of each stretch is kept free. */
const MARGIN = 1.1;
/** A call that may go out within this waits here; one that may not is told when to come again. */
const MAX_WAIT_MS = 5_000;
/** Conversations remembered; beyond that those are forgotten in which nothing happened for longest. */
const MAX_WINDOWS = 10_000;

interface Load {
  readonly percent: number;
  readonly until: Date;
}

/** One Page's way through the limits; part of its client. */
export interface Gate {
  /** Waits its turn. @throws RateLimited */
  enter(signal?: AbortSignal): Promise<void>;
  /** Told the headers of every answer. */
  observe(usage: Usage): void;
}

/**
 * What Meta lets each Page and app do, in memory: a restart forgets it and learns it again from the next answer. Kept by this
 * process alone; where several send for one Page, each learns the shared usage from its own answers.
 */
export class RateLimits {
  private readonly pages = new Map<string, Load>();
  private readonly apps = new Map<string, Load>();
  /** When the latest calls of a kind went out, or will; oldest first. Milliseconds. */
  private readonly windows = new Map<string, number[]>();

  constructor(
    /** Product time. */
    private readonly now: () => Date,
    private readonly wait: (ms: number, signal?: AbortSignal) => Promise<unknown> = (ms, signal) =>
      pause(ms, undefined, { signal }),
  ) {}

  gate(pageId: string, appId: string): Gate {
    return {
      enter: async (signal) => {
        const percent = Math.max(this.load(this.apps, appId), this.load(this.pages, pageId));
        if (percent >= SLOW_AT) await this.queue(`slow:${pageId}`, SLOW, signal);
      },
      observe: (usage) => {
        const at = this.now().getTime();
        const regain = usage.regainMinutes * MINUTE;
        if (usage.app !== null) this.apps.set(appId, { percent: usage.app, until: new Date(at + APP_STOP_MS) });
        if (usage.page === null && regain === 0) return;
        // minutes are told only when the Page is already stopped, whatever the percentages say
        const percent = regain > 0 ? 100 : (usage.page ?? 0);
        this.pages.set(pageId, { percent, until: new Date(at + (regain > 0 ? regain : PAGE_STOP_MS)) });
      },
    };
  }

  /** Waits until one more call of the kind is within the limit. @throws RateLimited when that is not soon. */
  async take(pageId: string, kind: Exclude<CallKind, 'thread'>, signal?: AbortSignal): Promise<void> {
    await this.queue(`${kind}:${pageId}`, callLimits[kind], signal);
  }

  /** The same for one more message in a conversation. */
  async takeInThread(pageId: string, person: string, signal?: AbortSignal): Promise<void> {
    await this.queue(`thread:${pageId}:${person}`, callLimits.thread, signal);
  }

  /** The newest percentage. What is older than its stop is forgotten: usage falls, and only the next answer tells how far. */
  private load(loads: Map<string, Load>, key: string): number {
    const load = loads.get(key);
    if (load === undefined) return 0;
    if (load.until <= this.now()) {
      loads.delete(key);
      return 0;
    }
    if (load.percent >= STOP_AT) {
      throw new RateLimited(`${Math.round(load.percent)} % of what Facebook allows is used up.`, load.until);
    }
    return load.percent;
  }

  /** Reserves the next free place, so that those who wait go in the order in which they came. */
  private async queue(key: string, limit: { calls: number; perMs: number }, signal?: AbortSignal): Promise<void> {
    const now = this.now().getTime();
    const { calls } = limit;
    const perMs = limit.perMs * MARGIN;
    // product time can be moved back; then what was noted later says nothing
    const taken = (this.windows.get(key) ?? []).filter((at) => at > now - perMs && at <= now + MAX_WAIT_MS);
    const at = taken.length < calls ? now : Math.max(now, taken[taken.length - calls]! + perMs);
    if (at - now > MAX_WAIT_MS) {
      throw new RateLimited('As much was sent as Facebook takes in this time.', new Date(at));
    }
    this.windows.delete(key);
    this.windows.set(key, [...taken, at]);
    const [oldest] = this.windows.keys();
    if (this.windows.size > MAX_WINDOWS && oldest !== undefined) this.windows.delete(oldest);
    if (at > now) await this.wait(at - now, signal);
  }
}
