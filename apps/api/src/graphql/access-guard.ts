import { defaultFieldResolver, GraphQLError, isObjectType, type GraphQLField, type GraphQLSchema } from 'graphql';
import { unauthenticated, type Operation } from './operation';

const RANK = { AGENT: 1, SUPERVISOR: 2, ADMIN: 3 } as const;
type RoleName = keyof typeof RANK;

/**
 * Holds what the schema says: a root field is for the signed-in unless it is `@open`, and `@role` names the least role. One place, so that a resolver cannot forget it.
 */
export function guardAccess(schema: GraphQLSchema): GraphQLSchema {
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields()) as GraphQLField<unknown, Operation>[]) {
      const role = leastRole(field);
      if (!role && !(roots.has(type) && !isOpen(field))) continue;
      const { resolve = defaultFieldResolver, subscribe } = field;
      field.resolve = (source, args, operation, info) => {
        check(operation, role);
        return resolve(source, args, operation, info);
      };
      if (subscribe) {
        field.subscribe = (source, args, operation, info) => {
          check(operation, role);
          return subscribe(source, args, operation, info);
        };
      }
    }
  }
  return schema;
}

function isOpen(field: GraphQLField<unknown, Operation>): boolean {
  return field.astNode?.directives?.some(({ name }) => name.value === 'open') ?? false;
}

function leastRole(field: GraphQLField<unknown, Operation>): RoleName | undefined {
  const directive = field.astNode?.directives?.find(({ name }) => name.value === 'role');
  const value = directive?.arguments?.find(({ name }) => name.value === 'requires')?.value;
  return value?.kind === 'EnumValue' ? (value.value as RoleName) : undefined;
}

function check(operation: Operation, role: RoleName | undefined): void {
  const { session, words } = operation;
  if (!session) throw unauthenticated(words);
  if (role && RANK[session.role.toUpperCase() as RoleName] < RANK[role]) {
    throw new GraphQLError(words.roleNeeded(role.toLowerCase()), { extensions: { code: 'FORBIDDEN', role } });
  }
}
