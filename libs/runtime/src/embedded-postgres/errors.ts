/** Something about the embedded PostgreSQL that a person must mend; the message says what, where and how. */
export abstract class EmbeddedPostgresError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** No PostgreSQL programs that run here. The message lists every place that was tried, with the reason. */
export class PostgresBinariesMissing extends EmbeddedPostgresError {}

/** The data directory, or something in it, cannot be used as it is. */
export class DataDirUnusable extends EmbeddedPostgresError {}

/** Another Evenhand that is still running owns the data directory. */
export class DataDirInUse extends EmbeddedPostgresError {
  constructor(
    readonly dataDir: string,
    /** Process id of the one that is running. */
    readonly pid: number,
    /** When it claimed the directory. */
    readonly since: Date,
  ) {
    super(
      `Evenhand is already running in ${dataDir}: process ${pid}, since ${since.toISOString()}. ` +
        `Use that one; or end it first (Ctrl-C in its terminal, or \`kill ${pid}\`); ` +
        'or give this one a directory of its own with EVENHAND_DATA_DIR.',
    );
  }
}

/** PostgreSQL did not come up. The message carries the end of its own log. */
export class PostgresNotStarted extends EmbeddedPostgresError {}

/** PostgreSQL did not end when told to; it is still running. */
export class PostgresNotStopped extends EmbeddedPostgresError {}

const MEND: Readonly<Record<string, string>> = {
  EACCES: 'Give it to the user who starts Evenhand (sudo chown -R USER DIRECTORY)',
  EPERM: 'Give it to the user who starts Evenhand (sudo chown -R USER DIRECTORY)',
  EROFS: 'The file system is read-only: mount it writable',
  ENOTDIR: 'A file stands where a directory is needed: move it away',
  EEXIST: 'A file stands where a directory is needed: move it away',
  // Node's recursive mkdir says so on a read-only file system too.
  ENOENT: 'Something is missing that cannot be made there (is the file system read-only, or was it removed in use?)',
  ENOSPC: 'The disk is full: make room (a new database needs 60 MB)',
  EDQUOT: 'The disk quota is used up: make room (a new database needs 60 MB)',
};

/** Runs `work`; a file error of the kind a person can mend becomes `DataDirUnusable`, anything else passes. */
export async function explainingFileErrors<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message, syscall } = error as NodeJS.ErrnoException;
    // A program that cannot be started is no matter of the data.
    const mend = code === undefined || syscall?.startsWith('spawn') ? undefined : MEND[code];
    if (mend === undefined) throw error;
    throw new DataDirUnusable(
      `Cannot keep data in ${dataDir} (${message}). ${mend}, or choose another directory with EVENHAND_DATA_DIR.`,
      { cause: error },
    );
  }
}

/** The same advice for what PostgreSQL's own programs say; empty if there is none. */
export function mendOf(output: string): string {
  if (/No space left on device/.test(output)) return `\n${MEND['ENOSPC']}.`;
  return /Disk quota exceeded/.test(output) ? `\n${MEND['EDQUOT']}.` : '';
}
