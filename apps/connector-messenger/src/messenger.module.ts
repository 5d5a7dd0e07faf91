import { hostname } from 'node:os';
import express, { type Router } from 'express';
import { Module, type DynamicModule, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { allowsPrivateHosts, ConnectorHost, GuardedHttp, HostGuard, Vault } from '@app/connector-host';
import type { AppContext } from '@app/runtime';
import type { messengerSettings } from './config';
import { connectRoutes } from './connect/connect-routes';
import { MessengerConnector } from './connector';
import type { GraphParts } from './page-graph';
import { RateLimits } from './rate-limits';

/** The Messenger connector as it runs in a process. */
export class MessengerHost implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly host: ConnectorHost;
  private readonly connector: MessengerConnector;
  private readonly vault: Vault;
  private readonly guard: HostGuard;
  private readonly graph: GraphParts;

  constructor(private readonly context: AppContext<typeof messengerSettings>) {
    const { config, database, blobs, clock, logger, jobs, health, metrics } = context;
    this.vault = new Vault(config.EVENHAND_CONNECTOR_KEY, config.EVENHAND_CONNECTOR_KEY_OLD);
    this.guard = new HostGuard(allowsPrivateHosts(config));
    const gaps = metrics.counter({
      name: 'evenhand_messenger_gap_recovered_total',
      help: 'Messages and comments that no webhook had brought and the Graph API told of',
    });
    const now = (): Date => clock.now();
    this.graph = { http: new GuardedHttp(this.guard), limits: new RateLimits(now), now };
    this.connector = new MessengerConnector({
      graph: this.graph,
      files: new GuardedHttp(this.guard, false),
      blobs,
      clock,
      logger,
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

  /** Where Meta sends what happens, and where an admin connects Pages. */
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
        graph: this.graph,
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
export class MessengerModule {
  static of(context: AppContext<typeof messengerSettings>): DynamicModule {
    return {
      module: MessengerModule,
      providers: [{ provide: MessengerHost, useFactory: () => new MessengerHost(context) }],
    };
  }
}
