import type { Database, Tx } from '../database/database';
import type { Logger } from '../logging/logger';
import type { DatabaseListener } from './database-listener';
import type { RedisLink } from './redis-link';
import { decodeSyncId, encodeSyncId } from './sync-id';
import { Subscribers } from './subscribers';
import { WakeUps } from './wake-ups';

export interface ChangeFeedOptions {
  readonly database: Database;
  readonly logger: Logger;
  /** The change table, with schema. It has `xid xid8 default pg_current_xact_id()`, `number bigint`, `workspace_id`. */
  readonly table: string;
  /** Rows older than this may have been thrown away, milliseconds. Default 24 h. */
  readonly keptMs?: number;
  readonly listener?: DatabaseListener;
  readonly redis?: RedisLink;
  /** How often subscribed workspaces are looked at without any wake-up, milliseconds. Default 500. */
  readonly pollMs?: number;
}

/** What changed after a place, or the advice to load everything afresh because that can no longer be told. */
export type Changes<Row> =
  | { readonly kind: 'changes'; readonly rows: readonly Row[]; readonly syncId: string; readonly more: boolean }
  | { readonly kind: 'refetch'; readonly syncId: string };

const MAX_ROWS = 1_000;

/**
 * Live events of a change table. A row is `(xid8 of its writer, number)`; only rows below the snapshot's xmin are read,
 * so that none is skipped because its transaction began early and committed late. A writer that stays open therefore
 * delays everybody's live view: write transactions are to be short.
 */
export class ChangeFeed {
  private readonly wakeUps: WakeUps;
  private readonly subscribers: Subscribers;
  private readonly table: string;
  private readonly keptMs: number;

  constructor(private readonly options: ChangeFeedOptions) {
    if (!/^[a-z_]+\.[a-z_]+$/.test(options.table)) throw new TypeError(`not a table with its schema: ${options.table}`);
    this.table = options.table;
    this.keptMs = options.keptMs ?? 24 * 3_600_000;
    this.wakeUps = new WakeUps({ ...options, channel: `${options.table.replace('.', '_')}` });
    this.subscribers = new Subscribers({
      head: (workspaceId) => this.head(workspaceId),
      wakeUps: this.wakeUps,
      logger: options.logger,
      pollMs: options.pollMs ?? 500,
    });
  }

  /** Tells subscribers everywhere once `tx` has committed. Of a workspace's transaction. Safe any number of times. */
  notify(tx: Tx): void {
    const workspaceId = tx.workspaceId;
    tx.afterCommit(() => this.wakeUps.send(workspaceId));
  }

  /**
   * Yields at once, and then each time the workspace has changes to read; several at once are one. Ends when `signal`
   * aborts. Never throws: while the database is away it is silent, and yields when it is back.
   */
  subscribe(workspaceId: string, signal: AbortSignal): AsyncGenerator<void, void, undefined> {
    return this.subscribers.add(workspaceId, signal);
  }

  /**
   * Rows of the transaction's workspace after `syncId`, oldest first.
   * @param limit 1 to 1,000 rows.
   * @throws InvalidSyncId
   */
  async readSince<Row>(tx: Tx, syncId: string, limit: number): Promise<Changes<Row>> {
    const position = decodeSyncId(syncId);
    const size = Math.min(Math.max(1, Math.trunc(limit)), MAX_ROWS);
    const [state] = await tx.query<{ ahead: boolean }>(
      'select $1::xid8 > pg_snapshot_xmax(pg_current_snapshot()) as ahead',
      [position.xid],
    );
    // ahead of the server's own numbers: given out by another server, or before this one was put back from a backup
    if (state!.ahead || tx.now.getTime() - position.at.getTime() > this.keptMs) {
      return { kind: 'refetch', syncId: await this.currentSyncId(tx) };
    }
    const rows = await tx.query<Row & { xid: string; number: number }>(
      /* sql */ `
      select * from ${this.table}
       where workspace_id = $1 and (xid, number) > ($2::xid8, $3::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
       order by xid, number limit $4`,
      [tx.workspaceId, position.xid, position.number, size + 1],
    );
    const more = rows.length > size;
    const page = rows.slice(0, size);
    const last = page.at(-1) ?? position;
    return {
      kind: 'changes',
      rows: page,
      syncId: encodeSyncId({ xid: last.xid, number: last.number, at: tx.now }),
      more,
    };
  }

  /** The place of one who has read everything that `tx` can see. Take it before or in the transaction that reads the page. */
  async currentSyncId(tx: Tx): Promise<string> {
    // everything below xmin is visible here; what is above may be visible or not, and is read again
    const [row] = await tx.query<{ xid: string }>('select pg_snapshot_xmin(pg_current_snapshot())::text as xid');
    return encodeSyncId({ xid: row!.xid, number: 0, at: tx.now });
  }

  /** Ends all subscriptions. */
  async close(): Promise<void> {
    this.subscribers.close();
    await this.wakeUps.settled();
  }

  private async head(workspaceId: string): Promise<string> {
    const sql = /* sql */ `
      select xid::text || '.' || number as head from ${this.table}
       where workspace_id = $1 and xid < pg_snapshot_xmin(pg_current_snapshot())
       order by xid desc, number desc limit 1`;
    return this.options.database.transaction(
      { workspaceId },
      async (tx) => (await tx.query<{ head: string }>(sql, [workspaceId]))[0]?.head ?? '',
      { readOnly: true },
    );
  }
}
