import type { Page, PageRequest } from '@app/inbox';
import { GraphQLError } from 'graphql';

/** Arguments of every list. */
export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** What every list gives. */
export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly nodes: readonly T[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  /** Not counted: it would read the whole list. */
  readonly totalCount: null;
}

export const MAX_PAGE = 100;
const DEFAULT_PAGE = 50;

/**
 * The part of a list that the arguments ask for.
 * @param shape what each part of the list's sort key looks like; a cursor of another list is refused.
 * @throws BAD_USER_INPUT, naming the argument, what it was and what was expected.
 */
export function pageRequest(args: PageArgs, shape: readonly KeyPart[]): PageRequest {
  if (args.first != null && args.last != null) throw badArgument('first', 'both first and last', 'one of them');
  if (args.first != null && args.before != null)
    throw badArgument('before', 'before with first', 'after with first, before with last');
  if (args.last != null && args.after != null)
    throw badArgument('after', 'after with last', 'after with first, before with last');
  const backward = args.last != null || (args.before != null && args.first == null);
  const name = backward ? 'last' : 'first';
  const limit = args[name] ?? DEFAULT_PAGE;
  if (limit < 1 || limit > MAX_PAGE) throw badArgument(name, String(limit), `a number from 1 to ${MAX_PAGE}`);
  const cursor = backward ? args.before : args.after;
  return cursor == null
    ? { limit, backward }
    : { limit, backward, from: decodeCursor(cursor, backward ? 'before' : 'after', shape) };
}

export function connectionOf<T>(page: Page<T>, request: PageRequest): Connection<T> {
  const edges = page.items.map(({ key, value }) => ({ cursor: encodeCursor(key), node: value }));
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: request.backward ? request.from !== undefined : page.hasMore,
      hasPreviousPage: request.backward ? page.hasMore : request.from !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: null,
  };
}

/** Opaque to clients: the sort key of a row. */
export function encodeCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Whether a text may be that part of a sort key. */
export type KeyPart = (text: string) => boolean;
export const isInstant: KeyPart = (text) =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text));
export const isUuid: KeyPart = (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
export const isWholeNumber: KeyPart = (text) => /^-?\d{1,15}$/.test(text);
export const isAddress: KeyPart = (text) => text.length <= 998 && !text.includes('\0');

function decodeCursor(cursor: string, argument: string, shape: readonly KeyPart[]): string[] {
  const refuse = (): GraphQLError => badArgument(argument, 'something else', 'a cursor that this list has given');
  if (cursor.length > 2_000) throw refuse();
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw refuse();
  }
  const fits =
    Array.isArray(key) &&
    key.length === shape.length &&
    key.every((part, i) => typeof part === 'string' && shape[i]!(part));
  if (!fits) throw refuse();
  return key as string[];
}

/** A fault in an argument: what, where and how to mend it. */
export function badArgument(argument: string, got: string, expected: string): GraphQLError {
  return new GraphQLError(`Argument "${argument}": got ${got}; expected ${expected}.`, {
    extensions: { code: 'BAD_USER_INPUT', argument },
  });
}
