import { Injectable } from '@nestjs/common';
import { Moderation } from '@app/inbox';
import { ChangeFeed } from '@app/runtime';
import { notYours } from '../conversations/not-yours';
import { findOpened } from '../conversations/opened';
import { isUuid } from '../graphql/cursor';
import { wordOf } from '../graphql/enum-names';
import type { MessageModerateInput, Resolvers } from '../graphql/generated';
import type { Operation } from '../graphql/operation';
import type { ResolvesFields } from '../graphql/schema';
import { faultOfKey, invalid, notFound } from '../graphql/user-errors';
import type { Refusal } from './send-refusals';

/** Asking the platform to hide, show or delete what a customer wrote in public. */
@Injectable()
export class ModerationResolver implements ResolvesFields {
  constructor(
    private readonly moderation: Moderation,
    private readonly changes: ChangeFeed,
  ) {}

  resolvers(): Resolvers {
    return { Mutation: { messageModerate: (_, { input }, operation) => this.moderate(operation, input) } };
  }

  private async moderate(operation: Operation, { messageId, action, clientMutationId }: MessageModerateInput) {
    const { words, viewer } = operation;
    const refuse = (...userErrors: Refusal[]) => ({ message: null, userErrors, clientMutationId, syncId: null });
    const fault = faultOfKey(clientMutationId, words);
    if (fault) return refuse(fault);
    const before = isUuid(messageId) ? await operation.load.messages.load(messageId) : undefined;
    const conversation = before && (await findOpened(operation, before.conversationId));
    if (!conversation) return refuse(notFound(['messageId'], words));
    const asked = await operation.write((tx) =>
      this.moderation.ask(tx, { agentId: viewer.agentId, messageId, action: wordOf(action), clientMutationId }),
    );
    if ('error' in asked) {
      if (asked.error === 'not-held') return refuse(await notYours(operation, conversation.id));
      return refuse(invalid(['messageId'], words.notModeratable));
    }
    const message = (await operation.load.messages.load(messageId))!;
    const syncId = await operation.read((tx) => this.changes.currentSyncId(tx));
    return { message, userErrors: [], clientMutationId, syncId };
  }
}
