import type { Logger } from '@app/runtime';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { wordsFor } from '../graphql/words';
import { requestIdOf } from './request-id';

/** What the body parser and the router refuse, in words. */
const REFUSALS: Readonly<Record<string, string>> = {
  'entity.parse.failed': 'the body is not JSON',
  'entity.too.large': 'the body is larger than 1 MB',
  'encoding.unsupported': 'this content encoding is not supported',
  'charset.unsupported': 'this charset is not supported; use UTF-8',
  'request.size.invalid': 'the body is not as long as Content-Length says',
  'request.aborted': 'the body broke off',
};

/** Nothing is at this address. */
export const notFound: RequestHandler = (request, response) => {
  response.status(404).json({ error: `there is nothing at ${request.path.slice(0, 200)}` });
};

/** Ends every request that failed: a clear 4xx for what the caller did, a number for what we did. Nothing leaks. */
export function httpErrors(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const { type, status } = (error ?? {}) as { type?: unknown; status?: unknown };
    if (typeof status === 'number' && status >= 400 && status < 500) {
      const message = (typeof type === 'string' && REFUSALS[type]) || 'the request is malformed';
      response.status(status).json({ error: message, errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
      return;
    }
    const requestId = requestIdOf(request);
    logger.error('a request failed', { requestId, method: request.method }, error);
    const message = wordsFor(request.headers['accept-language'] ?? '').internal(requestId);
    const extensions = { code: 'INTERNAL', requestId };
    response.status(500).json({ error: message, errors: [{ message, extensions }] });
  };
}
