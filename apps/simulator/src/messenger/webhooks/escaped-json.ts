/**
 * JSON as this platform writes it on the wire: `/` as `\/`, whatever is not ASCII as `\u` with lower-case digits, half
 * surrogates included. A bigint is written as a number with all its digits, which JSON.parse would not keep.
 */
export function escapedJson(value: unknown): string {
  return write(value) ?? 'null';
}

function write(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return text(value);
    case 'bigint':
      return value.toString();
    case 'number':
    case 'boolean':
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map((item) => write(item) ?? 'null').join(',')}]`;
      return object(value);
    default:
      return undefined;
  }
}

function object(value: object): string {
  const parts: string[] = [];
  for (const [key, item] of Object.entries(value)) {
    const written = write(item);
    if (written !== undefined) parts.push(`${text(key)}:${written}`);
  }
  return `{${parts.join(',')}}`;
}

function text(value: string): string {
  return JSON.stringify(value)
    .replaceAll('/', '\\/')
    .replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
