/**
 * Makes a string fit for PostgreSQL, JSON and display: no NUL, no lone surrogate, composed characters (NFC).
 * Composing is skipped for text above 2 MB, which only hostile mail has.
 */
export function safeText(value: string): string {
  let safe = value;
  if (safe.includes('\u0000')) safe = safe.replaceAll('\u0000', '');
  // Composition changes nothing below the combining characters, nor in the punctuation that European text has.
  // eslint-disable-next-line no-control-regex
  if (!/[^\u0000-\u02ff\u2002-\u20cf]/.test(safe)) return safe;
  safe = toWellFormed(safe);
  return safe.length > 2_000_000 ? safe : safe.normalize('NFC');
}

/** One line: control characters and line breaks become spaces, ends trimmed, cut to `limit` UTF-16 units. */
export function safeLine(value: string, limit: number): string {
  const line = safeText(value)
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
  return cut(line, limit);
}

/** Cuts to at most `limit` UTF-16 units and never inside a surrogate pair. */
export function cut(value: string, limit: number): string {
  if (value.length <= limit) return value;
  const last = value.charCodeAt(limit - 1);
  return value.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit);
}

// `String.prototype.toWellFormed` is in Node 20 but not in every `lib` the compiler is given.
function toWellFormed(value: string): string {
  return (value as string & { toWellFormed(): string }).toWellFormed();
}
