import type { Database } from '@app/runtime';
import type { Session } from '../people/sessions';

/** Whose session this is, in one statement outside any transaction: every request begins with it. */
export async function findSession(database: Database, tokenHash: Buffer, now: Date): Promise<Session | undefined> {
  const rows = await database.query<Session>(
    /* sql */ `
    select session_id as "sessionId", agent_id as "agentId", workspace_id as "workspaceId", role, locale,
           expires_at as "expiresAt" from inbox.session_find($1, $2)`,
    [tokenHash, now],
  );
  return rows[0];
}
