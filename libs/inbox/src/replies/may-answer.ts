import type { Tx } from '@app/runtime';
import type { LockedConversation } from '../conversations/lock';
import { mayOpen, readAccess } from '../people/access';

/** While a customer waits only the agent who was given the wait may act for us; otherwise those who may read. */
export async function mayAnswer(tx: Tx, agentId: string, conversation: LockedConversation): Promise<boolean> {
  if (conversation.waitId === null) {
    const access = (await readAccess(tx, agentId, [conversation.id])).get(conversation.id)!;
    return mayOpen({ agentId, role: 'agent' }, access);
  }
  const [held] = await tx.query(
    `select 1 from inbox.offers where wait_id = $1 and agent_id = $2 and state in ('open', 'taken')`,
    [conversation.waitId, agentId],
  );
  return held !== undefined;
}
