import { Clock, Database, Ids, Live, Logger, type DatabaseRole } from '@app/runtime';
import type { Installation } from './installation';

export interface Session {
  readonly database: Database;
  readonly live: Live;
  readonly logger: Logger;
}

/** A short-lived pool of one role, or of the owner of the database, for one command. */
export async function withDatabase<T>(
  installation: Pick<Installation, 'ownerUrl' | 'urlOf'>,
  role: DatabaseRole | 'owner',
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const logger = Logger.create({ level: 'error', app: 'cli' });
  const clock = new Clock();
  const database = await Database.connect({
    url: role === 'owner' ? installation.ownerUrl : installation.urlOf(role),
    poolSize: 2,
    applicationName: 'evenhand cli',
    clock,
    ids: new Ids(() => clock.now().getTime()),
    logger,
  });
  try {
    return await work({ database, live: new Live({ database, logger }), logger });
  } finally {
    await database.close();
  }
}
