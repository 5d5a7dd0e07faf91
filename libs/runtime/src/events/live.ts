import type { Database } from '../database/database';
import type { Logger } from '../logging/logger';
import { ChangeFeed } from './change-feed';
import type { DatabaseListener } from './database-listener';
import type { RedisLink } from './redis-link';
import { WakeUps } from './wake-ups';

/** What a process hears from others and tells them: wake-ups by name, change feeds by table; each made once. */
export class Live {
  private readonly channels = new Map<string, WakeUps>();
  private readonly feeds = new Map<string, ChangeFeed>();

  constructor(
    private readonly options: {
      readonly database: Database;
      readonly logger: Logger;
      readonly listener?: DatabaseListener;
      readonly redis?: RedisLink;
    },
  ) {}

  /** Words shouted on a channel, e.g. `intake`. */
  wakeUps(channel: string): WakeUps {
    let found = this.channels.get(channel);
    if (!found) this.channels.set(channel, (found = new WakeUps({ ...this.options, channel })));
    return found;
  }

  /** The feed of a change table, e.g. `inbox.changes`. */
  changeFeed(table: string): ChangeFeed {
    let found = this.feeds.get(table);
    if (!found) this.feeds.set(table, (found = new ChangeFeed({ ...this.options, table })));
    return found;
  }
}
