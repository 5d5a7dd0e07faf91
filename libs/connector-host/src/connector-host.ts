import {
  deliveryReprocessJobName,
  fetchesFiles,
  messageSendJobName,
  moderates,
  namesPeople,
  polls,
  receivesWebhooks,
  type Connector,
} from '@app/channel';
import {
  WakeUps,
  type Blobs,
  type Database,
  type Health,
  type HealthResult,
  type Jobs,
  type Logger,
  type Metrics,
  type Tx,
} from '@app/runtime';
import { AccountLeases } from './account-leases';
import { AccountRunner, type AccountRunnerOptions } from './account-runner';
import { Accounts } from './accounts';
import { Costs } from './costs';
import { Disconnections } from './disconnections';
import { FetchedFiles } from './errands/fetched-files';
import { serveModerations } from './errands/moderations';
import { PersonNames } from './errands/person-names';
import { Forget } from './forget';
import { ForgetAccount } from './forget-account';
import { Intake, type News } from './intake';
import { KeepTimes } from './keep-times';
import { Reprocess } from './reprocess';
import { Rounds } from './rounds';
import { SendLog } from './send-log';
import { SEND_OPTIONS, Sends, type SendOptions } from './sends';
import type { Vault } from './vault';
import { WEBHOOK_OPTIONS, Webhooks, type WebhookOptions } from './webhooks/webhooks';

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
  /** Where fetched files go; needed where the connector fetches any. */
  readonly blobs?: Blobs;
  /** Name of this process among others of its kind. */
  readonly holder: string;
  /** How long an account lease lasts without renewal, milliseconds. Default 15,000. */
  readonly leaseMs?: number;
  readonly runner?: AccountRunnerOptions;
  readonly sends?: Partial<SendOptions>;
  readonly webhooks?: Partial<WebhookOptions>;
  /** Under which people outside reach this installation. */
  readonly publicUrl?: string;
  /** How long raw bytes and what goes with them are kept, days. Default 30. */
  readonly keepRawDays?: number;
}

const LEASE_MS = 15_000;
/** How often it is looked whether a pause is over, milliseconds. */
const PAUSE_LOOK_MS = 2_000;
/** How often it is looked whether an account is to be erased, milliseconds: so late it may be. */
const PURGE_LOOK_MS = 3_600_000;
const KEEP_RAW_DAYS = 30;

/** Runs one connector: reads its accounts, takes in what they bring, sends. Knows no protocol. */
export class ConnectorHost {
  readonly accounts: Accounts;
  readonly intake: Intake;
  readonly keepTimes: KeepTimes;
  /** What the connector's calls cost; written within a second, and when the host stops. */
  readonly costs: Costs;
  /** What platforms push; undefined where the connector takes nothing of the kind. */
  readonly webhooks: Webhooks | undefined;
  /** Looks for accounts whose time for erasing has come. */
  readonly purges: Rounds;
  private readonly pauses: Rounds;
  private readonly runner: AccountRunner | undefined;
  private readonly wakeUps: WakeUps;
  private readonly logger: Logger;
  private readonly files: FetchedFiles | undefined;
  private readonly names: PersonNames | undefined;

  constructor(options: ConnectorHostOptions) {
    const { database, connector, vault, jobs, logger } = options;
    this.logger = logger;
    this.wakeUps = new WakeUps({ database, logger, channel: INTAKE_CHANNEL });
    this.intake = new Intake(
      database,
      vault,
      (tx, accountId) => tx.afterCommit(() => this.wakeUps.send(accountId)),
      (tx, news) => this.follow(tx, news),
      connector.capabilities.reachFields,
    );
    this.accounts = new Accounts(database, connector, vault, this.intake, logger);
    this.costs = new Costs(database, logger);
    const lookMs = options.runner?.lookMs ?? PAUSE_LOOK_MS;
    this.pauses = new Rounds('pauses that are over', lookMs, () => this.accounts.endPauses(), logger);
    const log = new SendLog(database, vault);
    const sendOptions = { ...SEND_OPTIONS, ...options.sends };
    new Sends(database, connector, this.accounts, this.intake, log, jobs, logger, sendOptions).serve();
    new Reprocess(database, connector, this.accounts, this.intake, vault, logger).serve(jobs);
    new Forget({ database, jobs, channel: connector.channel, vault }).serve();
    new ForgetAccount({ database, jobs, channel: connector.channel, logger }).serve();
    const disconnections = new Disconnections({ database, connector, accounts: this.accounts, jobs, logger });
    disconnections.serve();
    this.purges = new Rounds('accounts to be erased', PURGE_LOOK_MS, () => disconnections.look(), logger);
    const errands = { database, accounts: this.accounts, intake: this.intake, jobs };
    if (fetchesFiles(connector)) {
      if (options.blobs === undefined) throw new TypeError(`files of ${connector.channel} need a place: give it blobs`);
      this.files = new FetchedFiles({ ...errands, connector }, options.blobs);
    }
    if (namesPeople(connector)) this.names = new PersonNames({ ...errands, connector });
    if (moderates(connector)) serveModerations({ ...errands, connector });
    jobs.checkHandlers([messageSendJobName(connector.channel), deliveryReprocessJobName(connector.channel)]);
    this.keepTimes = new KeepTimes(database, logger, options.keepRawDays ?? KEEP_RAW_DAYS);
    options.health?.register(`${connector.channel} accounts`, () => this.health());
    const received = counters(options.metrics, connector.channel);
    if (receivesWebhooks(connector)) {
      const { accounts, intake } = this;
      const { health, metrics, publicUrl } = options;
      const more = { ...(health && { health }), ...(metrics && { metrics }), ...(publicUrl && { publicUrl }) };
      const webhooks = { database, connector, accounts, intake, vault, jobs, logger, received, ...more };
      this.webhooks = new Webhooks(webhooks, { ...WEBHOOK_OPTIONS, ...options.webhooks });
    }
    if (polls(connector)) {
      const leases = new AccountLeases(database, logger, {
        ttlMs: options.leaseMs ?? LEASE_MS,
        holder: options.holder,
      });
      const parts = { database, connector, accounts: this.accounts, intake: this.intake, logger, received };
      this.runner = new AccountRunner(connector, this.accounts, leases, parts, logger, options.runner);
    }
  }

  /** Begins to read accounts; what is to be sent is served by the process's jobs. */
  start(): void {
    this.keepTimes.start();
    this.pauses.start();
    this.purges.start();
    this.webhooks?.start();
    this.runner?.start();
  }

  /** Looks for new and changed accounts now, not with the next look. */
  async look(): Promise<void> {
    await this.runner?.look();
  }

  /** Stops reading and gives the account leases back. */
  async stop(): Promise<void> {
    await this.runner?.stop();
    await this.webhooks?.stop();
    await this.pauses.stop();
    await this.purges.stop();
    await this.keepTimes.stop();
    await this.costs.flush();
    await this.wakeUps.settled();
  }

  /** What new messages ask of the platform, and what it said of the account, is noted in the transaction that stores them. */
  private async follow(tx: Tx, news: readonly News[]): Promise<void> {
    for (const { account, brought } of news) {
      if (brought.files.length > 0) await this.files?.request(tx, account, brought.files);
    }
    await this.names?.request(tx, news);
    for (const { account, brought } of news) {
      const newest = brought.policy.at(-1);
      if (newest === undefined) continue;
      this.logger.warn('the platform told of its policy', { accountId: account.id, newest: newest.action });
      await this.accounts.setPolicy(tx, account.id, brought.policy);
    }
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
