import type { Server } from 'node:http';
import type { DynamicModule, Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { DataSourceOptions } from 'typeorm';
import type { Blobs } from '../blobs/blobs';
import type { Clock } from '../clock/clock';
import type { Ids } from '../clock/ids';
import type { ConfigOf, Settings } from '../config/config';
import type { runtimeSettings } from '../config/runtime-settings';
import type { Database } from '../database/database';
import type { Migration } from '../database/migrate';
import type { DatabaseRole } from '../database/role';
import type { Live } from '../events/live';
import type { Health } from '../health/health';
import type { Jobs } from '../jobs/jobs';
import type { Logger } from '../logging/logger';
import type { Metrics } from '../metrics/metrics';

export type AppConfig<S extends Settings = Settings> = ConfigOf<typeof runtimeSettings> & ConfigOf<S>;

/** What the runtime gives to an app. In all-in-one each app has its own, but for the clock. */
export interface AppContext<S extends Settings = Settings> {
  readonly name: string;
  readonly config: AppConfig<S>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly database: Database;
  readonly jobs: Jobs;
  readonly live: Live;
  readonly blobs: Blobs;
  readonly health: Health;
  readonly metrics: Metrics;
}

/** One kind of process: what it needs, and the Nest module that is it. The door of an app exports one of these. */
export interface AppDefinition<S extends Settings = Settings> {
  readonly name: string;
  /** Login role in PostgreSQL, and so what it may read and write. */
  readonly role: DatabaseRole;
  /** Its own settings, beside those of every process. */
  readonly settings: S;
  /** Migrations of the libs it uses: a schema it does not know is refused. */
  readonly migrations: readonly Migration[];
  readonly entities?: DataSourceOptions['entities'];
  /** Path prefixes it answers where several apps share a port. `/` takes what is left. */
  readonly routes: readonly string[];
  module(context: AppContext<S>): Type<unknown> | DynamicModule;
  /** Before the first request: middleware, upgrade listeners. `server` is the one that will listen. */
  configure?(app: NestExpressApplication, context: AppContext<S>, server: Server): void | Promise<void>;
}
