import type { Faults } from '../faults';
import { HOUR, type World } from '../world';
import { GraphError } from './graph-error';

/** Calls the platform takes, as its page on limits says. */
export const LIMITS = {
  sendsPerSecond: 300,
  mediaPerSecond: 10,
  conversationsPerSecond: 2,
  privateRepliesPerHour: 750,
};

/** Counts calls by product time and refuses those past the limits; there is no Retry-After. */
export class Limits {
  private readonly windows = new Map<string, number[]>();
  private spent: number | undefined;
  private regainAt: number | undefined;

  constructor(
    private readonly world: World,
    private readonly faults: Faults,
    private readonly limits = LIMITS,
  ) {}

  send(pageId: string, media: boolean): void {
    this.count(`send ${pageId}`, this.limits.sendsPerSecond, 1_000);
    if (media) this.count(`media ${pageId}`, this.limits.mediaPerSecond, 1_000);
  }

  conversations(pageId: string): void {
    this.count(`conversations ${pageId}`, this.limits.conversationsPerSecond, 1_000);
  }

  privateReply(pageId: string): void {
    this.count(`private ${pageId}`, this.limits.privateRepliesPerHour, HOUR);
  }

  /** Before each call: the usage grows, and at 100 % nothing goes on until it has been regained. */
  use(): void {
    const { usage } = this.faults.get();
    if (!usage) {
      this.spent = this.regainAt = undefined;
      return;
    }
    const now = this.world.now();
    if (this.regainAt !== undefined && now >= this.regainAt) this.spent = this.regainAt = undefined;
    this.spent = this.spent === undefined ? usage.percent : this.spent + (usage.climb ?? 0);
    if (this.spent < 100) return;
    this.regainAt ??= now + (usage.regainMinutes ?? 1) * 60_000;
    throw new GraphError(80006, '(#80006) There have been too many messenger api calls from this Page account.');
  }

  /** The two usage headers of every answer. */
  headers(pageId: string | undefined): Record<string, string> {
    const percent = Math.min(100, Math.round(this.spent ?? 1));
    const minutes = this.regainAt === undefined ? 0 : Math.ceil((this.regainAt - this.world.now()) / 60_000);
    const usage = { call_count: percent, total_cputime: Math.min(percent, 5), total_time: Math.min(percent, 5) };
    return {
      'X-App-Usage': JSON.stringify({ ...usage, call_count: Math.min(percent, 50) }),
      ...(pageId !== undefined && {
        'X-Business-Use-Case-Usage': JSON.stringify({
          [pageId]: [{ type: 'messenger', ...usage, estimated_time_to_regain_access: Math.max(0, minutes) }],
        }),
      }),
    };
  }

  private count(key: string, most: number, overMs: number): void {
    const now = this.world.now();
    const recent = (this.windows.get(key) ?? []).filter((at) => at > now - overMs && at <= now);
    if (recent.length >= most) {
      throw new GraphError(613, '(#613) Calls to this api have exceeded the rate limit.');
    }
    recent.push(now);
    this.windows.set(key, recent);
  }
}
