/**
 * Business time of a workspace: how many business milliseconds have passed at an instant since some fixed origin.
 * Never decreases; an edit of the calendar acts only from its instant on, so that no key changes afterwards.
 */
export interface BusinessClock {
  /** @param wallMs Unix milliseconds. @returns whole business milliseconds. */
  at(wallMs: number): number;
}

/** A workspace that never closes: business time is wall time. */
export const aroundTheClock: BusinessClock = { at: (wallMs) => wallMs };
