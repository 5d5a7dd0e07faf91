import { Injectable } from '@nestjs/common';
import { ChangeFeed } from '@app/runtime';
import { GraphQLError } from 'graphql';
import { badArgument } from '../graphql/cursor';
import type { Resolvers } from '../graphql/generated';
import type { Operation } from '../graphql/operation';
import type { ResolvesFields } from '../graphql/schema';
import { ChangeEvents, type InboxEvent } from './change-events';
import { SubscriptionOver } from '../graphql/subscription-over';

/** Rows of the change log read at once. */
const BATCH = 200;
const MOST = 500;

@Injectable()
export class LiveResolver implements ResolvesFields {
  constructor(
    private readonly events: ChangeEvents,
    private readonly feed: ChangeFeed,
  ) {}

  resolvers(): Resolvers {
    return {
      InboxEvent: { __resolveType: (event) => (event as { __typename: 'QueueChangedEvent' }).__typename },
      Query: {
        changesSince: async (_, { syncId, first }, operation) => {
          const limit = first ?? BATCH;
          if (limit < 1 || limit > MOST) throw badArgument('first', String(limit), `a number from 1 to ${MOST}`);
          return this.events.since(operation, syncId, limit);
        },
      },
      Subscription: {
        inboxEvents: {
          subscribe: (_, { after }, operation) => endsAtOnce(this.follow(operation, after ?? undefined), operation),
          resolve: (event: InboxEvent) => event,
        },
      },
    };
  }

  /**
   * Events one after another, as fast as the client takes them: nothing is kept for it here but its place in the log.
   * Between two events no connection is held.
   */
  private async *follow(operation: Operation, after: string | undefined): AsyncGenerator<InboxEvent, void, undefined> {
    let place = after ?? (await operation.read((tx) => this.feed.currentSyncId(tx)));
    await operation.end();
    const wakeUps = this.feed.subscribe(operation.viewer.workspaceId, operation.ended);
    try {
      for await (const _ of wakeUps) {
        for (let more = true; more && !operation.ended.aborted;) {
          const changed = await this.events.since(operation, place, BATCH);
          await operation.end();
          if (changed.tooOld) throw tooOld();
          for (const event of changed.events) {
            yield event;
            await operation.end();
          }
          place = changed.syncId;
          more = changed.hasMore;
        }
      }
    } catch (error) {
      // what is still asked for when the client has gone is refused: nobody waits for it
      if (!operation.ended.aborted) throw error;
    } finally {
      await operation.end();
    }
  }
}

/** A generator that waits cannot be told to return; this one is woken, so that nothing stays behind a closed socket. */
function endsAtOnce<T>(
  events: AsyncGenerator<T, void, undefined>,
  operation: Operation,
): AsyncIterableIterator<T, void> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => events.next(),
    return: async () => {
      await operation.abort(new SubscriptionOver());
      return events.return();
    },
    throw: (error: unknown) => events.throw(error),
  };
}

function tooOld(): GraphQLError {
  return new GraphQLError('The change log no longer reaches back to this sync id; read everything again.', {
    extensions: { code: 'SYNC_TOO_OLD' },
  });
}
