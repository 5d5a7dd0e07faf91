import type { Collection, Store } from '../../messenger/store';
import { DAY, type World } from '../world';

/** Something an app was to be told, as it went out. */
export interface PushedEvent {
  /** The event's own id on the wire; of the old API, which has none, an id of ours. */
  id: string;
  appId: string;
  /** None: for streams alone. */
  webhookId?: string;
  /** Whether streams have it too. */
  streamed: boolean;
  eventType: string;
  /** The body, byte for byte. */
  json: string;
  /** Product time. */
  at: number;
  /** Order is kept among what has the same one. */
  lane: string;
  /** Ids of posts and messages it is about. */
  about: string[];
}

/** How long events can be had again. */
const KEPT_MS = DAY;
/** Events kept at most, the newest. */
const MOST_KEPT = 50_000;

/** What was pushed within the last 24 hours, delivered or not: replays and streams that come back begin here. */
export class EventLog {
  private readonly events: Collection<PushedEvent>;

  constructor(
    store: Pick<Store, 'collection'>,
    private readonly world: World,
  ) {
    this.events = store.collection('pushed-event');
  }

  add(event: PushedEvent): void {
    this.events.put(event);
    const oldest = this.world.now() - KEPT_MS;
    for (const { id, at } of this.events.values()) {
      if (at >= oldest && this.events.size <= MOST_KEPT) break;
      this.events.delete(id);
    }
  }

  /** Oldest first, from one moment inclusively to another. */
  between(from: number, to: number, wanted: (event: PushedEvent) => boolean): PushedEvent[] {
    return [...this.events.values()].filter((event) => event.at >= from && event.at < to && wanted(event));
  }
}
