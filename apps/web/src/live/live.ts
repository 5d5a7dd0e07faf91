import type { Api } from '../graphql/client';
import { ChangesSinceDocument, InboxEventsDocument, type EventFactsFragment } from '../graphql/generated';

/** What the page knows of how fresh it is. Times in milliseconds. */
export type LiveState =
  | { readonly kind: 'upToDate' }
  | { readonly kind: 'catchingUp' }
  | { readonly kind: 'offline'; readonly since: number }
  | { readonly kind: 'polling'; readonly checkedAt: number };

/** What there may be to read again. `everything`: the log does not reach back far enough. */
export type LiveTopic = 'queue' | 'conversations' | 'accounts' | 'counters' | 'draft' | 'item' | 'gone' | 'everything';

type TopicListener = (event: EventFactsFragment | undefined) => void;

const POLL_MS = 5_000;
const TRY_SOCKET_AGAIN_MS = 60_000;
const AWAY_MS = 60_000;
const LONGEST_RETRY_MS = 15_000;

const TOPICS: Readonly<Record<NonNullable<EventFactsFragment['__typename']>, LiveTopic>> = {
  QueueChangedEvent: 'queue',
  ConversationChangedEvent: 'conversations',
  TimelineItemChangedEvent: 'item',
  DraftChangedEvent: 'draft',
  CountersChangedEvent: 'counters',
  AccountChangedEvent: 'accounts',
  ConversationGoneEvent: 'gone',
};

/**
 * Keeps the page as new as the server. One subscription; after every loss of it, and after a while in the background,
 * `changesSince` gives what was missed. Where WebSockets are blocked it asks every five seconds instead, and says so.
 */
export class Live {
  private state: LiveState = { kind: 'catchingUp' };
  private readonly stateListeners = new Set<() => void>();
  private readonly topicListeners = new Map<LiveTopic, Set<TopicListener>>();
  private unsubscribe: (() => void) | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  /** Sockets that closed before they ever opened although the api answered. */
  private refusedSockets = 0;
  private socketTriedAt = 0;
  private hiddenAt: number | undefined;
  private stopped = false;
  private readonly ends: (() => void)[] = [];

  constructor(
    private readonly api: Api,
    private syncId: string,
  ) {}

  readonly getState = (): LiveState => this.state;

  readonly onState = (listener: () => void): (() => void) => {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  };

  on(topic: LiveTopic, listener: TopicListener): () => void {
    const listeners = this.topicListeners.get(topic) ?? new Set();
    this.topicListeners.set(topic, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  start(): void {
    this.stopped = false;
    this.listenTo(window, 'online', () => void this.reconnect());
    this.listenTo(window, 'offline', () => this.lost());
    this.listenTo(document, 'visibilitychange', () => this.visibility());
    this.ends.push(
      this.api.socket.on('connected', () => {
        this.refusedSockets = 0;
        this.failures = 0;
        this.become({ kind: 'upToDate' });
      }),
    );
    this.subscribe();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    for (const end of this.ends.splice(0)) end();
  }

  private listenTo(target: EventTarget, type: string, listener: () => void): void {
    target.addEventListener(type, listener);
    this.ends.push(() => target.removeEventListener(type, listener));
  }

  private visibility(): void {
    if (document.visibilityState === 'hidden') {
      this.hiddenAt = Date.now();
      return;
    }
    const away = this.hiddenAt !== undefined && Date.now() - this.hiddenAt > AWAY_MS;
    this.hiddenAt = undefined;
    if (away) void this.reconnect();
  }

  private subscribe(): void {
    this.unsubscribe?.();
    this.socketTriedAt = Date.now();
    let opened = false;
    const socketOpened = this.api.socket.on('connected', () => (opened = true));
    const events = this.api.client.subscription(InboxEventsDocument, { after: this.syncId });
    const subscription = events.subscribe(({ data, error }) => {
      opened = opened || data !== undefined;
      if (data) this.take(data.inboxEvents);
      if (error) {
        socketOpened();
        if (!opened) this.refusedSockets++;
        this.lost();
      }
    });
    this.unsubscribe = () => {
      socketOpened();
      subscription.unsubscribe();
    };
  }

  /** The connection broke: says since when, and tries again. */
  private lost(): void {
    if (this.stopped) return;
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    if (this.refusedSockets >= 2 && navigator.onLine) {
      void this.reconnect();
      return;
    }
    if (this.state.kind !== 'offline') this.become({ kind: 'offline', since: Date.now() });
    this.retryIn(Math.min(LONGEST_RETRY_MS, 500 * 2 ** this.failures++) * (0.8 + Math.random() * 0.4));
  }

  private retryIn(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.reconnect(), delay);
  }

  private async reconnect(): Promise<void> {
    clearTimeout(this.timer);
    if (this.stopped) return;
    const before = this.state;
    if (before.kind === 'offline') this.become({ kind: 'catchingUp' });
    const caughtUp = await this.catchUp();
    if (this.stopped) return;
    if (!caughtUp) {
      this.become(before.kind === 'offline' ? before : { kind: 'offline', since: Date.now() });
      this.retryIn(Math.min(LONGEST_RETRY_MS, 500 * 2 ** this.failures++));
      return;
    }
    if (this.unsubscribe) {
      this.become({ kind: 'upToDate' });
      return;
    }
    const blocked = this.refusedSockets >= 2;
    if (blocked) {
      this.become({ kind: 'polling', checkedAt: Date.now() });
      if (Date.now() - this.socketTriedAt < TRY_SOCKET_AGAIN_MS) {
        this.retryIn(POLL_MS);
        return;
      }
    }
    this.subscribe();
  }

  /** Reads what was missed. False when the api does not answer. */
  private async catchUp(): Promise<boolean> {
    for (let more = true; more && !this.stopped;) {
      const query = this.api.client.query(
        ChangesSinceDocument,
        { syncId: this.syncId },
        { requestPolicy: 'network-only' },
      );
      const { data } = await query.toPromise();
      if (!data) return false;
      const { events, syncId, hasMore, tooOld } = data.changesSince;
      if (tooOld) this.emit('everything', undefined);
      for (const event of events) this.take(event);
      this.syncId = syncId;
      more = hasMore;
    }
    return true;
  }

  private take(event: EventFactsFragment): void {
    this.syncId = event.syncId;
    this.emit(TOPICS[event.__typename], event);
  }

  private emit(topic: LiveTopic, event: EventFactsFragment | undefined): void {
    for (const listener of this.topicListeners.get(topic) ?? []) listener(event);
  }

  private become(state: LiveState): void {
    this.state = state;
    for (const listener of this.stateListeners) listener();
  }
}
