import type { PollSession } from '@app/channel';
import { objectOf, textOf } from '@app/connector-host';
import type { Clock, Logger } from '@app/runtime';
import type { XClient } from '../client';
import type { Handle } from '../config';
import { askReplay, replayAfter } from './replay';
import { keepSubscriptions, type Untold } from './subscriptions';
import { keepWebhook, webhookUrl, type PushState } from './webhook';

const STREAM = 'push';

export interface PushParts {
  readonly session: PollSession;
  readonly handle: Handle;
  readonly client: Pick<XClient, 'asHandle' | 'asApp'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where people and X reach us; undefined where nobody from outside does. */
  readonly publicUrl: string | undefined;
  /** Keeps X's id of our webhook with the app. */
  readonly keepWebhookId: (appRow: string, webhookId: string) => Promise<void>;
}

/** Sees to it that X tells us of what happens, and has it tell again what it told nobody. */
export class KeepPush {
  private state: PushState = { state: 'none' };
  private untold: readonly Untold[] = [];

  constructor(private readonly parts: PushParts) {}

  /** Whether X tells us of at least something, so that asking is the safety net and not the way. */
  get isOn(): boolean {
    return this.state.state === 'delivers' && this.untold.length === 0;
  }

  /** What is wrong, and how to mend it; undefined where nothing is, or nobody wants it otherwise. */
  get trouble(): string | undefined {
    const polled = 'Until then everything still comes, within a minute or so, because Evenhand asks for it.';
    switch (this.state.state) {
      case 'none':
        return undefined;
      case 'elsewhere':
        return `The app delivers what happens to another address (${hostOf(this.state.webhook.url)}). Connect the account again and choose to have it delivered here, or use an app of its own. ${polled}`;
      case 'fails':
        return `X cannot deliver to Evenhand: ${this.state.why} The address must be reachable from the internet over https, without a port; check EVENHAND_PUBLIC_URL and the path /webhooks/x. ${polled}`;
      case 'delivers':
        return this.untold.length === 0
          ? undefined
          : `X does not tell us of: ${this.untold.map(({ type }) => type).join(', ')} (${this.untold[0]!.why}). Connect the account again and allow everything that is asked for. ${polled}`;
    }
  }

  /** Looks, and mends what can be mended. @throws what calls throw. */
  async check(): Promise<void> {
    const { session, handle, client, clock, logger, publicUrl } = this.parts;
    const { app } = handle;
    const { signal } = session;
    const before = this.state;
    this.state = await keepWebhook(client, app, webhookUrl(publicUrl, app), signal);
    const fields = { accountId: session.account.id };
    if (this.state.state !== before.state && this.state.state !== 'delivers' && this.state.state !== 'none') {
      logger.warn('X does not deliver what happens; it is asked for instead', { ...fields, state: this.state.state });
    }
    if (this.state.state !== 'delivers') return;
    const { id, revived } = this.state;
    if (app.webhookId !== id) await this.parts.keepWebhookId(app.id, id);
    const { untold, mended } = await keepSubscriptions(client, handle, id, signal);
    if (mended > 0) logger.info('subscriptions at X were mended', { ...fields, mended });
    this.untold = untold;
    const heardAt = textOf(objectOf(await session.cursor(STREAM))?.['heardAt']);
    const now = clock.now();
    const replay = heardAt === undefined ? undefined : replayAfter(new Date(heardAt), now);
    if (replay !== undefined) {
      const asked = await askReplay(client, app, id, replay, signal);
      logger.info('X was asked to deliver again what nobody heard', { ...fields, revived, asked });
    }
    await this.heard();
  }

  /** X delivers as far as we know: from here a gap would begin. */
  async heard(): Promise<void> {
    const { session, clock } = this.parts;
    if (this.state.state !== 'delivers') return;
    await session.commit([], { stream: STREAM, cursor: { heardAt: clock.now().toISOString() } });
  }
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname : 'unknown';
}
