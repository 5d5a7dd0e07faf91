import type { Collection, Store } from '../messenger/store';
import type { Place } from './customer';

/** Something that a customer began at one place. */
export interface Talk {
  id: string;
  readonly customerId: string;
  readonly place: Place;
  /** Of their own story, not of an everyday matter. */
  readonly story: boolean;
  /** What was last written or answered there. */
  readonly ref: string;
  /** `waits` for an answer, was `answered`, or is `over`: thanked for. */
  readonly state: 'waits' | 'answered' | 'over';
  /** What they have written there. */
  readonly written: number;
  /** When they last wrote. Milliseconds since 1970. */
  readonly at: number;
}

/** Talks that are remembered; the oldest that nobody waits for go first. */
const MOST = 2_000;

/** What the customers have told so far, so that after a restart they go on instead of beginning anew. */
export class Told {
  private readonly talks: Collection<Talk>;
  private readonly stories: Collection<{ id: string; said: number }>;
  private readonly earlier: Collection<{ id: string }>;

  constructor(private readonly store: Store) {
    this.talks = store.collection('talk');
    this.stories = store.collection('story');
    this.earlier = store.collection('earlier');
  }

  /** How many sayings of their story a customer has said, in order. */
  said(customerId: string): number {
    return this.stories.get(customerId)?.said ?? 0;
  }

  hasSaid(customerId: string, said: number): void {
    this.stories.put({ id: customerId, said });
  }

  /** Whether something of before the demo began is written, by a key of its own. */
  isWritten(key: string): boolean {
    return this.earlier.get(key) !== undefined;
  }

  wrote(key: string): void {
    this.earlier.put({ id: key });
  }

  /** The oldest first. */
  all(): Talk[] {
    return [...this.talks.values()].sort((a, b) => a.at - b.at);
  }

  talk(id: string): Talk | undefined {
    return this.talks.get(id);
  }

  /** Those of one customer, the oldest first. */
  of(customerId: string): Talk[] {
    return this.all().filter((talk) => talk.customerId === customerId);
  }

  put(talk: Talk): Talk {
    if (this.talks.size >= MOST) {
      const oldest = this.all().find(({ state }) => state !== 'waits') ?? this.all()[0]!;
      this.talks.delete(oldest.id);
    }
    return this.talks.put(talk);
  }

  close(): void {
    this.store.close();
  }
}
