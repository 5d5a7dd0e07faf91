import type { ChangeFeed, Tx } from '@app/runtime';

/** Kinds of thing a live view shows. */
export type ChangeKind = 'queue' | 'offer' | 'conversation' | 'message' | 'draft' | 'account' | 'agent';

/** Something changed; a client loads it again, under its own rights. */
export interface Change {
  readonly kind: ChangeKind;
  /** Of the thing; for `queue` the workspace. */
  readonly id: string;
  readonly conversationId?: string | null;
  /** Set: of interest to this agent only. */
  readonly agentId?: string | null;
  readonly clientMutationId?: string | null;
}

/** The change table `ChangeFeed` reads. */
export const CHANGES_TABLE = 'inbox.changes';

/** Writes the change log of the workspace, in the transaction that makes the changes. */
export class Changes {
  constructor(private readonly feed: Pick<ChangeFeed, 'notify'>) {}

  /** One statement; those who watch are told after the commit. Write it before the record is appended. */
  async write(tx: Tx, changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    await tx.query(
      /* sql */ `
      insert into inbox.changes (workspace_id, kind, id, conversation_id, agent_id, client_mutation_id, at)
      select $1, c.kind, c.id, c."conversationId", c."agentId", c."clientMutationId", $2
        from jsonb_to_recordset($3::jsonb)
          as c(kind text, id uuid, "conversationId" uuid, "agentId" uuid, "clientMutationId" text)`,
      [tx.workspaceId, tx.now, JSON.stringify(changes)],
    );
    this.feed.notify(tx);
  }
}

/** A row of the change table as the feed gives it. */
interface ChangeRow {
  readonly kind: ChangeKind;
  readonly id: string;
  readonly conversation_id: string | null;
  readonly agent_id: string | null;
  readonly client_mutation_id: string | null;
}

/** What changed since a place, or the advice to load everything afresh. */
export type ChangesSince =
  | { readonly kind: 'changes'; readonly changes: readonly Change[]; readonly syncId: string; readonly more: boolean }
  | { readonly kind: 'refetch'; readonly syncId: string };

/**
 * What changed after `syncId` and is of interest to the agent, oldest first.
 * @param options.limit 1 to 1,000 rows read; fewer may be of interest.
 * @throws InvalidSyncId
 */
export async function readChanges(
  feed: Pick<ChangeFeed, 'readSince'>,
  tx: Tx,
  options: { readonly agentId: string; readonly syncId: string; readonly limit: number },
): Promise<ChangesSince> {
  const read = await feed.readSince<ChangeRow>(tx, options.syncId, options.limit);
  if (read.kind === 'refetch') return read;
  const changes = read.rows
    .filter((row) => row.agent_id === null || row.agent_id === options.agentId)
    .map((row) => ({
      kind: row.kind,
      id: row.id,
      conversationId: row.conversation_id,
      agentId: row.agent_id,
      clientMutationId: row.client_mutation_id,
    }));
  return { kind: 'changes', changes, syncId: read.syncId, more: read.more };
}
