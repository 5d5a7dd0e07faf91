import { createHash } from 'node:crypto';

/** Longest external id that events take. */
const MAX_KEY = 998;

/**
 * The name under which a repeat of an event is recognised. Platforms repeat bodies, and the same event comes in several; what
 * is the same in all of them makes the name.
 */
export function keyOf(...parts: readonly (string | number | undefined)[]): string {
  const key = parts.map((part) => part ?? '').join(':');
  return key.length <= MAX_KEY ? key : `${parts[0]}:${sha256(key)}`;
}

/** Short, for what is too long to stand in a name. */
export function hashOf(...parts: readonly (string | undefined)[]): string {
  return sha256(parts.map((part) => part ?? '').join('\n')).slice(0, 16);
}

/** 64 lower-case hexadecimal digits. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
