import { BlobStoreUnavailable } from './blobs';

/** What an operator can do, by the code the operating system gave. */
const MENDS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space, or move EVENHAND_DATA_DIR to a larger disk',
  EDQUOT: 'the quota of this user is used up: raise it, or move EVENHAND_DATA_DIR',
  EFBIG: 'the file is larger than this user may write: raise the limit (ulimit -f)',
  EACCES:
    'this user may not write there: change the owner of the directory, or set EVENHAND_DATA_DIR to one of its own',
  EPERM: 'this user may not write there: change the owner of the directory, or set EVENHAND_DATA_DIR to one of its own',
  EROFS: 'the disk is mounted read-only: remount it, or set EVENHAND_DATA_DIR to a writable directory',
  ENOTDIR: 'a file stands where a directory is needed: move it away, or set EVENHAND_DATA_DIR to another directory',
  EMFILE: 'this process has too many files open: raise the limit (ulimit -n)',
  ENFILE: 'the machine has too many files open: raise the limit (fs.file-max)',
  EIO: 'the disk fails: check it, and restore from a backup what cannot be read',
  ESTALE: 'the network disk went away: mount it again',
};

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** A fault of the operating system as one that says how to mend it; anything else as it is. */
export function storeFault(error: unknown, dir: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  const mend = code === undefined ? undefined : MENDS[code];
  if (mend === undefined) return error;
  return new BlobStoreUnavailable(`files cannot be kept in ${dir} (${code}): ${mend}`, error);
}
