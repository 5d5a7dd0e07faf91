import type { Tx } from '@app/runtime';

/** What the whole installation holds. */
export interface Installation {
  readonly hasAgents: boolean;
  readonly demoWorkspaceId: string | null;
}

/** Workspaces: each has its own queue, its own people and its own record. */
export class Workspaces {
  /** Makes a workspace and begins its record. Works in any scope; what is put into it needs the new one's. */
  async create(
    tx: Tx,
    workspace: { readonly name: string; readonly demo?: boolean; readonly timeZone?: string },
  ): Promise<{ workspaceId: string }> {
    const workspaceId = tx.newId();
    await tx.query('select inbox.workspace_create($1, $2, $3, $4, $5)', [
      workspaceId,
      workspace.name,
      workspace.demo ?? false,
      workspace.timeZone ?? 'UTC',
      tx.now,
    ]);
    return { workspaceId };
  }

  /** Works in any scope. */
  async installation(tx: Tx): Promise<Installation> {
    const [row] = await tx.query<Installation>(
      'select has_agents as "hasAgents", demo_workspace_id as "demoWorkspaceId" from inbox.installation()',
    );
    return row!;
  }
}
