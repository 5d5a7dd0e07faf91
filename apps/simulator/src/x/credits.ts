import { type Problem, problem } from './api/problem';
import type { App } from './model';
import type { Rules } from './rules';
import { DAY, type World } from './world';

/** What a call costs. Millionths of a dollar, by X's list of 2026-08. */
export const PRICES = {
  'post.read': 5_000,
  'user.read': 10_000,
  'direct.read': 10_000,
  /** Own posts and mentions, read by whoever owns the app. */
  'owned.read': 1_000,
  'post.create': 15_000,
  'post.createWithUrl': 200_000,
  /** A reply to somebody who mentioned or quoted us. */
  'post.summoned': 10_000,
  'direct.create': 15_000,
  'content.delete': 10_000,
  'content.manage': 5_000,
  'media.metadata': 5_000,
  'event.post': 5_000,
  'event.direct': 10_000,
} as const;

export interface Charge {
  readonly kind: keyof typeof PRICES;
  /** The thing that was read: the same one again within a UTC day costs nothing. */
  readonly id?: string;
}

/** What apps have left, and what calls cost them. */
export class Credits {
  /** Things read by app on the day of `day`. */
  private read = new Map<string, Set<string>>();
  private day = -1;
  private readonly postReads = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly rules: () => Rules,
  ) {}

  /** @throws Problem 402 where nothing is left. What is left may have become less than nothing. */
  check({ credit, developerId }: App): void {
    if (credit === null || credit > 0) return;
    throw this.depleted(developerId);
  }

  /** Takes what a call cost from the app's credit. Returns it, in millionths of a dollar. */
  charge(appId: string, charges: readonly Charge[]): number {
    const today = Math.floor(this.world.now() / DAY);
    if (today !== this.day) {
      this.day = today;
      this.read = new Map();
    }
    const seen = this.read.get(appId) ?? new Set();
    this.read.set(appId, seen);
    let cost = 0;
    for (const { kind, id } of charges) {
      const name = `${kind} ${id}`;
      if (id !== undefined && seen.has(name)) continue;
      if (id !== undefined) seen.add(name);
      if (kind === 'post.read' || kind === 'owned.read') this.postReads.set(appId, this.readsOf(appId) + 1);
      cost += PRICES[kind];
    }
    if (cost === 0) return 0;
    const app = this.world.app(appId);
    const credit = app.credit === null ? null : app.credit - cost;
    this.world.apps.put({ ...app, credit, spent: app.spent + cost });
    return cost;
  }

  /** Posts that were read since the start. */
  readsOf(appId: string): number {
    return this.postReads.get(appId) ?? 0;
  }

  private depleted(developerId: string): Problem {
    if (this.rules().creditShape === 'payment') {
      return problem(402, 'Payment Required', 'credits depleted', 'credits-depleted');
    }
    const detail = `Your enrolled account [${developerId}] does not have any credits to fulfill this request.`;
    const { body } = problem(402, 'CreditsDepleted', detail, 'credits', { account_id: Number(developerId) });
    const { status: _, ...rest } = body as { status: number };
    return Object.assign(problem(402, 'CreditsDepleted', detail), {
      body: { ...rest, type: 'https://api.twitter.com/2/problems/credits' },
    });
  }
}
