import { Inject, Injectable } from '@nestjs/common';
import { readActiveAgents, type AgentFacts, Workspaces } from '@app/inbox';
import { CONFIG, Database } from '@app/runtime';
import { hasRealAccount } from '../accounts/intake-gauges';
import type { ApiConfig } from '../config';
import type { Caller } from '../graphql/operation';
import { isLoopbackHost } from '../http/loopback';

const MOST_CARDS = 12;

/** The one-click sign-in of the demo: open on this machine only, and shut for good once anything is real. */
@Injectable()
export class DemoDoor {
  constructor(
    private readonly database: Database,
    private readonly workspaces: Workspaces,
    @Inject(CONFIG) private readonly config: ApiConfig,
  ) {}

  /** Workspace and people one may sign in as; undefined while the door is shut. */
  async open(caller: Caller): Promise<{ workspaceId: string; agents: AgentFacts[] } | undefined> {
    if (!caller.local || this.config.EVENHAND_PUBLIC_URL !== undefined || !isLoopbackHost(this.config.EVENHAND_HOST)) {
      return undefined;
    }
    const { demo, real } = await this.database.transaction(
      'system',
      async (tx) => ({ demo: await this.workspaces.installation(tx), real: await hasRealAccount(tx) }),
      { readOnly: true },
    );
    const workspaceId = demo.demoWorkspaceId;
    if (workspaceId === null || real) return undefined;
    const agents = await this.database.transaction({ workspaceId }, (tx) => readActiveAgents(tx, MOST_CARDS), {
      readOnly: true,
    });
    return { workspaceId, agents };
  }
}
