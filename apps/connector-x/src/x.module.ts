import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Router } from 'express';
import { Module, type DynamicModule, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { allowsPrivateHosts, ConnectorHost, GuardedHttp, HostGuard, Vault } from '@app/connector-host';
import type { AppContext } from '@app/runtime';
import { XClient } from './client';
import type { xSettings } from './config';
import { connectRoutes } from './connect/connect-routes';
import { keepWebhookId } from './connect/connect-steps';
import { XConnector } from './connector';
import { XRateLimits } from './rate-limits';
import { Tokens } from './tokens';

/** The X connector as it runs in a process. */
export class XHost implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly host: ConnectorHost;
  private readonly connector: XConnector;
  private readonly vault: Vault;
  private readonly guard: HostGuard;
  private readonly client: XClient;

  constructor(private readonly context: AppContext<typeof xSettings>) {
    const { config, database, blobs, clock, logger, jobs, health, metrics } = context;
    this.vault = new Vault(config.EVENHAND_CONNECTOR_KEY, config.EVENHAND_CONNECTOR_KEY_OLD);
    this.guard = new HostGuard(allowsPrivateHosts(config));
    const gaps = metrics.counter({
      name: 'evenhand_x_gap_recovered_total',
      help: 'Posts and direct messages that no webhook had brought and that were found by asking',
    });
    const now = (): Date => clock.now();
    const http = new GuardedHttp(this.guard);
    this.client = new XClient({
      http,
      limits: new XRateLimits(now),
      // the host comes into being with the connector; neither is asked for anything before both are there
      tokens: new Tokens((id, make) => this.host.accounts.renew(id, make), { http, now }),
      meter: { add: (account, charges) => this.host.costs.add(account, charges) },
      now,
    });
    this.connector = new XConnector({
      client: this.client,
      files: new GuardedHttp(this.guard, false),
      blobs,
      clock,
      logger,
      publicUrl: config.EVENHAND_PUBLIC_URL,
      keepWebhookId: (app, id) => keepWebhookId(this.host.accounts, app, id),
      wait: async (ms, signal) => void (await sleep(ms, undefined, { signal }).catch(() => undefined)),
      onGap: (missing) => gaps.inc(missing),
    });
    this.host = new ConnectorHost({
      database,
      connector: this.connector,
      blobs,
      vault: this.vault,
      jobs,
      logger,
      health,
      metrics,
      holder: `${hostname()}:${process.pid}`,
      keepRawDays: config.EVENHAND_KEEP_RAW_DAYS,
      ...(config.EVENHAND_PUBLIC_URL === undefined ? {} : { publicUrl: config.EVENHAND_PUBLIC_URL }),
    });
  }

  /** Where X delivers what happens, and where an admin connects handles. */
  routes(): Router {
    const { config, database, logger } = this.context;
    const router = express.Router();
    router.use(this.host.webhooks!.routes());
    router.use(
      connectRoutes({
        database,
        logger,
        vault: this.vault,
        accounts: this.host.accounts,
        client: this.client,
        guard: this.guard,
        publicUrl: config.EVENHAND_PUBLIC_URL,
      }),
    );
    return router;
  }

  onApplicationBootstrap(): void {
    this.host.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.host.stop();
    // what is being sent is finished before the connector goes
    await this.context.jobs.stop();
    this.connector.close();
  }
}

@Module({})
export class XModule {
  static of(context: AppContext<typeof xSettings>): DynamicModule {
    return {
      module: XModule,
      providers: [{ provide: XHost, useFactory: () => new XHost(context) }],
    };
  }
}
