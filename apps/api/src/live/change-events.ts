import { Injectable } from '@nestjs/common';
import { Queue, readChanges, readCounters, type Change } from '@app/inbox';
import { ChangeFeed, InvalidSyncId } from '@app/runtime';
import { findOpened, isOpened } from '../conversations/opened';
import { badArgument } from '../graphql/cursor';
import type { ResolversTypes } from '../graphql/generated';
import type { Operation } from '../graphql/operation';
import { edgeOf } from '../messages/timeline-edge';

export type InboxEvent = Awaited<ResolversTypes['InboxEvent']>;

/** What changed since a place, as the viewer may see it. */
export interface Changed {
  readonly events: readonly InboxEvent[];
  readonly syncId: string;
  readonly hasMore: boolean;
  readonly tooOld: boolean;
}

/**
 * Turns the change log into events for one viewer. What the viewer may not open is left out, but for the figures of the
 * queue; several changes of one thing are one event, which shows it as it is now.
 */
@Injectable()
export class ChangeEvents {
  constructor(
    private readonly feed: ChangeFeed,
    private readonly queue: Queue,
  ) {}

  /** @throws BAD_USER_INPUT for a sync id that is none of ours. */
  async since(operation: Operation, syncId: string, limit: number): Promise<Changed> {
    const { agentId } = operation.viewer;
    const read = await operation
      .read((tx) => readChanges(this.feed, tx, { agentId, syncId, limit }))
      .catch((error: unknown) => {
        if (!(error instanceof InvalidSyncId)) throw error;
        throw badArgument('syncId', 'something else', 'a sync id that the server has given');
      });
    if (read.kind === 'refetch') return { events: [], syncId: read.syncId, hasMore: false, tooOld: true };
    const at = operation.database.clock.now();
    const shown = await Promise.all(newestOfEach(read.changes).map((change) => this.show(operation, change, at)));
    const bare = shown.filter((event) => event !== undefined);
    // only the last event moves the client on: one that breaks off in between reads the others again
    const events = bare.map((event, i) => ({ ...event, syncId: i === bare.length - 1 ? read.syncId : syncId }));
    return { events, syncId: read.syncId, hasMore: read.more, tooOld: false };
  }

  private async show(operation: Operation, change: Change, at: Date): Promise<InboxEvent | undefined> {
    const event = { syncId: '', at, clientMutationId: change.clientMutationId ?? null };
    const { load, viewer } = operation;
    switch (change.kind) {
      case 'queue': {
        const { waiting, oldestWaitingSince } = await operation.read((tx) => this.queue.state(tx));
        return { __typename: 'QueueChangedEvent', ...event, waiting, oldestWaitingSince };
      }
      case 'conversation': {
        const conversation = await load.conversations.load(change.id);
        if (!conversation) return { __typename: 'ConversationGoneEvent', ...event, conversationId: change.id };
        return isOpened(conversation, operation)
          ? { __typename: 'ConversationChangedEvent', ...event, conversation }
          : undefined;
      }
      case 'message': {
        const item = await load.messages.load(change.id);
        if (!item || !(await findOpened(operation, item.conversationId))) return undefined;
        const { conversationId } = item;
        return { __typename: 'TimelineItemChangedEvent', ...event, conversationId, timelineItemEdge: edgeOf(item) };
      }
      case 'draft': {
        const conversationId = change.conversationId ?? change.id;
        if (change.agentId !== viewer.agentId || !(await findOpened(operation, conversationId))) return undefined;
        const draft = (await load.drafts.load(conversationId)) ?? null;
        return { __typename: 'DraftChangedEvent', ...event, conversationId, draft };
      }
      case 'offer': {
        if (change.agentId !== viewer.agentId) return undefined;
        const counters = await operation.read((tx) => readCounters(tx, viewer.agentId));
        return { __typename: 'CountersChangedEvent', ...event, counters };
      }
      case 'account': {
        const account = await load.accounts.load(change.id);
        return account && { __typename: 'AccountChangedEvent', ...event, account };
      }
      case 'agent':
        return undefined;
    }
  }
}

/** The last change of each thing, in the order of the last changes; the queue is one thing, the viewer's offers another. */
function newestOfEach(changes: readonly Change[]): Change[] {
  const newest = new Map<string, Change>();
  for (const change of changes) {
    const key = change.kind === 'offer' ? `offer ${change.agentId}` : `${change.kind} ${change.id}`;
    const before = newest.get(key);
    newest.delete(key);
    newest.set(key, { ...change, clientMutationId: change.clientMutationId ?? before?.clientMutationId ?? null });
  }
  return [...newest.values()];
}
