import { mayOpen, type ConversationFacts } from '@app/inbox';
import type { Operation } from '../graphql/operation';

/** Whether the viewer may see names and words of a conversation. The one place where the api decides it. */
export function isOpened(conversation: ConversationFacts, operation: Operation): boolean {
  return mayOpen(operation.viewer, conversation);
}

/** A conversation of the workspace that is opened for the viewer; undefined in every other case. */
export async function findOpened(operation: Operation, id: string): Promise<ConversationFacts | undefined> {
  const conversation = await operation.load.conversations.load(id);
  return conversation && isOpened(conversation, operation) ? conversation : undefined;
}
