import type { Tx } from '@app/runtime';
import { OFFERED, QUEUED } from '../reads/may-open';

/** Who looks. */
export interface Viewer {
  readonly agentId: string;
  readonly role: AgentRole;
}
export type AgentRole = 'agent' | 'supervisor' | 'admin';

/** What decides whether a conversation is opened for a viewer. */
export interface ConversationAccess {
  /** The viewer has, or once had, an offer on it, on the conversation that it continues or that continues it, or on their wait. */
  readonly offered: boolean;
  /** Its customer waits in the queue, given to nobody. */
  readonly customerQueued: boolean;
}

/**
 * Whether a conversation may be shown with its texts: to those it was given to, and to all once its customer does not
 * stand in the queue, so that nobody reads the queue to pick from it. Supervisors see no more than that for now.
 */
export function mayOpen(_viewer: Viewer, conversation: ConversationAccess): boolean {
  return conversation.offered || !conversation.customerQueued;
}

/** The facts for `mayOpen`, for any number of conversations in one statement. Unknown ids are left out. */
export async function readAccess(
  tx: Tx,
  agentId: string,
  conversationIds: readonly string[],
): Promise<Map<string, ConversationAccess>> {
  const rows = await tx.query<{ id: string } & ConversationAccess>(
    /* sql */ `
    select c.id, ${OFFERED} as offered,
           ${QUEUED} as "customerQueued"
      from inbox.conversations c where c.id = any($2::uuid[])`,
    [agentId, conversationIds],
  );
  return new Map(rows.map(({ id, ...facts }) => [id, facts]));
}
