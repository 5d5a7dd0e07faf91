import type { Connector, ConnectorAccount, PlatformApp, RawDelivery } from '@app/channel';
import type { Database, Logger } from '@app/runtime';
import type { Accounts } from '../accounts';
import { FILL_TO, type Intake } from '../intake';
import { jsonSafe } from '../json-safe';
import { readDeliveries } from '../read-deliveries';
import type { Vault } from '../vault';

/** Strays of connected accounts that are taken in one round. */
const ROUND = 50;

interface Found {
  readonly id: string;
  readonly source: string;
  readonly context: { readonly addresses: readonly string[] };
  readonly arrivedAt: Date;
  readonly raw: Buffer;
  readonly appId: string | null;
  readonly accountId: string;
  readonly address: string;
}

/**
 * Deliveries that were really the platform's and concern no account we know: kept, and taken in when the account is
 * connected. In between they may hold what is known nowhere else: platforms keep no history of what they push.
 */
export class Strays {
  constructor(
    private readonly database: Database,
    private readonly connector: Connector,
    private readonly accounts: Accounts,
    private readonly intake: Intake,
    private readonly vault: Vault,
    private readonly logger: Logger,
  ) {}

  /** Keeps a delivery, durably before it returns. Safe to repeat. @returns false when it was there already. */
  async keep(app: PlatformApp, delivery: RawDelivery, addresses: readonly string[]): Promise<boolean> {
    const [read] =
      addresses.length > 0 ? [] : await readDeliveries(this.connector, this.nobody(app), [delivery], this.logger);
    const blind = this.connector.capabilities.reachFields.length > 0;
    const unreadable = read?.state === 'unreadable';
    return this.database.transaction('system', async (tx) => {
      const id = tx.newId();
      const rows = await tx.query(
        `with stored as (
           insert into intake.deliveries
                  (id, workspace_id, account_id, source, origin, size, context, arrived_at, received_at, state, problem, read_at, app_id)
           select $1::uuid, $2::uuid, null, d.source, 'push', $3, d.context, $4, $5, $6, $7, $5, $8::uuid
             from jsonb_to_record($9::jsonb) as d(source text, context jsonb)
           on conflict (account_id, source) do nothing
           returning id, received_at)
         insert into intake.raw_bytes (delivery_id, received_at, bytes)
         select id, received_at, $10::bytea from stored returning delivery_id`,
        [
          id,
          app.workspaceId,
          blind ? null : delivery.raw.length,
          delivery.arrivedAt,
          tx.now,
          unreadable ? 'unreadable' : 'stray',
          read?.problem ?? null,
          app.id,
          jsonSafe({ source: delivery.source, context: { ...delivery.context, addresses } }),
          this.vault.seal('delivery', id, delivery.raw, blind ? FILL_TO : undefined),
        ],
      );
      return rows.length > 0;
    });
  }

  /** Takes in what came before its account was connected. @returns how many; more may be left when it is not 0. */
  async adopt(): Promise<number> {
    const found = await this.database.query<Found>(
      `select d.id, d.source, d.context, d.arrived_at as "arrivedAt", r.bytes as raw, d.app_id as "appId",
              a.id as "accountId", a.address
         from intake.accounts a
         join intake.deliveries d on d.state = 'stray' and d.context -> 'addresses' ? a.address and d.workspace_id = a.workspace_id
         join intake.raw_bytes r on r.delivery_id = d.id and r.received_at = d.received_at
        where a.channel = $1 and a.disconnected_at is null
        order by d.received_at limit ${ROUND}`,
      [this.connector.channel],
    );
    for (const stray of found) await this.adoptOne(stray);
    return found.length;
  }

  private async adoptOne({ id, source, context, arrivedAt, raw, appId, accountId, address }: Found): Promise<void> {
    const account = await this.accounts.listening(accountId);
    if (account === undefined) return;
    const { addresses: _, ...rest } = context;
    const delivery: RawDelivery = {
      source,
      origin: 'push',
      arrivedAt,
      context: rest,
      raw: this.vault.open('delivery', id, raw),
    };
    const read = await readDeliveries(this.connector, account, [delivery], this.logger);
    const app = appId === null ? {} : { appId };
    await this.intake.commit(
      account,
      null,
      read.map((one) => ({ ...one, ...app })),
      null,
    );
    // a crash before this repeats the commit, which absorbs it
    await this.database.transaction('system', async (tx) => {
      await tx.execute(
        `update intake.deliveries set context = jsonb_set(context, '{addresses}', (context -> 'addresses') - $2) where id = $1`,
        [id, address],
      );
      await tx.execute(
        `with gone as (
           delete from intake.deliveries where id = $1 and context -> 'addresses' = '[]' returning id, received_at)
         delete from intake.raw_bytes r using gone where r.delivery_id = gone.id and r.received_at = gone.received_at`,
        [id],
      );
    });
    this.logger.info('a delivery from before its account was connected was taken in', { accountId });
  }

  /** For whom a delivery is read that is for nobody: only whether it can be read is asked. */
  private nobody(app: PlatformApp): ConnectorAccount {
    const { workspaceId } = app;
    const nothing = { id: '', address: '', name: '', settings: {}, credentials: null, connectedAt: new Date(0) };
    return { ...nothing, workspaceId, channel: this.connector.channel, app };
  }
}
