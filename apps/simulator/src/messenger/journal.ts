/** Entries kept; past it the oldest go. */
const MOST = 100_000;

/** One thing that happened, for tests and for the page. No tokens, no secrets. */
export type JournalEntry = { readonly at: number } & (
  | {
      readonly kind: 'delivery';
      readonly appId: string;
      readonly pages: readonly string[];
      readonly updates: number;
      /** What it was about: message ids, comment ids. */
      readonly about: readonly string[];
      /** 1 for the first try. */
      readonly attempt: number;
      readonly outcome: 'accepted' | 'refused' | 'late' | 'cut' | 'unreachable';
      readonly status?: number;
      readonly ms: number;
      /** What was done to the request on purpose. */
      readonly fault?: string;
    }
  /** 15 minutes of failure, an hour of failure, updates that will never be delivered. */
  | { readonly kind: 'alert' | 'disabled'; readonly appId: string; readonly pageId: string }
  | { readonly kind: 'lost'; readonly appId: string; readonly pageId: string; readonly about: readonly string[] }
  | {
      readonly kind: 'handshake' | 'callback';
      readonly appId: string;
      readonly path: string;
      readonly outcome: 'accepted' | 'refused' | 'unreachable';
      readonly status?: number;
    }
  | {
      readonly kind: 'graph';
      readonly method: string;
      /** Without the version and without parameters. */
      readonly path: string;
      readonly version: string;
      readonly appId?: string;
      readonly pageId?: string;
      readonly status: number;
      /** Of the error object. */
      readonly code?: number;
      readonly subcode?: number;
      readonly fault?: string;
    }
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
