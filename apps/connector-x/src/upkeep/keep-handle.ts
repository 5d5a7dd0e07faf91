import { CredentialsRejected, RateLimited, Refused, Transient, Uncertain, type PollSession } from '@app/channel';
import type { Clock, Logger } from '@app/runtime';
import type { XClient } from '../client';
import { handleOf } from '../config';
import { directMessages, mentions, ownPosts } from './known-lists';
import { KeepPush, type PushParts } from './keep-push';
import { Pace, SLOWEST_MS } from './pace';
import type { LimitNews } from '../rate-limits';
import { xErrorOf } from '../x-error';
import { ReadList, type Gap, type ReadParts } from './read-list';
import { Threads } from './threads';

/** Waits of the upkeep, milliseconds. Except `lookMs` all are of product time. */
export interface UpkeepOptions {
  /** How often it is looked whether something is due; machine time. */
  readonly lookMs: number;
  /** How often each list is read while X tells us of nothing by itself, and while it does: then reading is the safety net. */
  readonly alone: ListPaces;
  readonly beside: ListPaces;
  /** How often webhook and subscriptions are looked at, and how soon again where something was wrong. */
  readonly pushMs: number;
  readonly pushAgainMs: number;
  /** How often it is noted that X delivers; a gap is as long as that at most too long. */
  readonly heardMs: number;
}

export interface ListPaces {
  readonly mentionsMs: number;
  /** Fifteen calls in fifteen minutes are allowed. */
  readonly directMs: number;
  readonly ownPostsMs: number;
  readonly threadsMs: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

export const UPKEEP_OPTIONS: UpkeepOptions = {
  lookMs: 1 * SECOND,
  alone: { mentionsMs: 30 * SECOND, directMs: 60 * SECOND, ownPostsMs: 120 * SECOND, threadsMs: 120 * SECOND },
  beside: { mentionsMs: 120 * SECOND, directMs: 120 * SECOND, ownPostsMs: 300 * SECOND, threadsMs: 300 * SECOND },
  pushMs: 60 * MINUTE,
  pushAgainMs: 5 * MINUTE,
  heardMs: 5 * MINUTE,
};

export interface UpkeepParts extends Pick<PushParts, 'publicUrl' | 'keepWebhookId'> {
  readonly client: Pick<XClient, 'asHandle' | 'asApp'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly options: UpkeepOptions;
  /** Waits between looks; ends early with the signal. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told how many posts and messages were read that X had told us of in no other way. */
  readonly onGap: (missing: number) => void;
}

/** For so long it is told that something may be missing, product time. */
const GAP_TOLD_MS = 24 * 60 * MINUTE;

/**
 * Looks after one handle until the signal: reads what mentions it, its direct messages, its own posts and the conversations it takes
 * part in, and sees to it that X tells of all that by itself.
 * @throws CredentialsRejected when X no longer lets us in; RateLimited where X stops the whole app, such as for want of credit; Transient.
 */
export async function keepHandle(session: PollSession, parts: UpkeepParts): Promise<void> {
  const upkeep = new Upkeep(session, parts);
  while (!session.signal.aborted) {
    await upkeep.look();
    await parts.wait(parts.options.lookMs, session.signal);
  }
}

/** One thing that is read in turns. */
interface Duty {
  /** As people call it. */
  readonly what: string;
  readonly pace: Pace;
  readonly do: () => Promise<{ readonly left: LimitNews | undefined }>;
}

class Upkeep {
  private readonly push: KeepPush;
  private readonly threads: Threads;
  private duties: readonly Duty[] = [];
  private pushDue = 0;
  private heardDue = 0;
  private gap: { readonly words: string; readonly until: number } | undefined;
  private limitedUntil = 0;
  /** What X does not let us read, with its words; the rest goes on. */
  private readonly refused = new Map<string, string>();

  constructor(
    private readonly session: PollSession,
    private readonly parts: UpkeepParts,
  ) {
    const { client, clock } = parts;
    const handle = handleOf(session.account);
    const reading: ReadParts = { session, handle, client, clock };
    this.push = new KeepPush({ ...parts, session, handle });
    this.threads = new Threads(reading);
    this.lists = {
      mentions: new ReadList(reading, mentions(handle.userId)),
      direct: new ReadList(reading, directMessages()),
      own: new ReadList(reading, ownPosts(handle.userId)),
    };
    this.duties = this.dutiesAt(parts.options.alone);
  }

  private readonly lists: Readonly<Record<'mentions' | 'direct' | 'own', ReadList>>;

  /** Does what is due. A limit of one list slows down that list alone. */
  async look(): Promise<void> {
    const { clock, options } = this.parts;
    const { signal } = this.session;
    const isDue = (at: number): boolean => clock.now().getTime() >= at;
    let looked = false;
    if (isDue(this.pushDue)) {
      looked = true;
      await this.checkPush();
    }
    for (const duty of this.duties) {
      if (signal.aborted) return;
      if (!duty.pace.isDue(clock.now())) continue;
      looked = true;
      await this.turn(duty);
    }
    if (signal.aborted) return;
    if (this.push.isOn && isDue(this.heardDue)) {
      await this.push.heard();
      this.heardDue = clock.now().getTime() + options.heardMs;
    }
    if (looked) await this.tell();
  }

  private async checkPush(): Promise<void> {
    const { clock, options } = this.parts;
    const wasOn = this.push.isOn;
    const now = clock.now().getTime();
    this.pushDue = now + options.pushAgainMs;
    try {
      await this.push.check();
      if (this.push.trouble === undefined) this.pushDue = now + options.pushMs;
    } catch (error) {
      this.endureOr(error, (until) => (this.pushDue = Math.max(this.pushDue, until.getTime())));
    }
    if (this.push.isOn !== wasOn) this.duties = this.dutiesAt(this.push.isOn ? options.beside : options.alone);
  }

  private async turn({ what, pace, do: read }: Duty): Promise<void> {
    const { clock } = this.parts;
    try {
      const { left } = await read();
      pace.looked(clock.now(), left);
      this.refused.delete(what);
    } catch (error) {
      pace.failed(clock.now());
      if (isOfOneList(error)) {
        pace.limited(clock.now(), new Date(clock.now().getTime() + SLOWEST_MS));
        this.refused.set(what, error.message);
        return;
      }
      this.endureOr(error, (until) => pace.limited(clock.now(), until));
    }
  }

  /** A limit of the app is for all of its accounts: the host must know of it. */
  private endureOr(error: unknown, limited: (until: Date) => void): void {
    if (this.session.signal.aborted) return;
    if (error instanceof RateLimited && error.scope === 'account') {
      this.limitedUntil = Math.max(this.limitedUntil, error.until.getTime());
      return limited(error.until);
    }
    // asking is safe to repeat, whether or not X had heard it
    if (error instanceof Uncertain) throw new Transient(error.message, { cause: error });
    throw error;
  }

  private dutiesAt(paces: ListPaces): Duty[] {
    const { lists } = this;
    const duty = (usualMs: number, what: string, read: Duty['do']): Duty => ({
      what,
      pace: new Pace(usualMs),
      do: read,
    });
    return [
      duty(paces.mentionsMs, 'mentions', () => this.readList(lists.mentions, 'mentions')),
      duty(paces.directMs, 'direct messages', () => this.readList(lists.direct, 'direct messages')),
      duty(paces.ownPostsMs, 'own posts', async () => {
        const report = await this.readList(lists.own, 'own posts');
        await this.threads.join(report.pages);
        return report;
      }),
      duty(paces.threadsMs, 'conversations', async () => this.noted(await this.threads.read())),
    ];
  }

  private async readList(list: ReadList, what: string) {
    const report = this.noted(await list.read());
    if (report.gap !== undefined) this.tellGap(what, report.gap);
    return report;
  }

  private noted<R extends { readonly fresh: number }>(report: R): R {
    if (report.fresh > 0 && this.push.isOn) this.parts.onGap(report.fresh);
    return report;
  }

  private tellGap(what: string, { from, to }: Gap): void {
    const { clock, logger } = this.parts;
    const words = `There were more ${what} than X tells of. Between ${minute(from)} and ${minute(to)} UTC some may be missing here: look for them on X.`;
    this.gap = { words, until: clock.now().getTime() + GAP_TOLD_MS };
    logger.warn('X tells of fewer posts than there were', {
      accountId: this.session.account.id,
      from: minute(from),
      to: minute(to),
    });
  }

  /** How it goes, for people. That tokens end after two hours is nothing to tell: they renew themselves. */
  private async tell(): Promise<void> {
    const now = this.parts.clock.now().getTime();
    if (this.gap !== undefined && this.gap.until <= now) this.gap = undefined;
    const slow = this.duties.filter(({ what, pace }) => pace.isSlow && !this.refused.has(what));
    const refused = [...this.refused].map(([what, words]) => `X does not let us read ${what}: ${words}`);
    const words = [this.slowness(slow, now), ...refused, this.push.trouble, this.gap?.words].filter(
      (each) => each !== undefined,
    );
    await this.session.report(words.length === 0 ? 'connected' : 'degraded', words.join(' '), null);
  }

  private slowness(slow: readonly Duty[], now: number): string | undefined {
    if (slow.length === 0) return undefined;
    const minutes = Math.max(1, Math.round(Math.max(...slow.map(({ pace }) => pace.everyMs)) / MINUTE));
    const until = this.limitedUntil > now ? ` until ${minute(new Date(this.limitedUntil))} UTC` : '';
    return `X limits how often it may be asked${until}. Reading is slower: ${slow.map(({ what }) => what).join(', ')} every ${minutes} min at least. Nothing is lost; it gets faster by itself.`;
  }
}

function minute(at: Date): string {
  return at.toISOString().slice(0, 16).replace('T', ' ');
}

/** Whether X refuses one list and not the account: what a plan or a permission leaves out. */
function isOfOneList(error: unknown): error is Refused | CredentialsRejected {
  if (error instanceof Refused) return true;
  return error instanceof CredentialsRejected && xErrorOf(error)?.status === 403;
}
