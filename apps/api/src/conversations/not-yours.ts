import type { Operation } from '../graphql/operation';

/** The refusal for one who does not hold a conversation, with the one who does. */
export async function notYours(operation: Operation, conversationId: string) {
  const conversation = await operation.load.conversations.load(conversationId);
  const holder = conversation?.heldBy ? await operation.load.agents.load(conversation.heldBy) : undefined;
  return {
    __typename: 'NotYoursError' as const,
    field: null,
    message: operation.words.notYours,
    heldBy: holder ?? null,
  };
}
