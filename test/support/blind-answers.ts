import { randomUUID } from 'node:crypto';
import {
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isNonNullType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  buildClientSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
} from 'graphql';
import type { ApiClient } from './api-client';

/*
 * Reads everything that the api gives to somebody: each field of each type that the server itself says there is, so that a field
 * that comes to be is read, too.
 */

/** What was asked, and the whole text of what was answered. */
export interface Answer {
  readonly asked: string;
  readonly text: string;
}

/** What is asked for by its name. */
export interface Known {
  /** Of everything there is, in an order that is the same in each world. */
  readonly ids: readonly string[];
  /** Of conversations. */
  readonly references: readonly string[];
  /** What changed after this is asked for. */
  readonly since: string;
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
/** Objects within objects; what is further away is reached from its own node. */
const DEPTH = 2;
const PAGE = 20;
/** Nodes of one type in one question, and root fields at most (see `limits.ts` of the api). */
const AT_ONCE = 5;
const MOST_ROOTS = 25;

/** Everything of one server's schema, as queries. */
export class Everything {
  /** Fields that the person may not see. */
  private readonly hidden = new Set<string>();

  private constructor(private readonly schema: GraphQLSchema) {}

  static async of(client: ApiClient): Promise<Everything> {
    return new Everything(buildClientSchema(await client.call<IntrospectionQuery>(getIntrospectionQuery())));
  }

  /** Names of all types that have an id by which they can be asked for. */
  get nodes(): string[] {
    const node = this.schema.getType('Node');
    if (!isInterfaceType(node)) throw new Error('the schema has no Node');
    return this.schema.getPossibleTypes(node).map(({ name }) => name);
  }

  /** All fields of a type, and of what hangs on it. */
  fieldsOf(type: string): string {
    return this.select(this.schema.getType(type)!, [], 0);
  }

  /** Reads as one person: what hangs on the root, then every node whose id is known or met on the way. */
  async read(client: ApiClient, known: Known): Promise<Answer[]> {
    const answers: Answer[] = [];
    const ids = new Set<string>();
    const ask = async (asked: string, query: () => string, variables: Record<string, unknown>): Promise<void> => {
      const text = await this.allowed(client, query, variables);
      answers.push({ asked, text });
      for (const [id] of text.matchAll(UUID)) ids.add(id);
    };
    for (const { asked, query, variables } of this.roots(known)) await ask(asked, query, variables);
    for (const id of known.ids) ids.add(id);
    const seen = new Set<string>();
    // reading them brings more
    for (let next = [...ids]; next.length > 0; next = [...ids].filter((id) => !seen.has(id))) {
      for (const id of next) seen.add(id);
      const types = await this.typesOf(client, next);
      for (const type of this.nodes) {
        const those = next.filter((id) => types.get(id) === type);
        for (let from = 0; from < those.length; from += AT_ONCE) {
          const few = those.slice(from, from + AT_ONCE);
          const nodes = few.map((_, n) => `n${n}: node(id: $n${n}) { ... on ${type} `);
          const query = (): string => `query (${few.map((__, n) => `$n${n}: ID!`).join(', ')}) { ${nodes.map((node) => `${node} ${this.fieldsOf(type)} }`).join(' ')} }`; // prettier-ignore
          await ask(`nodes ${type}`, query, Object.fromEntries(few.map((id, n) => [`n${n}`, id])));
        }
      }
    }
    return answers;
  }

  /** Asks, and again without each field that this person may not see, which the server names. */
  private async allowed(client: ApiClient, query: () => string, variables: Record<string, unknown>): Promise<string> {
    for (;;) {
      const { body } = await client.raw({ query: query(), variables });
      const errors = (body.errors ?? []) as { path?: (string | number)[]; extensions?: { code?: string } }[];
      const refused = errors.flatMap(({ path, extensions }) =>
        extensions?.code === 'FORBIDDEN' && path !== undefined && path.length > 1 ? [String(path.at(-1))] : [],
      );
      const fresh = refused.filter((field) => !this.hidden.has(field));
      for (const field of fresh) this.hidden.add(field);
      if (fresh.length === 0) return JSON.stringify(body);
    }
  }

  private async typesOf(client: ApiClient, ids: readonly string[]): Promise<Map<string, string>> {
    const types = new Map<string, string>();
    for (let from = 0; from < ids.length; from += MOST_ROOTS) {
      const few = ids.slice(from, from + MOST_ROOTS);
      const query = `query (${few.map((_, n) => `$n${n}: ID!`).join(', ')}) { ${few.map((_, n) => `n${n}: node(id: $n${n}) { __typename }`).join(' ')} }`; // prettier-ignore
      const { body } = await client.raw({ query, variables: Object.fromEntries(few.map((id, n) => [`n${n}`, id])) });
      const found = (body.data ?? {}) as Record<string, { __typename: string } | null>;
      few.forEach((id, n) => {
        const type = found[`n${n}`]?.__typename;
        if (type !== undefined) types.set(id, type);
      });
    }
    return types;
  }

  /** Root fields of Query; what wants arguments is asked with each that makes sense. */
  private roots(known: Known): { asked: string; query: () => string; variables: Record<string, unknown> }[] {
    const query = this.schema.getQueryType()!;
    return Object.values(query.getFields()).flatMap((field) => {
      const select = (): string => this.select(getNamedType(field.type), [], 1);
      const wants = field.args.filter((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined);
      const given = this.choices(
        wants.map((arg) => [arg.name, String(arg.type)]),
        known,
      );
      return given.map((variables) => {
        const names = Object.keys(variables);
        const head =
          names.length === 0 ? '' : `(${wants.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ')})`;
        const page = field.args.some(({ name }) => name === 'first') ? [`first: ${PAGE}`] : [];
        const args = [...names.map((name) => `${name}: $${name}`), ...page].join(', ');
        const call = `${field.name}${args === '' ? '' : `(${args})`}`;
        const asked = `${field.name} ${JSON.stringify({ ...variables, ...('syncId' in variables && { syncId: 'of the start' }) })}`;
        return { asked, query: () => `query ${head} { ${call} ${select()} }`, variables };
      });
    });
  }

  /** Values for required arguments; an id of nobody where none is known, which is answered, too. */
  private choices(
    wants: readonly (readonly [string, string])[],
    { references, since }: Known,
  ): Record<string, unknown>[] {
    let all: Record<string, unknown>[] = [{}];
    for (const [name, type] of wants) {
      const named = this.schema.getType(type.replaceAll(/[![\]]/g, ''))!;
      const values =
        'getValues' in named
          ? named.getValues().map((value) => value.name)
          : name === 'reference'
            ? [...references, 'C-1']
            : name === 'syncId'
              ? [since]
              : ['00000000-0000-7000-8000-000000000000'];
      all = all.flatMap((before) => values.map((value) => ({ ...before, [name]: value })));
    }
    return all;
  }

  private select(type: GraphQLNamedType, path: readonly string[], depth: number): string {
    if (isLeafType(type)) return '';
    if (isAbstractType(type)) {
      const types = this.schema.getPossibleTypes(type);
      const parts = types.map((each) => `... on ${each.name} ${this.object(each, path, depth, clashing(types))}`);
      return `{ __typename ${parts.join(' ')} }`;
    }
    if (!isObjectType(type)) throw new Error(`${type.name} cannot be read`);
    return this.object(type, path, depth, new Set());
  }

  private object(type: GraphQLObjectType, path: readonly string[], depth: number, clash: ReadonlySet<string>): string {
    const below = [...path, type.name];
    const fields = Object.values(type.getFields()).flatMap((field) => {
      const inner = getNamedType(field.type);
      if (this.hidden.has(field.name)) return [];
      // the nodes are the same
      if (inner.name.endsWith('Edge') && type.name.endsWith('Connection')) return [];
      if (!isLeafType(inner) && (depth >= DEPTH || below.includes(inner.name))) return [];
      if (field.args.some((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined)) return [];
      const wraps = /Connection$|Edge$|^PageInfo$/.test(type.name);
      const select = this.select(inner, below, wraps ? depth : depth + 1);
      if (!isLeafType(inner) && select === '') return [];
      return [`${clash.has(field.name) ? `${field.name}Of${type.name}: ` : ''}${field.name}${pageOf(field)} ${select}`];
    });
    return fields.length === 0 ? '{ __typename }' : `{ ${fields.join(' ')} }`;
  }
}

function pageOf(field: GraphQLField<unknown, unknown>): string {
  if (field.args.some(({ name }) => name === 'last')) return `(last: ${PAGE / 2})`;
  return field.args.some(({ name }) => name === 'first') ? `(first: ${PAGE / 2})` : '';
}

/** Fields that are of other types in some of these, so that one answer cannot hold both under one name. */
function clashing(types: readonly GraphQLObjectType[]): Set<string> {
  const known = new Map<string, string>();
  const clash = new Set<string>();
  for (const field of types.flatMap((type) => Object.values(type.getFields()))) {
    const is = String(field.type);
    if ((known.get(field.name) ?? is) !== is) clash.add(field.name);
    known.set(field.name, is);
  }
  return clash;
}

/** Takes what the queue gives, until there is nothing, and reads each whole. */
export async function takeAll(client: ApiClient, everything: Everything): Promise<Answer[]> {
  const query = `mutation ($key: String!) { offerNext(input: { clientMutationId: $key }) ${everything.fieldsOf('OfferNextPayload')} }`;
  const answers: Answer[] = [];
  for (;;) {
    const { body } = await client.raw({ query, variables: { key: randomUUID() } });
    answers.push({ asked: 'offerNext', text: JSON.stringify(body) });
    const data = body.data as { offerNext: { offer: object | null } } | null;
    if (!data?.offerNext.offer) return answers;
  }
}

/** Answers so that those of two worlds can be compared: ids by their first appearance, and what is made of them. */
export function comparable(answers: readonly Answer[], aliases: readonly (readonly [string, string])[] = []): Answer[] {
  const names = new Map<string, string>();
  const nameOf = (kind: string, own: string): string => {
    const key = `${kind} ${own}`;
    if (!names.has(key)) names.set(key, `<${kind} ${names.size + 1}>`);
    return names.get(key)!;
  };
  return answers.map(({ asked, text }) => {
    const plain = text
      // a place in a list is the key of a row, an id among it
      .replace(/"(cursor|startCursor|endCursor)":"([\w-]+)"/g, (_, field: string, cursor: string) => {
        return `"${field}":${JSON.stringify(Buffer.from(cursor, 'base64url').toString())}`;
      })
      .replace(/"(syncId|clientMutationId)":"[^"]+"/g, '"$1":"<own>"')
      .replace(/Customer [0-9A-F]{3}\b/g, (own) => nameOf('pseudonym', own))
      .replace(UUID, (own) => nameOf('id', own));
    return { asked, text: aliases.reduce((now, [own, name]) => now.replaceAll(own, name), plain) };
  });
}

/** Answers that are not the same in both, the first of them. */
export function unlike(mine: readonly Answer[], theirs: readonly Answer[], limit = 5): string[] {
  const faults = mine.flatMap(({ asked, text }, n) => {
    const other = theirs[n];
    if (other?.asked === asked && other.text === text) return [];
    let at = 0;
    while (at < text.length && text[at] === other?.text[at]) at += 1;
    const from = Math.max(0, at - 150);
    return [`${asked}: ${text.slice(from, at + 150)} | ${other?.asked}: ${other?.text.slice(from, at + 150)}`];
  });
  return [...faults, ...(mine.length === theirs.length ? [] : [`${mine.length} answers, and ${theirs.length}`])].slice(
    0,
    limit,
  );
}
