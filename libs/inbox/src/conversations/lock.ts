import type { Tx } from '@app/runtime';

/** What a writer needs to know of a conversation before it adds to it. */
export interface LockedConversation {
  readonly id: string;
  readonly number: number;
  readonly accountId: string;
  readonly channel: string;
  readonly visibility: 'public' | 'private';
  /** The platform's own conversation key, where it has one. */
  readonly threadKey: string | null;
  /** The public conversation that this private one continues, if any. */
  readonly continues: string | null;
  readonly customerId: string;
  /** The open wait, if any. */
  readonly waitId: string | null;
}

/** Whoever takes in, begins a conversation or works on several holds this row, and before any conversation. */
export async function holdWorkspace(tx: Tx): Promise<void> {
  await tx.query('select 1 from inbox.workspaces where workspace_id = $1 for no key update', [tx.workspaceId]);
}

/**
 * Locks conversations in the order of their ids until the transaction ends. Whoever adds a message does this first: so the
 * numbers of one conversation's messages are in the order in which they can be seen, and an answer cannot cover what was
 * never on the screen. Taken before the record's head.
 */
export async function lockConversations(tx: Tx, ids: readonly string[]): Promise<LockedConversation[]> {
  if (ids.length === 0) return [];
  return tx.query<LockedConversation>(
    /* sql */ `
    select id, number, account_id as "accountId", channel, visibility, thread_key as "threadKey", continues,
           customer_id as "customerId", wait_id as "waitId"
      from inbox.conversations where id = any($1::uuid[]) order by id for no key update`,
    [ids],
  );
}

export async function lockConversation(tx: Tx, id: string): Promise<LockedConversation | undefined> {
  return (await lockConversations(tx, [id]))[0];
}
