import { PRIVATE_REPLY_MS, replyWindowAt, type ConversationFacts } from '@app/inbox';
import { enumName } from '../graphql/enum-names';
import type { ResolversTypes } from '../graphql/generated';
import type { Operation } from '../graphql/operation';
import { isOpened } from './opened';

type ShownWindow = Awaited<ResolversTypes['ReplyWindow']>;

/** The platform's time for answers as the viewer may see it; nothing is told of a conversation that is not opened. */
export function shownWindow(conversation: ConversationFacts, _args: unknown, operation: Operation): ShownWindow {
  if (!isOpened(conversation, operation)) return { state: 'UNKNOWN', closesAt: null };
  const { state, closesAt } = replyWindowAt(conversation, operation.database.clock.now());
  return { state: enumName(state), closesAt };
}

/** Whether the customer's newest public message can still be answered in private. */
export function answerableInPrivate({ privatelyAnswerable }: ConversationFacts, operation: Operation): boolean {
  const now = operation.database.clock.now().getTime();
  return privatelyAnswerable !== null && now <= privatelyAnswerable.getTime() + PRIVATE_REPLY_MS;
}
