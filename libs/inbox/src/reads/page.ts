/** Which part of a list is wanted: so many after a place, or so many before it. Keys are those of the last page. */
export interface PageRequest {
  /** 1–100. */
  readonly limit: number;
  readonly backward: boolean;
  /** Sort key of the row to go on from; left out at the beginning (or, backward, at the end). */
  readonly from?: readonly string[];
}

export interface PageItem<T> {
  readonly key: readonly string[];
  readonly value: T;
}

/** A part of a list, in the list's own order whichever way it was read. */
export interface Page<T> {
  readonly items: readonly PageItem<T>[];
  /** Whether there is more in the direction that was read. */
  readonly hasMore: boolean;
}

/** Makes a page of rows that were read in the wanted direction, one more than asked for. */
export function pageOf<T>(rows: readonly T[], request: PageRequest, key: (row: T) => readonly string[]): Page<T> {
  const items = rows.slice(0, request.limit).map((value) => ({ key: key(value), value }));
  return { items: request.backward ? items.reverse() : items, hasMore: rows.length > request.limit };
}
