import type { Reach } from '@app/channel';
import { countOf, type Json, objectOf } from '@app/connector-host';
import type { X_REACH } from '../capabilities';

type Field = (typeof X_REACH)[number];

/**
 * What X tells of how known somebody and what they wrote is: for `sealed`, and for nothing else. The only place that reads
 * these; what X does not tell is absent. `*_str` twins say the same again.
 */
export function reachOf(author: Json | undefined, post: Json | undefined): Reach['values'] {
  const of = (value: Json | undefined): Json => ({ ...value, ...objectOf(value?.['public_metrics']) });
  const [person, text] = [of(author), of(post)];
  const told: Partial<Record<Field, number | boolean | string | undefined>> = {
    followers: countOf(person['followers_count']),
    verifiedFollowers: countOf(person['verified_followers_count']),
    verified: typeof person['verified'] === 'boolean' ? person['verified'] : undefined,
    verifiedType: kindOf(person['verified_type']),
    likes: countOf(text['like_count'] ?? text['favorite_count']),
    reposts: countOf(text['retweet_count'] ?? text['repost_count']),
    replies: countOf(text['reply_count']),
    quotes: countOf(text['quote_count']),
    views: countOf(text['impression_count']),
  };
  return Object.fromEntries(
    Object.entries(told).filter((entry): entry is [string, number | boolean | string] => entry[1] !== undefined),
  );
}

/** `none`, `blue`, `business`, `government`, or whatever X comes to call it. */
function kindOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w-]{1,40}$/.test(value) ? value : undefined;
}
