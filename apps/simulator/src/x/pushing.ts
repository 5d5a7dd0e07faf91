import { randomUUID } from 'node:crypto';
import { Random } from '../messenger/random';
import type { Collection } from '../messenger/store';
import { Receivers } from '../messenger/webhooks/post';
import { EventLog, type PushedEvent } from './activity/event-log';
import { accountTelling } from './activity/account-telling';
import { activityTelling } from './activity/activity-telling';
import { accountEnvelope, activityEnvelope, eventUuid } from './activity/envelopes';
import { EVENT_TYPES } from './activity/event-types';
import { Subscriptions } from './activity/subscriptions';
import type { Happening } from './happening';
import type { Journal } from './journal';
import type { Webhook } from './model';
import type { XPlatform } from './platform';
import { Streams } from './stream';
import { DeliveryFaults } from './webhooks/delivery-faults';
import { Hooks } from './webhooks/hooks';
import { Replays } from './webhooks/replays';
import { type Delivery, Sender } from './webhooks/sender';

/** How often the product clock is looked at for checks that are due: it can be moved without telling us. */
const LOOK_MS = 200;

export interface PushingOptions {
  seed: number;
  /** Real time a receiver has for its answer. Default 10 s. */
  deadlineMs?: number;
  /** Real time between two signs of life of a stream. */
  beatMs?: number;
}

/** Tells apps what happens: finds who has subscribed to it, and brings it to webhooks and streams. */
export class Pushing {
  readonly faults: DeliveryFaults;
  readonly hooks: Hooks;
  readonly subscriptions: Subscriptions;
  readonly streams: Streams;
  readonly replays: Replays;
  private readonly receivers = new Receivers();
  private readonly log: EventLog;
  private readonly kept: Collection<Delivery>;
  private readonly senders = new Map<string, Sender>();
  private readonly random: Random;
  private readonly looking: NodeJS.Timeout;

  constructor(
    private readonly platform: XPlatform,
    private readonly journal: Journal,
    private readonly options: PushingOptions,
  ) {
    const { world } = platform;
    this.random = new Random(options.seed);
    this.faults = new DeliveryFaults(new Random(options.seed + 1));
    this.kept = platform.collection<Delivery>('delivery');
    this.log = new EventLog(platform, world);
    this.subscriptions = new Subscriptions(platform, world);
    this.hooks = new Hooks(platform, world, this.receivers, journal, () => platform.emit('change'));
    this.streams = new Streams(world, this.log, this.faults, journal, options.beatMs);
    this.replays = new Replays(world, this.log, journal, (hook, delivery) => this.sender(hook.id).add(delivery));
    platform.onHappening((happening) => this.hear(happening));
    this.looking = setInterval(() => void this.hooks.look(), LOOK_MS).unref();
  }

  /** Takes up again what an earlier run had not delivered. */
  resume(): void {
    for (const delivery of Array.from(this.kept.values())) {
      if (this.hooks.find(delivery.webhookId)) this.sender(delivery.webhookId).add(delivery);
      else this.kept.delete(delivery.id);
    }
  }

  /** Sends any event in the platform's name, to whoever has subscribed to its type; it is not in the truth. */
  raw(eventType: string, userId: string, payload: unknown, includes?: Record<string, unknown>): void {
    for (const subscription of this.subscriptions.hearing(eventType, userId)) {
      const uuid = eventUuid(this.random);
      const json = activityEnvelope({ eventType, payload, ...(includes && { includes }) }, subscription, uuid);
      this.push({ ...subscription, id: uuid, eventType, json, lane: uuid, about: [], streamed: true });
    }
  }

  get idle(): boolean {
    return [...this.senders.values()].every((sender) => sender.idle);
  }

  /** Resolves when no delivery and no check is on its way or due now; later tries may wait for the product clock. */
  async settled(): Promise<void> {
    await this.hooks.look();
    await Promise.all([...this.senders.values()].map((sender) => sender.settled()));
    // what ended a replay has put its report on the way
    await Promise.all([...this.senders.values()].map((sender) => sender.settled()));
  }

  stop(): void {
    clearInterval(this.looking);
    for (const sender of this.senders.values()) sender.stop();
    this.streams.stop();
    this.receivers.close();
  }

  /** Takes a webhook away with what waits for it. */
  removeHook(hook: Webhook): void {
    this.hooks.remove(hook.id);
    this.subscriptions.webhookGone(hook.id);
  }

  private hear(happening: Happening): void {
    if (happening.kind === 'access.revoked') return this.hearRevoked(happening);
    const { platform, random } = this;
    for (const told of activityTelling(happening, platform, random)) {
      for (const subscription of this.subscriptions.hearing(told.eventType, told.userId)) {
        const uuid = eventUuid(random);
        const json = activityEnvelope(told, subscription, uuid);
        this.push({ ...subscription, id: uuid, eventType: told.eventType, json, lane: told.lane, about: told.about, streamed: true }); // prettier-ignore
        this.charge(subscription.appId, told.eventType);
      }
    }
    for (const told of accountTelling(happening, platform)) {
      for (const account of this.subscriptions.accountsHearing(told.userId)) {
        const json = accountEnvelope(told.userId, told.event);
        const { lane, about, key: eventType } = told;
        this.push({ ...account, id: randomUUID(), eventType, json, lane, about, streamed: false });
      }
    }
  }

  private hearRevoked({ userId, appId, at }: Extract<Happening, { kind: 'access.revoked' }>): void {
    const told = { eventType: 'oauth.revoke', payload: { date_time: new Date(at).toISOString(), user_id: userId, app_id: appId } }; // prettier-ignore
    for (const subscription of this.subscriptions.hearing('oauth.revoke', null)) {
      if (subscription.appId !== appId) continue;
      const uuid = eventUuid(this.random);
      const json = activityEnvelope(told, { ...subscription, filter: {} }, uuid);
      this.push({ ...subscription, id: uuid, eventType: told.eventType, json, lane: userId, about: [userId], streamed: true }); // prettier-ignore
    }
    const revoke = { date_time: new Date(at).toISOString(), target: { app_id: appId }, source: { user_id: userId } };
    for (const account of this.subscriptions.accountsHearing(userId)) {
      if (account.appId !== appId) continue;
      const json = accountEnvelope(undefined, { user_event: { revoke } });
      this.push({ ...account, id: randomUUID(), eventType: 'user_event', json, lane: userId, about: [userId], streamed: false }); // prettier-ignore
    }
    this.subscriptions.revoked(appId, userId, (eventType) => EVENT_TYPES[eventType] !== null);
  }

  private push(to: Omit<PushedEvent, 'at'>): void {
    const { id, appId, webhookId, streamed, eventType, json, lane, about } = to;
    const at = this.platform.world.now();
    const event = { id, appId, streamed, eventType, json, lane, about, at, ...(webhookId !== undefined && { webhookId }) }; // prettier-ignore
    this.log.add(event);
    if (streamed) this.streams.send(event);
    if (webhookId === undefined || !this.hooks.find(webhookId)) return;
    this.sender(webhookId).add({ id, event, webhookId, attempts: 0, dueAt: at });
  }

  private charge(appId: string, eventType: string): void {
    if (eventType === 'post.delete' || /^(dm\.(sent|read|indicate_typing)|chat\.sent)$/.test(eventType)) return;
    this.platform.api.credits.charge(appId, [{ kind: eventType.startsWith('post.') ? 'event.post' : 'event.direct' }]);
  }

  private sender(webhookId: string): Sender {
    const known = this.senders.get(webhookId);
    if (known) return known;
    const { deadlineMs } = this.options;
    const made = new Sender({
      world: this.platform.world,
      faults: this.faults,
      journal: this.journal,
      receivers: this.receivers,
      kept: this.kept,
      hook: () => this.hooks.find(webhookId),
      ended: (delivery, accepted) => this.replays.ended(delivery, accepted, this.hooks.find(webhookId)),
      ...(deadlineMs !== undefined && { deadlineMs }),
    });
    this.senders.set(webhookId, made);
    return made;
  }
}
