import { AsyncLocalStorage } from 'node:async_hooks';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { expressMiddleware } from '@as-integrations/express5';
import type { Logger } from '@app/runtime';
import type { Request, RequestHandler, Response } from 'express';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { Operation } from './operation';
import { checkCost, shapeLimit, type QueryLimits } from './limits';
import { publicError, type Telling } from './public-error';
import { requestIdOf } from '../http/request-id';

/** What is still running when its time is over gets so long to notice. Milliseconds. */
const GRACE_MS = 1_000;

export interface EndpointOptions {
  readonly schema: GraphQLSchema;
  readonly limits: QueryLimits;
  /** An operation is given up after so long. Milliseconds. */
  readonly timeoutMs: number;
  readonly introspection: boolean;
  readonly logger: Logger;
  readonly operationOf: (request: Request, response: Response) => Promise<Operation>;
}

/** POST /graphql. Wants the JSON body parsed. */
export class GraphqlEndpoint {
  private readonly apollo: ApolloServer<Operation>;
  /** To whom errors are told; they may come before there is an operation. */
  private readonly telling = new AsyncLocalStorage<Telling>();

  constructor(private readonly options: EndpointOptions) {
    const { schema, limits, introspection, logger } = options;
    this.apollo = new ApolloServer<Operation>({
      schema,
      introspection,
      parseOptions: { maxTokens: limits.tokens },
      validationRules: [shapeLimit(limits)],
      csrfPrevention: { requestHeaders: ['x-evenhand', 'apollo-require-preflight'] },
      includeStacktraceInErrorResponses: false,
      stopOnTerminationSignals: false,
      // the one for cache hints would be asked about every field of every message, and no field of ours gives a hint
      plugins: [
        ApolloServerPluginLandingPageDisabled(),
        ApolloServerPluginCacheControlDisabled(),
        this.costPlugin(),
        this.endPlugin(),
      ],
      logger: {
        debug: () => undefined,
        info: () => undefined,
        warn: (message: unknown) => logger.warn(String(message)),
        error: (message: unknown) => logger.error(String(message)),
      },
      formatError: (formatted, error) => publicError(formatted, error, this.telling.getStore() ?? this.nobody()),
    });
  }

  async start(): Promise<RequestHandler> {
    await this.apollo.start();
    const handle = expressMiddleware(this.apollo, {
      context: async ({ req, res }) => {
        const operation = await this.options.operationOf(req, res);
        const telling = this.telling.getStore();
        if (telling && operation.session) telling.languages = operation.session.locale;
        this.limitTime(operation, res);
        return operation;
      },
    });
    const { logger } = this.options;
    return (request, response, next) => {
      const languages = request.headers['accept-language'] ?? '';
      const telling = { requestId: requestIdOf(request), languages, logger };
      // what it rejects with goes to Express: nothing may be left to end the process
      return this.telling.run(telling, () => handle(request, response, next));
    };
  }

  stop(): Promise<void> {
    return this.apollo.stop();
  }

  private nobody(): Telling {
    return { requestId: '', languages: '', logger: this.options.logger };
  }

  private limitTime(operation: Operation, response: Response): void {
    const timer = setTimeout(() => {
      const error = new GraphQLError(operation.words.timedOut, { extensions: { code: 'TIMED_OUT' } });
      setTimeout(() => {
        if (!response.headersSent) response.status(503).json({ error: error.message, errors: [error] });
      }, GRACE_MS).unref();
      void operation.abort(error);
    }, this.options.timeoutMs);
    response.once('close', () => {
      clearTimeout(timer);
      void operation.end();
    });
  }

  private costPlugin(): ApolloServerPlugin<Operation> {
    const { schema, limits } = this.options;
    return {
      requestDidStart: () =>
        Promise.resolve({
          didResolveOperation: ({ document, operationName, request }) => {
            checkCost(schema, document, operationName, request.variables ?? {}, limits);
            return Promise.resolve();
          },
        }),
    };
  }

  /** Lets go of the connection before the answer goes out. */
  private endPlugin(): ApolloServerPlugin<Operation> {
    return {
      requestDidStart: () => Promise.resolve({ willSendResponse: ({ contextValue }) => contextValue.end() }),
    };
  }
}
