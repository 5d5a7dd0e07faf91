import DataLoader from 'dataloader';

/** Most keys of one statement. */
const MAX_BATCH = 200;

/** Loads rows by their id, all that one tick of the executor asks for in one statement. */
export function byId<T extends { readonly id: string }>(
  read: (ids: readonly string[]) => Promise<readonly T[]>,
): DataLoader<string, T | undefined> {
  return byKey(async (ids) => new Map((await read(ids)).map((row) => [row.id, row])));
}

/** As `byId`, for what is found as a map. */
export function byKey<T>(
  read: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): DataLoader<string, T | undefined> {
  return new DataLoader<string, T | undefined>(
    async (keys) => {
      const found = await read(keys);
      return keys.map((key) => found.get(key));
    },
    { maxBatchSize: MAX_BATCH },
  );
}
