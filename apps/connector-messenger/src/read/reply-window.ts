import type { ReplyWindow } from '@app/channel';

const HOUR_MS = 3_600_000;
/** Meta: the standard window is 24 hours after what the customer did; after an ad it may be longer, so Meta stays the judge. */
const STANDARD_MS = 24 * HOUR_MS;
/** Meta: with the tag HUMAN_AGENT a person may answer for seven days. */
const HUMAN_MS = 7 * 24 * HOUR_MS;

/** What the customer did at that time (ms) opened the window. */
export function windowFrom(millis: number): ReplyWindow {
  const iso = (at: number): string => new Date(at).toISOString();
  return { openedAt: iso(millis), closesAt: iso(millis + STANDARD_MS), humanClosesAt: iso(millis + HUMAN_MS) };
}
