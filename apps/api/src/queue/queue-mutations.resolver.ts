import { Injectable } from '@nestjs/common';
import {
  findConversationOfWait,
  findLastAnswerAt,
  MAX_NOTE_LENGTH,
  Queue,
  readNewerItems,
  readOffers,
  readWaits,
  UNDO_MS,
  Waits,
  once,
  type MessageFacts,
} from '@app/inbox';
import { ChangeFeed } from '@app/runtime';
import { isUuid } from '../graphql/cursor';
import { wordOf } from '../graphql/enum-names';
import type { NoReplyNeededInput, NoReplyNeededUndoInput, Resolvers, ResolversTypes } from '../graphql/generated';
import type { Operation } from '../graphql/operation';
import type { ResolvesFields } from '../graphql/schema';
import { faultOfKey, invalid, notFound } from '../graphql/user-errors';
import { isOpened } from '../conversations/opened';
import { notYours } from '../conversations/not-yours';

type Refusal = Awaited<ResolversTypes['UserError']>;

/** Rolls the dismissal back: the customer has written something that was not on the screen. */
class SomethingNewer extends Error {
  constructor(readonly ids: readonly string[]) {
    super('there is something newer');
  }
}

/** Taking, giving back and dismissing. */
@Injectable()
export class QueueMutationsResolver implements ResolvesFields {
  constructor(
    private readonly queue: Queue,
    private readonly waits: Waits,
    private readonly changes: ChangeFeed,
  ) {}

  resolvers(): Resolvers {
    return {
      Mutation: {
        offerNext: async (_, { input }, operation) => {
          const { clientMutationId } = input;
          const { words, viewer } = operation;
          const refuse = (...userErrors: Refusal[]) => ({ offer: null, userErrors, clientMutationId, syncId: null });
          const fault = faultOfKey(clientMutationId, words);
          if (fault) return refuse(fault);
          const result = await operation.write((tx) =>
            this.queue.offerNext(tx, { agentId: viewer.agentId, clientMutationId }),
          );
          if ('error' in result) {
            if (result.error === 'at-capacity') {
              const open = result.offers.length;
              const message = words.atCapacity(open);
              return refuse({ __typename: 'AtCapacityError', field: null, message, open, ceiling: open });
            }
            const lastAnswerAt = (await operation.read(findLastAnswerAt)) ?? null;
            return refuse({
              __typename: 'NobodyWaitingError',
              field: null,
              message: words.nobodyWaiting,
              lastAnswerAt,
            });
          }
          return { offer: result.offer, userErrors: [], clientMutationId, syncId: await this.syncId(operation) };
        },
        offerDecline: async (_, { input }, operation) => {
          const { clientMutationId, offerId } = input;
          const { words, viewer } = operation;
          const refuse = (...userErrors: Refusal[]) => ({ offer: null, userErrors, clientMutationId, syncId: null });
          const fault = faultOfKey(clientMutationId, words);
          if (fault) return refuse(fault);
          if (!isUuid(offerId)) return refuse(notFound(['offerId'], words));
          const result = await operation.write((tx) =>
            once(tx, { agentId: viewer.agentId, key: clientMutationId, name: 'offerDecline' }, async () => {
              const declined = await this.queue.decline(tx, {
                agentId: viewer.agentId,
                offerId,
                reason: wordOf(input.reason),
              });
              return 'error' in declined ? declined : { declined: offerId };
            }),
          );
          const [offer] = await operation.read((tx) => readOffers(tx, [offerId]));
          if (!offer || offer.agentId !== viewer.agentId) return refuse(notFound(['offerId'], words));
          if ('error' in result) return refuse({ __typename: 'OfferOverError', field: null, message: words.offerOver });
          return { offer, userErrors: [], clientMutationId, syncId: await this.syncId(operation) };
        },
        noReplyNeeded: (_, { input }, operation) => this.dismiss(operation, input),
        noReplyNeededUndo: (_, { input }, operation) => this.undo(operation, input),
      },
    };
  }

  private async dismiss(operation: Operation, input: NoReplyNeededInput) {
    const { clientMutationId, conversationId } = input;
    const { words, viewer } = operation;
    const refuse = (...userErrors: Refusal[]) => ({ ...nothing(clientMutationId), userErrors });
    const fault = faultOfKey(clientMutationId, words);
    if (fault) return refuse(fault);
    if (input.note && input.note.length > MAX_NOTE_LENGTH) {
      return refuse(invalid(['note'], words.tooLong(MAX_NOTE_LENGTH, input.note.length)));
    }
    const conversation = await operation.load.conversations.load(isUuid(conversationId) ? conversationId : NOWHERE);
    if (!conversation || !isOpened(conversation, operation)) return refuse(notFound(['conversationId'], words));

    const call = { agentId: viewer.agentId, key: clientMutationId, name: 'noReplyNeeded' };
    const result = await operation
      .write((tx) =>
        once(tx, call, async () => {
          if (conversation.waitId === null) return { error: 'not-held' as const };
          const ended = await this.waits.dismiss(tx, {
            agentId: viewer.agentId,
            waitId: conversation.waitId,
            reason: wordOf(input.reason),
            ...(input.note == null ? {} : { note: input.note }),
          });
          if ('error' in ended) return ended;
          // the conversation is locked by now: what is newer cannot change any more
          const newer = (await readNewerItems(tx, conversationId, input.seenUpTo, 20)).filter(
            ({ direction }) => direction === 'inbound',
          );
          if (newer.length > 0) throw new SomethingNewer(newer.map(({ id }) => id));
          return { waitId: ended.wait.id };
        }),
      )
      .catch((error: unknown) => {
        if (error instanceof SomethingNewer) return error;
        throw error;
      });
    if (result instanceof SomethingNewer) {
      const newerItems = (await operation.load.messages.loadMany([...result.ids])).filter(isItem);
      return refuse({ __typename: 'CollisionError', field: null, message: words.collision, newerItems });
    }
    if ('error' in result) return refuse(await notYours(operation, conversationId));
    return this.ended(operation, result.waitId, conversationId, clientMutationId);
  }

  private async undo(operation: Operation, input: NoReplyNeededUndoInput) {
    const { clientMutationId, waitId } = input;
    const { words, viewer } = operation;
    const refuse = (...userErrors: Refusal[]) => ({ ...nothing(clientMutationId), userErrors });
    const fault = faultOfKey(clientMutationId, words);
    if (fault) return refuse(fault);
    if (!isUuid(waitId)) return refuse(notFound(['waitId'], words));
    const [wait] = await operation.read((tx) => readWaits(tx, [waitId]));
    if (!wait) return refuse(notFound(['waitId'], words));
    const result = await operation.write((tx) =>
      once(tx, { agentId: viewer.agentId, key: clientMutationId, name: 'noReplyNeededUndo' }, async () => {
        const undone = await this.waits.undoDismiss(tx, { agentId: viewer.agentId, waitId });
        return 'error' in undone ? undone : { waitId: undone.wait.id };
      }),
    );
    if ('error' in result) return refuse({ __typename: 'UndoExpiredError', field: null, message: words.undoExpired });
    const conversationId = await operation.read((tx) => findConversationOfWait(tx, result.waitId));
    return this.ended(operation, result.waitId, conversationId, clientMutationId);
  }

  private async ended(
    operation: Operation,
    waitId: string,
    conversationId: string | undefined,
    clientMutationId: string,
  ) {
    const wait = (await operation.load.waits.load(waitId)) ?? null;
    const conversation = conversationId ? ((await operation.load.conversations.load(conversationId)) ?? null) : null;
    const undoUntil = wait?.endedAt ? new Date(wait.endedAt.getTime() + UNDO_MS) : null;
    const syncId = await this.syncId(operation);
    return { wait, conversation, undoUntil, userErrors: [], clientMutationId, syncId };
  }

  private syncId(operation: Operation): Promise<string> {
    return operation.read((tx) => this.changes.currentSyncId(tx));
  }
}

/** No row has this id. */
const NOWHERE = '00000000-0000-0000-0000-000000000000';

function nothing(clientMutationId: string) {
  return { wait: null, conversation: null, undoUntil: null, clientMutationId, syncId: null };
}

function isItem(item: MessageFacts | Error | undefined): item is MessageFacts {
  return item !== undefined && !(item instanceof Error);
}
