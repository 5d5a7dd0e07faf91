import { Injectable } from '@nestjs/common';
import { Sessions, type Session } from '@app/inbox';
import { Database } from '@app/runtime';
import { hashToken, SESSION_MS } from './session-cookie';

/** A session is moved on at most so often. Milliseconds. */
const TOUCH_MS = 5 * 60_000;

/** Finds out who is signed in, from the cookie alone. */
@Injectable()
export class CurrentSession {
  constructor(
    private readonly database: Database,
    private readonly sessions: Sessions,
  ) {}

  /** One statement; undefined when the session is over. Moves its end on now and then. */
  async find(token: string | undefined): Promise<(Session & { readonly moved: boolean }) | undefined> {
    if (token === undefined) return undefined;
    const { clock } = this.database;
    const now = clock.now();
    const rows = await this.database.query<Session>(
      /* sql */ `
      select session_id as "sessionId", agent_id as "agentId", workspace_id as "workspaceId", role, locale,
             expires_at as "expiresAt" from inbox.session_find($1, $2)`,
      [hashToken(token), now],
    );
    const session = rows[0];
    if (!session) return undefined;
    const expiresAt = new Date(now.getTime() + SESSION_MS);
    if (expiresAt.getTime() - session.expiresAt.getTime() < TOUCH_MS) return { ...session, moved: false };
    await this.database.transaction({ workspaceId: session.workspaceId }, (tx) =>
      this.sessions.touch(tx, session.sessionId, expiresAt),
    );
    return { ...session, expiresAt, moved: true };
  }
}
