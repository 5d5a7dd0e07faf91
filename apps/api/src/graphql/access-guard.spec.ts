import { buildSchema, type GraphQLObjectType, type GraphQLResolveInfo } from 'graphql';
import { guardAccess } from './access-guard';
import type { Operation } from './operation';
import { readSchemaParts } from './schema-parts';
import { wordsFor } from './words';

const schema = guardAccess(buildSchema(readSchemaParts().join('\n')));

function operationOf(role?: 'agent' | 'supervisor' | 'admin'): Operation {
  return { session: role && { role }, words: wordsFor('en') } as unknown as Operation;
}

/** What a field says to somebody: 'open', or the code of the refusal. */
function answer(field: string, operation: Operation): unknown {
  const [type, name] = field.split('.') as [string, string];
  const { resolve } = (schema.getType(type) as GraphQLObjectType).getFields()[name]!;
  try {
    void resolve?.({}, {}, operation, { fieldName: name } as GraphQLResolveInfo);
    return 'open';
  } catch (error) {
    return (error as { extensions?: { code: unknown } }).extensions?.code ?? error;
  }
}

const roots = ['Query', 'Mutation', 'Subscription'].flatMap((type) =>
  Object.keys((schema.getType(type) as GraphQLObjectType).getFields()).map((name) => `${type}.${name}`),
);

it('leaves nothing open to those who are not signed in but what one needs to sign in', () => {
  expect(
    roots.filter((field) => answer(field, operationOf()) !== 'UNAUTHENTICATED').sort((a, b) => a.localeCompare(b)),
  ).toEqual([
    'Mutation.demoSignIn',
    'Mutation.signIn',
    'Mutation.workspaceSetUp',
    'Query.installation',
    'Query.viewer',
  ]);
});

it.each([
  ['IntakeHealth.unreadableDeliveries', 'FORBIDDEN', 'open', 'open'],
  ['Mutation.deliveryReprocess', 'FORBIDDEN', 'open', 'open'],
  ['Mutation.accountConnect', 'FORBIDDEN', 'FORBIDDEN', 'open'],
  ['Mutation.accountReconnect', 'FORBIDDEN', 'FORBIDDEN', 'open'],
  ['Mutation.offerNext', 'open', 'open', 'open'],
])('%s is for the role the schema names', (field, agent, supervisor, admin) => {
  expect([answer(field, operationOf('agent')), answer(field, operationOf('supervisor')), answer(field, operationOf('admin'))]).toEqual([agent, supervisor, admin]); // prettier-ignore
});
