import { Module, type DynamicModule, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import {
  Changes,
  CHANGES_TABLE,
  DeliverExports,
  ErasureSteps,
  Ingest,
  PlatformAsks,
  PurgeAccounts,
  Queue,
} from '@app/inbox';
import type { AppContext } from '@app/runtime';
import { Prune } from './due/prune';
import { INTAKE_CHANNEL, IngestLoop } from './ingest/ingest-loop';
import { LeaseWatch } from './queue/lease-watch';

/** What runs in a triage process. Any number of them may run beside each other. */
export class Triage implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly parts: readonly { start(): void; stop(): Promise<void> }[];

  constructor(context: AppContext) {
    const { database, logger, live, health, metrics, jobs, blobs } = context;
    const changes = new Changes(live.changeFeed(CHANGES_TABLE));
    new ErasureSteps({ database, jobs, blobs, changes }).serve();
    new PurgeAccounts({ database, jobs, blobs, changes }).serve();
    new PlatformAsks({ database, jobs }).serve();
    new DeliverExports({ database, jobs, changes }).serve();
    const wakeUps = live.wakeUps(INTAKE_CHANNEL);
    this.parts = [
      new IngestLoop({ database, ingest: new Ingest(changes), logger, wakeUps, health, metrics }),
      new LeaseWatch({ database, queue: new Queue(changes), logger }),
      new Prune({ database, logger, blobs }),
    ];
  }

  onApplicationBootstrap(): void {
    for (const part of this.parts) part.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.parts.map((part) => part.stop()));
  }
}

@Module({})
export class TriageModule {
  static of(context: AppContext): DynamicModule {
    return { module: TriageModule, providers: [{ provide: Triage, useFactory: () => new Triage(context) }] };
  }
}
