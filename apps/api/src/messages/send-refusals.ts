import { textLength, type ConversationFacts, type MessageFacts, type ReplyRefusal } from '@app/inbox';
import { notYours } from '../conversations/not-yours';
import { shownWindow } from '../conversations/reply-window';
import type { ResolversTypes } from '../graphql/generated';
import type { Operation } from '../graphql/operation';
import { invalid } from '../graphql/user-errors';

export type Refusal = Awaited<ResolversTypes['UserError']>;

interface RefusedText {
  readonly text: string;
  /** To be read by everybody. */
  readonly inPublic: boolean;
}

/** Why a reply was not sent, in words for its writer. The text stays with them in every case. */
export async function sendRefusal(
  operation: Operation,
  conversation: ConversationFacts,
  { text, inPublic }: RefusedText,
  refusal: ReplyRefusal,
): Promise<Refusal> {
  const { words } = operation;
  switch (refusal.error) {
    case 'collision': {
      const newerItems = await itemsOf(operation, refusal.newer);
      return { __typename: 'CollisionError', field: null, message: words.collision, newerItems };
    }
    case 'not-held':
      return notYours(operation, conversation.id);
    case 'no-recipient':
      return invalid(null, words.noRecipient);
    case 'reconnect-needed':
      return accountUnavailable(operation, conversation.accountId);
    case 'too-long': {
      const account = (await operation.load.accounts.load(conversation.accountId))!;
      return tooLong(operation, textLength(text, inPublic ? account.publicCounting : 'units'), refusal.max);
    }
    case 'empty':
      return invalid(['text'], words.missing('text'));
    case 'unknown-attachment':
      return invalid(['attachmentIds'], words.unknownAttachment);
    case 'window-closed': {
      const now = (await operation.load.conversations.load(conversation.id))!;
      const window = shownWindow(now, null, operation);
      return { __typename: 'ReplyWindowClosedError', field: null, message: words.windowClosed, window };
    }
    case 'private-reply-used':
      return privateReplyUnavailable('USED', words.privateReply.used);
    case 'private-reply-too-late':
      return privateReplyUnavailable('TOO_LATE', words.privateReply.tooLate);
    case 'private-reply-not-offered':
      return privateReplyUnavailable('NOT_OFFERED', words.privateReply.notOffered);
  }
}

/** The account cannot send now. */
export async function accountUnavailable(operation: Operation, accountId: string): Promise<Refusal> {
  const account = (await operation.load.accounts.load(accountId))!;
  return { __typename: 'AccountUnavailableError', field: null, message: operation.words.reconnectNeeded, account };
}

/** @param actual as the limit is counted */
export function tooLong({ words }: Operation, actual: number, limit: number): Refusal {
  return { __typename: 'TooLongError', field: ['input', 'text'], message: words.tooLong(limit, actual), limit, actual };
}

function privateReplyUnavailable(reason: ResolversTypes['PrivateReplyRefusal'], message: string): Refusal {
  return { __typename: 'PrivateReplyUnavailableError', field: ['input', 'visibility'], message, reason };
}

async function itemsOf(operation: Operation, ids: readonly string[]): Promise<MessageFacts[]> {
  const items = await Promise.all(ids.map((id) => operation.load.messages.load(id)));
  return items.filter((item) => item !== undefined);
}
