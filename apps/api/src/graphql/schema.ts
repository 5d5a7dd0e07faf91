import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import { guardAccess } from './access-guard';
import type { Resolvers } from './generated';
import { scalars } from './scalars';
import { readSchemaParts } from './schema-parts';

/** Somebody who resolves a part of the schema: a Nest provider. */
export interface ResolvesFields {
  resolvers(): Resolvers;
}

/** The executable schema, guarded. @throws when a part names a field that no resolver or fact has, or the other way. */
export function makeSchema(parts: readonly ResolvesFields[]): GraphQLSchema {
  const schema = makeExecutableSchema({
    typeDefs: readSchemaParts(),
    resolvers: [scalars, ...parts.map((part) => part.resolvers())],
    resolverValidationOptions: { requireResolversToMatchSchema: 'error', requireResolversForResolveType: 'error' },
  });
  return guardAccess(schema);
}
