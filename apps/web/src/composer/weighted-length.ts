import twitter, { type ParseTweetOptions } from 'twitter-text';
import type { MeasureText } from './text-length';

// the types of the package leave its configurations out
const { defaults } = (twitter as unknown as { readonly configs: { readonly defaults: ParseTweetOptions } }).configs;

/**
 * As X counts: an address is 23 whatever its length, Latin letters count once, most others and emoji twice. Blanks around a text
 * are not sent and not counted.
 */
export const measureWeighted: MeasureText = (text, most) => {
  const own = text.trim();
  if (own === '') return { length: 0, overFrom: undefined };
  const maxWeightedTweetLength = most ?? Number.MAX_SAFE_INTEGER;
  const { weightedLength, validRangeEnd } = twitter.parseTweet(own, { ...defaults, maxWeightedTweetLength });
  const over = weightedLength > maxWeightedTweetLength;
  return { length: weightedLength, overFrom: over ? text.indexOf(own) + validRangeEnd + 1 : undefined };
};
