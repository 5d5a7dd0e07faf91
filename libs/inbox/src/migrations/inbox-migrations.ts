import type { Migration } from '@app/runtime';
import { InboxSealedAndRecord1763800000003 } from './1763800000003-inbox-sealed-and-record';
import { Inbox1763800000004 } from './1763800000004-inbox';
import { ThreadsAndChanges1763800000006 } from './1763800000006-threads-and-changes';
import { Erasure1763800000007 } from './1763800000007-erasure';
import { SealedReachAndMatters1763800000009 } from './1763800000009-sealed-reach-and-matters';

/** Everything this library changes in the database, for each process that reads or writes the inbox. */
export const inboxMigrations: readonly Migration[] = [
  InboxSealedAndRecord1763800000003,
  Inbox1763800000004,
  ThreadsAndChanges1763800000006,
  Erasure1763800000007,
  SealedReachAndMatters1763800000009,
];
