import Bull, { type Queue } from 'bull';
import type { Redis } from 'ioredis';
import type { RedisLink } from '../events/redis-link';
import type { Logger } from '../logging/logger';
import type { CarriedRow } from './job-table';

/** In braces, so that all keys are in one slot of a cluster. */
const PREFIX = '{evenhand}';
/** Within this Redis has an id, or is taken for silent. */
const CARRY_LIMIT_MS = 2_000;
const CLOSE_LIMIT_MS = 2_000;

/**
 * Carries ids of due jobs through Redis to whatever process has room for them, by Bull. Nothing else is in Redis, and
 * nothing is lost with it: an id that does not arrive is claimed from PostgreSQL, one that arrives twice finds nothing to
 * claim. So Bull's own retries, delays and results are not used.
 */
export class BullCarrier {
  private readonly queues = new Map<string, Queue<{ id: string }>>();
  private readonly clients: Redis[] = [];
  private readonly blocking: Redis[] = [];
  private commands: Redis | undefined;
  private messages: Redis | undefined;
  private closed = false;

  constructor(
    private readonly redis: RedisLink,
    private readonly logger: Logger,
  ) {}

  /** Whether Redis is there to carry. */
  get answering(): boolean {
    return this.redis.answering;
  }

  /** Called when Redis falls silent and when it answers again. */
  watch(watcher: () => void): void {
    this.redis.watch(watcher);
  }

  /** @returns the rows that Redis did not take, or may not have taken. Never throws. */
  async carry(rows: readonly CarriedRow[]): Promise<readonly CarriedRow[]> {
    const taken = new Set<CarriedRow>();
    const all = Promise.all(
      rows.map(async (row) => {
        await this.queue(row.name).add({ id: row.id }, { jobId: `${row.id}.${row.turn}` });
        taken.add(row);
      }),
    ).catch((error: unknown) => this.logger.debug('Redis did not take an id', { reason: (error as Error).name }));
    await withLimit(all, CARRY_LIMIT_MS);
    const left = rows.filter((row) => !taken.has(row));
    if (left.length > 0) this.redis.suspect();
    return left;
  }

  /** Calls `take` for each id that arrives, at most `concurrency` at once. @param take never throws. */
  serve(name: string, concurrency: number, take: (id: string) => Promise<void>): void {
    this.queue(name)
      .process(concurrency, (carried) => take(carried.data.id))
      .catch((error: unknown) => this.heard(error));
  }

  /** Takes no more ids. Those that were taken may still be finishing; `close` comes when they have. */
  async stopServing(): Promise<void> {
    this.closed = true;
    const closing = Promise.all([...this.queues.values()].map((queue) => queue.close(true)));
    // Bull asks a connection that blocks to quit and waits half a second for it; cut, it ends at once
    setImmediate(() => this.blocking.forEach((client) => client.disconnect()));
    await withLimit(closing, CLOSE_LIMIT_MS);
  }

  close(): void {
    for (const client of this.clients) client.disconnect();
  }

  private queue(name: string): Queue<{ id: string }> {
    const known = this.queues.get(name);
    if (known) return known;
    const options = {
      prefix: PREFIX,
      createClient: (type: 'client' | 'subscriber' | 'bclient') => this.client(type),
      skipVersionCheck: true,
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
      settings: { retryProcessDelay: 500, drainDelay: 5 },
    };
    const queue = new Bull<{ id: string }>(name, options);
    // Bull only decorates its connection with this, and leaves the promise alone when Redis goes away meanwhile (lib/worker.js)
    (queue as unknown as { setWorkerName: () => Promise<void> }).setWorkerName = async () => undefined;
    queue.on('error', (error: unknown) => this.heard(error));
    this.queues.set(name, queue);
    return queue;
  }

  /** Connections for commands and messages are one each for all queues; the one that blocks is each queue's own. */
  private client(type: 'client' | 'subscriber' | 'bclient'): Redis {
    if (type === 'client') {
      return (this.commands ??= this.connect({
        enableOfflineQueue: false,
        maxRetriesPerRequest: 1,
        commandTimeout: 5_000,
      }));
    }
    if (type === 'subscriber') return (this.messages ??= this.connect({ maxRetriesPerRequest: null }));
    const client = this.connect({ maxRetriesPerRequest: null });
    this.blocking.push(client);
    return client;
  }

  private connect(options: Parameters<RedisLink['connect']>[0]): Redis {
    const client = this.redis.connect({ enableReadyCheck: false, ...options });
    client.setMaxListeners(0); // Bull listens once per queue
    this.clients.push(client);
    return client;
  }

  /** Bull tries again by itself, and `RedisLink` has told of the loss. */
  private heard(error: unknown): void {
    if (!this.closed)
      this.logger.debug('Bull met an error', { reason: error instanceof Error ? error.name : typeof error });
  }
}

async function withLimit(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
