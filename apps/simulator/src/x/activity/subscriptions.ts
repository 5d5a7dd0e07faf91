import type { Collection, Store } from '../../messenger/store';
import type { AccountSubscription, ActivitySubscription } from '../model';
import type { World } from '../world';

/** Subscriptions of the X Activity API that one app may have on a self-serve plan. */
export const MOST_ACTIVITY = 1_500;
/** The same of the old Account Activity API. */
export const MOST_ACCOUNT = 3;

/** Who hears of what: both APIs. Decides nothing about rights. */
export class Subscriptions {
  private readonly activity: Collection<ActivitySubscription>;
  private readonly accounts: Collection<AccountSubscription>;

  constructor(
    store: Pick<Store, 'collection'>,
    private readonly world: World,
  ) {
    this.activity = store.collection('activity-subscription');
    this.accounts = store.collection('account-subscription');
  }

  listOf(appId: string): ActivitySubscription[] {
    return [...this.activity.values()].filter((one) => one.appId === appId);
  }

  find(id: string): ActivitySubscription | undefined {
    return this.activity.get(id);
  }

  /** Those who hear of such an event about this user; null: it is about nobody in particular. */
  hearing(eventType: string, userId: string | null): ActivitySubscription[] {
    return [...this.activity.values()].filter(
      (one) => one.eventType === eventType && (userId === null || one.filter['user_id'] === userId),
    );
  }

  subscribe(
    wish: Pick<ActivitySubscription, 'appId' | 'eventType' | 'filter' | 'tag' | 'webhookId'>,
  ): ActivitySubscription {
    const now = this.world.now();
    return this.activity.put({ ...wish, id: this.world.newId(now), createdAt: now, updatedAt: now });
  }

  change(id: string, { tag, webhookId }: { tag?: string; webhookId?: string }): ActivitySubscription | undefined {
    const known = this.activity.get(id);
    if (!known) return undefined;
    return this.activity.put({
      ...known,
      ...(tag !== undefined && { tag }),
      ...(webhookId !== undefined && { webhookId }),
      updatedAt: this.world.now(),
    });
  }

  unsubscribe(id: string): void {
    this.activity.delete(id);
  }

  accountsOf(webhookId: string): AccountSubscription[] {
    return [...this.accounts.values()].filter((one) => one.webhookId === webhookId);
  }

  accountsOfApp(appId: string): AccountSubscription[] {
    return [...this.accounts.values()].filter((one) => one.appId === appId);
  }

  accountsHearing(userId: string): AccountSubscription[] {
    return [...this.accounts.values()].filter((one) => one.userId === userId);
  }

  subscribeAccount(appId: string, webhookId: string, userId: string): void {
    this.accounts.put({ id: `${webhookId}/${userId}`, appId, webhookId, userId, createdAt: this.world.now() });
  }

  unsubscribeAccount(webhookId: string, userId: string): void {
    this.accounts.delete(`${webhookId}/${userId}`);
  }

  /** What a user who removed the app had private ends with it. */
  revoked(appId: string, userId: string, isPrivate: (eventType: string) => boolean): void {
    for (const one of this.listOf(appId)) {
      if (one.filter['user_id'] === userId && isPrivate(one.eventType)) this.activity.delete(one.id);
    }
    for (const one of this.accountsOfApp(appId)) if (one.userId === userId) this.accounts.delete(one.id);
  }

  /** Without its webhook a subscription is for streams alone; the old API has none. */
  webhookGone(webhookId: string): void {
    for (const one of Array.from(this.activity.values())) {
      if (one.webhookId !== webhookId) continue;
      const { webhookId: _, ...rest } = one;
      this.activity.put(rest);
    }
    for (const one of this.accountsOf(webhookId)) this.accounts.delete(one.id);
  }
}
