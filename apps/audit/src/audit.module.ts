import { Module, type DynamicModule, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { AppContext } from '@app/runtime';
import type { Router } from 'express';
import type { auditSettings } from './config';
import { exportPage } from './export/export-page';
import { MakeExports } from './export/make-exports';
import { ForgetAccount } from './sealed/forget-account';
import { ForgetSealed } from './sealed/forget-sealed';
import { KeepTime } from './sealed/keep-time';

/** What runs in an audit process. Any number of them may run beside each other. */
export class Audit implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly keepTime: KeepTime;

  constructor(private readonly context: AppContext<typeof auditSettings>) {
    const { config, database, blobs, jobs, logger } = context;
    const { EVENHAND_HOST: host, EVENHAND_PORT: port } = config;
    const publicUrl = config.EVENHAND_PUBLIC_URL ?? `http://${host === '0.0.0.0' ? 'localhost' : host}:${port}`;
    new ForgetSealed(database, jobs).serve();
    new ForgetAccount(database, jobs).serve();
    new MakeExports({ database, blobs, jobs, publicUrl: publicUrl.replace(/\/$/, '') }).serve();
    this.keepTime = new KeepTime({ database, blobs, logger, sealedDays: config.EVENHAND_KEEP_SEALED_DAYS });
  }

  /** Where a customer fetches their data. */
  page(): Router {
    const { database, blobs, logger } = this.context;
    return exportPage({ database, blobs, logger });
  }

  onApplicationBootstrap(): void {
    this.keepTime.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.keepTime.stop();
  }
}

@Module({})
export class AuditModule {
  static of(context: AppContext<typeof auditSettings>): DynamicModule {
    return { module: AuditModule, providers: [{ provide: Audit, useFactory: () => new Audit(context) }] };
  }
}
