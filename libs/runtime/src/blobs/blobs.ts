import type { Readable } from 'node:stream';
import type { HealthResult } from '../health/health';

/** A stored file. */
export interface StoredBlob {
  /** Lower-case hexadecimal; its only name. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

export interface PutOptions {
  /** More than this is refused with `BlobTooLarge`, and nothing is kept. */
  readonly maxBytes: number;
  /** For stores that keep it beside the bytes; ours do not need it. */
  readonly mime?: string;
}

/** Files by the hash of their bytes, so the same file is kept once. A file is stored before the row that names it commits. */
export abstract class Blobs {
  /**
   * Keeps the bytes durably before it returns. Safe any number of times.
   * @throws BlobTooLarge, BlobStoreUnavailable, and whatever the given stream fails with.
   */
  abstract put(bytes: Buffer | Readable, options: PutOptions): Promise<StoredBlob>;

  /** A stream the caller must consume or destroy. The bytes are not verified. @throws BlobMissing, BlobStoreUnavailable */
  abstract open(sha256: string): Promise<{ readonly stream: Readable; readonly size: number }>;

  /** All bytes, verified against the hash. @throws BlobMissing, BlobTooLarge, BlobCorrupt, BlobStoreUnavailable */
  abstract read(sha256: string, maxBytes: number): Promise<Buffer>;

  /** @throws BlobStoreUnavailable */
  abstract exists(sha256: string): Promise<boolean>;

  /** Safe when it is gone already. @throws BlobStoreUnavailable */
  abstract delete(sha256: string): Promise<void>;

  /**
   * Deletes a file unless somebody put it, again or for the first time, less than `restMs` ago: their row may not have committed
   * yet. @returns whether it is gone. @throws BlobStoreUnavailable
   */
  abstract deleteRested(sha256: string, restMs: number): Promise<boolean>;

  /** Whether files can be stored now, for `/health/ready`. */
  abstract check(): Promise<HealthResult>;
}

/** The place where files are kept cannot be used now; the message says how to mend it. Trying again later may succeed. */
export class BlobStoreUnavailable extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'BlobStoreUnavailable';
  }
}

/** A file is larger than the caller allows. */
export class BlobTooLarge extends Error {
  constructor(readonly maxBytes: number) {
    super(`the file is larger than the ${maxBytes} bytes allowed`);
    this.name = 'BlobTooLarge';
  }
}

/** There is no file with this hash. */
export class BlobMissing extends Error {
  constructor(readonly sha256: string) {
    super(`no file ${sha256}: it was deleted, or EVENHAND_DATA_DIR is not the directory it was stored in`);
    this.name = 'BlobMissing';
  }
}

/** The bytes are not those that were stored. */
export class BlobCorrupt extends Error {
  constructor(readonly sha256: string) {
    super(`the file ${sha256} has changed on disk; restore it from a backup`);
    this.name = 'BlobCorrupt';
  }
}

/** @throws TypeError for anything but a hash, so that no other path can be named. */
export function checkSha256(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new TypeError('the name of a file is a SHA-256 in lower-case hexadecimal');
  return sha256;
}
