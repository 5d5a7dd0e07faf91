import { cacheExchange, type Cache, type Resolver } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';

/** Interfaces of the schema and what implements them; the cache needs it to match fragments. */
const possibleTypes = {
  TimelineItem: ['Message', 'Note'],
  Actor: ['Agent', 'Customer', 'OutsideColleague'],
  InboxEvent: [
    'QueueChangedEvent',
    'ConversationChangedEvent',
    'TimelineItemChangedEvent',
    'DraftChangedEvent',
    'CountersChangedEvent',
    'AccountChangedEvent',
    'ConversationGoneEvent',
  ],
  UserError: [
    'InvalidInputError',
    'NotFoundError',
    'NotYoursError',
    'CredentialsWrongError',
    'TooManyAttemptsError',
    'NobodyWaitingError',
    'AtCapacityError',
    'OfferOverError',
    'UndoExpiredError',
    'CollisionError',
    'AccountUnavailableError',
    'TooLongError',
    'ReplyWindowClosedError',
    'PrivateReplyUnavailableError',
    'ConfirmationWrongError',
  ],
};

const embedded = () => null;
const errorsHaveNoId = Object.fromEntries(possibleTypes.UserError.map((name) => [name, embedded]));
const eventsHaveNoId = Object.fromEntries(possibleTypes.InboxEvent.map((name) => [name, embedded]));

const mergePages = relayPagination({ mergeMode: 'outwards' });

/** All pages that were read, as one. Null stays null: that of a conversation the viewer may not open. */
const timelineOf: Resolver = (parent, args, cache, info) =>
  cache.resolve(info.parentKey, 'timeline', args) === null ? null : mergePages(parent, args, cache, info);

interface TimelineEdge {
  readonly __typename: string;
  readonly cursor: string;
  readonly node: { readonly __typename: string; readonly id: string };
}

/** Adds an item to every page of a conversation's timeline that is in the cache; an item already there is only updated. */
export function addToTimeline(cache: Cache, conversationId: string, edge: TimelineEdge): void {
  const conversation = cache.keyOfEntity({ __typename: 'Conversation', id: conversationId });
  const edgeKey = cache.keyOfEntity({ ...edge, node: { ...edge.node } });
  if (!conversation || !edgeKey) return;
  for (const field of cache.inspectFields(conversation)) {
    // Pages before some cursor are older mail; what is new belongs to the newest page only.
    if (field.fieldName !== 'timeline' || field.arguments?.before) continue;
    const connection = cache.resolve(conversation, field.fieldKey);
    if (typeof connection !== 'string') continue;
    const edges = cache.resolve(connection, 'edges');
    if (!Array.isArray(edges) || (edges as unknown[]).includes(edgeKey)) continue;
    cache.link(connection, 'edges', [...(edges as string[]), edgeKey]);
  }
}

interface InboxEventResult {
  readonly __typename: string;
  readonly conversationId?: string;
  readonly timelineItemEdge?: TimelineEdge;
}

function applyEvent(cache: Cache, event: InboxEventResult | null | undefined): void {
  if (event?.__typename === 'TimelineItemChangedEvent' && event.timelineItemEdge && event.conversationId) {
    addToTimeline(cache, event.conversationId, event.timelineItemEdge);
  }
  // Erased, or part of another now: nothing of it stays here.
  if (event?.__typename === 'ConversationGoneEvent' && event.conversationId) {
    cache.invalidate({ __typename: 'Conversation', id: event.conversationId });
  }
}

/** The normalised cache. One per signed-in person: what one may see is never shown to the next. */
export const newCacheExchange = () =>
  cacheExchange({
    possibleTypes,
    keys: {
      // One of each in the page, so that an event about the counters reaches all who show them.
      Viewer: () => 'viewer',
      InboxCounters: () => 'counters',
      Installation: () => 'installation',
      QueueState: () => 'queue',
      TimelineItemEdge: (edge) => (edge.node as { id?: string } | undefined)?.id ?? null,
      QueueEntry: (entry) => entry.waitId as string,
      QueuePlace: embedded,
      QueueEntryConnection: embedded,
      WaitEnd: embedded,
      SendStatus: embedded,
      SendFailure: embedded,
      SendPart: embedded,
      ReplyWindow: embedded,
      Moderation: embedded,
      PendingFile: embedded,
      IntakeHealth: embedded,
      OutsideColleague: embedded,
      PageInfo: embedded,
      ChangeSet: embedded,
      DemoLogin: embedded,
      ...errorsHaveNoId,
      ...eventsHaveNoId,
    },
    resolvers: {
      Conversation: { timeline: timelineOf },
      Query: { conversations: relayPagination() },
    },
    updates: {
      Mutation: {
        messageSend: (result, args, cache) => addSent(cache, args, result.messageSend),
        noteCreate: (result, args, cache) => addSent(cache, args, result.noteCreate),
      },
      Query: {
        changesSince: (result, _args, cache) => {
          for (const event of (result.changesSince as { events?: InboxEventResult[] } | null)?.events ?? [])
            applyEvent(cache, event);
        },
      },
      Subscription: {
        inboxEvents: (result, _args, cache) => applyEvent(cache, result.inboxEvents as unknown as InboxEventResult),
      },
    },
  });

function addSent(cache: Cache, args: unknown, payload: unknown): void {
  const sent = payload as { timelineItemEdge?: TimelineEdge | null; conversation?: { id: string } | null } | null;
  // An answer in private to something public stands in another conversation.
  const conversationId = sent?.conversation?.id ?? (args as { input: { conversationId: string } }).input.conversationId;
  if (sent?.timelineItemEdge) addToTimeline(cache, conversationId, sent.timelineItemEdge);
}
