import { setMaxListeners } from 'node:events';
import type { Collection } from '../../messenger/store';
import { type PostResult, type Receivers } from '../../messenger/webhooks/post';
import type { PushedEvent } from '../activity/event-log';
import type { Journal } from '../journal';
import type { Webhook } from '../model';
import type { World } from '../world';
import { attemptsOf, type Request } from './attempt';
import { ATTEMPT_FAULTS, type DeliveryFaults } from './delivery-faults';

/** An answer must be complete by then; real time. */
const DEADLINE_MS = 10_000;
/** Product time until each further try: X documents none, so there are few, and then the event is lost. */
const RETRY_AFTER_MS = [2_000, 10_000];
/** Deliveries on the way to one webhook at a time. */
const MOST_IN_FLIGHT = 16;
/** Events that wait for one webhook; past it the oldest are lost. */
const MOST_WAITING = 100_000;
/** How often the product clock is looked at while something waits for it: it can be moved without telling us. */
const LOOK_MS = 50;
/** How long an event is held back at most so that another overtakes it; real time. */
const HELD_MS = 200;

/** One event on its way to one webhook. */
export interface Delivery {
  id: string;
  event: PushedEvent;
  webhookId: string;
  attempts: number;
  /** Product time. */
  dueAt: number;
  /** The replay it is part of. */
  jobId?: string;
}

export interface SenderParts {
  world: World;
  faults: DeliveryFaults;
  journal: Journal;
  receivers: Receivers;
  /** What is on its way survives a restart here. */
  kept: Collection<Delivery>;
  hook: () => Webhook | undefined;
  /** Called when a delivery will not be tried again. */
  ended: (delivery: Delivery, accepted: boolean) => void;
  deadlineMs?: number;
}

/** Sends events to one webhook: signed, one after another within a conversation, with few tries each. */
export class Sender {
  private readonly fresh: Delivery[] = [];
  private readonly held = new Set<Delivery>();
  private later: Delivery[] = [];
  private readonly busy = new Set<string>();
  private inFlight = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly stopped = new AbortController();
  private quiet: (() => void)[] = [];

  constructor(private readonly parts: SenderParts) {
    // each request on its way listens, and a delivery may be two
    setMaxListeners(2 * MOST_IN_FLIGHT, this.stopped.signal);
  }

  add(delivery: Delivery): void {
    const { faults, kept, world } = this.parts;
    const type = delivery.event.eventType;
    if (faults.strike(type, ['lose'])) return this.end(delivery, false);
    kept.put(delivery);
    if (this.fresh.length >= MOST_WAITING) this.end(this.fresh.shift()!, false);
    const delay = faults.strike(type, ['delay']);
    if (delay) this.later.push({ ...delivery, dueAt: world.now() + (delay.ms ?? 1_000) });
    else if (faults.strike(type, ['reorder'])) {
      this.held.add(delivery);
      setTimeout(() => this.release(delivery), HELD_MS).unref();
    } else if (delivery.dueAt > world.now()) this.later.push(delivery);
    else this.fresh.push(delivery);
    this.pump();
  }

  /** Nothing waits, not even for a later try. */
  get idle(): boolean {
    return this.nothingDue() && this.later.length === 0;
  }

  /** Resolves when nothing is on its way or due now. */
  async settled(): Promise<void> {
    this.pump();
    if (this.nothingDue()) return;
    await new Promise<void>((resolve) => this.quiet.push(resolve));
  }

  stop(): void {
    this.stopped.abort();
    clearTimeout(this.timer);
    for (const resolve of this.quiet.splice(0)) resolve();
  }

  private release(delivery: Delivery): void {
    if (!this.held.delete(delivery)) return;
    this.fresh.push(delivery);
    this.pump();
  }

  private pump(): void {
    if (this.stopped.signal.aborted) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    const now = this.parts.world.now();
    const due = this.later.filter(({ dueAt }) => dueAt <= now);
    if (due.length > 0) this.later = this.later.filter(({ dueAt }) => dueAt > now);
    this.fresh.unshift(...due);
    while (this.inFlight < MOST_IN_FLIGHT) {
      const at = this.fresh.findIndex(({ event }) => !this.busy.has(event.lane));
      if (at === -1) break;
      void this.deliver(this.fresh.splice(at, 1)[0]!);
    }
    if (this.nothingDue()) for (const resolve of this.quiet.splice(0)) resolve();
    if (this.later.length > 0) this.timer = setTimeout(() => this.pump(), LOOK_MS).unref();
  }

  private async deliver(delivery: Delivery): Promise<void> {
    const { lane } = delivery.event;
    this.inFlight += 1;
    this.busy.add(lane);
    const tried = { ...delivery, attempts: delivery.attempts + 1 };
    const outcome = await this.attempt(tried);
    this.inFlight -= 1;
    this.busy.delete(lane);
    if (this.stopped.signal.aborted) return;
    const pause = RETRY_AFTER_MS[tried.attempts - 1];
    if (outcome === 'failed' && pause !== undefined) {
      this.later.push(this.parts.kept.put({ ...tried, dueAt: this.parts.world.now() + pause }));
    } else this.end(tried, outcome === 'accepted');
    this.pump();
  }

  /** `dropped`: there is nowhere to send it. */
  private async attempt(delivery: Delivery): Promise<'accepted' | 'failed' | 'dropped'> {
    const { world, faults, journal } = this.parts;
    const hook = this.parts.hook();
    const app = hook && world.apps.get(hook.appId);
    if (!hook?.valid || !app) return 'dropped';
    const { event } = delivery;
    const fault = faults.strike(event.eventType, ATTEMPT_FAULTS);
    const note = (result: PostResult): PostResult['outcome'] => {
      journal.write({
        kind: 'delivery',
        appId: app.id,
        webhookId: hook.id,
        eventType: event.eventType,
        about: event.about,
        attempt: delivery.attempts,
        replay: delivery.jobId !== undefined,
        outcome: result.outcome,
        ...(result.status !== undefined && { status: result.status }),
        ms: result.ms,
        ...(fault && { fault: fault.kind }),
      });
      return result.outcome;
    };
    const send = async (request: Request): Promise<PostResult['outcome']> => note(await this.post(hook.url, request));
    let outcome: PostResult['outcome'] | undefined;
    for (const requests of attemptsOf(Buffer.from(event.json), app.consumerSecret, fault)) {
      const outcomes = await Promise.all(requests.map(send));
      outcome = outcomes.includes('accepted') ? 'accepted' : outcomes[0];
      if (outcome !== 'accepted' && fault?.kind !== 'truncated' && fault?.kind !== 'odd-event') break;
    }
    outcome ??= note({ outcome: 'cut', body: '', ms: 0 });
    return outcome === 'accepted' ? 'accepted' : 'failed';
  }

  private post(url: string, { body, headers, cutAfter, slowMs }: Request): Promise<PostResult> {
    return this.parts.receivers.ask(url, {
      headers,
      body,
      deadlineMs: this.parts.deadlineMs ?? DEADLINE_MS,
      signal: this.stopped.signal,
      ...(cutAfter !== undefined && { cutAfter }),
      ...(slowMs !== undefined && { slowMs }),
    });
  }

  private end(delivery: Delivery, accepted: boolean): void {
    const { kept, journal, ended } = this.parts;
    const { event, webhookId } = delivery;
    kept.delete(delivery.id);
    if (!accepted) {
      const { appId, eventType, about } = event;
      journal.write({ kind: 'lost', appId, webhookId, eventType, about });
    }
    ended(delivery, accepted);
  }

  private nothingDue(): boolean {
    const now = this.parts.world.now();
    const due = this.later.some(({ dueAt }) => dueAt <= now);
    return this.inFlight === 0 && this.fresh.length === 0 && this.held.size === 0 && !due;
  }
}
