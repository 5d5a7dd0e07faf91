import type { Database } from '../database/database';
import type { Logger } from '../logging/logger';
import type { DatabaseListener } from './database-listener';
import type { RedisLink } from './redis-link';

export interface WakeUpsOptions {
  readonly database: Database;
  readonly logger: Logger;
  /** Name of the channel: lower-case letters and underscores. */
  readonly channel: string;
  /** Without it nothing is heard from other processes by PostgreSQL. */
  readonly listener?: DatabaseListener;
  /** Where given, messages go by it as long as it answers. */
  readonly redis?: RedisLink;
}

/** PostgreSQL takes less than 8,000 bytes. */
const MAX_PAYLOAD = 7_500;

/**
 * Words shouted to all processes after a commit: by Redis where there is one that answers, else by NOTIFY. Never inside a
 * write transaction, where NOTIFY would take the one commit lock of the server. Words given while one is on its way go
 * out together with the next. A lost one is no error: whoever listens also polls.
 */
export class WakeUps {
  private readonly waiting = new Set<string>();
  private sending: Promise<void> | undefined;

  constructor(private readonly options: WakeUpsOptions) {}

  /** Returns at once. `word` holds no comma. */
  send(word: string): void {
    this.waiting.add(word);
    this.sending ??= this.sendAll().finally(() => (this.sending = undefined));
  }

  /**
   * Calls `listener` with the words that arrive, those of this process included; with none after a connection was away,
   * for then anything may have happened. @returns how to stop it.
   */
  listen(listener: (words: readonly string[]) => void): () => void {
    const heard = (message: string): void => listener(message === '' ? [] : message.split(','));
    const stops = [
      this.options.listener?.listen(this.options.channel, heard),
      this.options.redis?.listen(redisChannel(this.options.channel), heard),
    ];
    return () => stops.forEach((stop) => stop?.());
  }

  /** Resolves when nothing is on its way. */
  async settled(): Promise<void> {
    while (this.sending) await this.sending;
  }

  private async sendAll(): Promise<void> {
    await Promise.resolve(); // what is said in the same turn goes out together
    while (this.waiting.size > 0) {
      const messages = pack([...this.waiting]);
      this.waiting.clear();
      for (const message of messages) {
        const taken = await this.options.redis?.publish(redisChannel(this.options.channel), message);
        if (!taken) await this.notify(message);
      }
    }
  }

  private async notify(message: string): Promise<void> {
    try {
      await this.options.database.query('select pg_notify($1, $2)', [this.options.channel, message]);
    } catch (error) {
      this.options.logger.debug('a wake-up could not be sent', {
        channel: this.options.channel,
        reason: error instanceof Error ? error.name : typeof error,
      });
    }
  }
}

/** In braces, so that all keys of ours are in one slot of a cluster. */
function redisChannel(channel: string): string {
  return `{evenhand}:${channel}`;
}

function pack(words: readonly string[]): string[] {
  const messages: string[] = [];
  for (const word of words) {
    const last = messages.at(-1);
    if (last !== undefined && last.length + word.length < MAX_PAYLOAD)
      messages[messages.length - 1] = `${last},${word}`;
    else messages.push(word);
  }
  return messages;
}
