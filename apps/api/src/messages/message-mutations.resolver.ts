import { Injectable } from '@nestjs/common';
import { Notes, once, Replies } from '@app/inbox';
import { ChangeFeed } from '@app/runtime';
import { findOpened } from '../conversations/opened';
import { notYours } from '../conversations/not-yours';
import { isUuid } from '../graphql/cursor';
import { wordOf } from '../graphql/enum-names';
import type { MessageSendInput, NoteCreateInput, Resolvers } from '../graphql/generated';
import type { Operation } from '../graphql/operation';
import type { ResolvesFields } from '../graphql/schema';
import { faultOfKey, invalid, notFound } from '../graphql/user-errors';
import { faultOfFiles } from './draft-files';
import { accountUnavailable, sendRefusal, tooLong, type Refusal } from './send-refusals';
import { edgeOf } from './timeline-edge';

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
    if (input.visibility === 'PUBLIC' && conversation.visibility === 'private') {
      return refuse(invalid(['visibility'], words.notPublic));
    }
    const inPrivate = input.visibility === 'PRIVATE' && conversation.visibility === 'public';

    const result = await operation.write((tx) =>
      this.replies.send(tx, {
        agentId: viewer.agentId,
        conversationId,
        text,
        attachmentIds,
        replyKind: wordOf(input.replyKind ?? 'ANSWER'),
        seenUpTo: input.seenUpTo,
        clientMutationId,
        outsideWindow: input.sendAnyway,
        ...(inPrivate ? { visibility: 'private' } : {}),
      }),
    );
    if ('error' in result) {
      const inPublic = conversation.visibility === 'public' && !inPrivate;
      return refuse(await sendRefusal(operation, conversation, { text, inPublic }, result));
    }
    const item = (await operation.load.messages.load(result.message.id))!;
    // a private answer to a public message stands in a conversation of its own, and ends the wait of the public one
    const after = (await operation.load.conversations.load(item.conversationId))!;
    const answered = (await operation.load.conversations.load(conversationId))!;
    const waitId = answered.waitId ?? conversation.waitId;
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
      if (result.error === 'too-long') return refuse(tooLong(operation, text.length, result.max));
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
      return refuse(await accountUnavailable(operation, conversation.accountId));
    }
    const message = (await operation.load.messages.load(messageId))!;
    return { message, userErrors: [], clientMutationId, syncId: await this.syncId(operation) };
  }

  private syncId(operation: Operation): Promise<string> {
    return operation.read((tx) => this.changes.currentSyncId(tx));
  }
}
