import { compareIds, idAt, timeOfId } from '../ids';
import type { HandleSettings } from '../config';

/** The platform lists some posts only minutes after they were written, under ids lower than those it told before, milliseconds. */
export const LATE_MS = 10 * 60_000;

/** What a list is read from. */
export interface ReachBack {
  /** Greatest id that was read together with everything before it; undefined: nothing was read yet. */
  readonly passed: string | undefined;
  /** When the list was last read to the end; undefined: not since this process began. */
  readonly readAt: Date | undefined;
  /** What is older is left where it is; undefined: all is wanted. */
  readonly earliest: Date | undefined;
}

/**
 * The id after which a list is read: the greatest that was passed, or further back where something may have been listed late.
 * Undefined: from the beginning.
 */
export function readAfter({ passed, readAt, earliest }: ReachBack): string | undefined {
  const floor = earliest === undefined ? undefined : idAt(earliest);
  if (passed === undefined) return floor;
  const seen = readAt ?? timeOfId(passed);
  if (seen === undefined) return passed;
  const overlap = lesser(passed, idAt(new Date(seen.getTime() - LATE_MS)));
  return floor !== undefined && compareIds(floor, overlap) > 0 ? floor : overlap;
}

/** From when on an account is read, by what its operator chose. `undefined`: all the platform still tells. */
export function earliestOf({ history }: HandleSettings, connectedAt: Date): Date | undefined {
  if (history === 'all') return undefined;
  const days = history === 'none' ? 0 : Number(history.slice('days:'.length));
  return new Date(connectedAt.getTime() - days * 24 * 60 * 60_000);
}

/** The greatest of some ids. */
export function greatest(ids: readonly string[]): string | undefined {
  return ids.reduce<string | undefined>(
    (max, id) => (max === undefined || compareIds(id, max) > 0 ? id : max),
    undefined,
  );
}

function lesser(a: string, b: string): string {
  return compareIds(a, b) <= 0 ? a : b;
}
