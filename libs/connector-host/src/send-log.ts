import type { ConnectorAccount } from '@app/channel';
import type { Database, Tx } from '@app/runtime';
import type { Vault } from './vault';

/** What became of an attempt; `undefined` while nobody knows. */
export type SendOutcome = 'sent' | 'failed' | 'retry' | 'uncertain' | 'absent';

export interface Attempt {
  readonly attempt: number;
  readonly startedAt: Date;
  readonly outcome: SendOutcome | null;
}

type Owner = Pick<ConnectorAccount, 'id' | 'workspaceId'>;

/** The attempts at sending each outbound message, and the bytes that all of them send. */
export class SendLog {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  /** Attempts at a message, the first one first. */
  async attempts(outboundId: string): Promise<Attempt[]> {
    return this.database.query<Attempt>(
      `select attempt, started_at as "startedAt", outcome from intake.sends where outbound_id = $1 order by attempt`,
      [outboundId],
    );
  }

  /** The bytes of a message, built by `build` when it is sent for the first time and never again. */
  async prepared(account: Owner, outboundId: string, build: () => Promise<Buffer>): Promise<Buffer> {
    const known = await this.findPrepared(outboundId);
    if (known) return known;
    const sealed = this.vault.seal('prepared', outboundId, await build());
    await this.database.transaction('system', (tx) =>
      tx.execute(
        `insert into intake.prepared (outbound_id, workspace_id, account_id, bytes, prepared_at)
         values ($1, $2, $3, $4, $5) on conflict (outbound_id) do nothing`,
        [outboundId, account.workspaceId, account.id, sealed, tx.now],
      ),
    );
    return (await this.findPrepared(outboundId))!;
  }

  /** Notes, before the first byte leaves, that an attempt begins. @throws a unique violation when it began elsewhere. */
  async begin(tx: Tx, account: Owner, outboundId: string, attempt: number): Promise<void> {
    await tx.execute(
      `insert into intake.sends (outbound_id, attempt, workspace_id, account_id, started_at) values ($1, $2, $3, $4, $5)`,
      [outboundId, attempt, account.workspaceId, account.id, tx.now],
    );
  }

  /** @returns false when the attempt was settled meanwhile, by a copy of the message that came back. */
  async settle(
    tx: Tx,
    outboundId: string,
    attempt: number,
    outcome: SendOutcome,
    detail: string,
    nativeIds: readonly string[] = [],
  ): Promise<boolean> {
    const settled = await tx.execute(
      `update intake.sends set outcome = $3, detail = $4, native_ids = $5, settled_at = $6
        where outbound_id = $1 and attempt = $2 and outcome is null`,
      [outboundId, attempt, outcome, detail.slice(0, 2_000), nativeIds, tx.now],
    );
    return settled > 0;
  }

  private async findPrepared(outboundId: string): Promise<Buffer | undefined> {
    const rows = await this.database.query<{ bytes: Buffer }>(
      'select bytes from intake.prepared where outbound_id = $1',
      [outboundId],
    );
    return rows[0] && this.vault.open('prepared', outboundId, rows[0].bytes);
  }
}
