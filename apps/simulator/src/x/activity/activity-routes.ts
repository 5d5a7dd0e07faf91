import type { Call } from '../api/call';
import { forbidden, invalid, notFound, type Problem, problem } from '../api/problem';
import type { Route } from '../api/route';
import type { ActivitySubscription } from '../model';
import type { Pushing } from '../pushing';
import { EVENT_TYPES } from './event-types';
import { MOST_ACTIVITY } from './subscriptions';

const EITHER = ['app', 'user'] as const;
/** Subscriptions of one page of the list. */
const PAGE = 100;
const LONGEST_TAG = 200;

/** Forms in which X answers a new subscription: its guides print the first two, its OpenAPI the third. */
const SHAPES: readonly ((one: object) => unknown)[] = [
  (one) => [one],
  (one) => one,
  (subscription) => ({ subscription }),
];

/** Subscriptions of the X Activity API, and its stream. */
export function activityRoutes(pushing: Pushing): Route[] {
  const { subscriptions } = pushing;
  let made = 0;
  const own = (call: Call, id = call.id()): ActivitySubscription => {
    const one = subscriptions.find(id);
    if (one?.appId !== call.who.app.id) throw notFound();
    return one;
  };
  const remove = (call: Call, ids: readonly string[]): { body: object } => {
    for (const id of ids) subscriptions.unsubscribe(own(call, id).id);
    const left = subscriptions.listOf(call.who.app.id).length;
    return { body: { data: { deleted: true }, meta: { total_subscriptions: left } } };
  };
  return [
    {
      endpoint: 'GET /2/activity/subscriptions',
      access: EITHER,
      free: true,
      handle: (call) => listed(call, subscriptions.listOf(call.who.app.id)),
    },
    {
      endpoint: 'POST /2/activity/subscriptions',
      access: EITHER,
      free: true,
      handle: (call) => {
        const wish = wishOf(call, pushing);
        const mine = subscriptions.listOf(call.who.app.id);
        if (mine.some((one) => same(one, wish)))
          throw wrong('event_type', wish.eventType, 'This subscription exists already');
        if (mine.length >= MOST_ACTIVITY)
          throw problem(403, 'SubscriptionLimitExceeded', `At most ${MOST_ACTIVITY} subscriptions`);
        const one = subscriptions.subscribe(wish);
        const shape = SHAPES[made % SHAPES.length]!;
        made += 1;
        return { body: { data: shape(shown(one)), meta: { total_subscriptions: mine.length + 1 } } };
      },
    },
    {
      endpoint: 'PUT /2/activity/subscriptions/:id',
      access: EITHER,
      free: true,
      handle: (call) => {
        const { id } = own(call);
        const [tag, webhookId] = [tagOf(call), webhookOf(call, pushing)];
        const one = subscriptions.change(id, { ...(tag !== undefined && { tag }), ...(webhookId !== undefined && { webhookId }) }); // prettier-ignore
        return { body: { data: one && shown(one) } };
      },
    },
    {
      endpoint: 'DELETE /2/activity/subscriptions/:id',
      access: EITHER,
      free: true,
      handle: (call) => remove(call, [call.id()]),
    },
    {
      endpoint: 'DELETE /2/activity/subscriptions',
      access: EITHER,
      free: true,
      handle: (call) => remove(call, call.list('ids')),
    },
    {
      endpoint: 'GET /2/activity/stream',
      access: ['app'],
      handle: (call) => {
        const appId = call.who.app.id;
        if (pushing.streams.isFull(appId)) {
          throw problem(429, 'ConnectionException', 'This stream is currently at the maximum allowed connection limit.', 'streaming-connection', { connection_issue: 'TooManyConnections' }); // prettier-ignore
        }
        if (subscriptions.listOf(appId).length === 0) throw problem(409, 'Conflict', 'There are no subscriptions.');
        const backfillMinutes = call.number('backfill_minutes', 0, 5, 0);
        const [from, to] = [call.time('start_time'), call.time('end_time')];
        const wish = { backfillMinutes, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
        return { body: undefined, stream: (response) => pushing.streams.connect(appId, response, wish) };
      },
    },
  ];
}

type Wish = Parameters<Pushing['subscriptions']['subscribe']>[0];

/** @throws Problem for what X would not subscribe to, or not for this caller. */
function wishOf(call: Call, pushing: Pushing): Wish {
  const { app, user, scopes } = call.who;
  const eventType = call.text('event_type') ?? '';
  if (!Object.hasOwn(EVENT_TYPES, eventType)) throw wrong('event_type', eventType, 'is no event type');
  const scope = EVENT_TYPES[eventType];
  const userId = call.object('filter')?.['user_id'];
  const forUser = eventType !== 'oauth.revoke';
  if (forUser && !(typeof userId === 'string' && /^\d{1,19}$/.test(userId))) {
    throw wrong('filter', JSON.stringify(call.fields['filter'] ?? null), 'a user_id is expected');
  }
  // what only the user sees takes the user's own token
  if (typeof scope === 'string' && (user?.id !== userId || !scopes.includes(scope))) {
    throw forbidden(`Subscribing to ${eventType} takes a token of the user with the scope ${scope}.`);
  }
  const [tag, webhookId] = [tagOf(call), webhookOf(call, pushing)];
  return {
    appId: app.id,
    eventType,
    filter: forUser ? { user_id: String(userId) } : {},
    ...(tag !== undefined && { tag }),
    ...(webhookId !== undefined && { webhookId }),
  };
}

function tagOf(call: Call): string | undefined {
  const tag = call.text('tag');
  if (tag === undefined || (tag.length >= 1 && tag.length <= LONGEST_TAG)) return tag;
  throw wrong('tag', tag, `1 to ${LONGEST_TAG} characters are expected`);
}

function webhookOf(call: Call, pushing: Pushing): string | undefined {
  const id = call.text('webhook_id');
  if (id === undefined || pushing.hooks.find(id)?.appId === call.who.app.id) return id;
  throw wrong('webhook_id', id, 'WebhookIdInvalid');
}

function listed(call: Call, all: readonly ActivitySubscription[]): { body: object } {
  const size = call.number('max_results', 1, 1_000, PAGE);
  const start = Number(Buffer.from(call.query['pagination_token'] ?? '', 'base64url').toString()) || 0;
  const rows = all.slice(start, start + size);
  const next = start + size < all.length ? Buffer.from(String(start + size)).toString('base64url') : undefined;
  return {
    body: {
      data: rows.map(shown),
      meta: { total_subscriptions: all.length, ...(next !== undefined && { next_token: next }) },
    },
  };
}

function same(one: Wish, other: Wish): boolean {
  const [a, b] = [one, other].map(({ eventType, filter, webhookId }) => JSON.stringify([eventType, filter, webhookId]));
  return a === b;
}

function shown({ id, eventType, filter, tag, webhookId, createdAt, updatedAt }: ActivitySubscription): object {
  return {
    subscription_id: id,
    event_type: eventType,
    filter,
    ...(tag !== undefined && { tag }),
    ...(webhookId !== undefined && { webhook_id: webhookId }),
    created_at: new Date(createdAt).toISOString(),
    updated_at: new Date(updatedAt).toISOString(),
  };
}

function wrong(name: string, value: string, why: string): Problem {
  return invalid(name, value, `$.${name}: ${why} [${value.slice(0, 100)}]`);
}
