/**
 * How often a fault still happens: `true` until it is taken back, a number that many times (each use counts it down).
 */
export type Often = boolean | number;

/** A refusal in the provider's own words. `code` 400–599; `text` without line breaks. */
export interface Refusal {
  code: number;
  text: string;
  /** Default: true. */
  often?: Often;
}

/**
 * What the simulated provider does wrong. Every fault is honest about the mail: what was accepted is in the mailboxes,
 * what was refused is in none.
 */
export interface Faults {
  /** IMAP answers NO [AUTHENTICATIONFAILED], SMTP 535, even to the right password. */
  refuseLogin?: Often;
  /** Answer to RCPT TO. */
  rcpt?: Refusal;
  /** Answer to the mail itself, after the final dot; nothing is stored. */
  data?: Refusal;
  /** The connection is cut while the mail comes in; nothing is stored. */
  cutDuringData?: Often;
  /** "Accepted but no answer": the mail is stored and delivered, then the connection is cut instead of "250". */
  cutAfterData?: Often;
  /** Milliseconds before each IMAP command and before the final SMTP answer; at most 10 minutes. */
  delayMs?: number;
  /** Both ports refuse connections, open ones are cut. */
  down?: boolean;
}

const OFTEN = ['refuseLogin', 'cutDuringData', 'cutAfterData'] as const;

/** Checks faults that came from outside and throws a RangeError that names the first wrong one. */
export function checkFaults(given: unknown): Faults {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new RangeError('Faults: expected an object such as {"cutAfterData": 1}.');
  }
  const known = ['rcpt', 'data', 'delayMs', 'down', ...OFTEN] as const;
  const faults = given as Record<(typeof known)[number], unknown>;
  for (const name of Object.keys(given)) {
    if (!known.some((fault) => fault === name)) {
      throw new RangeError(`Faults: "${name}" is unknown. Known: ${known.join(', ')}.`);
    }
  }
  for (const name of OFTEN) expectOften(name, faults[name]);
  for (const name of ['rcpt', 'data'] as const) {
    const refusal = faults[name] as Partial<Refusal> | undefined | null;
    if (refusal === undefined) continue;
    const code = refusal?.code;
    if (!Number.isInteger(code) || (code as number) < 400 || (code as number) > 599) {
      throw new RangeError(`Faults: "${name}.code" must be a number from 400 to 599.`);
    }
    if (typeof refusal?.text !== 'string' || /[\r\n]/.test(refusal.text) || refusal.text.length > 400) {
      throw new RangeError(`Faults: "${name}.text" must be one line of at most 400 characters.`);
    }
    expectOften(`${name}.often`, refusal.often);
  }
  const { delayMs, down } = faults;
  if (delayMs !== undefined && !(typeof delayMs === 'number' && delayMs >= 0 && delayMs <= 600_000)) {
    throw new RangeError('Faults: "delayMs" must be a number of milliseconds from 0 to 600000.');
  }
  if (down !== undefined && typeof down !== 'boolean') throw new RangeError('Faults: "down" must be true or false.');
  return structuredClone(given);
}

function expectOften(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return;
  throw new RangeError(`Faults: "${name}" must be true, false or a whole number of times.`);
}

/** Whether a fault happens now, counting it down. */
export function strikes(faults: Faults, name: (typeof OFTEN)[number]): boolean {
  const often = faults[name];
  if (typeof often !== 'number') return often ?? false;
  if (often > 0) faults[name] = often - 1;
  return often > 0;
}

/** The refusal to give now, counting it down, or undefined. */
export function refusalOf(faults: Faults, name: 'rcpt' | 'data'): Refusal | undefined {
  const refusal = faults[name];
  if (!refusal || refusal.often === false || refusal.often === 0) return undefined;
  if (typeof refusal.often === 'number') refusal.often -= 1;
  return refusal;
}
