import { scrub } from '@app/runtime';
import type { Installation } from './installation';
import { withDatabase } from './with-database';

/** Everything an erasure touches. The record holds ids only. */
const SCHEMAS = ['inbox', 'intake', 'sealed', 'jobs'];

/**
 * Takes what erasures deleted out of the files of the database, and notes it with those erasures. Nobody else gets at a table
 * while it is written anew. @returns whether nothing of them is left in the files; false on a server that keeps it for a while.
 */
export async function scrubErased(
  installation: Pick<Installation, 'ownerUrl' | 'urlOf' | 'embedded'>,
): Promise<boolean> {
  const erased = await withDatabase(installation, 'owner', ({ database }) =>
    database.query<{ id: string }>(`select id from inbox.erasures where state = 'done' and scrubbed_at is null`),
  );
  const { whole } = await scrub(installation.ownerUrl, SCHEMAS);
  await withDatabase(installation, 'owner', ({ database }) =>
    database.query('update inbox.erasures set scrubbed_at = $2 where id = any($1::uuid[])', [
      erased.map(({ id }) => id),
      database.clock.now(),
    ]),
  );
  return whole && installation.embedded;
}
