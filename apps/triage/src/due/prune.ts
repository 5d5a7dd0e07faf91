import type { Blobs, Database, Logger } from '@app/runtime';
import { Turns } from '../turns';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Idempotency keys are promised for 24 hours, and live views catch up over as long; an hour more does no harm. */
const KEPT_MS = 25 * HOUR_MS;

/** What waits for a message that never comes: no platform delivers so late. */
const WAITING_KEPT_MS = 30 * DAY_MS;
/** Files that were uploaded and never sent. */
const UPLOADS_KEPT_MS = 7 * DAY_MS;
/** Files thrown away in one turn, at most. */
const MAX_FILES = 500;

/**
 * Throws away what is kept for a while only: answers given by idempotency key, the change log, sessions that are over; what
 * waited in vain for its message; files that were never sent, or taken back.
 */
export class Prune {
  private readonly turns: Turns;

  constructor(
    private readonly options: {
      readonly database: Database;
      readonly logger: Logger;
      readonly blobs: Pick<Blobs, 'deleteRested'>;
      /** How long ago a file must have been put at the least, milliseconds of machine time. Default an hour. */
      readonly filesRestMs?: number;
    },
  ) {
    this.turns = new Turns('prune', HOUR_MS, () => this.prune(), options.logger);
  }

  start(): void {
    this.turns.start();
  }

  async stop(): Promise<void> {
    await this.turns.stop();
  }

  async prune(): Promise<void> {
    const { database, logger } = this.options;
    const now = database.clock.now().getTime();
    const [gone] = await database.query<{ rows: number }>(
      'select inbox.prune($1, $1) + inbox.prune_waiting($2) as rows',
      [new Date(now - KEPT_MS), new Date(now - WAITING_KEPT_MS)],
    );
    const before = new Date(now - UPLOADS_KEPT_MS);
    const loose = await database.query<{ sha256: string }>('select inbox.loose_files($1, $2) as sha256', [
      before,
      MAX_FILES,
    ]);
    let files = 0;
    for (const { sha256 } of loose) if (await this.forgetFile(sha256, before)) files += 1;
    if (gone!.rows + files > 0) logger.info('old rows are gone', { rows: gone!.rows, files });
  }

  /** The row goes only with the file: nothing stays on disk that no row tells of. @returns whether they are gone. */
  private async forgetFile(sha256: string, before: Date): Promise<boolean> {
    const { database, blobs, filesRestMs = HOUR_MS } = this.options;
    return database
      .transaction('system', async (tx) => {
        await tx.query('select inbox.forget_loose_file($1, $2)', [sha256, before]);
        const unused = await tx.query('select inbox.unused_files($1::text[])', [[sha256]]);
        if (unused.length > 0 && !(await blobs.deleteRested(sha256, filesRestMs))) throw new PutJustNow();
        return true;
      })
      .catch((error: unknown) => {
        if (error instanceof PutJustNow) return false;
        throw error;
      });
  }
}

/** Somebody put the file a moment ago, and may be about to refer to it. */
class PutJustNow extends Error {}
