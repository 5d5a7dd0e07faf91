import { Injectable } from '@nestjs/common';
import { readCounters, readOffersHeldBy, readWorkspace, setLocale } from '@app/inbox';
import { ChangeFeed } from '@app/runtime';
import { enumName } from '../graphql/enum-names';
import type { Resolvers } from '../graphql/generated';
import { invalid, notFound } from '../graphql/user-errors';
import type { ResolvesFields } from '../graphql/schema';
import { LOCALES } from '../graphql/words';
import { DemoDoor } from './demo-door';
import { SignIn } from './sign-in';

@Injectable()
export class ViewerResolver implements ResolvesFields {
  constructor(
    private readonly signIn: SignIn,
    private readonly demoDoor: DemoDoor,
    private readonly changes: ChangeFeed,
  ) {}

  resolvers(): Resolvers {
    return {
      Query: { viewer: (_, _args, operation) => operation.session ?? null },
      Mutation: this.mutations(),
      Viewer: {
        agent: async (session, _args, operation) => (await operation.load.agents.load(session.agentId))!,
        workspace: (_, _args, operation) => operation.read(readWorkspace),
        email: async (session, _args, operation) => (await operation.load.agents.load(session.agentId))!.email,
        counters: (session, _args, operation) => operation.read((tx) => readCounters(tx, session.agentId)),
        offers: (session, _args, operation) => operation.read((tx) => readOffersHeldBy(tx, session.agentId)),
        syncId: (_, _args, operation) => operation.read((tx) => this.changes.currentSyncId(tx)),
      },
      Agent: { role: (agent) => enumName(agent.role) },
    };
  }

  private mutations(): Resolvers['Mutation'] & object {
    return {
      signIn: async (_, { input }, operation) => {
        const result = await this.signIn.withPassword(
          operation,
          input.email.slice(0, 998),
          input.password.slice(0, 1_000),
        );
        if ('session' in result) return { viewer: result.session, userErrors: [] };
        const { words } = operation;
        const userError =
          result.error === 'wrong'
            ? { __typename: 'CredentialsWrongError' as const, field: null, message: words.credentialsWrong }
            : {
                __typename: 'TooManyAttemptsError' as const,
                field: null,
                message: words.tooManyAttempts,
                until: result.until.toISOString(),
              };
        return { viewer: null, userErrors: [userError] };
      },
      demoSignIn: async (_, { input }, operation) => {
        const door = await this.demoDoor.open(operation.caller);
        if (!door) return { viewer: null, userErrors: [invalid(null, operation.words.demoRefused)] };
        const agent = door.agents.find(({ id }) => id === input.agentId);
        if (!agent) return { viewer: null, userErrors: [notFound(['agentId'], operation.words)] };
        return { viewer: await this.signIn.as(operation, agent.id, door.workspaceId), userErrors: [] };
      },
      signOut: async (_, _args, operation) => {
        await this.signIn.end(operation);
        return { done: true };
      },
      viewerUpdate: async (_, { input }, operation) => {
        const { clientMutationId } = input;
        const locale = LOCALES.find((each) => each === input.locale.slice(0, 2).toLowerCase());
        if (!locale) {
          return { viewer: null, userErrors: [invalid(['locale'], operation.words.unknownLocale)], clientMutationId };
        }
        const { agentId } = operation.viewer;
        await operation.write((tx) => setLocale(tx, agentId, locale));
        await operation.become({ ...operation.viewer, locale });
        return { viewer: operation.viewer, userErrors: [], clientMutationId };
      },
    };
  }
}
