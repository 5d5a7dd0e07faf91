import type { ReplyWindowState } from '../graphql/generated';

/** From so long before the end people are told that it comes. Milliseconds. */
const SOON = 4 * 3_600_000;

interface Window {
  readonly state: ReplyWindowState;
  readonly closesAt?: string | null;
}

/** What is said of the platform's time for answers. `over`: what we know has run out, and is read again. */
export type WindowNow =
  { readonly kind: 'silent' | 'closed' | 'over' } | { readonly kind: 'closing' | 'peopleOnly'; readonly until: string };

/** @param now milliseconds */
export function windowNow({ state, closesAt }: Window, now: number): WindowNow {
  if (state === 'CLOSED') return { kind: 'closed' };
  if ((state !== 'OPEN' && state !== 'HUMAN_ONLY') || !closesAt) return { kind: 'silent' };
  const left = Date.parse(closesAt) - now;
  if (left <= 0) return { kind: 'over' };
  if (state === 'HUMAN_ONLY') return { kind: 'peopleOnly', until: closesAt };
  return left < SOON ? { kind: 'closing', until: closesAt } : { kind: 'silent' };
}
