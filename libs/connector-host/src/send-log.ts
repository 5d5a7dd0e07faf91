import type { ConnectorAccount } from '@app/channel';
import type { Database, Tx } from '@app/runtime';
import type { Part } from './part';
import type { Vault } from './vault';

/**
 * What became of an attempt; null while nobody knows. Neither `retry` nor `held` was taken: `held` for what was wrong with the
 * account, so that it does not count among the tries of the message.
 */
export type SendOutcome = 'sent' | 'failed' | 'retry' | 'held' | 'uncertain' | 'absent';

export interface Attempt {
  readonly attempt: number;
  readonly startedAt: Date;
  readonly outcome: SendOutcome | null;
}

type Owner = Pick<ConnectorAccount, 'id' | 'workspaceId'>;

/** The attempts at sending each part of a message, and the bytes that all of them send. */
export class SendLog {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  /** Attempts at a message by the id of the part, the first one first. */
  async attempts(messageId: string): Promise<ReadonlyMap<string, readonly Attempt[]>> {
    const rows = await this.database.query<Attempt & { id: string }>(
      `select outbound_id as id, attempt, started_at as "startedAt", outcome from intake.sends
        where outbound_id = $1 or message_id = $1 order by part, attempt`,
      [messageId],
    );
    const parts = new Map<string, Attempt[]>();
    for (const row of rows) parts.set(row.id, [...(parts.get(row.id) ?? []), row]);
    return parts;
  }

  /** Which of these native ids are those of other messages sent on the account. */
  async claimed(account: Owner, partId: string, nativeIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.database.query<{ id: string }>(
      `select distinct id from intake.sends, unnest(native_ids) id
        where account_id = $1 and outbound_id <> $2 and native_ids && $3::text[] and id = any($3::text[])`,
      [account.id, partId, nativeIds],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** The bytes of a part, built by `build` when they are needed for the first time and never again. */
  async prepared(account: Owner, partId: string, build: () => Promise<Buffer>): Promise<Buffer> {
    const known = await this.findPrepared(partId);
    if (known) return known;
    const sealed = this.vault.seal('prepared', partId, await build());
    await this.database.transaction('system', (tx) =>
      tx.execute(
        `insert into intake.prepared (outbound_id, workspace_id, account_id, bytes, prepared_at)
         values ($1, $2, $3, $4, $5) on conflict (outbound_id) do nothing`,
        [partId, account.workspaceId, account.id, sealed, tx.now],
      ),
    );
    return (await this.findPrepared(partId))!;
  }

  /**
   * Notes, before the first byte leaves, that an attempt begins.
   * @param fingerprint by which a copy without a mark of ours is recognised.
   * @throws a unique violation when it began elsewhere.
   */
  async begin(
    tx: Tx,
    account: Owner,
    { id, messageId, part, parts }: Omit<Part, 'outbound'>,
    attempt: number,
    fingerprint?: string,
  ): Promise<void> {
    await tx.execute(
      `insert into intake.sends (outbound_id, attempt, workspace_id, account_id, started_at, message_id, part, parts, fingerprint)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        id,
        attempt,
        account.workspaceId,
        account.id,
        tx.now,
        id === messageId ? null : messageId,
        part,
        parts,
        fingerprint ?? null,
      ],
    );
  }

  /**
   * @returns false when the attempt was settled meanwhile, by a copy of the message that came back. The ids of a receipt are
   * kept all the same: the copy may have been another's of equal text.
   */
  async settle(
    tx: Tx,
    partId: string,
    attempt: number,
    outcome: SendOutcome,
    detail: string,
    nativeIds: readonly string[] = [],
  ): Promise<boolean> {
    const settled = await tx.execute(
      `update intake.sends set outcome = $3, detail = $4, native_ids = $5, settled_at = $6
        where outbound_id = $1 and attempt = $2 and outcome is null`,
      [partId, attempt, outcome, detail.slice(0, 2_000), nativeIds, tx.now],
    );
    if (settled === 0 && nativeIds.length > 0) {
      await tx.execute(
        `update intake.sends set native_ids = array(select distinct id from unnest(native_ids || $3::text[]) id)
          where outbound_id = $1 and attempt = $2`,
        [partId, attempt, nativeIds],
      );
    }
    return settled > 0;
  }

  private async findPrepared(partId: string): Promise<Buffer | undefined> {
    const rows = await this.database.query<{ bytes: Buffer }>(
      'select bytes from intake.prepared where outbound_id = $1',
      [partId],
    );
    return rows[0] && this.vault.open('prepared', partId, rows[0].bytes);
  }
}
