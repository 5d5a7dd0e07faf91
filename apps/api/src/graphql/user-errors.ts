import type { Words } from './words';

/** Expected failures as the payloads carry them. */
export function invalid(field: readonly string[] | null, message: string) {
  return { __typename: 'InvalidInputError' as const, field: path(field), message };
}

export function notFound(field: readonly string[] | null, words: Words) {
  return { __typename: 'NotFoundError' as const, field: path(field), message: words.notFound };
}

/** Path of an input field, as clients find it: ["input", "text"]. */
function path(field: readonly string[] | null): string[] | null {
  return field && ['input', ...field];
}

/** Longest idempotency key. */
const MAX_KEY = 100;

/** What is wrong with the client's idempotency key, if anything. */
export function faultOfKey(key: string, words: Words) {
  return faultOfText('clientMutationId', key, MAX_KEY, words);
}

/** What is wrong with a short text that must be there, if anything. */
export function faultOfText(field: string, text: string, most: number, words: Words) {
  // PostgreSQL takes no NUL in a text
  if (text.trim() === '' || text.includes('\0')) return invalid([field], words.missing(field));
  return text.length > most ? invalid([field], words.tooLong(most, text.length)) : undefined;
}
