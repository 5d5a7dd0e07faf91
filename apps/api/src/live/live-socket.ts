import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols, type Context } from 'graphql-ws';
import { useServer, type Extra } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import {
  getOperationAST,
  GraphQLError,
  parse,
  specifiedRules,
  validate,
  type ExecutionArgs,
  type GraphQLSchema,
} from 'graphql';
import type { Session } from '@app/inbox';
import type { Logger } from '@app/runtime';
import { checkCost, shapeLimit, type QueryLimits } from '../graphql/limits';
import { unauthenticated, type Operation } from '../graphql/operation';
import { publicError } from '../graphql/public-error';
import { wordsFor } from '../graphql/words';
import { requestIdOf } from '../http/request-id';
import type { SessionEnds } from '../viewer/session-ends';

/** How much the sockets of this process may take. */
export interface SocketLimits {
  readonly connections: number;
  readonly subscriptionsPerSocket: number;
  /** Bytes of one message of a client. */
  readonly payload: number;
  /** Milliseconds until a client must have said who it is. */
  readonly initMs: number;
  /** Milliseconds between two looks at whether the session lives. */
  readonly recheckMs: number;
}

export const socketLimits: SocketLimits = {
  connections: 5_000,
  subscriptionsPerSocket: 10,
  payload: 100_000,
  initMs: 10_000,
  recheckMs: 60_000,
};

export interface LiveSocketOptions {
  readonly schema: GraphQLSchema;
  readonly queryLimits: QueryLimits;
  readonly limits: SocketLimits;
  readonly logger: Logger;
  readonly sessionEnds: SessionEnds;
  /** Why the request may not become a socket, if it may not. */
  readonly fault: (request: IncomingMessage) => string | undefined;
  readonly sessionOf: (request: IncomingMessage) => Promise<Session | undefined>;
  readonly operationOf: (request: IncomingMessage, session: Session | undefined) => Operation;
}

type SocketContext = Context<Record<string, unknown> | undefined, Extra>;

/** A client that does not answer a ping within this is gone. Milliseconds. */
const PING_MS = 12_000;

/** Codes of graphql-ws' own kind: 4401 asks the client to sign in, 4403 that it may not come here at all. */
const SIGNED_OUT = { code: 4401, reason: 'Unauthorized' };

/**
 * Subscriptions at /graphql by graphql-ws. Queries and mutations go by POST. A socket lives as long as the session of
 * its cookie: that is looked at when it opens, with every subscription, every minute, and ends at once on signing out here.
 */
export class LiveSocket {
  private readonly sockets: WebSocketServer;
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly dispose: () => Promise<void> | void;

  constructor(private readonly options: LiveSocketOptions) {
    const { limits } = options;
    this.sockets = new WebSocketServer({ noServer: true, maxPayload: limits.payload, handleProtocols });
    const server = useServer<Record<string, unknown> | undefined>(
      {
        isProd: true,
        connectionInitWaitTimeout: limits.initMs,
        onConnect: (context) => this.connect(context),
        onSubscribe: (context, _id, payload) => this.subscribe(context, payload),
        onNext: (context, _id, _payload, _args, result) => ({
          ...result,
          ...(result.errors ? { errors: this.told(context, result.errors) } : {}),
        }),
        onError: (context, _id, _payload, errors) => this.told(context, errors),
      },
      this.sockets,
      PING_MS,
    );
    this.dispose = () => server.dispose();
  }

  /** Takes the upgrades of this server. One that is refused, or a socket that breaks, ends nothing but itself. */
  attach(server: Server): void {
    server.prependListener('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      const path = (request.url ?? '').split('?', 1)[0];
      if (path !== '/graphql') return refuse(socket, '404 Not Found', 'subscriptions are at /graphql');
      const fault = this.options.fault(request);
      if (fault !== undefined) return refuse(socket, '403 Forbidden', fault);
      if (this.sockets.clients.size >= this.options.limits.connections) {
        return refuse(socket, '503 Service Unavailable', 'too many connections; try again later');
      }
      this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
        this.sockets.emit('connection', webSocket, request);
        // in place of graphql-ws' own listener, which prints to the console; ws itself closes the socket
        webSocket.removeAllListeners('error');
        webSocket.on('error', () => webSocket.terminate());
      });
    });
  }

  async close(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.dispose();
  }

  private async connect(context: SocketContext): Promise<boolean> {
    const { request, socket } = context.extra;
    const session = await this.options.sessionOf(request);
    if (!session) {
      socket.close(SIGNED_OUT.code, SIGNED_OUT.reason);
      return true; // closed already, with a better word than "Forbidden"
    }
    const signOut = (): void => socket.close(SIGNED_OUT.code, SIGNED_OUT.reason);
    const forget = this.options.sessionEnds.listen(session.sessionId, signOut);
    const timer = setInterval(() => {
      // a database that is away for a moment signs nobody out
      this.options.sessionOf(request).then(
        (found) => found ?? signOut(),
        () => undefined,
      );
    }, this.options.limits.recheckMs);
    this.timers.add(timer);
    socket.once('close', () => {
      forget();
      clearInterval(timer);
      this.timers.delete(timer);
    });
    return true;
  }

  private async subscribe(
    context: SocketContext,
    payload: {
      readonly query: string;
      readonly operationName?: string | null;
      readonly variables?: Record<string, unknown> | null;
    },
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const { schema, queryLimits, limits } = this.options;
    const { request } = context.extra;
    if (Object.keys(context.subscriptions).length > limits.subscriptionsPerSocket) {
      return [
        refusal(`at most ${limits.subscriptionsPerSocket} subscriptions per connection`, 'TOO_MANY_SUBSCRIPTIONS'),
      ];
    }
    const session = await this.options.sessionOf(request);
    if (!session) {
      context.extra.socket.close(SIGNED_OUT.code, SIGNED_OUT.reason);
      return [unauthenticated(wordsFor(request.headers['accept-language'] ?? ''))];
    }
    let document;
    try {
      document = parse(payload.query, { maxTokens: queryLimits.tokens });
    } catch (error) {
      return [refusal((error as Error).message, 'GRAPHQL_PARSE_FAILED')];
    }
    const faults = validate(schema, document, [...specifiedRules, shapeLimit(queryLimits)], { maxErrors: 20 });
    if (faults.length > 0) return faults.map((fault) => coded(fault, 'GRAPHQL_VALIDATION_FAILED'));
    if (getOperationAST(document, payload.operationName)?.operation !== 'subscription') {
      return [
        refusal('queries and mutations go by POST to /graphql; this connection takes subscriptions', 'BAD_REQUEST'),
      ];
    }
    try {
      checkCost(schema, document, payload.operationName, payload.variables ?? {}, queryLimits);
    } catch (error) {
      return [error instanceof GraphQLError ? error : refusal('this subscription cannot be weighed', 'BAD_REQUEST')];
    }
    return {
      schema,
      document,
      contextValue: this.options.operationOf(request, session),
      ...(payload.operationName ? { operationName: payload.operationName } : {}),
      variableValues: payload.variables ?? {},
    };
  }

  private told(context: SocketContext, errors: readonly GraphQLError[]): GraphQLError[] {
    const { request } = context.extra;
    const telling = {
      requestId: requestIdOf(request),
      languages: request.headers['accept-language'] ?? '',
      logger: this.options.logger,
    };
    return errors.map((error) => {
      const { message, ...rest } = publicError(error.toJSON(), error, telling);
      return new GraphQLError(message, { extensions: rest.extensions ?? {}, path: rest.path ?? null });
    });
  }
}

function refusal(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

function coded(error: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(error.message, { nodes: error.nodes ?? null, extensions: { code, ...error.extensions } });
}

function refuse(socket: Duplex, status: string, why: string): void {
  const body = JSON.stringify({ error: why });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  setTimeout(() => socket.destroy(), 2_000).unref();
}
