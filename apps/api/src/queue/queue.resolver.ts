import { Injectable } from '@nestjs/common';
import type { ChannelKind } from '@app/channel';
import { findLastAnswerAt, InvalidCursor, Queue } from '@app/inbox';
import { badArgument, pageRequest } from '../graphql/cursor';
import { enumName } from '../graphql/enum-names';
import type { Resolvers } from '../graphql/generated';
import type { ResolvesFields } from '../graphql/schema';

/** How the queue, its waits and offers are shown. What changes them stands in queue-mutations.resolver.ts. */
@Injectable()
export class QueueResolver implements ResolvesFields {
  constructor(private readonly queue: Queue) {}

  resolvers(): Resolvers {
    return {
      Query: { queue: (_, _args, operation) => operation.read((tx) => this.queue.state(tx)) },
      QueueState: {
        lastAnswerAt: async (_, _args, operation) => (await operation.read(findLastAnswerAt)) ?? null,
        entries: async (state, args, operation) => {
          const { limit, backward } = pageRequest({ ...args, after: null, before: null }, []);
          const page = await operation
            .read((tx) =>
              this.queue.entries(tx, {
                ...(backward ? { last: limit } : { first: limit }),
                ...(args.after == null ? {} : { after: args.after }),
                ...(args.before == null ? {} : { before: args.before }),
              }),
            )
            .catch((error: unknown) => {
              if (!(error instanceof InvalidCursor)) throw error;
              throw badArgument(backward ? 'before' : 'after', 'something else', 'a cursor that this list has given');
            });
          const nodes = page.entries.map((entry) => ({ ...entry, of: state.waiting }));
          return {
            edges: nodes.map((node) => ({ cursor: node.cursor, node })),
            nodes,
            pageInfo: {
              hasNextPage: page.hasNextPage,
              hasPreviousPage: page.hasPreviousPage,
              startCursor: nodes[0]?.cursor ?? null,
              endCursor: nodes.at(-1)?.cursor ?? null,
            },
            totalCount: state.waiting,
          };
        },
      },
      QueueEntry: {
        place: (entry) => ({ position: entry.position, of: entry.of }),
        channel: (entry) => enumName(entry.channel as ChannelKind),
        need: (entry) => enumName(entry.need),
      },
      Wait: {
        state: (wait) => enumName(wait.state),
        need: (wait) => enumName(wait.need),
        place: async (wait, _args, operation) =>
          wait.state === 'queued' ? ((await operation.load.queuePlaces.load(wait.id)) ?? null) : null,
        end: async (wait, _args, operation) => {
          if (wait.endKind === null) return null;
          return {
            kind: enumName(wait.endKind),
            at: wait.endedAt!,
            by: wait.endedBy === null ? null : ((await operation.load.agents.load(wait.endedBy)) ?? null),
            dismissal: wait.endKind === 'dismissed' && wait.endReason ? enumName(wait.endReason) : null,
          };
        },
      },
      Offer: {
        wait: async (offer, _args, { load }) => (await load.waits.load(offer.waitId))!,
        conversation: async (offer, _args, { load }) => (await load.conversations.load(offer.conversationId))!,
        agent: async (offer, _args, { load }) => (await load.agents.load(offer.agentId))!,
        state: (offer) => enumName(offer.state),
        decline: (offer) => offer.declineReason && enumName(offer.declineReason),
      },
    };
  }
}
