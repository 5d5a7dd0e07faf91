import { migrate } from '@app/runtime';
// The list alone: the door of apps/cli would load every app into every test.
import { allMigrations } from '../../apps/cli/src/schema-owners';

/**
 * Brings the template database of a test run to the newest schema, with the real migrations.
 *
 * `ownerUrl` is the owner's URL of an empty database. Called once per run, under a lock (see test-database.ts).
 */
export async function migrateTemplate(ownerUrl: string): Promise<void> {
  await migrate({ ownerUrl, migrations: allMigrations });
}
