import type { Ingest, StoredEvent } from '@app/inbox';
import type { Database, Health, HealthResult, Logger, Metrics, Tx, WakeUps } from '@app/runtime';
import { Turns } from '../turns';
import { BATCH, EventQueue, type Waiting } from './event-queue';
import { blamesEvent, describeProblem } from './problem';

/** Channel on which connectors say that there is something to take in. */
export const INTAKE_CHANNEL = 'evenhand_intake';

const POLL_MS = 500;
const SICK_POLL_MS = 60_000;
/** Accounts taken in from at the same time. */
const AT_ONCE = 3;
/** Batches of one account before the others have their turn. */
const BATCHES_IN_TURN = 5;
/** Older than this, what waits is worth a look. */
const LATE_MS = 60_000;

export interface IngestLoopOptions {
  readonly database: Database;
  readonly ingest: Ingest;
  readonly logger: Logger;
  readonly wakeUps?: WakeUps;
  readonly health?: Health;
  readonly metrics?: Metrics;
  readonly pollMs?: number;
}

/**
 * Takes in what connectors read, account by account, in batches. An event that cannot be taken in is found by halving its
 * batch, put aside with its problem, and never holds up the others; it is tried again each minute.
 */
export class IngestLoop {
  private readonly queue: EventQueue;
  private readonly turns: Turns;
  private readonly sickTurns: Turns;
  private unlisten: (() => void) | undefined;
  private stopping = false;
  private readonly taken: { inc(by: number): void } | undefined;

  constructor(private readonly options: IngestLoopOptions) {
    const { database, logger } = options;
    this.queue = new EventQueue(database);
    this.turns = new Turns('ingest', options.pollMs ?? POLL_MS, () => this.takeAll(), logger);
    this.sickTurns = new Turns('ingest of events that failed', SICK_POLL_MS, () => this.takeSick(), logger);
    this.taken = options.metrics?.counter({ name: 'evenhand_events_ingested_total', help: 'Events taken in' });
    options.health?.register('ingest', () => this.health());
    const gauge = options.metrics?.gauge({
      name: 'evenhand_events_waiting',
      help: 'Events not taken in yet, by whether they could not be',
      labelNames: ['state'],
      collect: async () => {
        const backlog = await this.queue.backlog();
        gauge?.set({ state: 'waiting' }, backlog.waiting - backlog.sick);
        gauge?.set({ state: 'failed' }, backlog.sick);
      },
    });
  }

  start(): void {
    this.stopping = false;
    this.unlisten = this.options.wakeUps?.listen(() => this.turns.wake());
    this.turns.start();
    this.sickTurns.start();
  }

  /** Finishes the batches that run. Safe twice. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.unlisten?.();
    await Promise.all([this.turns.stop(), this.sickTurns.stop()]);
  }

  /** Takes in everything that waits, account by account in turns, so that a great backlog holds up nobody else. */
  async takeAll(): Promise<void> {
    for (let more = true; more && !this.stopping;) more = await this.takeRound();
  }

  /** Some batches of every account that has something new. @returns whether there may be more. */
  private async takeRound(): Promise<boolean> {
    const accounts = await this.queue.waiting();
    let more = false;
    const serve = async (): Promise<void> => {
      for (let account = accounts.shift(); account && !this.stopping; account = accounts.shift()) {
        let taken = true;
        for (let i = 0; taken && i < BATCHES_IN_TURN && !this.stopping; i++) taken = await this.takeBatch(account);
        more ||= taken;
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, accounts.length) }, serve));
    return more;
  }

  /** Tries those that failed once more, each by itself. */
  async takeSick(): Promise<void> {
    for (const event of await this.queue.sick()) {
      if (this.stopping) return;
      await this.takeIds(event, [event.id]);
    }
  }

  /** @returns whether there may be more. */
  private async takeBatch(account: Waiting): Promise<boolean> {
    let ids: string[] = [];
    try {
      const events = await this.inTransaction(account, async (tx) => {
        const next = await this.queue.next(tx, account.accountId, BATCH);
        ids = next.map((event) => event.id);
        return next;
      });
      return events > 0;
    } catch (error) {
      if (!blamesEvent(error) || ids.length === 0) throw error;
      await this.halve(account, ids, error);
      return true;
    }
  }

  private async takeIds(account: Waiting, ids: readonly string[]): Promise<void> {
    try {
      await this.inTransaction(account, (tx) => this.queue.take(tx, ids));
    } catch (error) {
      if (!blamesEvent(error)) throw error;
      await this.halve(account, ids, error);
    }
  }

  /** One of these is to blame. Alone it is put aside; of several each half is tried. */
  private async halve(account: Waiting, ids: readonly string[], error: unknown): Promise<void> {
    if (ids.length > 1) {
      const middle = Math.ceil(ids.length / 2);
      await this.takeIds(account, ids.slice(0, middle));
      await this.takeIds(account, ids.slice(middle));
      return;
    }
    const problem = describeProblem(error);
    await this.queue.complain(ids[0]!, problem);
    this.options.logger.error('an event cannot be taken in; it is kept and tried again each minute', {
      eventId: ids[0],
      accountId: account.accountId,
      problem,
    });
  }

  private async inTransaction(account: Waiting, take: (tx: Tx) => Promise<readonly StoredEvent[]>): Promise<number> {
    const count = await this.options.database.transaction({ workspaceId: account.workspaceId }, async (tx) => {
      if (!(await this.queue.claim(tx, account.accountId))) return 0;
      const events = await take(tx);
      // last: it ends with the record
      if (events.length > 0) await this.options.ingest.ingest(tx, events);
      return events.length;
    });
    this.taken?.inc(count);
    return count;
  }

  private async health(): Promise<HealthResult> {
    const { sick, oldestReceivedAt } = await this.queue.backlog();
    const lateMs = oldestReceivedAt ? this.options.database.clock.now().getTime() - oldestReceivedAt.getTime() : 0;
    if (sick > 0) {
      return { status: 'degraded', detail: `${sick} events could not be taken in; see the log of triage for why` };
    }
    if (lateMs > LATE_MS)
      return { status: 'degraded', detail: `what arrived ${Math.round(lateMs / 1000)} s ago is not taken in yet` };
    return { status: 'ok' };
  }
}
