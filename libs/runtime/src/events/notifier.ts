import type { Database } from '../database/database';
import type { Logger } from '../logging/logger';

const MAX_PAYLOAD = 7_500;

/**
 * Sends NOTIFY after a commit on a connection of its own, never inside a write transaction, where it would take the one
 * commit lock of the server. Words asked for while one is on its way go out together with the next. A lost one is no
 * error: whoever listens also polls.
 */
export class Notifier {
  private waiting = new Set<string>();
  private sending: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly channel: string,
    private readonly logger: Logger,
  ) {}

  /** Returns at once. `word` holds no comma. */
  notify(word: string): void {
    this.waiting.add(word);
    this.sending ??= this.send().finally(() => (this.sending = undefined));
  }

  /** Resolves when nothing is on its way. */
  async settled(): Promise<void> {
    while (this.sending) await this.sending;
  }

  private async send(): Promise<void> {
    await Promise.resolve(); // what is asked for in the same turn goes out together
    while (this.waiting.size > 0) {
      const words = [...this.waiting];
      this.waiting.clear();
      try {
        await this.database.query('select pg_notify($1, part) from unnest($2::text[]) part', [
          this.channel,
          pack(words),
        ]);
      } catch (error) {
        this.logger.debug('a wake-up could not be sent', {
          channel: this.channel,
          reason: String((error as Error).name),
        });
        return;
      }
    }
  }
}

/** Joins words with commas into as few payloads as the limit of PostgreSQL (8,000 bytes) allows. */
function pack(words: readonly string[]): string[] {
  const payloads: string[] = [];
  for (const word of words) {
    const last = payloads.at(-1);
    if (last !== undefined && last.length + word.length < MAX_PAYLOAD)
      payloads[payloads.length - 1] = `${last},${word}`;
    else payloads.push(word);
  }
  return payloads;
}
