import type { Database } from '@app/runtime';

/** When a platform last pushed something for an account, in words. */
export async function lastHeard(accountId: string, database: Database): Promise<string> {
  const [row] = await database.query<{ at: Date | null }>(
    `select max(received_at) as at from intake.deliveries where account_id = $1 and origin = 'push'`,
    [accountId],
  );
  return row?.at ? `last webhook ${row.at.toISOString().slice(0, 16).replace('T', ' ')} UTC` : 'no webhook yet';
}
