import { Injectable } from '@nestjs/common';
import { Agents, Sessions, type Session } from '@app/inbox';
import type { Operation } from '../graphql/operation';
import { passwordFits } from './passwords';
import { newToken, SESSION_MS } from './session-cookie';
import { SessionEnds } from './session-ends';
import { SignInThrottle } from './sign-in-throttle';

/** Opens and ends sessions. */
@Injectable()
export class SignIn {
  constructor(
    private readonly agents: Agents,
    private readonly sessions: Sessions,
    private readonly throttle: SignInThrottle,
    private readonly sessionEnds: SessionEnds,
  ) {}

  /** Signs the caller in. Wrong address and wrong password take the same time and give the same answer. */
  async withPassword(
    operation: Operation,
    email: string,
    password: string,
  ): Promise<{ session: Session } | { error: 'wrong' } | { error: 'too-many'; until: Date }> {
    const { database, caller } = operation;
    // nobody's address holds a NUL, and PostgreSQL takes none
    if (email.includes('\0')) return { error: 'wrong' };
    const until = await this.throttle.refusedUntil(email, caller.ip, new Date());
    if (until) return { error: 'too-many', until };
    const found = await database.transaction('system', (tx) => this.agents.findByEmail(tx, email), { readOnly: true });
    if (!(await passwordFits(password, found?.passwordHash ?? null)) || !found) return { error: 'wrong' };
    await this.throttle.clear(email, caller.ip);
    return { session: await this.as(operation, found.agentId, found.workspaceId) };
  }

  /** Signs the caller in as this agent, whom somebody else has made sure of. A session from before ends. */
  async as(operation: Operation, agentId: string, workspaceId: string): Promise<Session> {
    const { database, caller } = operation;
    const { token, hash } = newToken();
    const old = operation.session;
    const session = await database.transaction({ workspaceId }, async (tx) => {
      if (old?.workspaceId === workspaceId) await this.sessions.end(tx, old.sessionId);
      const expiresAt = new Date(tx.now.getTime() + SESSION_MS);
      await this.sessions.create(tx, { agentId, tokenHash: hash, userAgent: caller.userAgent, expiresAt });
      return this.sessions.find(tx, hash);
    });
    if (!session) throw new Error('the session that was just made is not there');
    if (old) this.sessionEnds.tell(old.sessionId);
    caller.setCookie(token, session.expiresAt);
    await operation.become(session);
    return session;
  }

  /** Ends the caller's session, here and on every socket it has open. */
  async end(operation: Operation): Promise<void> {
    const { sessionId } = operation.viewer;
    await operation.write((tx) => this.sessions.end(tx, sessionId));
    operation.caller.setCookie(null, new Date(0));
    this.sessionEnds.tell(sessionId);
    await operation.become(undefined);
  }
}
