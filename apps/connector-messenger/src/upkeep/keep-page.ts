import { setTimeout as sleep } from 'node:timers/promises';
import { CredentialsRejected, RateLimited, type PollSession } from '@app/channel';
import type { Clock, Logger } from '@app/runtime';
import { AppAccess } from '../app-access';
import { pageOf, type Page } from '../config';
import { pageGraph, type GraphParts } from '../page-graph';
import { missingFields, subscribe } from '../page-subscription';
import { fillComments } from './fill-comments';
import { fillConversations, isSilent, type FillParts } from './fill-conversations';

/** Waits of the upkeep, milliseconds. */
export interface UpkeepOptions {
  /** How often it is looked whether something is due; machine time. */
  readonly lookMs: number;
  /** How often the subscription is looked at; product time. */
  readonly subscriptionMs: number;
  /** How often the token is looked at; product time. */
  readonly tokenMs: number;
}

export const UPKEEP_OPTIONS: UpkeepOptions = {
  lookMs: 5_000,
  // an hour of failing webhooks ends the subscription: this finds it soon after
  subscriptionMs: 5 * 60_000,
  tokenMs: 60 * 60_000,
};

export interface UpkeepParts {
  readonly graph: GraphParts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly options: UpkeepOptions;
  /** Told how many messages and comments no webhook had brought. */
  readonly onGap: (missing: number) => void;
}

const UNTOLD =
  'Messenger had stopped telling us of new messages. The Page is subscribed again and what was missed is being fetched.';

/**
 * Looks after one Page until the signal: that the platform tells us of its messages, that the token lives, and that nothing
 * is missing. @throws CredentialsRejected when the token is no longer good, and Transient when the platform cannot be reached.
 */
export async function keepPage(session: PollSession, parts: UpkeepParts): Promise<void> {
  const upkeep = new Upkeep(session, parts);
  while (!session.signal.aborted) {
    await upkeep.look();
    await sleep(parts.options.lookMs, undefined, { signal: session.signal }).catch(() => undefined);
  }
}

/** What is due for one Page, and when. */
class Upkeep {
  private readonly page: Page;
  private readonly fill: FillParts;
  private tokenDue = 0;
  private subscriptionDue = 0;
  /** Nobody looked before the start: what came meanwhile may be missing. */
  private missed = true;
  private expiresAt: Date | null = null;

  constructor(
    private readonly session: PollSession,
    private readonly parts: UpkeepParts,
  ) {
    this.page = pageOf(session.account);
    const { limits } = parts.graph;
    this.fill = {
      session,
      client: pageGraph(this.page, parts.graph),
      page: this.page,
      pace: (signal) => limits.take(this.page.pageId, 'conversations', signal),
    };
  }

  /** Does what is due. A limit of the platform pauses this alone: webhooks and sending go on. */
  async look(): Promise<void> {
    const now = this.parts.clock.now().getTime();
    try {
      if (now >= this.tokenDue) {
        await this.checkToken();
        this.tokenDue = now + this.parts.options.tokenMs;
      }
      if (now >= this.subscriptionDue) {
        await this.checkSubscription();
        this.subscriptionDue = now + this.parts.options.subscriptionMs;
      }
    } catch (error) {
      if (this.session.signal.aborted) return;
      if (!(error instanceof RateLimited)) throw error;
      this.tokenDue = Math.max(this.tokenDue, error.until.getTime());
      this.subscriptionDue = Math.max(this.subscriptionDue, error.until.getTime());
    }
  }

  private async checkToken(): Promise<void> {
    const { app, token } = this.page;
    const access = new AppAccess(this.parts.graph, app);
    const state = await access.inspect(token, this.session.signal);
    if (!state.valid) {
      throw new CredentialsRejected(
        `Facebook no longer accepts the Page's token${state.why === '' ? '' : ` (${state.why})`}. Connect the Page again.`,
      );
    }
    this.expiresAt = state.expiresAt;
    await this.session.report('connected', '', state.expiresAt);
  }

  private async checkSubscription(): Promise<void> {
    const { session, parts } = this;
    const { client } = this.fill;
    let missing = await missingFields(client, this.page, session.signal);
    if (missing.length > 0) {
      const fields = { accountId: session.account.id, missing: missing.length };
      parts.logger.warn('a Page was not subscribed to all its webhooks; subscribing it again', fields);
      await session.report('degraded', UNTOLD);
      const before = missing.length;
      missing = await subscribe(client, this.page, session.signal);
      this.missed ||= missing.length < before;
    }
    this.missed ||= await isSilent(this.fill, parts.clock.now());
    if (this.missed) await this.fetchMissed();
    if (missing.length === 0) return session.report('connected', '', this.expiresAt);
    await session.report(
      'degraded',
      `Messenger does not tell us of: ${missing.join(', ')}. Tick these webhook fields in the App Dashboard and check the app's permissions.`,
      this.expiresAt,
    );
  }

  private async fetchMissed(): Promise<void> {
    const { session, parts } = this;
    const fields = { accountId: session.account.id };
    const messages = await fillConversations(this.fill);
    const comments = await fillComments(this.fill);
    if (comments === undefined) parts.logger.warn('comments may not be read with the token of this Page', fields);
    const missing = messages + (comments ?? 0);
    if (missing > 0) {
      parts.onGap(missing);
      parts.logger.warn('messages that no webhook had brought were fetched', { ...fields, missing });
    }
    this.missed = false;
  }
}
