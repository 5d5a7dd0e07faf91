import { Injectable } from '@nestjs/common';
import { findSession, Sessions, type Session } from '@app/inbox';
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

  /** Undefined when the session is over. Only looks: a page that lies open does not keep its session alive. */
  async look(token: string | undefined): Promise<Session | undefined> {
    return token === undefined ? undefined : findSession(this.database, hashToken(token), this.database.clock.now());
  }

  /** The same for a request of a person, which moves the end of the session on now and then (`moved`). */
  async use(token: string | undefined): Promise<(Session & { readonly moved: boolean }) | undefined> {
    const session = await this.look(token);
    if (!session) return undefined;
    const expiresAt = new Date(this.database.clock.now().getTime() + SESSION_MS);
    if (expiresAt.getTime() - session.expiresAt.getTime() < TOUCH_MS) return { ...session, moved: false };
    await this.database.transaction({ workspaceId: session.workspaceId }, (tx) =>
      this.sessions.touch(tx, session.sessionId, expiresAt),
    );
    return { ...session, expiresAt, moved: true };
  }
}
