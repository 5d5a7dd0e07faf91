import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from '@app/runtime';
import { IdempotencyKeyReused } from '@app/inbox';
import { SubscriptionOver } from './subscription-over';
import { wordsFor } from './words';

/** What is meant for the caller. Everything else is told as INTERNAL, with the number under which it is logged. */
const PUBLIC = new Set([
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'FORBIDDEN',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'QUERY_TOO_LARGE',
  'SYNC_TOO_OLD',
  'TIMED_OUT',
  'TOO_MANY_SUBSCRIPTIONS',
  'UNAUTHENTICATED',
]);

/** Whom it is told to. */
export interface Telling {
  readonly requestId: string;
  languages: string;
  readonly logger: Logger;
}

/** An error as the caller may see it; one that is nobody's fault outside is logged here. */
export function publicError(
  formatted: GraphQLFormattedError,
  error: unknown,
  { requestId, languages, logger }: Telling,
): GraphQLFormattedError {
  const { message, locations, path } = formatted;
  const place = { ...(locations ? { locations } : {}), ...(path ? { path } : {}) };
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  const words = wordsFor(languages);
  if (original instanceof IdempotencyKeyReused) {
    return { message: words.keyReused, ...place, extensions: { code: 'BAD_USER_INPUT' } };
  }
  const { code, argument, role } = formatted.extensions ?? {};
  if (typeof code === 'string' && PUBLIC.has(code)) {
    return { message, ...place, extensions: { code, ...(argument ? { argument } : {}), ...(role ? { role } : {}) } };
  }
  // nobody is there to be told, and nothing is wrong
  if (original instanceof SubscriptionOver)
    return { message: original.message, ...place, extensions: { code: 'INTERNAL' } };
  logger.error('an operation failed', { requestId, path: path?.join('.') }, original);
  return { message: words.internal(requestId), ...place, extensions: { code: 'INTERNAL', requestId } };
}
