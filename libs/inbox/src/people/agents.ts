import type { Tx } from '@app/runtime';
import type { Changes } from '../changes/changes';
import type { AgentRole } from './access';

/** Somebody who answers customers. */
export interface Agent {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
  readonly role: AgentRole;
  readonly locale: string;
  /** Most open offers at once: a protection, not a target. */
  readonly capacity: number;
  readonly deactivatedAt: Date | null;
  readonly createdAt: Date;
}

/** What sign-in needs; found in whatever workspace. */
export interface SignInLookup {
  readonly agentId: string;
  readonly workspaceId: string;
  /** argon2id; null: cannot sign in with a password. */
  readonly passwordHash: string | null;
}

export const agentColumns = /* sql */ `id, email, display_name as "displayName", role, locale, capacity,
  deactivated_at as "deactivatedAt", created_at as "createdAt"`;

/** Those who answer. Hashes of passwords come in as values; nothing here knows how they are made. */
export class Agents {
  constructor(private readonly changes: Changes) {}

  /** An address signs in once in the installation, whatever the workspace; upper and lower case are the same. */
  async create(
    tx: Tx,
    agent: {
      readonly email: string;
      readonly displayName: string;
      readonly role: AgentRole;
      readonly locale?: string;
      readonly passwordHash: string | null;
      readonly capacity?: number;
    },
  ): Promise<{ agent: Agent } | { error: 'email-taken' }> {
    const [created] = await tx.query<Agent>(
      /* sql */ `
      insert into inbox.agents (id, workspace_id, email, display_name, role, locale, password_hash, capacity, created_at)
      values ($1, $2, lower($3), $4, $5, $6, $7, $8, $9)
      on conflict (email) do nothing returning ${agentColumns}`,
      [
        tx.newId(),
        tx.workspaceId,
        agent.email.trim(),
        agent.displayName,
        agent.role,
        agent.locale ?? 'en',
        agent.passwordHash,
        agent.capacity ?? 10,
        tx.now,
      ],
    );
    if (!created) return { error: 'email-taken' };
    await this.changes.write(tx, [{ kind: 'agent', id: created.id }]);
    return { agent: created };
  }

  /** Works in any scope: sign-in does not know the workspace yet. Only the api's role may. */
  async findByEmail(tx: Tx, email: string): Promise<SignInLookup | undefined> {
    const rows = await tx.query<SignInLookup>(
      /* sql */ `
      select agent_id as "agentId", workspace_id as "workspaceId", password_hash as "passwordHash"
        from inbox.sign_in_lookup($1)`,
      [email.trim()],
    );
    return rows[0];
  }

  async find(tx: Tx, id: string): Promise<Agent | undefined> {
    const rows = await tx.query<Agent>(`select ${agentColumns} from inbox.agents where id = $1`, [id]);
    return rows[0];
  }

  /** Everybody of the workspace by name, at most 1,000, those who left included. */
  async list(tx: Tx): Promise<Agent[]> {
    return tx.query<Agent>(`select ${agentColumns} from inbox.agents order by display_name, id limit 1000`);
  }

  /** @returns false when there is no such agent. Ends all their sessions. */
  async setPassword(tx: Tx, agentId: string, passwordHash: string): Promise<boolean> {
    const set = await tx.execute('update inbox.agents set password_hash = $2 where id = $1', [agentId, passwordHash]);
    if (set > 0) await tx.execute('delete from inbox.sessions where agent_id = $1', [agentId]);
    return set > 0;
  }
}
