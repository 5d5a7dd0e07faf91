import { Injectable } from '@nestjs/common';
import {
  findConversationId,
  listDoneConversations,
  listHeldConversations,
  listTroubledConversations,
  type MessageFacts,
} from '@app/inbox';
import { connectionOf, isInstant, isUuid, pageRequest } from '../graphql/cursor';
import { enumName } from '../graphql/enum-names';
import type { Resolvers } from '../graphql/generated';
import type { Operation } from '../graphql/operation';
import type { ResolvesFields } from '../graphql/schema';
import { isOpened } from './opened';
import { answerableInPrivate, shownWindow } from './reply-window';

const LISTS = { MINE: listHeldConversations, FAILED: listTroubledConversations, DONE: listDoneConversations };

@Injectable()
export class ConversationsResolver implements ResolvesFields {
  resolvers(): Resolvers {
    return {
      Query: {
        conversations: async (_, args, operation) => {
          const request = pageRequest(args, [isInstant, isUuid]);
          const { agentId } = operation.viewer;
          const page = await operation.read((tx) => LISTS[args.view](tx, agentId, request));
          for (const { value } of page.items) operation.load.conversations.prime(value.id, value);
          return connectionOf(page, request);
        },
        conversation: async (_, { reference }, operation) => {
          const number = /^C-(\d{1,9})$/i.exec(reference.trim())?.[1];
          if (number === undefined) return null;
          const id = await operation.read((tx) => findConversationId(tx, Number(number)));
          return id === undefined ? null : ((await operation.load.conversations.load(id)) ?? null);
        },
      },
      Conversation: {
        reference: (c) => `C-${c.number}`,
        account: async (c, _args, { load }) => (await load.accounts.load(c.accountId))!,
        channel: (c) => enumName(c.channel),
        visibility: (c) => enumName(c.visibility),
        opened: (c, _args, operation) => isOpened(c, operation),
        customer: async (c, _args, operation) => {
          if (!isOpened(c, operation)) return null;
          return { ...(await operation.load.customers.load(c.customerId))!, known: true };
        },
        subject: (c, _args, operation) => (isOpened(c, operation) ? c.subject : null),
        preview: (c, _args, operation) => (isOpened(c, operation) ? c.preview : null),
        wait: async (c, _args, { load }) => (c.waitId === null ? null : ((await load.waits.load(c.waitId)) ?? null)),
        offer: async (c, _args, { load }) =>
          c.offerId === null ? null : ((await load.offers.load(c.offerId)) ?? null),
        heldBy: async (c, _args, { load }) => (c.heldBy === null ? null : ((await load.agents.load(c.heldBy)) ?? null)),
        draft: async (c, _args, operation) =>
          isOpened(c, operation) ? ((await operation.load.drafts.load(c.id)) ?? null) : null,
        timeline: async (c, args, operation) => {
          const request = pageRequest(args, [isInstant, isUuid]);
          if (!isOpened(c, operation)) return null;
          return connectionOf(await operation.load.timelines.load({ conversationId: c.id, request }), request);
        },
        trouble: (c) => c.trouble && enumName(c.trouble),
        replyWindow: shownWindow,
        linked: async (c, _args, operation) => {
          if (!isOpened(c, operation)) return [];
          const linked = await Promise.all(c.linked.map((id) => operation.load.conversations.load(id)));
          return linked.filter((other) => other !== undefined);
        },
        matter: async (c, _args, operation) => {
          if (!isOpened(c, operation)) return [];
          const others = await Promise.all(c.matter.map((id) => operation.load.conversations.load(id)));
          return others.filter((other) => other !== undefined);
        },
        newestPrivateReply: async (c, _args, operation) =>
          isOpened(c, operation) && c.visibility === 'public'
            ? ((await newestReplyIn(c.linked, operation)) ?? null)
            : null,
        handledElsewhere: (c, _args, operation) =>
          c.handledBy === null || !isOpened(c, operation) ? null : c.handledBy || operation.words.anotherProgram,
        canAnswerInPrivate: (c, _args, operation) => isOpened(c, operation) && answerableInPrivate(c, operation),
        lastMessageAt: (c) => c.lastMessageAt.toISOString(),
      },
    };
  }
}

/** So many of the newest messages of a conversation are looked through for one of ours. */
const LOOKED_THROUGH = 10;

/** The newest reply that was written here, in these conversations; conversations of one statement with others asked for alike. */
async function newestReplyIn(
  conversationIds: readonly string[],
  operation: Operation,
): Promise<MessageFacts | undefined> {
  const request = { limit: LOOKED_THROUGH, backward: true };
  const pages = await Promise.all(
    conversationIds.map((conversationId) => operation.load.timelines.load({ conversationId, request })),
  );
  return pages
    .flatMap(({ items }) => items.map(({ value }) => value))
    .filter(({ direction, origin }) => direction === 'outbound' && origin === 'evenhand')
    .reduce<MessageFacts | undefined>((newest, reply) => (newest && newest.at >= reply.at ? newest : reply), undefined);
}
