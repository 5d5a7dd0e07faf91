import type { Tx } from '@app/runtime';

/** What arrived on an account and what became of it. */
export interface IntakeGauge {
  readonly accountId: string;
  readonly received: number;
  readonly read: number;
  readonly ignored: number;
  readonly unreadable: number;
  readonly filled: number;
  readonly toProcess: number;
  readonly oldestUnprocessedAt: Date | null;
  readonly lastReceivedAt: Date | null;
  /** What calls cost, in millionths of a US dollar, by the platform's price list; null: nothing was charged. */
  readonly costToday: number | null;
  readonly costMonth: number | null;
}

export interface UnreadableFacts {
  readonly id: string;
  readonly receivedAt: Date;
  /** Null where it would tell how popular somebody is. */
  readonly byteSize: number | null;
  readonly problem: string;
  readonly attempts: number;
}

/** By account. The api sees counts of the intake only, never a delivery. */
export async function readIntakeGauges(tx: Tx): Promise<Map<string, IntakeGauge>> {
  const rows = await tx.query<IntakeGauge>(
    /* sql */ `
    select account_id as "accountId", received, read, ignored, unreadable, filled, to_process as "toProcess",
           oldest_unprocessed_at as "oldestUnprocessedAt", last_received_at as "lastReceivedAt", cost_today as "costToday", cost_month as "costMonth"
      from intake.gauges($1, ($2::timestamptz at time zone 'UTC')::date)`,
    [tx.workspaceId, tx.now],
  );
  return new Map(rows.map((row) => [row.accountId, row]));
}

/** The newest deliveries of an account that could not be read; what was found wrong, without content. */
export async function readUnreadable(tx: Tx, accountId: string, limit: number): Promise<UnreadableFacts[]> {
  return tx.query<UnreadableFacts>(
    /* sql */ `
    select id, received_at as "receivedAt", size as "byteSize", problem, attempts
      from intake.unreadable($1, $2, null, $3)`,
    [tx.workspaceId, accountId, limit],
  );
}

/** Whether any account of the installation is a real one; then the demo's open door is shut. */
export async function hasRealAccount(tx: Tx): Promise<boolean> {
  const rows = await tx.query<{ found: boolean }>('select intake.has_real_account() as found');
  return rows[0]!.found;
}
