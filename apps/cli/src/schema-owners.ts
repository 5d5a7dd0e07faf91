import { Intake1763800000002 } from '@app/connector-host';
import { Inbox1763800000004, InboxSealedAndRecord1763800000003 } from '@app/inbox';
import { Jobs1763800000001, type Migration } from '@app/runtime';

/** Migrations of every owner; their time stamps give the order. */
export const allMigrations: readonly Migration[] = [
  Jobs1763800000001,
  Intake1763800000002,
  InboxSealedAndRecord1763800000003,
  Inbox1763800000004,
];
