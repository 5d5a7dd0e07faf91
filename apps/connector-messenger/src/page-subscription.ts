import { field, list, text } from './answer';
import type { GraphClient } from './client';
import type { Page } from './config';

/**
 * What we ask to be told of a Page. Not `response_feedback`: it puts thumbs under each of our answers in the customer's thread.
 */
export const WEBHOOK_FIELDS = [
  'messages',
  'message_echoes',
  'message_edits',
  'message_reactions',
  'message_reads',
  'message_deliveries',
  'messaging_postbacks',
  'messaging_optins',
  'messaging_referrals',
  'messaging_handovers',
  'messaging_policy_enforcement',
  'standby',
  'feed',
] as const;

type Subscribed = Pick<Page, 'pageId'> & { readonly app: Pick<Page['app'], 'appId'> };

/** Fields of which our app is not told for this Page; all of them where it is not subscribed at all. */
export async function missingFields(client: GraphClient, page: Subscribed, signal: AbortSignal): Promise<string[]> {
  const { body } = await client.get(`${page.pageId}/subscribed_apps`, {}, { signal });
  const ours = list(field(body, 'data')).find((app) => text(field(app, 'id')) === page.app.appId);
  const fields = new Set(list(field(ours, 'subscribed_fields')).map((each) => text(field(each, 'name') ?? each)));
  return WEBHOOK_FIELDS.filter((name) => !fields.has(name));
}

/**
 * Subscribes our app to the Page. The whole list each time: whether a second call adds to the first or replaces it is not
 * documented. Safe to repeat. @returns what is still missing, by asking again.
 */
export async function subscribe(client: GraphClient, page: Subscribed, signal: AbortSignal): Promise<string[]> {
  await client.post(`${page.pageId}/subscribed_apps`, { subscribed_fields: WEBHOOK_FIELDS.join(',') }, { signal });
  return missingFields(client, page, signal);
}
