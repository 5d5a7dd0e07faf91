import {
  tombstoneOf,
  type Connector,
  type ConnectorAccount,
  type CursorMove,
  type PollSession,
  type RawDelivery,
} from '@app/channel';
import type { Database, Logger } from '@app/runtime';
import type { AccountLease } from './account-leases';
import type { Accounts } from './accounts';
import type { Intake } from './intake';
import { readDeliveries, type ReadDelivery } from './read-deliveries';

export interface LeasedSessionParts {
  readonly database: Database;
  readonly connector: Connector;
  readonly accounts: Accounts;
  readonly intake: Intake;
  readonly logger: Logger;
  /** Told of every commit, for the metrics. */
  readonly received: (deliveries: number, unreadable: number) => void;
}

/** What a connector sees while it reads an account by itself, under the account's lease. */
export class LeasedSession implements PollSession {
  private readonly storing = new Map<string, Promise<void>>();

  constructor(
    private readonly parts: LeasedSessionParts,
    readonly account: ConnectorAccount,
    private readonly lease: AccountLease,
    readonly signal: AbortSignal,
  ) {}

  async cursor(stream: string): Promise<unknown> {
    const rows = await this.parts.database.query<{ cursor: unknown }>(
      'select cursor from intake.cursors where account_id = $1 and stream = $2',
      [this.account.id, stream],
    );
    return rows[0]?.cursor;
  }

  async known(sources: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.parts.database.query<{ source: string }>(
      'select source from intake.deliveries where account_id = $1 and source = any($2::text[])',
      [this.account.id, sources],
    );
    return new Set(rows.map((row) => row.source));
  }

  /** What we sent is known by its platform id; what was erased is known too: it must not come back. */
  async knownMessages(externalIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.parts.database.query<{ id: string }>(
      `select w.id from unnest($2::text[], $3::bytea[]) as w(id, hash)
        where exists (select from intake.events e where e.account_id = $1 and e.kind = 'message' and e.external_id = w.id)
           or exists (select from intake.sends s where s.account_id = $1 and s.native_ids @> array[w.id])
           or exists (select from intake.tombstones t where t.account_id = $1 and t.hash = w.hash)`,
      [this.account.id, externalIds, externalIds.map((id) => tombstoneOf(this.account.id, id))],
    );
    return new Set(rows.map((row) => row.id));
  }

  /** The next deliveries are read while earlier ones of the stream are stored; storing keeps the order of the calls. */
  async commit(deliveries: readonly RawDelivery[], move: CursorMove | null): Promise<void> {
    const { connector, logger } = this.parts;
    const reading = readDeliveries(connector, this.account, deliveries, logger);
    const stream = move?.stream ?? '';
    const before = this.storing.get(stream);
    const stored = this.store(reading, before, move);
    this.storing.set(stream, stored);
    await stored;
    if (this.storing.get(stream) === stored) this.storing.delete(stream);
  }

  private async store(
    reading: Promise<ReadDelivery[]>,
    before: Promise<void> | undefined,
    move: CursorMove | null,
  ): Promise<void> {
    // a failure of the earlier ones is one of these too: the cursor must not pass what was not stored
    const [read] = await Promise.all([reading, before]);
    this.signal.throwIfAborted();
    const report = await this.parts.intake.commit(this.account, this.lease.number, read, move);
    this.parts.received(report.deliveries, read.filter(({ state }) => state === 'unreadable').length);
  }

  async report(status: 'connected' | 'degraded', detail?: string, tokenExpiresAt?: Date | null): Promise<void> {
    await this.parts.accounts.setStatus(this.account.id, status, detail, tokenExpiresAt);
  }
}
