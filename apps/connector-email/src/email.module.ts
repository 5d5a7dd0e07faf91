import { hostname } from 'node:os';
import type { Router } from 'express';
import { Module, type DynamicModule, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { allowsPrivateHosts, connectPage, ConnectorHost, HostGuard, ReplyTokens, Vault } from '@app/connector-host';
import type { AppContext } from '@app/runtime';
import type { emailSettings } from './config';
import { EmailConnector } from './connector';
import { MailReader } from './mail/mail-reader';

/** Longest one mail may take to be read, milliseconds (email.md §2.2). */
const READ_TIMEOUT_MS = 10_000;
const READ_MEMORY_MB = 256;

/** The e-mail connector as it runs in a process. */
export class EmailHost implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly host: ConnectorHost;
  private readonly connector: EmailConnector;

  constructor(private readonly context: AppContext<typeof emailSettings>) {
    const { config, database, blobs, clock, logger, jobs, health, metrics } = context;
    const vault = new Vault(config.EVENHAND_CONNECTOR_KEY, config.EVENHAND_CONNECTOR_KEY_OLD);
    const gaps = metrics.counter({
      name: 'evenhand_email_gap_recovered_total',
      help: 'Mails that reading had missed and the daily comparison with the server added; should stay 0',
    });
    this.connector = new EmailConnector({
      reader: new MailReader({
        workers: config.EVENHAND_MAIL_WORKERS,
        timeoutMs: READ_TIMEOUT_MS,
        memoryMb: READ_MEMORY_MB,
      }),
      blobs,
      guard: new HostGuard(allowsPrivateHosts(config)),
      replyTokens: new ReplyTokens(database),
      signingKeys: vault.signingKeys,
      clock,
      logger,
      onGap: (mails) => gaps.inc(mails),
    });
    const holder = `${hostname()}:${process.pid}`;
    this.host = new ConnectorHost({
      database,
      connector: this.connector,
      vault,
      jobs,
      logger,
      health,
      metrics,
      holder,
      keepRawDays: config.EVENHAND_KEEP_RAW_DAYS,
    });
  }

  /** Where an admin gives us a mailbox. */
  page(): Router {
    const { database, logger } = this.context;
    return connectPage({ database, logger, connector: this.connector, accounts: this.host.accounts });
  }

  onApplicationBootstrap(): void {
    this.host.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.host.stop();
    // what is being sent is finished before the connector goes
    await this.context.jobs.stop();
    await this.connector.close();
  }
}

@Module({})
export class EmailModule {
  static of(context: AppContext<typeof emailSettings>): DynamicModule {
    return { module: EmailModule, providers: [{ provide: EmailHost, useFactory: () => new EmailHost(context) }] };
  }
}
