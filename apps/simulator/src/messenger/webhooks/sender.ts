import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Faults, WebhookFault } from '../faults';
import type { Journal } from '../journal';
import type { App } from '../model';
import type { World } from '../world';
import type { Collection } from '../store';
import { type PostOptions, type PostResult, Receivers } from './post';
import { signatureHeaders } from './signatures';
import { deliveryBody, type Update } from './update';
import { Troubles } from './troubles';

/** An answer must be complete by then; real time. */
const DEADLINE_MS = 5_000;
/** Tries at once after the first failed. */
const AT_ONCE = 3;
/** Product time between further tries; the last one goes on. */
const BACK_OFF_MS = [10_000, 30_000, 60_000, 120_000, 300_000, 600_000];
/** Deliveries on the way to one app at a time. */
const MOST_IN_FLIGHT = 16;
/** Updates that wait for one app; past it the oldest are lost. */
const MOST_WAITING = 100_000;
/** How often the product clock is looked at while something waits for it: it can be moved without telling us. */
const LOOK_MS = 50;
/** How long an update is held back at most so that another overtakes it; real time. */
const HELD_MS = 200;

/** Faults that befall a single try. */
const ATTEMPT_FAULTS = [
  'cut',
  'half-body',
  'truncated',
  'slow-body',
  'wrong-secret',
  'no-signature',
  'sha1-only',
  'upper-case-signature',
  'changed-byte',
  'duplicate',
  'twice',
] as const;

interface Delivery {
  updates: Update[];
  body: Buffer;
  attempts: number;
  /** Product time. */
  dueAt: number;
}

/**
 * Sends to one app what happens on its Pages: signed, one after another within a conversation, at least once, until the
 * receiver answers 200 in time. Three more tries at once, then with growing pauses of product time.
 */
export class Sender {
  private readonly fresh: Update[] = [];
  private readonly held = new Set<Update>();
  private later: Delivery[] = [];
  private readonly busy = new Set<string>();
  private inFlight = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly stopped = new AbortController();
  private quiet: (() => void)[] = [];
  private readonly troubles: Troubles;

  constructor(
    private readonly appId: string,
    private readonly world: World,
    private readonly faults: Faults,
    private readonly journal: Journal,
    private readonly receivers: Receivers,
    private readonly kept: Collection<Update>,
    private readonly deadlineMs = DEADLINE_MS,
  ) {
    // each request on its way listens, and a delivery may be two
    setMaxListeners(2 * MOST_IN_FLIGHT, this.stopped.signal);
    this.troubles = new Troubles(appId, world, journal, (pageId) => this.lose((update) => update.pageId === pageId));
  }

  add(update: Update): void {
    if (this.faults.strike('webhooks', update.field, ['lose'])) {
      this.tellLost([update]);
      return;
    }
    this.kept.put(update);
    if (this.fresh.length >= MOST_WAITING) this.forget(this.fresh.splice(0, 1));
    this.place(update);
    if (this.faults.strike('webhooks', update.field, ['repeat'])) {
      this.place({ ...update, id: randomUUID(), at: update.at + 1 });
    }
    // whoever adds several in one go has them in one delivery, where deliveries hold several
    setImmediate(() => this.pump());
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

  /** Forgets what waits for a Page the app no longer hears of. */
  lose(which: (update: Update) => boolean): void {
    const lost = [...this.fresh, ...this.held, ...this.later.flatMap(({ updates }) => updates)].filter(which);
    if (lost.length === 0) return;
    const gone = new Set(lost);
    this.fresh.splice(0, Infinity, ...this.fresh.filter((update) => !gone.has(update)));
    for (const update of lost) this.held.delete(update);
    this.later = this.later.flatMap((delivery) => {
      const updates = delivery.updates.filter((update) => !gone.has(update));
      if (updates.length === delivery.updates.length) return [delivery];
      return updates.length === 0 ? [] : [{ ...delivery, updates, body: deliveryBody(updates) }];
    });
    this.forget(lost);
  }

  private place(update: Update): void {
    const delay = this.faults.strike('webhooks', update.field, ['delay']);
    if (delay) {
      const dueAt = this.world.now() + (delay.ms ?? 1_000);
      this.later.push({ updates: [update], body: deliveryBody([update]), attempts: 0, dueAt });
    } else if (this.faults.strike('webhooks', update.field, ['reorder'])) {
      this.held.add(update);
      setTimeout(() => this.release(update), HELD_MS).unref();
    } else this.fresh.push(update);
  }

  private release(update: Update): void {
    if (!this.held.delete(update)) return;
    this.fresh.push(update);
    this.pump();
  }

  private pump(): void {
    if (this.stopped.signal.aborted) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    const now = this.world.now();
    this.troubles.look(now);
    const due = this.later.filter(({ dueAt }) => dueAt <= now);
    if (due.length > 0) this.later = this.later.filter(({ dueAt }) => dueAt > now);
    while (due.length > 0 && this.inFlight < MOST_IN_FLIGHT) void this.deliver(due.shift()!, []);
    this.later.push(...due);
    while (this.inFlight < MOST_IN_FLIGHT) {
      const updates = this.next();
      if (updates.length === 0) break;
      const lanes = [...new Set(updates.map(({ lane }) => lane))];
      for (const lane of lanes) this.busy.add(lane);
      const odd = this.faults.strike('webhooks', updates[0]!.field, ['odd-entries']) !== undefined;
      const testForm = this.faults.strike('webhooks', updates[0]!.field, ['test-form']) !== undefined;
      void this.deliver({ updates, body: deliveryBody(updates, { odd, testForm }), attempts: 0, dueAt: now }, lanes);
    }
    if (this.nothingDue()) for (const resolve of this.quiet.splice(0)) resolve();
    if (this.later.length > 0) {
      const wait = Math.min(...this.later.map(({ dueAt }) => dueAt)) - now;
      this.timer = setTimeout(() => this.pump(), Math.max(1, Math.min(wait, LOOK_MS))).unref();
    }
  }

  /** The oldest updates whose conversation has nothing on its way, as many as a delivery holds. */
  private next(): Update[] {
    const most = this.faults.get().batch ?? 1;
    if (most === 1) {
      const at = this.fresh.findIndex(({ lane }) => !this.busy.has(lane));
      return at === -1 ? [] : this.fresh.splice(at, 1);
    }
    const taken: Update[] = [];
    const left: Update[] = [];
    const passed = new Set(this.busy);
    for (const update of this.fresh) {
      if (taken.length < most && !passed.has(update.lane)) taken.push(update);
      else {
        passed.add(update.lane);
        left.push(update);
      }
    }
    this.fresh.splice(0, Infinity, ...left);
    return taken;
  }

  private async deliver(delivery: Delivery, lanes: readonly string[]): Promise<void> {
    this.inFlight += 1;
    const pages = [...new Set(delivery.updates.map(({ pageId }) => pageId))];
    let accepted = false;
    for (let n = 0; n <= AT_ONCE && !accepted && !this.stopped.signal.aborted; n += 1) {
      if (n > 0 && delivery.attempts > AT_ONCE) break;
      delivery.attempts += 1;
      accepted = await this.attempt(delivery, pages);
      this.troubles.note(pages, accepted, this.world.now());
    }
    this.inFlight -= 1;
    for (const lane of lanes) this.busy.delete(lane);
    if (this.stopped.signal.aborted) return;
    if (accepted) for (const { id } of delivery.updates) this.kept.delete(id);
    else {
      const pause = BACK_OFF_MS[Math.min(delivery.attempts - AT_ONCE - 1, BACK_OFF_MS.length - 1)] ?? 0;
      this.later.push({ ...delivery, dueAt: this.world.now() + pause });
    }
    this.pump();
  }

  private async attempt(delivery: Delivery, pages: readonly string[]): Promise<boolean> {
    const app = this.world.apps.get(this.appId);
    if (!app?.webhook) {
      this.tellLost(delivery.updates);
      return true;
    }
    const field = delivery.updates[0]?.field ?? '';
    const fault = this.faults.strike('webhooks', field, ATTEMPT_FAULTS);
    const note = (result: PostResult, did = fault?.kind): boolean => {
      this.journal.write({
        kind: 'delivery',
        appId: app.id,
        pages,
        updates: delivery.updates.length,
        about: delivery.updates.flatMap(({ about }) => about),
        attempt: delivery.attempts,
        outcome: result.outcome,
        ...(result.status !== undefined && { status: result.status }),
        ms: result.ms,
        ...(did && { fault: did }),
      });
      return result.outcome === 'accepted';
    };
    if (fault?.kind === 'cut') return note({ outcome: 'cut', body: '', ms: 0 });
    if (fault?.kind === 'twice') {
      const both = await Promise.all([this.post(app, delivery.body), this.post(app, delivery.body)]);
      return both.map((result) => note(result)).some(Boolean);
    }
    if (fault?.kind === 'truncated') {
      note(await this.post(app, delivery.body.subarray(0, delivery.body.length >> 1)));
      return note(await this.post(app, delivery.body), undefined);
    }
    const accepted = note(await this.post(app, delivery.body, fault));
    if (accepted && fault?.kind === 'duplicate') note(await this.post(app, delivery.body));
    return accepted;
  }

  private post(app: App, body: Buffer, fault?: WebhookFault): Promise<PostResult> {
    const sent = fault?.kind === 'changed-byte' ? Buffer.from(body) : body;
    if (sent !== body) sent[sent.length - 2] = 0x20;
    const options: PostOptions = {
      headers: {
        ...headersOf(app, body, fault),
        'Content-Type': 'application/json',
        'User-Agent': 'facebookexternalua',
      },
      body: sent,
      deadlineMs: this.deadlineMs,
      signal: this.stopped.signal,
      ...(fault?.kind === 'half-body' && { cutAfter: body.length >> 1 }),
      ...(fault?.kind === 'slow-body' && { slowMs: fault.ms ?? 1_000 }),
    };
    return this.receivers.ask(app.webhook!.url, options);
  }

  private nothingDue(): boolean {
    const now = this.world.now();
    const due = this.later.some(({ dueAt }) => dueAt <= now);
    return this.inFlight === 0 && this.fresh.length === 0 && this.held.size === 0 && !due;
  }

  private forget(updates: readonly Update[]): void {
    for (const { id } of updates) this.kept.delete(id);
    this.tellLost(updates);
  }

  private tellLost(updates: readonly Update[]): void {
    for (const { pageId, about } of updates) this.journal.write({ kind: 'lost', appId: this.appId, pageId, about });
  }
}

function headersOf(app: App, body: Buffer, fault: WebhookFault | undefined): Record<string, string> {
  const right = signatureHeaders(app.secret, body);
  switch (fault?.kind) {
    case 'wrong-secret':
      return signatureHeaders(`${app.secret}x`, body);
    case 'no-signature':
      return {};
    case 'sha1-only':
      return { 'X-Hub-Signature': right['X-Hub-Signature']! };
    case 'upper-case-signature':
      return { ...right, 'X-Hub-Signature-256': `sha256=${right['X-Hub-Signature-256']!.slice(7).toUpperCase()}` };
    default:
      return right;
  }
}
