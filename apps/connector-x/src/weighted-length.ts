import { parseTweet } from 'twitter-text';
import { xLimits } from './capabilities';

/** How long a post is as X counts: an address is 23 units, an emoji 2, most scripts but Latin, Greek and Cyrillic 2 a character. */
export function weightedLength(text: string): number {
  return parseTweet(text).weightedLength;
}

/** Units that a post of a handle may have. */
export function longestPost({ longPosts }: { readonly longPosts: boolean }): number {
  return longPosts ? xLimits.longPostLength : xLimits.postLength;
}
