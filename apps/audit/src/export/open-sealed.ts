/** What a platform told of one thing, as it is kept, in words for the one it is about. */
export interface OpenedValue {
  /** A count to about a tenth: only its order of magnitude was kept. */
  readonly about?: number;
  readonly band?: string;
  /** What is no count, as the platform told it. */
  readonly told?: string;
  /** What was committed to in the record: SHA-256("fair/v1/<field>" || 0x00 || salt || value). */
  readonly value: string;
  readonly salt: string;
  readonly commitment: string;
}

/**
 * Opens the sealed values of one message, `{field: {value, band?, salt, commitment}}`: what of it says something, with all that is
 * needed to check the commitments. Fields of which the platform told nothing are left out. What has another shape (kept before there
 * were commitments) is given as it is.
 */
export function openSealed(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const opened: Record<string, unknown> = {};
  for (const [field, sealed] of Object.entries(values)) {
    if (!isSealed(sealed)) opened[field] = sealed;
    else if (sealed.value !== '') opened[field] = open(sealed);
  }
  return opened;
}

type Sealed = Pick<OpenedValue, 'band' | 'value' | 'salt' | 'commitment'>;

function open({ value, band, salt, commitment }: Sealed): OpenedValue {
  if (band === undefined) return { told: value, value, salt, commitment };
  return { about: Number((10 ** Number(value) - 1).toPrecision(1)), band, value, salt, commitment };
}

function isSealed(value: unknown): value is Sealed {
  const sealed = value as Partial<Record<keyof Sealed, unknown>> | null;
  return typeof sealed === 'object' && typeof sealed?.value === 'string' && typeof sealed.commitment === 'string';
}
