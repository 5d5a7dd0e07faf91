import { Inject, Injectable } from '@nestjs/common';
import { Workspaces } from '@app/inbox';
import { CONFIG, Database } from '@app/runtime';
import type { ApiConfig } from '../config';
import { enumName } from '../graphql/enum-names';
import type { Resolvers } from '../graphql/generated';
import type { ResolvesFields } from '../graphql/schema';
import { DemoDoor } from '../viewer/demo-door';
import { WorkspaceSetUp } from './workspace-set-up';

export const VERSION = '0.1.0';

@Injectable()
export class InstallationResolver implements ResolvesFields {
  constructor(
    private readonly database: Database,
    private readonly workspaces: Workspaces,
    private readonly demoDoor: DemoDoor,
    private readonly setUp: WorkspaceSetUp,
    @Inject(CONFIG) private readonly config: ApiConfig,
  ) {}

  resolvers(): Resolvers {
    return {
      Query: {
        installation: async (_, _args, operation) => {
          const { hasAgents } = await this.database.transaction('system', (tx) => this.workspaces.installation(tx), {
            readOnly: true,
          });
          const door = await this.demoDoor.open(operation.caller);
          return {
            version: VERSION,
            needsSetUp: !hasAgents,
            demoLogins: (door?.agents ?? []).map(({ id, displayName, role }) => ({
              agentId: id,
              displayName,
              role: enumName(role),
            })),
            simulatorUrl: (door && this.config.EVENHAND_SIMULATOR_URL) ?? null,
          };
        },
      },
      Mutation: {
        workspaceSetUp: (_, { input }, operation) => this.setUp.run(operation, input),
      },
    };
  }
}
