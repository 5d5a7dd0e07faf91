import { z } from 'zod';

/** Kinds of channel. A new connector adds one word here. */
export const channelKind = z.enum(['email', 'messenger', 'x']);
export type ChannelKind = z.infer<typeof channelKind>;

/** Who can read along: anybody, or the customer and we. */
export const visibility = z.enum(['public', 'private']);
export type Visibility = z.infer<typeof visibility>;

/** How long a text is: `units` of UTF-16, or `weighted` as X counts (twitter-text 3: an address is 23, most scripts count double). */
export const lengthCounting = z.enum(['units', 'weighted']);
export type LengthCounting = z.infer<typeof lengthCounting>;
