import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import express from 'express';
import { DiskBlobs } from '../blobs/disk-blobs';
import { Clock } from '../clock/clock';
import { Ids } from '../clock/ids';
import type { Settings } from '../config/config';
import { Database } from '../database/database';
import { checkSchema } from '../database/migrate';
import { roleUrl } from '../database/role';
import { DatabaseListener } from '../events/database-listener';
import { Live } from '../events/live';
import { RedisLink } from '../events/redis-link';
import { Health } from '../health/health';
import { databaseCheck, jobsCheck, redisCheck } from '../health/runtime-checks';
import { Jobs } from '../jobs/jobs';
import { Logger, NestLog } from '../logging/logger';
import { Metrics } from '../metrics/metrics';
import type { AppConfig, AppContext, AppDefinition } from './app-definition';

export interface StartAppOptions<S extends Settings> {
  readonly config: AppConfig<S>;
  /** The server that will listen; an app may attach its upgrade listener to it. */
  readonly server: Server;
  /** Product time, when several apps share it. */
  readonly clock?: Clock;
  /** Directory against which a relative EVENHAND_DATA_DIR is taken. Default: the working directory. */
  readonly baseDir?: string;
}

export interface RunningApp {
  readonly name: string;
  readonly routes: readonly string[];
  readonly context: AppContext;
  /** Answers a request to one of its routes. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void;
  /** Finishes what is running, within ten seconds, and lets go of everything. Safe twice. */
  stop(): Promise<void>;
}

/**
 * Starts one app as a Nest context of its own, with its own login role, pool and jobs. It does not listen: the caller
 * gives it the requests.
 * @throws when the database cannot be reached, refuses the role, or has a schema this program does not know.
 */
export async function startApp<S extends Settings>(
  definition: AppDefinition<S>,
  options: StartAppOptions<S>,
): Promise<RunningApp> {
  const { config } = options;
  const logger = Logger.create({ level: config.EVENHAND_LOG_LEVEL, app: definition.name });
  const clock = options.clock ?? new Clock();
  const ids = new Ids(() => clock.now().getTime());
  if (config.DATABASE_URL === undefined) {
    throw new Error(
      'DATABASE_URL is not set. Give it the URL of a PostgreSQL 15 or newer, e.g. postgres://evenhand@127.0.0.1:5432/evenhand; `npm start` alone brings its own.',
    );
  }
  const url = roleUrl(config.DATABASE_URL, definition.role, config.DATABASE_PASSWORD);
  const database = await Database.connect({
    url,
    poolSize: config.DATABASE_POOL,
    applicationName: `evenhand ${definition.name}`,
    clock,
    ids,
    logger,
    ...(definition.entities ? { entities: definition.entities } : {}),
  });
  const undo: (() => Promise<void>)[] = [() => database.close()];
  const rollBack = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) {
      await step().catch((error: unknown) => logger.warn('stopping: something did not end cleanly', {}, error));
    }
  };
  try {
    await checkSchema(database, definition.migrations);
    const listener = new DatabaseListener(url, logger);
    undo.push(() => listener.close());
    const redis = config.REDIS_URL === undefined ? undefined : new RedisLink(config.REDIS_URL, logger);
    if (redis) undo.push(() => redis.close());
    const shared = { database, logger, listener, ...(redis ? { redis } : {}) };
    const jobs = new Jobs(shared);
    undo.push(() => jobs.stop());
    const metrics = new Metrics({ app: definition.name });
    const health = new Health({ logger });
    health.register('database', databaseCheck(database));
    health.register('jobs', jobsCheck(jobs));
    if (redis) health.register('redis', redisCheck(redis));
    const blobs = new DiskBlobs(resolve(options.baseDir ?? '.', config.EVENHAND_DATA_DIR, 'blobs'));
    health.register('files', () => blobs.check());
    const context: AppContext<S> = {
      name: definition.name,
      config,
      logger,
      clock,
      ids,
      database,
      jobs,
      live: new Live(shared),
      blobs,
      health,
      metrics,
    };
    const handler = express();
    handler.disable('x-powered-by');
    const app = await NestFactory.create<NestExpressApplication>(
      definition.module(context),
      new ExpressAdapter(handler),
      { logger: new NestLog(logger), bodyParser: false, abortOnError: false },
    );
    undo.push(() => app.close());
    await definition.configure?.(app, context, options.server);
    await app.init();
    await jobs.start();
    return {
      name: definition.name,
      routes: definition.routes,
      context: context as unknown as AppContext,
      handler: handler as unknown as RunningApp['handler'],
      stop: rollBack,
    };
  } catch (error) {
    await rollBack();
    throw error;
  }
}
