import { createHash } from 'node:crypto';
import type { Reach } from '@app/channel';

/** What is kept of one thing that a platform tells of fame. */
export interface SealedValue {
  /** Of a count n: log10(1 + n) rounded to 0.1, such as `5.7`. Else the text; empty where the platform told nothing. */
  readonly value: string;
  /** Of a count: `0-99`, `100-999`, `1000-9999` or `10000+`. */
  readonly band?: string;
  /** 16 bytes, hexadecimal. */
  readonly salt: string;
  /** SHA-256("fair/v1/<field>" || 0x00 || salt || value), hexadecimal (fairness.md §5.1). */
  readonly commitment: string;
}

export interface SealedReach {
  /** By field; for `sealed.reach`, and nowhere else. */
  readonly values: Readonly<Record<string, SealedValue>>;
  /** By field; for the event. */
  readonly commitments: Readonly<Record<string, string>>;
}

const MAX_TEXT = 200;

/**
 * Seals what a platform told of fame with a message: each of the channel's fields, also where it told nothing, so that a
 * commitment alone does not tell whether there was something to tell. What is in no field is not kept.
 * @param salt gives 16 bytes that nobody can guess, others with each call.
 */
export function sealReach(
  fields: readonly string[],
  told: Reach['values'] | undefined,
  salt: () => Buffer,
): SealedReach {
  const values: Record<string, SealedValue> = {};
  const commitments: Record<string, string> = {};
  for (const field of fields) {
    const bytes = salt();
    const { value, band } = rounded(told !== undefined && Object.hasOwn(told, field) ? told[field] : undefined);
    const commitment = commitTo(field, bytes, value);
    values[field] = { value, ...(band === undefined ? {} : { band }), salt: bytes.toString('hex'), commitment };
    commitments[field] = commitment;
  }
  return { values, commitments };
}

/** Opening it takes field, salt and value; from the commitment alone none can be found. */
export function commitTo(field: string, salt: Buffer, value: string): string {
  return createHash('sha256').update(`fair/v1/${field}\0`).update(salt).update(value).digest('hex');
}

function rounded(told: Reach['values'][string] | undefined): Pick<SealedValue, 'value' | 'band'> {
  // counts beyond 2^53 come as text
  const count = typeof told === 'string' && /^\d{1,20}$/.test(told) ? Number(told) : told;
  if (typeof count === 'number') {
    if (!Number.isFinite(count) || count < 0) return { value: '' };
    return { value: (Math.round(Math.log10(1 + count) * 10) / 10).toFixed(1), band: bandOf(count) };
  }
  return { value: count === undefined || count === null ? '' : String(count).slice(0, MAX_TEXT) };
}

function bandOf(count: number): string {
  if (count < 100) return '0-99';
  if (count < 1_000) return '100-999';
  return count < 10_000 ? '1000-9999' : '10000+';
}
