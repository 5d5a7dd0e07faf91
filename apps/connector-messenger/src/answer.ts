import { listOf, millisOf, objectOf, textOf } from '@app/connector-host';

/*
 * Reading answers of the Graph API. Their types vary as those of webhooks do, and what stands behind an address that an
 * operator gave may answer anything: whatever is not as expected reads as absent.
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
