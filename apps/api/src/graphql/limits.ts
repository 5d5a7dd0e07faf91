import {
  GraphQLError,
  Kind,
  type ASTVisitor,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { getComplexity, type ComplexityEstimator } from 'graphql-query-complexity';

/** How much one operation may ask for. */
export interface QueryLimits {
  /** Levels of fields; the tools' introspection query has its own, larger one. */
  readonly depth: number;
  /** Root fields, and aliases anywhere. */
  readonly breadth: number;
  /** Fields, each counted as often as its page may hold it. */
  readonly cost: number;
  /** Lexical tokens of the document. */
  readonly tokens: number;
}

export const defaultLimits: QueryLimits = { depth: 12, breadth: 30, cost: 30_000, tokens: 5_000 };
const INTROSPECTION_DEPTH = 20;

/** Depth, root fields and aliases, counted through fragments. Safe with fragments that go in circles. */
export function shapeLimit(limits: QueryLimits): ValidationRule {
  return (context: ValidationContext): ASTVisitor => ({
    OperationDefinition(operation: OperationDefinitionNode): void {
      const fragments = new Map<string, FragmentDefinitionNode>();
      for (const definition of context.getDocument().definitions) {
        if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
      }
      const measure = new Measure(fragments);
      const depth = measure.depth(operation.selectionSet);
      const refuse = (what: string, got: number, most: number): void =>
        context.reportError(
          new GraphQLError(`This query has ${got} ${what}; at most ${most} are allowed.`, {
            nodes: operation,
            extensions: { code: 'QUERY_TOO_LARGE' },
          }),
        );
      if (depth > limits.depth) refuse('levels', depth, limits.depth);
      if (measure.aliases > limits.breadth) refuse('aliases', measure.aliases, limits.breadth);
      const roots = measure.rootFields(operation.selectionSet);
      if (roots > limits.breadth) refuse('root fields', roots, limits.breadth);
    },
  });
}

class Measure {
  aliases = 0;
  private readonly depths = new Map<string, number>();
  private readonly roots = new Map<string, number>();

  constructor(private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>) {}

  depth(set: SelectionSetNode, inIntrospection = false): number {
    let deepest = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        if (selection.alias) this.aliases++;
        const meta = inIntrospection || selection.name.value.startsWith('__');
        const below = selection.selectionSet ? this.depth(selection.selectionSet, meta) : 0;
        const levels = 1 + below;
        // the tools ask for types of types of types; that has a limit of its own
        deepest = Math.max(deepest, meta && levels <= INTROSPECTION_DEPTH ? 1 : levels);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        deepest = Math.max(deepest, this.depth(selection.selectionSet, inIntrospection));
      } else {
        deepest = Math.max(deepest, this.depthOfFragment(selection.name.value, inIntrospection));
      }
    }
    return deepest;
  }

  rootFields(set: SelectionSetNode): number {
    let count = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) count++;
      else if (selection.kind === Kind.INLINE_FRAGMENT) count += this.rootFields(selection.selectionSet);
      else count += this.rootFieldsOfFragment(selection.name.value);
    }
    return count;
  }

  private depthOfFragment(name: string, inIntrospection: boolean): number {
    const known = this.depths.get(name);
    if (known !== undefined) return known;
    this.depths.set(name, 0); // a circle ends here; the rule of the language refuses it
    const fragment = this.fragments.get(name);
    const depth = fragment ? this.depth(fragment.selectionSet, inIntrospection) : 0;
    this.depths.set(name, depth);
    return depth;
  }

  private rootFieldsOfFragment(name: string): number {
    const known = this.roots.get(name);
    if (known !== undefined) return known;
    this.roots.set(name, 0);
    const fragment = this.fragments.get(name);
    const count = fragment ? this.rootFields(fragment.selectionSet) : 0;
    this.roots.set(name, count);
    return count;
  }
}

/** A field costs 1 and what it holds, a list as often as the page asked for may have items. */
const estimate: ComplexityEstimator = ({ args, childComplexity }) => {
  const page = [args['first'], args['last']].filter((n): n is number => typeof n === 'number' && n > 0);
  return 1 + childComplexity * (page.length > 0 ? Math.min(Math.max(...page), 1_000) : 1);
};

/** @throws QUERY_TOO_LARGE when a valid operation asks for more than the limit. */
export function checkCost(
  schema: GraphQLSchema,
  query: Parameters<typeof getComplexity>[0]['query'],
  operationName: string | null | undefined,
  variables: Record<string, unknown>,
  limits: QueryLimits,
): void {
  const cost = getComplexity({
    schema,
    query,
    variables,
    estimators: [estimate],
    ...(operationName ? { operationName } : {}),
  });
  if (cost > limits.cost) {
    throw new GraphQLError(
      `This query may cost ${cost}; at most ${limits.cost} is allowed. Ask for smaller pages or fewer fields.`,
      { extensions: { code: 'QUERY_TOO_LARGE', http: { status: 400 } } },
    );
  }
}
