import { polls, type Connector } from '@app/channel';
import { WakeUps, type Database, type Jobs, type Logger } from '@app/runtime';
import { AccountLeases } from './account-leases';
import { AccountRunner, type AccountRunnerOptions } from './account-runner';
import { Accounts } from './accounts';
import { Intake } from './intake';
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
  /** Name of this process among others of its kind. */
  readonly holder: string;
  /** How long an account lease lasts without renewal, milliseconds. Default 30,000. */
  readonly leaseMs?: number;
  readonly runner?: AccountRunnerOptions;
  readonly sends?: Partial<SendOptions>;
}

/** Runs one connector: reads its accounts, takes in what they bring, sends. Knows no protocol. */
export class ConnectorHost {
  readonly accounts: Accounts;
  readonly intake: Intake;
  private readonly runner: AccountRunner | undefined;
  private readonly wakeUps: WakeUps;

  constructor(options: ConnectorHostOptions) {
    const { database, connector, vault, logger } = options;
    this.wakeUps = new WakeUps({ database, logger, channel: INTAKE_CHANNEL });
    this.intake = new Intake(database, vault, (tx, accountId) => tx.afterCommit(() => this.wakeUps.send(accountId)));
    this.accounts = new Accounts(database, connector, vault, this.intake);
    const log = new SendLog(database, vault);
    const sendOptions = { ...SEND_OPTIONS, ...options.sends };
    new Sends(database, connector, this.accounts, this.intake, log, options.jobs, logger, sendOptions).serve();
    if (polls(connector)) {
      const leases = new AccountLeases(database, logger, { ttlMs: options.leaseMs ?? 30_000, holder: options.holder });
      const parts = {
        database,
        connector,
        accounts: this.accounts,
        intake: this.intake,
        logger,
        received: () => undefined,
      };
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
}
