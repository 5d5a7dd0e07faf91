import type { Database, Logger } from '@app/runtime';

const DAY_MS = 24 * 3_600_000;
/** How often it is looked whether something is too old, milliseconds; it costs nothing where there is none. */
const LOOK_MS = 3_600_000;
/** Rows in one transaction: short locks, and a restart loses little. */
const ROUND = 5_000;
/** One process at a time cleans; the others have nothing to wait for. Any number that nothing else uses. */
const LOCK = 5_274_612;
/** How long it is known what calls cost: a year can be compared with the one before. */
const COST_DAYS = 400;
/** Partitions ready ahead, days: a process that is down so long still finds its day. */
const AHEAD_DAYS = 7;

/**
 * Ends what has been kept long enough: raw bytes by dropping their day, the rest in small transactions. What triage has not
 * ingested stays however old it is, and so does the row of a delivery that could not be read. Attempts at sending stay where the
 * message did not go out: somebody may try again.
 */
export class KeepTimes {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    private readonly keepDays: number,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.look(), LOOK_MS);
    this.timer.unref();
    void this.look();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Makes room ahead and ends what is too old, now. Never rejects. */
  async look(): Promise<void> {
    this.running ??= this.run()
      .catch((error: unknown) => {
        this.logger.warn('what is too old could not be removed; trying again in an hour', {}, error);
      })
      .finally(() => (this.running = undefined));
    await this.running;
  }

  private async run(): Promise<void> {
    const now = this.database.clock.now();
    const today = now.toISOString().slice(0, 10);
    const before = new Date(Date.parse(today) - this.keepDays * DAY_MS);
    const days = await this.alone(async (query) => {
      await query(`select intake.make_partitions($1::date, $1::date + ${AHEAD_DAYS})`, [today]);
      const [row] = await query<{ gone: number }>('select intake.drop_partitions($1::date) as gone', [
        before.toISOString().slice(0, 10),
      ]);
      return row?.gone ?? 0;
    });
    if (days === undefined) return;
    let rows = 0;
    for (const sql of OLD) rows += await this.removeAll(sql, before);
    rows += await this.removeAll(OLD_COSTS, new Date(Date.parse(today) - COST_DAYS * DAY_MS));
    if (days + rows > 0)
      this.logger.info('what was kept long enough is gone', { days, rows, before: before.toISOString() });
  }

  private async removeAll(sql: string, before: Date): Promise<number> {
    let rows = 0;
    while (!this.stopped) {
      const gone = (await this.alone((query) => query(sql, [before])))?.length ?? 0;
      rows += gone;
      if (gone < ROUND) break;
    }
    return rows;
  }

  /** Runs in a transaction of its own, unless another process is at it. */
  private async alone<T>(work: (query: Query) => Promise<T>): Promise<T | undefined> {
    return this.database.transaction('system', async (tx) => {
      // a day is made and dropped under a lock for which everything else that stores would have to queue
      await tx.execute(`set local lock_timeout = '2s'`);
      const [lock] = await tx.query<{ held: boolean }>('select pg_try_advisory_xact_lock($1) as held', [LOCK]);
      return lock?.held ? work((sql, params) => tx.query(sql, params)) : undefined;
    });
  }
}

const OLD_COSTS = `delete from intake.costs where (account_id, day, kind) in (
     select account_id, day, kind from intake.costs where day < $1::date limit ${ROUND}) returning 1`;

type Query = <T = Record<string, unknown>>(sql: string, params: readonly unknown[]) => Promise<T[]>;

/** Each removes at most a round of what is older than `$1`. */
const OLD = [
  `delete from intake.events where number in (
     select number from intake.events where received_at < $1 and ingested_at is not null limit ${ROUND}) returning 1`,
  // erased ones stay: by them a repeat is recognised
  `delete from intake.deliveries where id in (
     select id from intake.deliveries where received_at < $1 and state in ('read', 'ignored', 'stray')
        and not exists (select from intake.events e where e.delivery_id = deliveries.id and e.ingested_at is null) limit ${ROUND}) returning 1`,
  `delete from intake.copies where (account_id, message, delivery_id) in (
     select account_id, message, delivery_id from intake.copies where received_at < $1 limit ${ROUND}) returning 1`,
  `delete from intake.prepared where outbound_id in (
     select outbound_id from intake.prepared where prepared_at < $1 limit ${ROUND}) returning 1`,
  // a message of which a part did not go out may be tried again, and must not repeat the others
  `with done as (
     select coalesce(message_id, outbound_id) as message from intake.sends where started_at < $1
      group by 1 having count(distinct part) filter (where outcome = 'sent') = max(parts) limit ${ROUND})
   delete from intake.sends s using done where s.outbound_id = done.message or s.message_id = done.message returning 1`,
  `delete from intake.tickets where hash in (select hash from intake.tickets where expires_at < $1 limit ${ROUND}) returning 1`,
  `delete from intake.webhook_counts where (app_id, hour) in (
     select app_id, hour from intake.webhook_counts where hour < $1 limit ${ROUND}) returning 1`,
];
