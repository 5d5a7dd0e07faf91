/** A place in a change table: everything up to this writer and number has been read. */
export interface Position {
  /** xid8 of the writer, in decimal: it may pass 2^53. */
  readonly xid: string;
  readonly number: number;
  /** Product time at which it was given out. */
  readonly at: Date;
}

/** What a client sent as its place is none of ours. */
export class InvalidSyncId extends Error {
  constructor() {
    super('this is not a sync id; load the page afresh to get one');
    this.name = 'InvalidSyncId';
  }
}

/** Opaque to clients: they send back what they were given. */
export function encodeSyncId(position: Position): string {
  return Buffer.from(`${position.xid}.${position.number}.${position.at.getTime()}`).toString('base64url');
}

/** @throws InvalidSyncId */
export function decodeSyncId(syncId: string): Position {
  const text = syncId.length <= 100 ? Buffer.from(syncId, 'base64url').toString('latin1') : '';
  const match = /^(\d{1,19})\.(\d{1,16})\.(\d{1,15})$/.exec(text);
  const number = Number(match?.[2]);
  if (!match || !Number.isSafeInteger(number)) throw new InvalidSyncId();
  return { xid: match[1]!, number, at: new Date(Number(match[3])) };
}
