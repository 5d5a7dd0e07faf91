import type { LengthCounting } from '@app/channel';
import { parseTweet } from 'twitter-text';

/** How long a text is as its platform counts: UTF-16 units, or X's weights (configuration 3 of twitter-text). */
export function textLength(text: string, counting: LengthCounting): number {
  return counting === 'weighted' ? parseTweet(text).weightedLength : text.length;
}
