import type { Tx } from '@app/runtime';
import type { AgentRole } from './access';

/** Somebody who is signed in. */
export interface Session {
  readonly sessionId: string;
  readonly agentId: string;
  readonly workspaceId: string;
  readonly role: AgentRole;
  readonly locale: string;
  readonly expiresAt: Date;
}

/** Signed-in browsers. Only the SHA-256 of a cookie's token is kept. Of the api's role alone. */
export class Sessions {
  /** @returns the session's own id, by which people see and end it. */
  async create(
    tx: Tx,
    session: {
      readonly agentId: string;
      readonly tokenHash: Buffer;
      readonly userAgent: string;
      readonly expiresAt: Date;
    },
  ): Promise<{ sessionId: string }> {
    const sessionId = tx.newId();
    await tx.query(
      /* sql */ `
      insert into inbox.sessions (token_hash, id, workspace_id, agent_id, user_agent, created_at, last_seen_at, expires_at)
      values ($1, $2, $3, $4, $5, $6, $6, $7)`,
      [
        session.tokenHash,
        sessionId,
        tx.workspaceId,
        session.agentId,
        session.userAgent.slice(0, 300),
        tx.now,
        session.expiresAt,
      ],
    );
    return { sessionId };
  }

  /** Works in any scope: the cookie alone tells the workspace. Undefined when it is over or its agent has left. */
  async find(tx: Tx, tokenHash: Buffer): Promise<Session | undefined> {
    const rows = await tx.query<Session>(
      /* sql */ `
      select session_id as "sessionId", agent_id as "agentId", workspace_id as "workspaceId", role, locale,
             expires_at as "expiresAt" from inbox.session_find($1, $2)`,
      [tokenHash, tx.now],
    );
    return rows[0];
  }

  /** Moves the end of a session on. Call it now and then, not with every request. */
  async touch(tx: Tx, sessionId: string, expiresAt: Date): Promise<void> {
    await tx.query('update inbox.sessions set last_seen_at = $2, expires_at = greatest(expires_at, $3) where id = $1', [
      sessionId,
      tx.now,
      expiresAt,
    ]);
  }

  /** Safe twice. */
  async end(tx: Tx, sessionId: string): Promise<void> {
    await tx.query('delete from inbox.sessions where id = $1', [sessionId]);
  }
}
