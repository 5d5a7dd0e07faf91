import { deliveryReprocessJobName, messageSendJobName, polls, type Connector } from '@app/channel';
import {
  WakeUps,
  type Database,
  type Health,
  type HealthResult,
  type Jobs,
  type Logger,
  type Metrics,
} from '@app/runtime';
import { AccountLeases } from './account-leases';
import { AccountRunner, type AccountRunnerOptions } from './account-runner';
import { Accounts } from './accounts';
import { Intake } from './intake';
import { Reprocess } from './reprocess';
import { SendLog } from './send-log';
import { SEND_OPTIONS, Sends, type SendOptions } from './sends';
import type { Vault } from './vault';

/** Channel of the wake-ups that tell triage of new events; the word is the account's id. */
export const INTAKE_CHANNEL = 'evenhand_intake';

export interface ConnectorHostOptions {
  readonly database: Database;
  readonly connector: Connector;
  readonly vault: Vault;
  readonly jobs: Jobs;
  readonly logger: Logger;
  readonly health?: Health;
  readonly metrics?: Metrics;
  /** Name of this process among others of its kind. */
  readonly holder: string;
  /** How long an account lease lasts without renewal, milliseconds. Default 15,000. */
  readonly leaseMs?: number;
  readonly runner?: AccountRunnerOptions;
  readonly sends?: Partial<SendOptions>;
}

const LEASE_MS = 15_000;

/** Runs one connector: reads its accounts, takes in what they bring, sends. Knows no protocol. */
export class ConnectorHost {
  readonly accounts: Accounts;
  readonly intake: Intake;
  private readonly runner: AccountRunner | undefined;
  private readonly wakeUps: WakeUps;

  constructor(options: ConnectorHostOptions) {
    const { database, connector, vault, jobs, logger } = options;
    this.wakeUps = new WakeUps({ database, logger, channel: INTAKE_CHANNEL });
    this.intake = new Intake(database, vault, (tx, accountId) => tx.afterCommit(() => this.wakeUps.send(accountId)));
    this.accounts = new Accounts(database, connector, vault, this.intake);
    const log = new SendLog(database, vault);
    const sendOptions = { ...SEND_OPTIONS, ...options.sends };
    new Sends(database, connector, this.accounts, this.intake, log, jobs, logger, sendOptions).serve();
    new Reprocess(database, connector, this.accounts, this.intake, vault, logger).serve(jobs);
    jobs.checkHandlers([messageSendJobName(connector.channel), deliveryReprocessJobName(connector.channel)]);
    options.health?.register(`${connector.channel} accounts`, () => this.health());
    if (polls(connector)) {
      const leases = new AccountLeases(database, logger, {
        ttlMs: options.leaseMs ?? LEASE_MS,
        holder: options.holder,
      });
      const received = counters(options.metrics, connector.channel);
      const parts = { database, connector, accounts: this.accounts, intake: this.intake, logger, received };
      this.runner = new AccountRunner(connector, this.accounts, leases, parts, logger, options.runner);
    }
  }

  /** Begins to read accounts; what is to be sent is served by the process's jobs. */
  start(): void {
    this.runner?.start();
  }

  /** Looks for new and changed accounts now, not with the next look. */
  async look(): Promise<void> {
    await this.runner?.look();
  }

  /** Stops reading and gives the account leases back. */
  async stop(): Promise<void> {
    await this.runner?.stop();
    await this.wakeUps.settled();
  }

  /** Accounts that need somebody do not make the process useless: the others go on. */
  private async health(): Promise<HealthResult> {
    const rows = await this.accounts.list();
    // degraded without a reason: connecting for the first time
    const troubled = rows.filter(
      ({ status, detail }) => status === 'reconnect_needed' || (status === 'degraded' && detail !== ''),
    ).length;
    if (troubled === 0) return { status: 'ok' };
    return {
      status: 'degraded',
      detail: `${troubled} of ${rows.length} accounts do not work; the account page says why`,
    };
  }
}

function counters(metrics: Metrics | undefined, channel: string): (deliveries: number, unreadable: number) => void {
  const labelNames = ['channel'] as const;
  const all = metrics?.counter({
    name: 'evenhand_intake_deliveries_total',
    help: 'Deliveries stored',
    labelNames: [...labelNames],
  });
  const bad = metrics?.counter({
    name: 'evenhand_intake_unreadable_total',
    help: 'Deliveries that could not be read',
    labelNames: [...labelNames],
  });
  return (deliveries, unreadable) => {
    if (deliveries > 0) all?.inc({ channel }, deliveries);
    if (unreadable > 0) bad?.inc({ channel }, unreadable);
  };
}
