/** Closed list of what gives a bounded head start. Who somebody is is not on it. */
export const NEEDS = ['standard', 'continuation', 'deadline', 'vulnerable', 'outage', 'safety'] as const;
export type Need = (typeof NEEDS)[number];

/** Head start per need, in whole business minutes. */
export type HeadStarts = { readonly [N in Need]: number };

/** The smallest and the greatest head start a policy may give, in business minutes. */
export const HEAD_START_LIMITS = { least: 0, most: 240 } as const;

/** Head starts of a new workspace (fairness.md §3.2). */
export const DEFAULT_HEAD_STARTS: HeadStarts = {
  standard: 0,
  continuation: 30,
  deadline: 60,
  vulnerable: 120,
  outage: 120,
  safety: 240,
};

/**
 * Checks a table of head starts; nobody may be handed out more than 240 business minutes before their time.
 * @returns what is wrong, one sentence per need; empty when all is well.
 */
export function headStartFaults(table: Readonly<Record<string, unknown>>): string[] {
  const faults: string[] = [];
  const { least, most } = HEAD_START_LIMITS;
  for (const need of NEEDS) {
    const minutes = table[need];
    if (typeof minutes !== 'number' || !Number.isInteger(minutes) || minutes < least || minutes > most) {
      faults.push(`head start of ${need}: got ${String(minutes)}, expected whole minutes from ${least} to ${most}`);
    }
  }
  for (const name of Object.keys(table)) {
    if (!(NEEDS as readonly string[]).includes(name)) faults.push(`head start of ${name}: there is no such need`);
  }
  return faults;
}
