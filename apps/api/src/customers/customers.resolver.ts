import { Injectable } from '@nestjs/common';
import { isUuid } from '../graphql/cursor';
import { enumName } from '../graphql/enum-names';
import type { Resolvers } from '../graphql/generated';
import type { ResolvesFields } from '../graphql/schema';

/** How customers, their erasures and exports are shown. What starts those stands in customer-mutations.resolver.ts. */
@Injectable()
export class CustomersResolver implements ResolvesFields {
  resolvers(): Resolvers {
    return {
      Query: {
        customerErasure: async (_, { id }, { load }) => (isUuid(id) ? ((await load.erasures.load(id)) ?? null) : null),
      },
      Customer: {
        displayName: (customer) => (customer.known && customer.givenName) || customer.pseudonym,
        preferredLanguage: (customer) => customer.language,
        identities: async (customer, _args, { load }) => (await load.identitiesOf.load(customer.id)) ?? [],
      },
      CustomerIdentity: {
        channel: (identity) => enumName(identity.channel),
        addedAt: (identity) => identity.createdAt,
      },
      CustomerErasure: {
        state: (erasure) => enumName(erasure.state),
        requestedBy: async ({ requestedBy }, _args, { load }) =>
          requestedBy === null ? null : ((await load.agents.load(requestedBy)) ?? null),
      },
      CustomerExport: {
        state: (exported) => enumName(exported.state),
        customer: async ({ customerId }, _args, { load }) => {
          const [customer, known] = [await load.customers.load(customerId), await load.knownCustomers.load(customerId)];
          return { ...customer!, known: known ?? false };
        },
        requestedBy: async ({ requestedBy }, _args, { load }) =>
          requestedBy === null ? null : ((await load.agents.load(requestedBy)) ?? null),
        deliveredTo: async ({ identityId }, _args, { load }) => (await load.identities.load(identityId))!,
      },
    };
  }
}
