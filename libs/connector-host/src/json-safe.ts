/**
 * JSON that PostgreSQL takes into a jsonb column: without NUL and without lone surrogates, which JavaScript strings may
 * hold and jsonb refuses. Values that are already safe cost one pass over their text.
 */
export function jsonSafe(value: unknown): string {
  const text = JSON.stringify(value);
  return UNSAFE.test(text) ? JSON.stringify(cleaned(value)) : text;
}

/** A value of JSON as PostgreSQL would give it back; the same one where it is safe already. */
export function safeValue<T>(value: T): T {
  return UNSAFE.test(JSON.stringify(value)) ? (cleaned(value) as T) : value;
}

const UNSAFE = /\\u(?:0000|d[89a-f])/i;

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\u0000', '').replace(/\p{Surrogate}/gu, '\ufffd');
  if (Array.isArray(value)) return value.map(cleaned);
  if (value !== null && typeof value === 'object' && !(value instanceof Date)) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [cleaned(key) as string, cleaned(entry)]));
  }
  return value;
}
