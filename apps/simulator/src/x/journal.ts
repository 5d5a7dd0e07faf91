import type { CallEntry } from './api/route';

/** Entries kept; past it the oldest go. */
const MOST = 100_000;

/** One thing that happened, for tests and for the page. No tokens, no secrets, nothing of fame. */
export type JournalEntry = { readonly at: number } & (
  | {
      readonly kind: 'delivery';
      readonly appId: string;
      readonly webhookId: string;
      /** `dm.received`; of the old API the key of its array, such as `tweet_create_events`. */
      readonly eventType: string;
      /** Ids of posts and messages it was about. */
      readonly about: readonly string[];
      /** 1 for the first try. */
      readonly attempt: number;
      readonly replay: boolean;
      readonly outcome: 'accepted' | 'refused' | 'late' | 'cut' | 'unreachable';
      readonly status?: number;
      readonly ms: number;
      /** What was done to the request on purpose. */
      readonly fault?: string;
    }
  /** Will never be delivered by itself. */
  | {
      readonly kind: 'lost';
      readonly appId: string;
      readonly webhookId: string;
      readonly eventType: string;
      readonly about: readonly string[];
    }
  | {
      readonly kind: 'check';
      readonly appId: string;
      readonly webhookId: string;
      readonly outcome: 'valid' | 'failing' | 'invalid';
      readonly status?: number;
    }
  | {
      readonly kind: 'stream';
      readonly appId: string;
      readonly what: 'opened' | 'closed' | 'stalled' | 'disconnected' | 'cut';
    }
  | { readonly kind: 'replay'; readonly appId: string; readonly webhookId: string; readonly events: number }
  | ({ readonly kind: 'call' } & Omit<CallEntry, 'at'>)
);

type Unstamped<T> = T extends unknown ? Omit<T, 'at'> : never;

/** Everything that was asked of the platform and everything it sent, the newest last. */
export class Journal {
  private entries: JournalEntry[] = [];

  constructor(
    private readonly now: () => number,
    private readonly tell: (entry: JournalEntry) => void = () => undefined,
  ) {}

  write(entry: Unstamped<JournalEntry>): void {
    const written: JournalEntry = { at: this.now(), ...entry };
    this.entries.push(written);
    this.tell(written);
    if (this.entries.length > MOST * 1.1) this.entries = this.entries.slice(-MOST);
  }

  read(): readonly JournalEntry[] {
    return this.entries;
  }

  clear(): void {
    this.entries = [];
  }
}
