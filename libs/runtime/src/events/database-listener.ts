import { Client } from 'pg';
import type { Logger } from '../logging/logger';

const RECONNECT_MS = { first: 200, most: 10_000 };

/**
 * One connection that LISTENs, for the whole process. It reconnects by itself; a wake-up that is lost meanwhile is healed
 * by whoever polls, and after every reconnection each listener is called once. Wants a direct connection: a pooler in
 * transaction mode cannot LISTEN.
 */
export class DatabaseListener {
  private readonly listeners = new Map<string, Set<(payload: string) => void>>();
  private client: Client | undefined;
  private connecting: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private delayMs = RECONNECT_MS.first;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly logger: Logger,
  ) {}

  /**
   * Calls `listener` for each notification on `channel`, with an empty payload after a reconnection.
   * Never throws for want of a database. @returns how to stop it.
   */
  listen(channel: string, listener: (payload: string) => void): () => void {
    if (!/^[a-z_]{1,60}$/.test(channel)) throw new TypeError(`not the name of a channel: ${channel}`);
    const set = this.listeners.get(channel) ?? new Set();
    set.add(listener);
    this.listeners.set(channel, set);
    if (!this.client) this.connect();
    else if (set.size === 1) this.client.query(`listen ${channel}`).catch(() => undefined);
    return () => void set.delete(listener);
  }

  /** Whether notifications arrive at present. */
  get connected(): boolean {
    return this.client !== undefined;
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.connecting;
    const client = this.client;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  private connect(): void {
    if (this.closed) return;
    this.connecting ??= this.open().finally(() => (this.connecting = undefined));
  }

  private async open(): Promise<void> {
    const client = new Client({
      connectionString: this.url,
      application_name: 'evenhand listener',
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
      keepAlive: true,
    });
    const lost = (error?: unknown): void => {
      client.removeAllListeners('end');
      client.end().catch(() => undefined);
      if (this.client === client) this.client = undefined;
      if (this.closed) return;
      // said once per loss, not per attempt
      if (this.delayMs === RECONNECT_MS.first)
        this.logger.warn('the database connection for wake-ups was lost; polling meanwhile', {}, error);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.connect(), this.delayMs);
      this.timer.unref();
      this.delayMs = Math.min(this.delayMs * 2, RECONNECT_MS.most);
    };
    try {
      client.on('error', () => undefined); // 'end' follows
      await client.connect();
      client.on('notification', ({ channel, payload }) => this.tell(channel, payload ?? ''));
      for (const channel of this.listeners.keys()) await client.query(`listen ${channel}`);
      client.once('end', () => lost());
      this.client = client;
      this.delayMs = RECONNECT_MS.first;
      for (const channel of this.listeners.keys()) this.tell(channel, '');
    } catch (error) {
      lost(error);
    }
  }

  private tell(channel: string, payload: string): void {
    for (const listener of this.listeners.get(channel) ?? []) listener(payload);
  }
}
