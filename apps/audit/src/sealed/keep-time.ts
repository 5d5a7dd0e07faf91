import type { Blobs, Database, Logger } from '@app/runtime';

export interface KeepTimeParts {
  readonly database: Database;
  readonly blobs: Blobs;
  readonly logger: Logger;
  /** How many days sealed values are kept. */
  readonly sealedDays: number;
  /** Default: an hour. */
  readonly everyMs?: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** So many days have their partition before they begin. */
const AHEAD_DAYS = 7;
/** Most files of exports deleted in one turn. */
const MOST_FILES = 500;

/**
 * Deletes what is over its time: sealed values by whole days, salts of commitments, files of exports that were fetched or never
 * will be. Looks every hour; any number of processes may do it.
 */
export class KeepTime {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: KeepTimeParts) {}

  start(): void {
    this.running = this.turn().catch((error: unknown) => {
      this.parts.logger.warn('what is over its keep time could not be deleted; tried again within the hour', {}, error);
    });
    this.timer = setTimeout(() => this.start(), this.parts.everyMs ?? HOUR_MS);
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    await this.running;
  }

  /** One look. */
  async turn(): Promise<void> {
    const { database, logger, sealedDays } = this.parts;
    const now = database.clock.now().getTime();
    await database.query('select sealed.make_partitions($1::date, $2::date)', [
      dayOf(now),
      dayOf(now + AHEAD_DAYS * DAY_MS),
    ]);
    const [gone] = await database.query<{ days: number }>('select sealed.drop_partitions($1::date) as days', [
      dayOf(now - sealedDays * DAY_MS),
    ]);
    if (gone!.days > 0) logger.info('sealed values are over their keep time and gone', { days: gone!.days });
    await this.dropExports(new Date(now));
  }

  private async dropExports(now: Date): Promise<void> {
    const { database, blobs } = this.parts;
    const over = await database.query<{ id: string; file: string }>(
      /* sql */ `
      select id, file_sha256 as file from inbox.customer_exports
       where file_sha256 is not null and state = 'done' and (fetched_at is not null or link_expires_at < $1) limit ${MOST_FILES}`,
      [now],
    );
    for (const { id, file } of over) {
      // each file is encrypted with a key of its own, so nobody else refers to it
      await blobs.delete(file);
      await database.query('update inbox.customer_exports set file_sha256 = null, token_hash = null where id = $1', [
        id,
      ]);
    }
  }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
