import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Blobs } from '../blobs/blobs';
import { Clock } from '../clock/clock';
import { Ids } from '../clock/ids';
import { Database } from '../database/database';
import { Live } from '../events/live';
import { Health } from '../health/health';
import { Jobs } from '../jobs/jobs';
import { Logger } from '../logging/logger';
import { Metrics } from '../metrics/metrics';
import type { AppContext } from './app-definition';

/** Injection token of the app's configuration. */
export const CONFIG = Symbol('configuration');

/** Makes what the runtime gives injectable by class, and the configuration by `CONFIG`. */
@Global()
@Module({})
export class RuntimeModule {
  static of(context: AppContext): DynamicModule {
    const providers = [
      { provide: CONFIG, useValue: context.config },
      { provide: Logger, useValue: context.logger },
      { provide: Clock, useValue: context.clock },
      { provide: Ids, useValue: context.ids },
      { provide: Database, useValue: context.database },
      { provide: Jobs, useValue: context.jobs },
      { provide: Live, useValue: context.live },
      { provide: Blobs, useValue: context.blobs },
      { provide: Health, useValue: context.health },
      { provide: Metrics, useValue: context.metrics },
    ];
    return { module: RuntimeModule, providers, exports: providers.map((provider) => provider.provide) };
  }
}
