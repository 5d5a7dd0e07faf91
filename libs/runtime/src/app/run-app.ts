import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError, readConfig, type Settings } from '../config/config';
import { runtimeSettings } from '../config/runtime-settings';
import { healthHandler } from '../health/health-handler';
import type { AppConfig, AppDefinition } from './app-definition';
import { startApp, type RunningApp } from './start-app';

/** How long a stop may take before the process ends anyway; Docker and systemd wait as long. */
const STOP_LIMIT_MS = 10_000;

/**
 * `main.ts` of every single app: reads the configuration, starts, listens, and stops cleanly on SIGTERM or SIGINT.
 * Any fault before listening is told in one readable message and ends the process with 1.
 */
export async function runApp<S extends Settings>(definition: AppDefinition<S>): Promise<void> {
  await untilStopped(async () => {
    const config = readConfig({ ...runtimeSettings, ...definition.settings }) as AppConfig<S>;
    const server = createLimitedServer();
    const app = await startApp(definition, { config, server });
    serve(server, [app]);
    const port = await listen(server, config.EVENHAND_HOST, config.EVENHAND_PORT);
    app.context.logger.info('listening', { host: config.EVENHAND_HOST, port });
    return async () => {
      await closeServer(server);
      await app.stop();
    };
  });
}

/** A server whose slow or idle clients are let go. */
export function createLimitedServer(): Server {
  const server = createServer({ requestTimeout: 120_000, headersTimeout: 20_000, keepAliveTimeout: 65_000 });
  server.maxHeadersCount = 200;
  server.maxConnections = 10_000;
  return server;
}

/** A path prefix and who answers it. */
export interface Route {
  readonly route: string;
  readonly handler: RunningApp['handler'];
}

/** Shares the requests of one port among apps, by the longest route that fits; health and metrics are of all of them. */
export function serve(server: Server, apps: readonly RunningApp[], more: readonly Route[] = []): void {
  const openMetrics = apps.some((app) => app.context.config.EVENHAND_METRICS === 'open');
  const health = healthHandler(
    apps.map((app) => app.context),
    { openMetrics },
  );
  const table = apps
    .flatMap((app) => app.routes.map((route) => ({ route, handler: app.handler })))
    .concat(more)
    .sort((a, b) => b.route.length - a.route.length);
  server.on('request', (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (health(path, request, response)) return;
    const match = table.find(({ route }) => route === '/' || path === route || path.startsWith(`${route}/`));
    if (match) match.handler(request, response);
    else response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"there is nothing here"}');
  });
}

/** @returns the port, which differs from the wanted one only when that was 0. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? `port ${port} is taken; set EVENHAND_PORT to another, or stop what listens there`
          : error.code === 'EACCES'
            ? `port ${port} may not be opened by this user; set EVENHAND_PORT to one above 1024`
            : `${host}:${port} cannot be listened on (${error.code ?? error.message}); check EVENHAND_HOST and EVENHAND_PORT`;
      reject(new Error(why));
    });
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Stops accepting, lets running requests end for a moment, then cuts what is left. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), 2_000);
  await closed;
  clearTimeout(cut);
}

/** Runs `start`, waits for a signal, runs what it returned; a second signal ends at once. */
export async function untilStopped(start: () => Promise<() => Promise<void>>): Promise<void> {
  const fatal = (error: unknown): never => {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  };
  // what fails while everything is being closed (a connection that was about to come back) must not cut the stop short
  const unexpected = (error: unknown): void => {
    if (stopping) process.stderr.write(`while stopping: ${explain(error)}\n`);
    else fatal(error);
  };
  process.on('uncaughtException', unexpected);
  process.on('unhandledRejection', unexpected);
  let stopping = false;
  let stop: (() => Promise<void>) | undefined;
  const onSignal = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    if (stop) void finish(stop);
  };
  const finish = async (how: () => Promise<void>): Promise<void> => {
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    await how().catch(fatal);
    process.exit(0);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  try {
    stop = await start();
  } catch (error) {
    fatal(error);
  }
  if (stopping && stop) await finish(stop);
}

/** A fault as an operator should read it: what is wrong and how to mend it, the stack only for bugs. */
export function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const code =
    (error as NodeJS.ErrnoException).code ?? (error as { driverError?: { code?: string } }).driverError?.code;
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'ETIMEDOUT':
      return `PostgreSQL cannot be reached (${error.message}). Start it, or correct DATABASE_URL.`;
    case '28P01':
    case '28000':
      return `PostgreSQL refuses the login (${error.message}). Check the user and password of DATABASE_URL; the roles are made by \`npm run migrate\`.`;
    case '3D000':
      return `The database does not exist (${error.message}). Create it, or correct DATABASE_URL.`;
    default:
      // a message of ours names its mend; a bug shows where it is
      return isBug(error) ? (error.stack ?? error.message) : error.message;
  }
}

function isBug(error: Error): boolean {
  return (
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError ||
    error instanceof SyntaxError
  );
}
