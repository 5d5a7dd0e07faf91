import { listOf, millisOf, objectOf, textOf } from '@app/connector-host';

/*
 * Reading answers of X. What stands behind an address that an operator gave may answer anything: whatever is not as expected
 * reads as absent.
 */

export function field(value: unknown, name: string): unknown {
  return objectOf(value)?.[name];
}

export function text(value: unknown): string | undefined {
  return textOf(value);
}

export function list(value: unknown): readonly unknown[] {
  return listOf(value);
}

/** ISO text, seconds or milliseconds. */
export function instant(value: unknown): Date | undefined {
  const millis = millisOf(value);
  return millis === undefined ? undefined : new Date(millis);
}

/** Ids of posts, messages and media are digits; anything else is none. */
export function xIdOf(value: unknown): string | undefined {
  const id = textOf(value);
  return id !== undefined && /^\d{1,19}$/.test(id) ? id : undefined;
}
