import type { AccountEvent } from '@app/channel';
import type { Tx } from '@app/runtime';

/** An account of ours as the inbox knows it. */
export interface KnownAccount {
  readonly id: string;
  readonly channel: string;
  /** Our own address; empty while its connector has not told it. */
  readonly address: string;
  /** All that came through it is being erased, or was: nothing more is taken in. */
  readonly purged: boolean;
}

/** What was erased of an account that stays disconnected does not come back with its next news. */
function stays(column: string): string {
  return `case when a.purged_at is not null and excluded.status = 'disconnected' then a.${column} else excluded.${column} end`;
}

/**
 * Keeps what connectors tell of our accounts; the newest version counts, in whatever order they arrive. An account whose
 * mail comes before its own event is made with what is known.
 * @returns the account, and whether something about it changed.
 */
export async function saveAccount(
  tx: Tx,
  account: { readonly id: string; readonly channel: string },
  events: readonly AccountEvent[],
): Promise<{ account: KnownAccount; changed: boolean }> {
  const newest = events.reduce<AccountEvent | undefined>((a, b) => (a && a.version >= b.version ? a : b), undefined);
  let changed = false;
  if (newest) {
    const rows = await tx.query(
      /* sql */ `
      insert into inbox.accounts as a (id, workspace_id, channel, address, name, simulated, status, detail, paused_until,
                                       max_length, max_attachment_bytes, version, checked_at, part_length, private_reply,
                                       moderates, token_expires_at, public_length, public_files, public_counting)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
      on conflict (id) do update set address = ${stays('address')}, name = ${stays('name')}, simulated = excluded.simulated,
             status = excluded.status, detail = excluded.detail, paused_until = excluded.paused_until,
             max_length = excluded.max_length, max_attachment_bytes = excluded.max_attachment_bytes,
             version = excluded.version, checked_at = excluded.checked_at, part_length = excluded.part_length,
             private_reply = excluded.private_reply, moderates = excluded.moderates, token_expires_at = excluded.token_expires_at,
             public_length = excluded.public_length, public_files = excluded.public_files,
             public_counting = excluded.public_counting,
             purged_at = case when excluded.status = 'disconnected' then a.purged_at end
       where a.version < excluded.version
      returning 1`,
      [
        account.id,
        tx.workspaceId,
        newest.channel,
        newest.address,
        newest.name,
        newest.simulated,
        newest.status,
        newest.detail,
        newest.pausedUntil,
        newest.maxLength,
        newest.maxAttachmentBytes,
        newest.version,
        newest.at,
        newest.partLength,
        newest.privateReply,
        newest.moderates,
        newest.tokenExpiresAt,
        newest.publicLength,
        newest.publicFiles,
        newest.publicCounting,
      ],
    );
    changed = rows.length > 0;
  } else {
    await tx.query(
      /* sql */ `
      insert into inbox.accounts (id, workspace_id, channel, address, name, simulated, status, detail, version, checked_at)
      values ($1, $2, $3, '', '', false, 'degraded', '', -1, $4) on conflict (id) do nothing`,
      [account.id, tx.workspaceId, account.channel, tx.now],
    );
  }
  const [known] = await tx.query<KnownAccount>(
    'select id, channel, address, purged_at is not null as purged from inbox.accounts where id = $1',
    [account.id],
  );
  return { account: known!, changed };
}
