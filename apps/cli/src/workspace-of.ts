import type { Installation } from './installation';
import { UsageError } from './command';
import { withDatabase } from './with-database';

/**
 * The workspace an operator means: the one named, else the only one that is not a demo.
 * @returns undefined when there is none yet. @throws UsageError when it is not clear which.
 */
export async function workspaceOf(
  installation: Pick<Installation, 'ownerUrl' | 'urlOf'>,
  name: string | boolean | undefined,
): Promise<string | undefined> {
  const rows = await withDatabase(installation, 'owner', ({ database }) =>
    database.query<{ id: string; name: string; demo: boolean }>(
      'select workspace_id as id, name, demo from inbox.workspaces order by created_at limit 100',
    ),
  );
  if (typeof name === 'string') {
    const named = rows.filter((row) => row.name === name);
    if (named.length > 1) throw new UsageError(`--workspace: ${named.length} workspaces are called "${name}"`);
    return named[0]?.id;
  }
  const real = rows.filter((row) => !row.demo);
  if (real.length > 1) {
    throw new UsageError(
      `--workspace: there are several, name one of ${real.map((row) => JSON.stringify(row.name)).join(', ')}`,
    );
  }
  return real[0]?.id;
}
