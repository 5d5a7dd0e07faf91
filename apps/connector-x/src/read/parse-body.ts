/**
 * Reads JSON without losing what JavaScript would lose: integers of 16 digits and more become text (ids of the older API
 * also come as numbers). Strings are made fit for PostgreSQL: no NUL, no lone surrogate.
 * @throws SyntaxError without any of the text.
 */
export function parseBody(bytes: Buffer): unknown {
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  const parsed = parse(text);
  const exact = MAY_HOLD_LARGE.test(text) ? parse(withLargeQuoted(text)) : parsed;
  return MAY_HOLD_UNFIT.test(text) ? fit(exact) : exact;
}

const MAY_HOLD_LARGE = /(?:[[:,\s]|^)-?\d{16}/;
/** Escapes of NUL and of surrogates, paired ones included. */
const MAY_HOLD_UNFIT = /\\u(?:0000|[dD][89a-fA-F])/;
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // the engine's message quotes the text
    throw new SyntaxError(`${text.length} characters are not JSON`);
  }
}

function withLargeQuoted(text: string): string {
  return text.replace(STRING_OR_NUMBER, (token) => (/^-?\d{16,}$/.test(token) ? `"${token}"` : token));
}

/** Without recursion: nesting is bounded by the length of the body only. */
function fit(root: unknown): unknown {
  const holder: Record<string, unknown> = { root };
  const open: Record<string, unknown>[] = [holder];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === 'string') node[key] = value.replaceAll('\u0000', '').replace(/\p{Surrogate}/gu, '\ufffd');
      else if (value !== null && typeof value === 'object') open.push(value as Record<string, unknown>);
    }
  }
  return holder['root'];
}
