import type { Database, Logger } from '@app/runtime';
import { Turns } from '../turns';

const HOUR_MS = 3_600_000;
/** Idempotency keys are promised for 24 hours, and live views catch up over as long; an hour more does no harm. */
const KEPT_MS = 25 * HOUR_MS;

/** Throws away what is kept for a day only: answers given by idempotency key, the change log, sessions that are over. */
export class Prune {
  private readonly turns: Turns;

  constructor(private readonly options: { readonly database: Database; readonly logger: Logger }) {
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
    const before = new Date(database.clock.now().getTime() - KEPT_MS);
    const [gone] = await database.query<{ rows: number }>('select inbox.prune($1, $1) as rows', [before]);
    if (gone!.rows > 0) logger.info('old rows are gone', { rows: gone!.rows });
  }
}
