/** How the platform behaves where X differs from day to day, from plan to plan, or between what it prints and what it does. */
export interface Rules {
  /** Names of fields it knows: those before 2026-08-07, those since, or either. */
  dialects: 'old' | 'new' | 'both';
  /** Apps on pay-per-use may answer only whoever mentioned or quoted the one who answers. */
  summonedOnly: boolean;
  /** A refresh token that is used a second time ends every token of its login. */
  reuseEndsLogin: boolean;
  /** Form of a problem of credit: `CreditsDepleted` with an account id, or `Payment Required`. */
  creditShape: 'account' | 'payment';
  /** Form of a problem of limits: a problem, or `{"errors":[{"code":88}]}`. */
  limitShape: 'problem' | 'legacy';
  /** Whether answers of 429 have the headers of limits. */
  limitHeaders: boolean;
  /** Product time until which the app's reads of this month are used up; 0: they are not. */
  usageCappedUntil: number;
  /** Product time until which every token is answered 401; 0: none is. */
  outageUntil: number;
  /** How long the same text by the same author is refused as a duplicate. */
  duplicateMs: number;
  /** Mentions that can be had at most. */
  mostMentions: number;
  /** How long processing of a video takes. */
  processingMs: number;
  /** Whether processing fails. */
  processingFails: boolean;
}

export const DEFAULT_RULES: Rules = {
  dialects: 'both',
  summonedOnly: true,
  reuseEndsLogin: false,
  creditShape: 'payment',
  limitShape: 'problem',
  limitHeaders: true,
  usageCappedUntil: 0,
  outageUntil: 0,
  duplicateMs: 24 * 3_600_000,
  mostMentions: 800,
  processingMs: 2_000,
  processingFails: false,
};

const CHOICES: { [K in keyof Rules]?: readonly Rules[K][] } = {
  dialects: ['old', 'new', 'both'],
  creditShape: ['account', 'payment'],
  limitShape: ['problem', 'legacy'],
};

/** Checks rules that came from outside. @throws RangeError that names what is wrong. */
export function checkRules(given: unknown): Partial<Rules> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new RangeError('Rules: expected an object such as {"summonedOnly": false}.');
  }
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (!(name in DEFAULT_RULES)) {
      throw new RangeError(`Rules: "${name}" is unknown. Known: ${Object.keys(DEFAULT_RULES).join(', ')}.`);
    }
    const choices = CHOICES[name as keyof Rules] as readonly unknown[] | undefined;
    const kind = typeof DEFAULT_RULES[name as keyof Rules];
    if (choices && !choices.includes(value)) {
      throw new RangeError(`Rules: "${name}" must be one of ${choices.join(', ')}.`);
    }
    if (typeof value !== kind || (kind === 'number' && !(Number(value) >= 0))) {
      throw new RangeError(`Rules: "${name}" must be a ${kind}${kind === 'number' ? ' from 0' : ''}.`);
    }
  }
  return given;
}
