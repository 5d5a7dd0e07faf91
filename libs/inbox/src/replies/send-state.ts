import type { SendEvent } from '@app/channel';

/**
 * How far one attempt has come. News of an attempt may arrive in any order and more than once: what has the greater
 * (attempt, rank) counts; `sent` counts for good, whichever attempt it was.
 */
export const RANK: Readonly<Record<SendEvent['state'], number>> = {
  sending: 1,
  // this attempt did not succeed; the next is due later
  queued: 2,
  uncertain: 3,
  failed: 4,
  sent: 5,
};

/** A person decided to send again: outranks all news of the attempts so far. */
export const RANK_AGAIN = 9;
