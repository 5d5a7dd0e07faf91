import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const text = (name: string, fits: (value: string) => boolean, expected: string): GraphQLScalarType => {
  const read = (value: unknown): string => {
    if (typeof value === 'string' && fits(value)) return value;
    throw new GraphQLError(
      `${name}: got ${typeof value === 'string' ? 'another text' : typeof value}; expected ${expected}.`,
      {
        extensions: { code: 'BAD_USER_INPUT' },
      },
    );
  };
  return new GraphQLScalarType({
    name,
    serialize: (value) => (value instanceof Date ? value.toISOString() : String(value)),
    parseValue: read,
    parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : undefined),
  });
};

/** The scalars of the schema; dates go out as ISO 8601 in UTC. */
export const scalars = {
  DateTime: text('DateTime', (value) => !Number.isNaN(Date.parse(value)), 'an ISO 8601 instant'),
  Duration: text('Duration', (value) => value.startsWith('P'), 'an ISO 8601 duration'),
  LanguageTag: text(
    'LanguageTag',
    (value) => /^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8}){0,4}$/.test(value),
    'a language tag such as fr-CA',
  ),
  HTML: text('HTML', () => true, 'HTML'),
  SyncId: text('SyncId', (value) => value.length <= 100, 'a sync id that the server has given'),
  Hash: text('Hash', (value) => /^[0-9a-f]{64}$/.test(value), 'a SHA-256 in lower-case hexadecimal'),
};
