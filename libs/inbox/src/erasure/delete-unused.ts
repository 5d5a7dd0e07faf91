import type { Blobs, Database } from '@app/runtime';

/**
 * A file touched later than this many milliseconds ago is left for now: the same bytes may just be coming from somebody else and
 * not be named by a row yet. Longer than any batch takes to be stored.
 */
export const FILES_REST_MS = 120_000;

/** Deletes those of these files that nothing refers to any more. @returns how many were touched a moment ago and are left for now. */
export async function deleteUnused(
  parts: { readonly database: Database; readonly blobs: Blobs },
  files: readonly string[],
  restMs: number,
): Promise<number> {
  const unused = await parts.database.query<{ sha256: string }>('select inbox.unused_files($1::text[]) as sha256', [
    files,
  ]);
  let left = 0;
  for (const { sha256 } of unused) if (!(await parts.blobs.deleteRested(sha256, restMs))) left += 1;
  return left;
}
