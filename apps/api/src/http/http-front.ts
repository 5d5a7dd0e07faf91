import type { IncomingMessage, Server } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { CONFIG, Database, Logger } from '@app/runtime';
import type { Session } from '@app/inbox';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { AttachmentRoutes } from '../attachments/attachment-routes';
import type { ApiConfig } from '../config';
import { GraphqlEndpoint } from '../graphql/graphql-endpoint';
import { Operation } from '../graphql/operation';
import { makeSchema, type ResolvesFields } from '../graphql/schema';
import { LiveSocket } from '../live/live-socket';
import type { ApiLimits } from './api-limits';
import { CurrentSession } from '../viewer/current-session';
import { sessionCookie, tokenIn } from '../viewer/session-cookie';
import { SessionEnds } from '../viewer/session-ends';
import { findWebPage, webPage } from '../web/web-page';
import { callerOf } from './caller';
import { httpErrors, notFound } from './http-errors';
import { OriginPolicy } from './origin-policy';
import { requestIdOf } from './request-id';
import { securityHeaders } from './security-headers';

/** Injection token of every resolver. */
export const RESOLVERS = Symbol('resolvers');
/** Injection token of `ApiLimits`; tests make them small. */
export const LIMITS = Symbol('limits');

/** Largest body of a GraphQL request. */
const BODY_LIMIT = '1mb';

/** Everything the api answers, in the order in which it is tried. */
@Injectable()
export class HttpFront {
  private readonly origins: OriginPolicy;
  private readonly stops: (() => Promise<void>)[] = [];

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    private readonly sessions: CurrentSession,
    private readonly sessionEnds: SessionEnds,
    private readonly attachments: AttachmentRoutes,
    @Inject(CONFIG) private readonly config: ApiConfig,
    @Inject(RESOLVERS) private readonly resolvers: readonly ResolvesFields[],
    @Inject(LIMITS) private readonly limits: ApiLimits,
  ) {
    this.origins = new OriginPolicy(config);
  }

  /** Mounts the routes on the app and the subscriptions on the server. */
  async mount(app: NestExpressApplication, server: Server): Promise<void> {
    const schema = makeSchema(this.resolvers);
    const endpoint = new GraphqlEndpoint({
      schema,
      limits: this.limits.query,
      timeoutMs: this.limits.timeoutMs,
      introspection: this.config.EVENHAND_INTROSPECTION === 'on',
      logger: this.logger,
      operationOf: (request, response) => this.operationOf(request, response),
    });
    const graphql = await endpoint.start();
    const live = new LiveSocket({
      schema,
      queryLimits: this.limits.query,
      limits: this.limits.sockets,
      logger: this.logger,
      sessionEnds: this.sessionEnds,
      fault: (request) => this.origins.fault(request),
      sessionOf: (request) => this.sessions.look(tokenIn(request.headers.cookie)),
      operationOf: (request, session) => this.socketOperation(request, session),
    });
    live.attach(server);
    this.stops.push(
      () => live.close(),
      () => endpoint.stop(),
    );

    app.set('trust proxy', this.config.EVENHAND_TRUSTED_PROXIES?.split(',').map((each) => each.trim()) ?? false);
    app.set('query parser', 'simple');
    app.use(securityHeaders(this.origins.secure));
    app.use(this.greet);
    app.use('/graphql', this.guardGraphql, express.json({ limit: BODY_LIMIT, type: 'application/json' }), graphql);
    const { attachments } = this;
    app.use(
      express
        .Router()
        .post(
          '/attachments',
          this.withSession((req, res, operation) => attachments.upload(req, res, operation), true),
        )
        .get(
          '/attachments/:id',
          this.withSession((req, res, operation) => attachments.download(req, res, operation)),
        ),
    );
    for (const handler of webPage(findWebPage())) app.use(handler);
    app.use(notFound);
    app.use(httpErrors(this.logger));
  }

  /** Ends sockets first, so that the clients go elsewhere while requests finish. */
  async onModuleDestroy(): Promise<void> {
    for (const stop of this.stops.splice(0)) await stop();
  }

  private readonly greet: RequestHandler = (request, response, next) => {
    response.setHeader('X-Request-Id', requestIdOf(request));
    const fault = this.origins.hostFault(request);
    if (fault === undefined) next();
    else response.status(421).json({ error: fault });
  };

  /** Only what our own page can send: a form or a picture on another site cannot set the type or the header. */
  private readonly guardGraphql: RequestHandler = (request, response, next) => {
    if (request.path !== '/') return notFound(request, response, next);
    const refuse = (status: number, message: string, code: string): void => {
      response.status(status).json({ error: message, errors: [{ message, extensions: { code } }] });
    };
    if (request.method !== 'POST') {
      response.setHeader('Allow', 'POST');
      return refuse(405, 'GraphQL is answered by POST; subscriptions by WebSocket', 'BAD_REQUEST');
    }
    if (!request.is('application/json')) {
      return refuse(415, 'the body must be application/json', 'BAD_REQUEST');
    }
    const fault = crossSite(request) ?? this.origins.fault(request);
    if (fault !== undefined) return refuse(403, fault, 'FORBIDDEN');
    next();
  };

  private withSession(
    handle: (request: Request, response: Response, operation: Operation) => Promise<void>,
    writes = false,
  ): (request: Request, response: Response, next: NextFunction) => Promise<void> {
    return async (request, response) => {
      const fault = writes ? (crossSite(request) ?? this.origins.fault(request)) : undefined;
      if (fault !== undefined) {
        response.status(403).set('Connection', 'close').json({ error: fault });
        return;
      }
      const operation = await this.operationOf(request, response);
      try {
        if (operation.session) await handle(request, response, operation);
        else response.status(401).set('Connection', 'close').json({ error: operation.words.signInFirst });
      } finally {
        await operation.end();
      }
    };
  }

  private async operationOf(request: Request, response: Response): Promise<Operation> {
    const { secure } = this.origins;
    const setCookie = (token: string | null, expiresAt: Date): void => {
      response.setHeader('Set-Cookie', sessionCookie(token, expiresAt, secure));
    };
    const token = tokenIn(request.headers.cookie);
    const session = await this.sessions.use(token);
    if (session?.moved && token !== undefined) setCookie(token, session.expiresAt);
    const caller = callerOf(request, request.ip ?? '', setCookie);
    return new Operation(this.database, caller, this.logger.with({ requestId: caller.requestId }), session);
  }

  private socketOperation(request: IncomingMessage, session: Session | undefined): Operation {
    const caller = callerOf(request, request.socket.remoteAddress ?? '', () => undefined);
    return new Operation(this.database, caller, this.logger.with({ requestId: caller.requestId }), session);
  }
}

function crossSite(request: IncomingMessage): string | undefined {
  if (request.headers['x-evenhand'] !== undefined || request.headers['apollo-require-preflight'] !== undefined) {
    return undefined;
  }
  return 'header x-evenhand: 1 is missing; it shows that no other site has sent this';
}
