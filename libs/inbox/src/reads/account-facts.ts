import type { AccountStatus, ChannelKind, LengthCounting } from '@app/channel';
import type { Tx } from '@app/runtime';
import { pageOf, type Page, type PageRequest } from './page';

export interface AccountFacts {
  readonly id: string;
  readonly channel: ChannelKind;
  readonly address: string;
  readonly name: string;
  readonly simulated: boolean;
  readonly status: AccountStatus;
  readonly detail: string;
  readonly checkedAt: Date;
  readonly pausedUntil: Date | null;
  readonly maxLength: number | null;
  readonly maxAttachmentBytes: number | null;
  readonly partLength: number | null;
  readonly publicLength: number | null;
  /** How `publicLength` is counted; see `textLength`. */
  readonly publicCounting: LengthCounting;
  readonly publicFiles: boolean;
  /** Whether what was written in public can be tried to be answered in private. */
  readonly privateReply: boolean;
  readonly moderates: boolean;
  readonly tokenExpiresAt: Date | null;
}

const COLUMNS = /* sql */ `
  id, channel, address, name, simulated, status, detail, checked_at as "checkedAt", paused_until as "pausedUntil",
  max_length as "maxLength", max_attachment_bytes as "maxAttachmentBytes", part_length as "partLength",
  public_length as "publicLength", public_counting as "publicCounting", public_files as "publicFiles",
  private_reply as "privateReply", moderates, token_expires_at as "tokenExpiresAt"`;

/** These accounts of ours. */
export async function readAccounts(tx: Tx, ids: readonly string[]): Promise<AccountFacts[]> {
  return tx.query<AccountFacts>(`select ${COLUMNS} from inbox.accounts where id = any ($1::uuid[])`, [ids]);
}

/** All accounts of the workspace, by address. */
export async function listAccounts(tx: Tx, request: PageRequest): Promise<Page<AccountFacts>> {
  const rows = await tx.query<AccountFacts>(
    /* sql */ `
    select ${COLUMNS} from inbox.accounts
     where workspace_id = $1 and ($3::text is null or (address, id) > ($3, $4::uuid))
     order by address, id limit $2`,
    [tx.workspaceId, request.limit + 1, request.from?.[0] ?? null, request.from?.[1] ?? null],
  );
  return pageOf(rows, request, (row) => [row.address, row.id]);
}
