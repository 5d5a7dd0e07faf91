import type { Charge, ConnectorAccount, Meter } from '@app/channel';
import type { Database, Logger } from '@app/runtime';

/** How long charges are gathered before they are written, milliseconds. */
const WRITE_MS = 1_000;
/** Most sums kept in memory while the database is away; further ones are lost. */
const MAX_SUMS = 10_000;
const MAX_KIND = 100;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface Sum {
  readonly account: string;
  /** Of UTC, as platforms count. */
  readonly day: string;
  readonly kind: string;
  count: number;
  microUsd: number;
}

/** Keeps what calls cost in `intake.costs`, per account, day and kind. Gathers in memory, so that a call costs no statement. */
export class Costs implements Meter {
  private sums = new Map<string, Sum>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;
  private troubled = false;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  add({ id }: Pick<ConnectorAccount, 'id'>, charges: readonly Charge[]): void {
    // credentials that are tried before there is an account are nobody's
    if (!UUID.test(id)) return;
    const day = this.database.clock.now().toISOString().slice(0, 10);
    for (const { kind, count, microUsd } of charges) {
      const total = Math.round(count * microUsd);
      if (!Number.isSafeInteger(count) || count <= 0 || !Number.isSafeInteger(total) || total < 0) continue;
      this.put({ account: id, day, kind: kind.slice(0, MAX_KIND), count, microUsd: total });
    }
    if (this.sums.size > 0) this.timer ??= setTimeout(() => void this.flush(), WRITE_MS).unref();
  }

  /** Writes what was gathered. Never rejects: what cannot be written now is tried again. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.writing;
    if (this.sums.size === 0) return;
    this.writing ??= this.write().finally(() => (this.writing = undefined));
    await this.writing;
  }

  private put(sum: Sum): void {
    const key = `${sum.account} ${sum.day} ${sum.kind}`;
    const known = this.sums.get(key);
    if (known !== undefined) {
      known.count += sum.count;
      known.microUsd += sum.microUsd;
    } else if (this.sums.size < MAX_SUMS) this.sums.set(key, sum);
  }

  private async write(): Promise<void> {
    const sums = this.sums;
    this.sums = new Map();
    try {
      await this.database.transaction('system', (tx) =>
        tx.execute(
          // in one order, so that processes never wait for each other's rows; of an account that was erased nothing is kept
          `insert into intake.costs (account_id, day, kind, count, micro_usd)
           select a.id, s.day, s.kind, s.count, s."microUsd"
             from jsonb_to_recordset($1::jsonb) as s(account uuid, day date, kind text, count bigint, "microUsd" bigint)
             join intake.accounts a on a.id = s.account and a.purged_at is null
            order by 1, 2, 3
           on conflict (account_id, day, kind) do update
              set count = costs.count + excluded.count, micro_usd = costs.micro_usd + excluded.micro_usd`,
          [JSON.stringify([...sums.values()])],
        ),
      );
      this.troubled = false;
    } catch (error) {
      if (!this.troubled) this.logger.warn('what calls cost cannot be written; trying again', {}, error);
      this.troubled = true;
      for (const sum of sums.values()) this.put(sum);
      this.timer ??= setTimeout(() => void this.flush(), WRITE_MS).unref();
    }
  }
}
