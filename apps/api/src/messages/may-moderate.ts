import type { MessageFacts } from '@app/inbox';
import { findOpened } from '../conversations/opened';
import type { Operation } from '../graphql/operation';

/** Whether the viewer may hide, show or delete a message: those who may answer it may. */
export async function mayModerate(message: MessageFacts, _args: unknown, operation: Operation): Promise<boolean> {
  if (!message.moderatable) return false;
  const conversation = await findOpened(operation, message.conversationId);
  return conversation !== undefined && (conversation.waitId === null || conversation.offerId !== null);
}
