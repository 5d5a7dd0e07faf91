/** How far a folder has been read. JSON in the row of the cursor. */
export interface FolderCursor {
  readonly uidValidity: string;
  /** Everything below has been stored. */
  readonly nextUid: number;
  /** What stands below was there when the account was connected: history. */
  readonly firstUid: number;
  /** Nothing below was ever asked for. */
  readonly floorUid: number;
  /** Grows when the server counts anew under the same UIDVALIDITY: the same UID is another mail then. */
  readonly epoch: number;
  /** Product time of the last comparison with the server, ISO 8601. */
  readonly gapsCheckedAt?: string;
}

/** @returns undefined for a folder never read. */
export function parseCursor(value: unknown): FolderCursor | undefined {
  return value === undefined || value === null ? undefined : (value as FolderCursor);
}

/** Name of a mail on its server; unique per account for ever. */
export function sourceOf(path: string, cursor: Pick<FolderCursor, 'uidValidity' | 'epoch'>, uid: number): string {
  return `${path};UIDVALIDITY=${cursor.uidValidity};UID=${uid}${cursor.epoch > 0 ? `;EPOCH=${cursor.epoch}` : ''}`;
}

/** The earliest arrival that matters for choosing where to begin. */
export function floorOf(history: string, connectedAt: Date): Date {
  const days = daysOf(history);
  return days === undefined ? connectedAt : new Date(connectedAt.getTime() - days * 86_400_000);
}

/**
 * Where to begin in a folder that is read for the first time, or that counts anew.
 * @param recent UIDs and arrivals since `floorOf(history)` at the latest.
 * @param before the cursor that no longer holds.
 */
export function beginCursor(
  history: string,
  connectedAt: Date,
  uidValidity: string,
  uidNext: number,
  recent: readonly { readonly uid: number; readonly at: Date }[],
  before?: FolderCursor,
): FolderCursor {
  // IMAP dates have whole seconds
  const since = (instant: Date): number => {
    const from = Math.floor(instant.getTime() / 1_000) * 1_000;
    return Math.min(uidNext, ...recent.filter(({ at }) => at.getTime() >= from).map(({ uid }) => uid));
  };
  const firstUid = since(connectedAt);
  const all = history === 'all' || history === 'all-as-new';
  const nextUid = all ? 1 : since(floorOf(history, connectedAt));
  const epoch = before === undefined ? 0 : before.uidValidity === uidValidity ? before.epoch + 1 : before.epoch;
  return { uidValidity, nextUid, firstUid, floorUid: nextUid, epoch };
}

function daysOf(history: string): number | undefined {
  const days = /^days:(\d+)$/.exec(history)?.[1];
  return days === undefined ? undefined : Number(days);
}
