import { randomInt } from 'node:crypto';
import { accountRoutes } from './activity/account-routes';
import { activityRoutes } from './activity/activity-routes';
import type { CallFault } from './api/call-faults';
import { type DemoX, seedDemo } from './demo';
import { Journal, type JournalEntry } from './journal';
import { XPlatform, type XOptions } from './platform';
import { Pushing } from './pushing';
import type { DeliveryFault } from './webhooks/delivery-faults';
import { webhookRoutes } from './webhooks/webhook-routes';

export interface XSimulatorOptions extends XOptions {
  /** Real time a receiver of webhooks has for its answer. Default 10 s. */
  deadlineMs?: number;
  /** Real time between two signs of life of a stream. Default 15 s. */
  beatMs?: number;
}

/** What X does wrong. Every fault is honest about posts and messages: what was accepted is in the truth. */
export interface XFaults {
  /** What befalls webhooks and streams. */
  webhooks?: DeliveryFault[];
  /** What befalls calls of the API. */
  calls?: CallFault[];
}

/** The platform that tells apps what happens on it, and keeps a journal of what was asked and sent. */
export class PushingPlatform extends XPlatform {
  readonly pushing: Pushing;
  private readonly log: Journal;

  protected constructor(options: XSimulatorOptions) {
    const { seed = randomInt(2 ** 31), deadlineMs, beatMs } = options;
    super({ ...options, seed });
    this.log = new Journal(
      () => this.world.now(),
      ({ kind }) => {
        if (kind === 'check' || kind === 'lost' || kind === 'stream') this.emit('change');
      },
    );
    this.on('call', (entry) => this.log.write({ kind: 'call', ...entry }));
    this.pushing = new Pushing(this, this.log, {
      seed: seed + 2,
      ...(deadlineMs !== undefined && { deadlineMs }),
      ...(beatMs !== undefined && { beatMs }),
    });
    this.api.settled = () => this.pushing.settled();
    this.api.add([...webhookRoutes(this.pushing), ...activityRoutes(this.pushing), ...accountRoutes(this.pushing)]);
  }

  override async stop(): Promise<void> {
    this.pushing.stop();
    await super.stop();
  }

  /** Makes the demo's handle, its app and a few customers, or finds them. Returns what one needs to connect the handle. */
  seedDemo(): DemoX {
    return seedDemo(this);
  }

  get faults(): Required<XFaults> {
    return { webhooks: [...this.pushing.faults.get()], calls: [...this.api.faults.get()] };
  }

  /** Replaces those that are named; an empty list heals. @throws RangeError that names what is wrong. */
  setFaults({ webhooks, calls, ...unknown }: XFaults): void {
    const [other] = Object.keys(unknown);
    if (other !== undefined) throw new RangeError(`Faults: "${other}" is unknown. Known: webhooks, calls.`);
    if (webhooks) this.pushing.faults.set(webhooks);
    if (calls) this.api.faults.set(calls);
    this.emit('change');
  }

  /** As X's own developer page does: an app's webhook, with the check now. Returns its id. @throws RangeError with X's reason. */
  async addWebhook(appId: string, url: string): Promise<{ webhookId: string }> {
    const made = await this.pushing.hooks.create(this.world.app(appId), url);
    if (typeof made === 'string') throw new RangeError(`The webhook was refused: ${made}.`);
    return { webhookId: made.id };
  }

  /** Subscribes to events about a user, whatever the app's rights. */
  subscribe(wish: {
    appId: string;
    userId: string;
    eventTypes: readonly string[];
    webhookId?: string;
    tag?: string;
  }): void {
    const { appId, userId, eventTypes, webhookId, tag } = wish;
    for (const eventType of eventTypes) {
      this.pushing.subscriptions.subscribe({
        appId: this.world.app(appId).id,
        eventType,
        filter: eventType === 'oauth.revoke' ? {} : { user_id: this.world.user(userId).id },
        ...(tag !== undefined && { tag }),
        ...(webhookId !== undefined && { webhookId }),
      });
    }
  }

  /** Everything asked and sent, the oldest first; bounded. */
  journal(): readonly JournalEntry[] {
    return this.log.read();
  }

  /** Resolves when no delivery and no check is on its way or due now; later tries may wait for the product clock. */
  settled(): Promise<void> {
    return this.pushing.settled();
  }

  /** Nothing is left to deliver, now or later. */
  get idle(): boolean {
    return this.pushing.idle;
  }
}
