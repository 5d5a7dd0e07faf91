import { Injectable } from '@nestjs/common';
import { Notes, once, Replies, type MessageFacts } from '@app/inbox';
import { ChangeFeed } from '@app/runtime';
import { findOpened } from '../conversations/opened';
import { notYours } from '../conversations/not-yours';
import { isUuid } from '../graphql/cursor';
import { wordOf } from '../graphql/enum-names';
import type { MessageSendInput, NoteCreateInput, Resolvers, ResolversTypes } from '../graphql/generated';
import type { Operation } from '../graphql/operation';
import type { ResolvesFields } from '../graphql/schema';
import { faultOfKey, invalid, notFound } from '../graphql/user-errors';
import { faultOfFiles } from './draft-files';
import { edgeOf } from './timeline-edge';

type Refusal = Awaited<ResolversTypes['UserError']>;

/** Sending, trying again, deciding, and notes. */
@Injectable()
export class MessageMutationsResolver implements ResolvesFields {
  constructor(
    private readonly replies: Replies,
    private readonly notes: Notes,
    private readonly changes: ChangeFeed,
  ) {}

  resolvers(): Resolvers {
    return {
      Mutation: {
        messageSend: (_, { input }, operation) => this.send(operation, input),
        noteCreate: (_, { input }, operation) => this.note(operation, input),
        messageRetry: (_, { input }, operation) =>
          this.again(operation, input, 'messageRetry', operation.words.notRetryable, (tx, call) =>
            this.replies.retry(tx, call),
          ),
        messageSettle: (_, { input }, operation) =>
          this.again(operation, input, 'messageSettle', operation.words.notUncertain, (tx, call) =>
            this.replies.settle(tx, { ...call, outcome: wordOf(input.decision) }),
          ),
      },
    };
  }

  private async send(operation: Operation, input: MessageSendInput) {
    const { clientMutationId, conversationId, text } = input;
    const { words, viewer } = operation;
    const refuse = (...userErrors: Refusal[]) => ({
      message: null,
      timelineItemEdge: null,
      conversation: null,
      wait: null,
      userErrors,
      clientMutationId,
      syncId: null,
    });
    const attachmentIds = [...new Set(input.attachmentIds ?? [])];
    const fault = faultOfKey(clientMutationId, words) ?? faultOfFiles(attachmentIds, operation);
    if (fault) return refuse(fault);
    const conversation = isUuid(conversationId) ? await findOpened(operation, conversationId) : undefined;
    if (!conversation) return refuse(notFound(['conversationId'], words));
    if (!isUuid(input.seenUpTo)) return refuse(notFound(['seenUpTo'], words));

    const result = await operation.write((tx) =>
      this.replies.send(tx, {
        agentId: viewer.agentId,
        conversationId,
        text,
        attachmentIds,
        replyKind: wordOf(input.replyKind ?? 'ANSWER'),
        seenUpTo: input.seenUpTo,
        clientMutationId,
      }),
    );
    if ('error' in result) {
      switch (result.error) {
        case 'collision': {
          const newerItems = await itemsOf(operation, result.newer);
          return refuse({ __typename: 'CollisionError', field: null, message: words.collision, newerItems });
        }
        case 'not-held':
          return refuse(await notYours(operation, conversationId));
        case 'no-recipient':
          return refuse(invalid(null, words.noRecipient));
        case 'reconnect-needed': {
          const account = (await operation.load.accounts.load(conversation.accountId))!;
          return refuse({
            __typename: 'AccountUnavailableError',
            field: null,
            message: words.reconnectNeeded,
            account,
          });
        }
        case 'too-long':
          return refuse(tooLong(operation, text, result.max));
        case 'empty':
          return refuse(invalid(['text'], words.missing('text')));
        case 'unknown-attachment':
          return refuse(invalid(['attachmentIds'], words.unknownAttachment));
      }
    }
    const item = (await operation.load.messages.load(result.message.id))!;
    const after = (await operation.load.conversations.load(conversationId))!;
    const waitId = after.waitId ?? conversation.waitId;
    return {
      message: item,
      timelineItemEdge: edgeOf(item),
      conversation: after,
      wait: waitId === null ? null : ((await operation.load.waits.load(waitId)) ?? null),
      userErrors: [],
      clientMutationId,
      syncId: await this.syncId(operation),
    };
  }

  private async note(operation: Operation, input: NoteCreateInput) {
    const { clientMutationId, conversationId, text } = input;
    const { words, viewer } = operation;
    const refuse = (...userErrors: Refusal[]) => ({
      note: null,
      timelineItemEdge: null,
      userErrors,
      clientMutationId,
      syncId: null,
    });
    const fault = faultOfKey(clientMutationId, words);
    if (fault) return refuse(fault);
    const conversation = isUuid(conversationId) ? await findOpened(operation, conversationId) : undefined;
    if (!conversation) return refuse(notFound(['conversationId'], words));
    const result = await operation.write((tx) =>
      this.notes.create(tx, { agentId: viewer.agentId, conversationId, text, clientMutationId }),
    );
    if ('error' in result) {
      if (result.error === 'too-long') return refuse(tooLong(operation, text, result.max));
      if (result.error === 'empty') return refuse(invalid(['text'], words.missing('text')));
      return refuse(await notYours(operation, conversationId));
    }
    const note = (await operation.load.messages.load(result.message.id))!;
    return {
      note,
      timelineItemEdge: edgeOf(note),
      userErrors: [],
      clientMutationId,
      syncId: await this.syncId(operation),
    };
  }

  /** Trying again and deciding, which differ in the state they start from. */
  private async again(
    operation: Operation,
    input: { readonly messageId: string; readonly clientMutationId: string },
    name: 'messageRetry' | 'messageSettle',
    wrongState: string,
    act: (
      tx: Parameters<Replies['retry']>[0],
      call: Parameters<Replies['retry']>[1],
    ) => ReturnType<Replies['retry'] | Replies['settle']>,
  ) {
    const { clientMutationId, messageId } = input;
    const { words, viewer } = operation;
    const refuse = (...userErrors: Refusal[]) => ({ message: null, userErrors, clientMutationId, syncId: null });
    const fault = faultOfKey(clientMutationId, words);
    if (fault) return refuse(fault);
    const before = isUuid(messageId) ? await operation.load.messages.load(messageId) : undefined;
    const conversation = before && (await findOpened(operation, before.conversationId));
    if (!conversation) return refuse(notFound(['messageId'], words));
    const result = await operation.write((tx) =>
      once(tx, { agentId: viewer.agentId, key: clientMutationId, name }, async () => {
        const acted = await act(tx, { agentId: viewer.agentId, messageId });
        return 'error' in acted ? acted : { messageId };
      }),
    );
    if ('error' in result) {
      if (result.error === 'not-held') return refuse(await notYours(operation, conversation.id));
      if (result.error !== 'reconnect-needed') return refuse(invalid(['messageId'], wrongState));
      const account = (await operation.load.accounts.load(conversation.accountId))!;
      return refuse({ __typename: 'AccountUnavailableError', field: null, message: words.reconnectNeeded, account });
    }
    const message = (await operation.load.messages.load(messageId))!;
    return { message, userErrors: [], clientMutationId, syncId: await this.syncId(operation) };
  }

  private syncId(operation: Operation): Promise<string> {
    return operation.read((tx) => this.changes.currentSyncId(tx));
  }
}

function tooLong({ words }: Operation, text: string, limit: number): Refusal {
  const actual = text.length;
  return { __typename: 'TooLongError', field: ['input', 'text'], message: words.tooLong(limit, actual), limit, actual };
}

async function itemsOf(operation: Operation, ids: readonly string[]): Promise<MessageFacts[]> {
  const items = await Promise.all(ids.map((id) => operation.load.messages.load(id)));
  return items.filter((item) => item !== undefined);
}
