import type { Collection, Store } from '../../messenger/store';
import { ownAddress, type Receivers } from '../../messenger/webhooks/post';
import type { Journal } from '../journal';
import type { App, Webhook } from '../model';
import { DAY, HOUR, MINUTE, type World } from '../world';
import { responseToken } from './signature';

/** Real time a receiver has for a check. */
const CHECK_DEADLINE_MS = 10_000;
/** How often it is looked whether a check is due. */
const LOOK_EVERY_MS = 30 * MINUTE;
/** A webhook that was checked within this time is not checked again by itself. */
const FRESH_MS = DAY;
/** Failing for so long, for reasons that may pass, ends it. */
const PATIENCE_MS = 28 * HOUR;
const LONGEST_URL = 200;

export type HookFailure = 'CrcValidationFailed' | 'UrlValidationFailed' | 'DuplicateUrlFailed' | 'WebhookLimitExceeded';

type Check = 'valid' | 'failing' | 'invalid';

/** Where apps have their events sent, and whether the receivers have proved that they are theirs. */
export class Hooks {
  private readonly hooks: Collection<Webhook>;
  private lookedAt: number;
  private readonly checking = new Set<Promise<unknown>>();

  constructor(
    store: Pick<Store, 'collection'>,
    private readonly world: World,
    private readonly receivers: Receivers,
    private readonly journal: Journal,
    /** Called when a webhook is checked, made or removed. */
    private readonly changed: () => void,
  ) {
    this.hooks = store.collection('webhook');
    this.lookedAt = world.now();
  }

  /** Webhooks one app may have; self-serve plans have 1. */
  limit = 1;

  find(id: string | undefined): Webhook | undefined {
    return id === undefined ? undefined : this.hooks.get(id);
  }

  listOf(appId: string): Webhook[] {
    return [...this.hooks.values()].filter((hook) => hook.appId === appId);
  }

  list(): Webhook[] {
    return [...this.hooks.values()];
  }

  /** A webhook whose receiver passed the check, or why there is none. */
  async create(app: App, url: string): Promise<Webhook | HookFailure> {
    if (!isAddress(url)) return 'UrlValidationFailed';
    if (this.list().some((hook) => hook.url === url)) return 'DuplicateUrlFailed';
    if (this.listOf(app.id).length >= this.limit) return 'WebhookLimitExceeded';
    const now = this.world.now();
    const id = this.world.newId(now);
    const hook: Webhook = { id, appId: app.id, url, valid: true, createdAt: now, checkedAt: now };
    if ((await this.ask(hook, app)) !== 'valid') return 'CrcValidationFailed';
    this.hooks.put(hook);
    this.changed();
    return hook;
  }

  /** Checks now; success makes it valid again. */
  async check(id: string): Promise<boolean> {
    const hook = this.hooks.get(id);
    if (!hook) return false;
    const outcome = await this.ask(hook, this.world.app(hook.appId));
    const { failingSince = this.world.now(), ...rest } = this.hooks.get(id) ?? hook;
    if (outcome === 'valid') this.hooks.put({ ...rest, valid: true, checkedAt: this.world.now() });
    else {
      const patient = outcome === 'failing' && this.world.now() - failingSince < PATIENCE_MS;
      this.hooks.put({ ...rest, valid: rest.valid && patient, failingSince });
    }
    this.changed();
    return outcome === 'valid';
  }

  remove(id: string): void {
    this.hooks.delete(id);
    this.changed();
  }

  /** Checks what is due by the product clock, every half hour. Resolves when that is done. */
  async look(): Promise<void> {
    const now = this.world.now();
    if (now - this.lookedAt >= LOOK_EVERY_MS) {
      this.lookedAt = now;
      for (const { id, valid, checkedAt } of this.list()) {
        if (!valid || now - checkedAt < FRESH_MS) continue;
        const work = this.check(id).finally(() => this.checking.delete(work));
        this.checking.add(work);
      }
    }
    await Promise.all(this.checking);
  }

  private async ask(hook: Webhook, app: App): Promise<Check> {
    const token = this.world.random.text(32);
    const target = new URL(hook.url);
    target.searchParams.set('crc_token', token);
    const answer = await this.receivers.ask(target.href, { method: 'GET', deadlineMs: CHECK_DEADLINE_MS });
    const outcome = checkOf(answer, responseToken(app.consumerSecret, token));
    this.journal.write({
      kind: 'check',
      appId: app.id,
      webhookId: hook.id,
      outcome,
      ...(answer.status !== undefined && { status: answer.status }),
    });
    return outcome;
  }
}

/** A wrong answer and a redirect end a webhook at once; what may pass does not. */
function checkOf({ status, body }: { status?: number; body: string }, expected: string): Check {
  if (status === undefined || status >= 400) return 'failing';
  if (status >= 300) return 'invalid';
  try {
    return (JSON.parse(body) as { response_token?: unknown } | null)?.response_token === expected ? 'valid' : 'invalid';
  } catch {
    return 'invalid';
  }
}

/** X wants https without a port; here it must be this machine instead, so that nothing leaves it. */
function isAddress(url: string): boolean {
  if (url.length > LONGEST_URL) return false;
  try {
    return ownAddress(url) !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
