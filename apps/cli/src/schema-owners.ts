import { intakeMigrations } from '@app/connector-host';
import { inboxMigrations } from '@app/inbox';
import { Jobs1763800000001, type Migration } from '@app/runtime';

/** Migrations of every owner; their time stamps give the order. */
export const allMigrations: readonly Migration[] = [Jobs1763800000001, ...intakeMigrations, ...inboxMigrations];
