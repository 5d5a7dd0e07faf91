import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { Faults } from '../faults';
import type { Journal } from '../journal';
import type { App, Page, Thread } from '../model';
import type { Store } from '../store';
import type { World } from '../world';
import { escapedJson } from './escaped-json';
import { ownAddress, Receivers } from './post';
import { Sender } from './sender';
import { signedRequest } from './signatures';
import type { Update } from './update';

/** Fields of the webhook product that a Page can be subscribed to. */
export const FIELDS: readonly string[] = (
  'feed mention messages message_deliveries message_echoes message_edits message_reactions message_reads ' +
  'messaging_account_linking messaging_customer_information messaging_feedback messaging_game_plays ' +
  'messaging_handovers messaging_optins messaging_optouts messaging_policy_enforcement messaging_postbacks ' +
  'messaging_referrals message_context inbox_labels response_feedback send_cart standby calls conversations leadgen'
).split(' ');

/** Something that happens on a Page, in the shape of a webhook. */
export interface Happening {
  field: string;
  /** `changes` for the feed; else an element of `messaging`, or of `standby` where it is meant to be there. */
  place?: 'messaging' | 'standby' | 'changes';
  element: Readonly<Record<string, unknown>>;
  /** The conversation it is part of: what happens there comes in order, and goes to whom it belongs. */
  thread?: Thread;
  /** Order is kept among what has the same one; default the thread, else the Page. */
  lane?: string;
  about?: readonly string[];
  /** Only this app hears of it, if it is subscribed. */
  onlyApp?: string;
}

/** Tells apps what happens on the Pages they are subscribed to. */
export class Webhooks {
  private readonly senders = new Map<string, Sender>();
  private readonly receivers = new Receivers();
  private readonly waiting;
  private readonly tells = new Set<Promise<void>>();

  constructor(
    store: Store,
    private readonly world: World,
    private readonly faults: Faults,
    private readonly journal: Journal,
    private readonly deadlineMs?: number,
  ) {
    this.waiting = store.collection<Update>('update');
  }

  /** Takes up again what an earlier run had not delivered. */
  resume(): void {
    for (const update of Array.from(this.waiting.values())) this.sender(update.appId).add(update);
  }

  emit(page: Page, happening: Happening): void {
    const { field, place = 'messaging', thread, onlyApp } = happening;
    const at = this.world.now();
    for (const [appId, fields] of Object.entries(page.subscriptions)) {
      const webhook = this.world.apps.get(appId)?.webhook;
      if (!webhook || (onlyApp !== undefined && onlyApp !== appId)) continue;
      const owner = thread && ownerOf(thread, at);
      const aside = place === 'messaging' && owner !== undefined && owner !== appId && onlyApp === undefined;
      const heard = aside ? 'standby' : field;
      if (!fields.includes(heard) || !webhook.fields.includes(heard)) continue;
      this.sender(appId).add({
        id: randomUUID(),
        appId,
        pageId: page.id,
        field,
        place: aside ? 'standby' : place,
        json: escapedJson(aside ? onStandby(happening.element) : happening.element),
        at,
        lane: happening.lane ?? thread?.id ?? page.id,
        about: [...(happening.about ?? [])],
      });
    }
  }

  /** Asks the receiver to prove that it is the app's. True: it did, with the challenge and nothing else. */
  async handshake(app: App, url: string, verifyToken: string): Promise<boolean> {
    const challenge = this.world.random.digits(10);
    const target = new URL(ownAddress(url));
    const query = `hub.mode=subscribe&hub.verify_token=${encodeURIComponent(verifyToken)}&hub.challenge=${challenge}`;
    target.search = target.search ? `${target.search}&${query}` : `?${query}`;
    const { outcome, status, body } = await this.receivers.ask(target.href, { method: 'GET', deadlineMs: 10_000 });
    const given = Buffer.from(body);
    const right = Buffer.from(challenge);
    const proven = outcome === 'accepted' && given.length === right.length && timingSafeEqual(given, right);
    const told = proven ? 'accepted' : outcome === 'unreachable' ? 'unreachable' : 'refused';
    this.journal.write({
      kind: 'handshake',
      appId: app.id,
      path: target.pathname,
      outcome: told,
      ...(status !== undefined && { status }),
    });
    return proven;
  }

  /**
   * Calls the app's deauthorise or data-deletion address. Resolves with the answer's body, or undefined where it was not
   * accepted. `tampered`: signed with a secret that is not the app's.
   */
  async callBack(
    app: App,
    kind: 'deauthorize' | 'deletion',
    userId: string,
    { tampered = false } = {},
  ): Promise<string | undefined> {
    const url = kind === 'deauthorize' ? app.deauthorizeUrl : app.deletionUrl;
    if (url === undefined) return undefined;
    const issued = Math.floor(this.world.now() / 1_000);
    const payload = { user_id: userId, algorithm: 'HMAC-SHA256', issued_at: issued, expires: issued + 3_600 };
    const signed = signedRequest(tampered ? `${app.secret}x` : app.secret, payload);
    const target = new URL(ownAddress(url));
    const { outcome, status, body } = await this.receivers.ask(target.href, {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(`signed_request=${encodeURIComponent(signed)}`),
      deadlineMs: 10_000,
    });
    const told = outcome === 'accepted' || outcome === 'unreachable' ? outcome : 'refused';
    this.journal.write({
      kind: 'callback',
      appId: app.id,
      path: target.pathname,
      outcome: told,
      ...(status !== undefined && { status }),
    });
    return outcome === 'accepted' ? body : undefined;
  }

  /** Lets something go on beside the caller; `settled` waits for it. Its failure is the journal's. */
  beside(work: Promise<unknown>): void {
    const kept = work.then(
      () => undefined,
      () => undefined,
    );
    this.tells.add(kept);
    void kept.then(() => this.tells.delete(kept));
  }

  /** Forgets what waits for an app that no longer hears of a Page. */
  unsubscribed(appId: string, pageId: string): void {
    this.senders.get(appId)?.lose((update) => update.pageId === pageId);
  }

  get idle(): boolean {
    return this.tells.size === 0 && [...this.senders.values()].every((sender) => sender.idle);
  }

  async settled(): Promise<void> {
    await Promise.all(this.tells);
    await Promise.all([...this.senders.values()].map((sender) => sender.settled()));
  }

  stop(): void {
    for (const sender of this.senders.values()) sender.stop();
    this.receivers.close();
  }

  private sender(appId: string): Sender {
    const known = this.senders.get(appId);
    if (known) return known;
    const made = new Sender(
      appId,
      this.world,
      this.faults,
      this.journal,
      this.receivers,
      this.waiting,
      this.deadlineMs,
    );
    this.senders.set(appId, made);
    return made;
  }
}

/** The app that has a thread now. */
export function ownerOf(thread: Thread, now: number): string | undefined {
  if (thread.ownedUntil !== undefined && thread.ownedUntil <= now) return undefined;
  return thread.ownerAppId;
}

/** What an app may see of a thread that another one has: a tapped button comes without its payload. */
function onStandby(element: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const postback = element['postback'] as Record<string, unknown> | undefined;
  if (!postback) return element;
  return { ...element, postback: { ...postback, payload: undefined } };
}
