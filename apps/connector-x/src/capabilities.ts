import type { Capabilities } from '@app/channel';

const MB = 1024 * 1024;

/** What X allows; each number with where it comes from (2026-08). */
export const xLimits = {
  /** Posts: 280 weighted units (twitter-text configuration 3). Premium accounts may write 25,000; the platform judges. */
  postLength: 280,
  longPostLength: 25_000,
  /** Direct messages. In no page of X's, long known; no weighting. */
  directLength: 10_000,
  /** "Images up to 5MB" (Media v2). Videos may be larger; ours are bounded by what people send us. */
  imageBytes: 5 * MB,
  videoBytes: 512 * MB,
  gifBytes: 15 * MB,
  /** Files of one post: four pictures, or one GIF, or one video. A direct message has one. */
  filesPerPost: 4,
} as const;

/**
 * What of fame X tells unasked, with every post. Closed: the reader seals these and the host commits to each for every inbound
 * message, also where X tells nothing.
 */
export const X_REACH = ['followers', 'verifiedFollowers', 'verified', 'verifiedType', 'likes', 'reposts', 'replies', 'quotes', 'views'] as const; // prettier-ignore

/** What can be done on X. There is neither "read" nor typing for what we can read there. */
export const xCapabilities: Capabilities = {
  visibilities: ['private', 'public'],
  maxLength: xLimits.directLength,
  partLength: null,
  inPublic: { maxLength: xLimits.postLength, files: true, counting: 'weighted' },
  maxAttachmentBytes: 20 * MB,
  typingIndicator: false,
  readReceipts: false,
  privateReply: true,
  moderates: true,
  reachFields: X_REACH,
  // "all X data within 10 business days after access ends" (Developer Agreement, 2026)
  purgeAfterBusinessDays: 10,
};
