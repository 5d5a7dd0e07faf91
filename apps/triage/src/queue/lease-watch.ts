import type { Queue } from '@app/inbox';
import type { Database, Logger } from '@app/runtime';
import { Turns } from '../turns';

const POLL_MS = 1_000;

/** Puts waits back into the queue when the agent they were given to did nothing with them in time. */
export class LeaseWatch {
  private readonly turns: Turns;

  constructor(
    private readonly options: {
      readonly database: Database;
      readonly queue: Queue;
      readonly logger: Logger;
      readonly pollMs?: number;
    },
  ) {
    this.turns = new Turns('leases', options.pollMs ?? POLL_MS, () => this.look(), options.logger);
  }

  start(): void {
    this.turns.start();
  }

  async stop(): Promise<void> {
    await this.turns.stop();
  }

  /** Any number of processes may do it: the head of each record lets one in at a time. */
  async look(): Promise<void> {
    const { database, queue, logger } = this.options;
    const due = await database.query<{ workspaceId: string }>(
      'select workspace_id as "workspaceId" from inbox.due_workspaces($1)',
      [database.clock.now()],
    );
    for (const { workspaceId } of due) {
      const expired = await database.transaction({ workspaceId }, (tx) => queue.expireLeases(tx));
      if (expired > 0) logger.info('waits went back to their place', { workspaceId, waits: expired });
    }
  }
}
