import { Refused } from '@app/channel';
import { isTrue, listOf, objectOf, textOf } from '@app/connector-host';
import { pathOf, type XAnswer, type XCall, type XClient } from '../client';
import type { Handle, XApp } from '../config';

/** What we want to be told of each handle, in X's names; `open`: about what anybody sees, so that the app itself asks for it. */
export const ACTIVITIES = [
  { type: 'post.mention.create', open: false },
  { type: 'post.reply.create', open: false },
  { type: 'post.quote.create', open: false },
  { type: 'dm.received', open: false },
  { type: 'dm.sent', open: false },
  { type: 'dm.read', open: false },
  { type: 'chat.received', open: false },
  { type: 'chat.sent', open: false },
  { type: 'post.create', open: true },
  { type: 'post.delete', open: true },
] as const;

/** Pages of a hundred: self-serve plans have 1,500 subscriptions. */
const MAX_PAGES = 30;

type Calls = Pick<XClient, 'asHandle' | 'asApp'>;

/** What X does not tell us of, with its words where it gave any. */
export interface Untold {
  readonly type: string;
  readonly why: string;
}

interface Subscription {
  readonly id: string;
  readonly type: string;
  readonly userId: string;
  readonly webhookId: string | undefined;
}

/**
 * Subscribes a handle to what is missing and points what delivers elsewhere to our webhook.
 * @returns what X refuses to tell of, and whether something had to be mended.
 */
export async function keepSubscriptions(
  client: Calls,
  handle: Handle,
  webhookId: string,
  signal: AbortSignal,
): Promise<{ readonly untold: readonly Untold[]; readonly mended: number }> {
  if (handle.app.push === 'account-activity') return keepAccountActivity(client, handle, webhookId, signal);
  const ofHandle = async (): Promise<Subscription[]> =>
    (await subscriptionsOf(client, handle.app, signal)).filter(({ userId }) => userId === handle.userId);
  const known = await ofHandle();
  const untold: Untold[] = [];
  let mended = 0;
  for (const { type, open } of ACTIVITIES) {
    const mine = known.filter((each) => each.type === type);
    if (mine.some((each) => each.webhookId === webhookId)) continue;
    const call = mine[0] === undefined ? create(handle, type, webhookId) : point(mine[0].id, webhookId);
    try {
      const answer = open
        ? await client.asApp(handle.app, { ...call, signal })
        : await client.asHandle(handle, { ...call, signal });
      if (mine[0] === undefined && madeIn(answer) === undefined) {
        untold.push({ type, why: 'X named no subscription.' });
      } else mended += 1;
    } catch (error) {
      // the others are worth having without it
      if (!(error instanceof Refused)) throw error;
      untold.push({ type, why: error.message });
    }
  }
  if (untold.length === 0) return { untold, mended };
  // X refuses twice the same: whoever connects the handle and whoever looks after it may have asked at one time
  const now = await ofHandle();
  const isTold = (type: string): boolean => now.some((each) => each.type === type && each.webhookId === webhookId);
  return { untold: untold.filter(({ type }) => !isTold(type)), mended };
}

/** Takes back what a handle is subscribed to. Best effort: whoever disconnects must not be kept by a platform that does not answer. */
export async function endSubscriptions(client: Calls, handle: Handle, signal: AbortSignal): Promise<void> {
  const mine = (await subscriptionsOf(client, handle.app, signal)).filter(({ userId }) => userId === handle.userId);
  for (const { id } of mine) {
    const endpoint = 'DELETE /2/activity/subscriptions/:id';
    await client.asApp(handle.app, {
      method: 'DELETE',
      path: pathOf('2', 'activity', 'subscriptions', id),
      endpoint,
      signal,
    });
  }
}

async function subscriptionsOf(client: Calls, app: XApp, signal: AbortSignal): Promise<Subscription[]> {
  const found: Subscription[] = [];
  let token: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query: Record<string, string> = token === undefined ? {} : { pagination_token: token };
    const call = { path: '/2/activity/subscriptions', endpoint: 'GET /2/activity/subscriptions', query, signal };
    const { body } = await client.asApp(app, { method: 'GET', ...call });
    found.push(...listOf(objectOf(body)?.['data']).flatMap((row) => subscriptionIn(row) ?? []));
    token = textOf(objectOf(objectOf(body)?.['meta'])?.['next_token']);
    if (token === undefined) break;
  }
  return found;
}

function create({ accountId, userId }: Handle, type: string, webhookId: string): XCall {
  // names the account for whoever looks at X's list
  const tag = accountId.slice(0, 200) || 'evenhand';
  const json = { event_type: type, filter: { user_id: userId }, tag, webhook_id: webhookId };
  return { method: 'POST', path: '/2/activity/subscriptions', endpoint: 'POST /2/activity/subscriptions', json };
}

function point(id: string, webhookId: string): XCall {
  const endpoint = 'PUT /2/activity/subscriptions/:id';
  return {
    method: 'PUT',
    path: pathOf('2', 'activity', 'subscriptions', id),
    endpoint,
    json: { webhook_id: webhookId },
  };
}

/** X prints the answer as a list, as an object, and as an object in an object. */
function madeIn({ body }: XAnswer): string | undefined {
  const data = objectOf(body)?.['data'];
  return [...listOf(data), objectOf(data)?.['subscription']].map((row) => subscriptionId(row)).find(Boolean);
}

function subscriptionIn(row: unknown): Subscription | undefined {
  const given = objectOf(objectOf(row)?.['subscription'] ?? row);
  const [id, type] = [subscriptionId(given), textOf(given?.['event_type'])];
  const userId = textOf(objectOf(given?.['filter'])?.['user_id']);
  if (id === undefined || type === undefined || userId === undefined) return undefined;
  return { id, type, userId, webhookId: textOf(given?.['webhook_id']) };
}

function subscriptionId(row: unknown): string | undefined {
  const given = objectOf(row);
  return textOf(given?.['subscription_id']) ?? textOf(given?.['id']);
}

/** The deprecated way: one subscription per handle, in its own name, for everything. */
async function keepAccountActivity(client: Calls, handle: Handle, webhookId: string, signal: AbortSignal) {
  const path = pathOf('2', 'account_activity', 'webhooks', webhookId, 'subscriptions', 'all');
  const endpoint = '/2/account_activity/webhooks/:id/subscriptions/all';
  try {
    const asked = await client.asHandle(handle, { method: 'GET', path, endpoint: `GET ${endpoint}`, signal });
    if (isSubscribed(asked)) return { untold: [], mended: 0 };
    const made = await client.asHandle(handle, {
      method: 'POST',
      path,
      endpoint: `POST ${endpoint}`,
      json: {},
      signal,
    });
    if (isSubscribed(made)) return { untold: [], mended: 1 };
    return { untold: [{ type: 'account activity', why: 'X did not subscribe the account.' }], mended: 0 };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { untold: [{ type: 'account activity', why: error.message }], mended: 0 };
  }
}

function isSubscribed({ body }: XAnswer): boolean {
  return isTrue(objectOf(objectOf(body)?.['data'])?.['subscribed']);
}
