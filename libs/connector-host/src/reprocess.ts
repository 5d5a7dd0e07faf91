import {
  deliveryReprocessJob,
  deliveryReprocessJobName,
  type Connector,
  type DeliveryReprocessJob,
  type InboundEvent,
  type RawDelivery,
} from '@app/channel';
import type { Database, Job, Jobs, Logger } from '@app/runtime';
import type { Accounts } from './accounts';
import type { Intake } from './intake';
import { readDeliveries } from './read-deliveries';
import type { Vault } from './vault';

interface Stored {
  readonly source: string;
  /** Encrypted; null when its keep time is over. */
  readonly raw: Buffer | null;
  readonly context: Record<string, unknown>;
  readonly arrivedAt: Date;
  readonly state: string;
  /** External id under which people see it as unreadable. */
  readonly shown: string | null;
}

/** Reads deliveries again that could not be read: after an update, or when what was missing is there. Safe to repeat. */
export class Reprocess {
  constructor(
    private readonly database: Database,
    private readonly connector: Connector,
    private readonly accounts: Accounts,
    private readonly intake: Intake,
    private readonly vault: Vault,
    private readonly logger: Logger,
  ) {}

  /** Serves the channel's job in this process. */
  serve(jobs: Jobs): void {
    const name = deliveryReprocessJobName(this.connector.channel);
    jobs.define(name, { payload: deliveryReprocessJob, concurrency: 1 });
    jobs.handle<DeliveryReprocessJob>(name, (job) => this.handle(job));
  }

  private async handle(job: Job<DeliveryReprocessJob>): Promise<void> {
    const { accountId, deliveryId } = job.payload;
    const stored = await this.find(accountId, deliveryId);
    if (stored === undefined || stored.state !== 'unreadable') return;
    if (stored.raw === null) return this.gone(job);
    const account = await this.accounts.open(accountId);
    const { source, context, arrivedAt } = stored;
    const delivery: RawDelivery = {
      source,
      context,
      arrivedAt,
      raw: this.vault.open('delivery', deliveryId, stored.raw),
    };
    const [read] = await readDeliveries(this.connector, account, [delivery], this.logger);
    await this.database.transaction('system', async (tx) => {
      await tx.execute(
        `update intake.deliveries set state = $2, problem = $3, attempts = attempts + 1, read_at = $4 where id = $1`,
        [deliveryId, read!.state, read!.problem, tx.now],
      );
      if (read!.state === 'read') {
        const events = read!.result.events.map((event) => inPlaceOf(stored.shown, event));
        await this.intake.addFound(tx, account, deliveryId, { ...read!.result, events });
      }
      await this.accounts.tellAgain(tx, accountId);
      await job.complete(tx);
    });
  }

  private async gone(job: Job<DeliveryReprocessJob>): Promise<void> {
    const { accountId, deliveryId } = job.payload;
    await this.database.transaction('system', async (tx) => {
      await tx.execute(
        'update intake.deliveries set problem = $2, attempts = attempts + 1, read_at = $3 where id = $1',
        [deliveryId, 'it can no longer be read again: the time for which its bytes are kept is over', tx.now],
      );
      await this.accounts.tellAgain(tx, accountId);
      await job.complete(tx);
    });
  }

  private async find(accountId: string, deliveryId: string): Promise<Stored | undefined> {
    const rows = await this.database.query<Stored>(
      `select d.source, r.bytes as raw, d.context, d.arrived_at as "arrivedAt", d.state, e.external_id as shown
         from intake.deliveries d
         left join intake.raw_bytes r on r.delivery_id = d.id and r.received_at = d.received_at
         left join intake.events e on e.delivery_id = d.id and e.kind = 'message' and e.body -> 'unreadable' = 'true'
        where d.id = $1 and d.account_id = $2`,
      [deliveryId, accountId],
    );
    return rows[0];
  }
}

function inPlaceOf(shown: string | null, event: InboundEvent): InboundEvent {
  return shown === null || event.kind !== 'message' || event.externalId === shown
    ? event
    : { ...event, replaces: shown };
}
