import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../logging/logger';

const COMMAND_TIMEOUT_MS = 2_000;
const PING_MS = 1_000;

/**
 * What a process knows of Redis: one connection for commands, one for messages, and whether it answers. Redis carries
 * nothing that is not in PostgreSQL as well, so nothing here throws at a caller for want of it; each change between
 * answering and not is logged once.
 */
export class RedisLink {
  /** For commands. Rejects at once while there is no connection, and after 2 s without an answer. */
  readonly commands: Redis;
  private readonly messages: Redis;
  private readonly listeners = new Map<string, Set<(message: string) => void>>();
  private readonly watchers = new Set<(answering: boolean) => void>();
  private readonly timer: NodeJS.Timeout;
  private alive = false;
  private everTold = false;
  private pinging = false;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly logger: Logger,
  ) {
    this.commands = this.connect({
      enableOfflineQueue: false,
      enableReadyCheck: false,
      maxRetriesPerRequest: 1,
      commandTimeout: COMMAND_TIMEOUT_MS,
    });
    this.messages = this.connect({ enableReadyCheck: false, maxRetriesPerRequest: null });
    this.messages.on('message', (channel: string, message: string) => this.tell(channel, message));
    // messages sent while the connection was away are lost: an empty one says that anything may have happened
    this.messages.on('ready', () => this.listeners.forEach((_, channel) => this.tell(channel, '')));
    this.commands.on('ready', () => void this.ping());
    this.commands.on('close', () => this.found(false));
    this.timer = setInterval(() => void this.ping(), PING_MS);
    this.timer.unref();
  }

  /** Whether the last command was answered in time. */
  get answering(): boolean {
    return this.alive;
  }

  /** Called with each change of `answering`. */
  watch(watcher: (answering: boolean) => void): void {
    this.watchers.add(watcher);
  }

  /** @returns whether Redis took it. */
  async publish(channel: string, message: string): Promise<boolean> {
    if (!this.alive) return false;
    return this.commands.publish(channel, message).then(
      () => true,
      () => {
        this.found(false);
        return false;
      },
    );
  }

  /** Calls `listener` for each message on `channel`, with an empty one after a reconnection. @returns how to stop it. */
  listen(channel: string, listener: (message: string) => void): () => void {
    const set = this.listeners.get(channel) ?? new Set();
    set.add(listener);
    this.listeners.set(channel, set);
    if (set.size === 1) this.messages.subscribe(channel).catch(() => undefined); // repeated by ioredis on reconnection
    return () => void set.delete(listener);
  }

  /** A further connection to the same server, for the caller to close. Its errors are heard here. */
  connect(options: RedisOptions): Redis {
    const client = new Redis(this.url, {
      connectTimeout: 3_000,
      keepAlive: 10_000,
      retryStrategy: (times) => (this.closed ? null : Math.min(50 * 2 ** Math.min(times, 6), 1_000)),
      ...options,
    });
    client.on('error', () => undefined); // without a listener it would end the process; `answering` tells of it
    return client;
  }

  /** A command of somebody else's on this server was not answered. */
  suspect(): void {
    this.found(false);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    this.watchers.clear();
    for (const client of [this.commands, this.messages]) client.disconnect();
    await Promise.resolve();
  }

  private async ping(): Promise<void> {
    if (this.pinging || this.closed) return;
    this.pinging = true;
    try {
      await this.commands.ping();
      this.found(true);
    } catch {
      this.found(false);
    } finally {
      this.pinging = false;
    }
  }

  private found(alive: boolean): void {
    if (this.closed || (this.everTold && alive === this.alive)) return;
    const first = !this.everTold;
    this.everTold = true;
    this.alive = alive;
    if (!alive) this.logger.warn('Redis does not answer; PostgreSQL does its work until it does');
    else if (!first) this.logger.info('Redis answers again');
    for (const watcher of this.watchers) watcher(alive);
  }

  private tell(channel: string, message: string): void {
    for (const listener of this.listeners.get(channel) ?? []) listener(message);
  }
}
