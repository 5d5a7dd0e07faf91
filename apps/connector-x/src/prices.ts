import { extractUrlsWithIndices } from 'twitter-text';
import type { Charge } from '@app/channel';
import { field, list, text } from './answer';

/** Millionths of a US dollar each (X's page "Pricing", 2026-08). */
export const PRICES = {
  'post.read': 5_000,
  'user.read': 10_000,
  'dm.read': 10_000,
  'post.create': 15_000,
  /** An answer to somebody who mentioned or quoted us. */
  'post.create.reply': 10_000,
  'post.create.url': 200_000,
  'dm.create': 15_000,
  delete: 10_000,
  /** Hiding and showing. */
  'content.manage': 5_000,
  'media.metadata': 5_000,
} as const;
export type PriceKind = keyof typeof PRICES;

/** Of what X pushes, by the event's type. Mentions, answers and quotes are in no table of X's; as a post. */
const EVENT_PRICES: Readonly<Record<string, number>> = {
  'post.create': 5_000,
  'post.mention.create': 5_000,
  'post.reply.create': 5_000,
  'post.quote.create': 5_000,
  'post.repost.create': 5_000,
  'dm.received': 10_000,
  'chat.received': 10_000,
};

/** What one pushed event costs; none where it is free. */
export function eventCharges(eventType: string): readonly Charge[] {
  const microUsd = EVENT_PRICES[eventType];
  return microUsd === undefined ? [] : [{ kind: `event.${eventType}`, count: 1, microUsd }];
}

/** Resources of one day that are remembered as paid; what goes beyond is counted again. */
const MAX_PAID = 50_000;

/** What was paid on the running UTC day: the same resource again costs nothing ("soft guarantee" of X's). */
export class PaidToday {
  private day = '';
  private readonly paid = new Set<string>();

  /** @returns whether it costs; it does not a second time. */
  pays(appId: string, resource: string, now: Date): boolean {
    const day = now.toISOString().slice(0, 10);
    if (day !== this.day) {
      this.day = day;
      this.paid.clear();
    }
    const key = `${appId}:${resource}`;
    if (this.paid.has(key)) return false;
    if (this.paid.size < MAX_PAID) this.paid.add(key);
    return true;
  }
}

/** Calls that are paid by themselves, however much they answer. */
const PER_CALL: Readonly<Record<string, PriceKind>> = {
  'POST /2/dm_conversations': 'dm.create',
  'POST /2/dm_conversations/:id/messages': 'dm.create',
  'POST /2/dm_conversations/with/:id/messages': 'dm.create',
  'DELETE /2/tweets/:id': 'delete',
  'DELETE /2/dm_events/:id': 'delete',
  'PUT /2/tweets/:id/hidden': 'content.manage',
  'POST /2/media/metadata': 'media.metadata',
};

export interface PricedCall {
  readonly endpoint: string;
  readonly json?: unknown;
}

/** What a successful answer costs. What it lists is paid by the piece, with the people and posts that it brings along. */
export function chargesOf(call: PricedCall, body: unknown, appId: string, paid: PaidToday, now: Date): Charge[] {
  const { endpoint } = call;
  const kind = endpoint === 'POST /2/tweets' ? postKind(call.json) : PER_CALL[endpoint];
  if (kind !== undefined) return [{ kind, count: 1, microUsd: PRICES[kind] }];
  if (!endpoint.startsWith('GET ')) return [];
  const includes = field(body, 'includes');
  const data = list(field(body, 'data'));
  const read: readonly (readonly [PriceKind, readonly unknown[]])[] = [
    [
      'post.read',
      [...(listsPosts(endpoint) ? data : []), ...list(field(includes, 'tweets')), ...list(field(includes, 'posts'))],
    ],
    ['dm.read', listsDirect(endpoint) ? data : []],
    ['user.read', [...(listsUsers(endpoint) ? data : []), ...list(field(includes, 'users'))]],
  ];
  return read.flatMap(([what, resources]) => {
    const fresh = resources.filter((one) => {
      const id = text(field(one, 'id'));
      return id !== undefined && paid.pays(appId, `${what}:${id}`, now);
    });
    return fresh.length === 0 ? [] : [{ kind: what, count: fresh.length, microUsd: PRICES[what] }];
  });
}

function postKind(json: unknown): PriceKind {
  const written = text(field(json, 'text')) ?? '';
  if (extractUrlsWithIndices(written, { extractUrlsWithoutProtocol: true }).length > 0) return 'post.create.url';
  return field(json, 'reply') === undefined ? 'post.create' : 'post.create.reply';
}

function listsPosts(endpoint: string): boolean {
  return / \/2\/tweets(?:\/:id|\/search\/\w+)?$| \/2\/users\/:id\/(?:mentions|tweets)$/.test(endpoint);
}

function listsDirect(endpoint: string): boolean {
  return / \/2\/dm_/.test(endpoint);
}

function listsUsers(endpoint: string): boolean {
  return / \/2\/users(?:$|\/:id$|\/by)/.test(endpoint);
}
