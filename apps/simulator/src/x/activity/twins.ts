/** Events carry every number twice, as a number and as text under the same name with `_str` (platforms.md §4.2). */
export function withTwins(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTwins);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]: [string, unknown]) =>
      typeof item === 'number'
        ? [
            [key, item],
            [`${key}_str`, String(item)],
          ]
        : [[key, withTwins(item)]],
    ),
  );
}
