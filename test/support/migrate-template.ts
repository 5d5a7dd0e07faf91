import { migrate } from '@app/runtime';
import { allMigrations } from '../../apps/cli/src/index';

/**
 * Brings the template database of a test run to the newest schema, with the real migrations.
 *
 * `ownerUrl` is the owner's URL of an empty database. Called once per run, under a lock (see test-database.ts).
 */
export async function migrateTemplate(ownerUrl: string): Promise<void> {
  await migrate({ ownerUrl, migrations: allMigrations });
}
