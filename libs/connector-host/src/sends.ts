import {
  AccountHeld,
  CredentialsRejected,
  looksUp,
  messageSendJob,
  messageSendJobName,
  RateLimited,
  Refused,
  Transient,
  Uncertain,
  type Connector,
  type ConnectorAccount,
  type LookUpResult,
  type MessageSendJob,
  type SendReceipt,
} from '@app/channel';
import type { Database, Jobs, Logger } from '@app/runtime';
import type { AccountRow } from './account-row';
import type { Accounts } from './accounts';
import type { Intake } from './intake';
import { partsOf, type Part } from './part';
import type { Attempt, SendLog } from './send-log';
import { SEND_RETRIES, type SendRetryOptions } from './send-retries';
import { absent, uncertain, verdictOnError, verdictOnReceipt } from './send-verdict';
import { laneOf, Settlements, type Obstacle, type SendJob } from './settlements';

export interface SendOptions {
  readonly retries: SendRetryOptions;
  /** How long after an attempt the platform may still file a copy of it, milliseconds. */
  readonly lookUpAfterMs: number;
  /** How long the platform is asked again while it cannot answer, milliseconds. */
  readonly lookUpGiveUpMs: number;
  /** How often a message looks whether its account may send again, milliseconds. */
  readonly waitMs: number;
  /** How often it is tried again on an account whose credentials were rejected or which the platform holds, milliseconds. */
  readonly rejectedMs: number;
  readonly concurrency: number;
}

export const SEND_OPTIONS: SendOptions = {
  retries: SEND_RETRIES,
  lookUpAfterMs: 60_000,
  lookUpGiveUpMs: 6 * 3_600_000,
  waitMs: 15_000,
  rejectedMs: 15 * 60_000,
  concurrency: 4,
};

/** A copy is usually there at once. */
const FIRST_LOOK_MS = 2_000;

/**
 * Sends what agents write, each message once. `started` is committed before the first byte; whoever finds it without an
 * outcome asks the platform and never sends blindly.
 *
 * Where the platform takes a message in parts they go out strictly in order, each with attempts of its own. One that is sent
 * is never sent again; one that fails ends the message, and a person's retry goes on there.
 */
export class Sends {
  private readonly settlements: Settlements;

  constructor(
    private readonly database: Database,
    private readonly connector: Connector,
    private readonly accounts: Accounts,
    intake: Intake,
    private readonly log: SendLog,
    private readonly jobs: Jobs,
    private readonly logger: Logger,
    private readonly options: SendOptions = SEND_OPTIONS,
  ) {
    this.settlements = new Settlements(database, accounts, intake, log, jobs);
  }

  /** Serves the channel's send job in this process. */
  serve(): void {
    const name = messageSendJobName(this.connector.channel);
    // attempts are counted by the sends, not by the job: it ends by a decision, a crash is only another look
    this.jobs.define(name, {
      payload: messageSendJob,
      maxAttempts: 1_000,
      concurrency: this.options.concurrency,
    });
    this.jobs.handle<MessageSendJob>(name, (job) => this.handle(job));
  }

  /** @internal */
  async handle(job: SendJob): Promise<void> {
    const { outbound, again } = job.payload;
    const attempts = await this.log.attempts(outbound.id);
    const parts = partsOf(this.connector, outbound);
    for (const part of parts) {
      const made = attempts.get(part.id) ?? [];
      const outcome = made.at(-1)?.outcome;
      if (outcome === 'sent') continue;
      if ((outcome === 'failed' || outcome === 'uncertain') && !again) break;
      if ((await this.handlePart(job, part, parts, made)) !== 'next') return;
      job.signal.throwIfAborted();
    }
    await this.database.transaction('system', (tx) => job.complete(tx));
  }

  /** @returns `next` when the part is through and another follows; else the job has ended or comes again. */
  private async handlePart(
    job: SendJob,
    part: Part,
    parts: readonly Part[],
    made: readonly Attempt[],
  ): Promise<'next' | undefined> {
    const last = made.at(-1);
    const next = (last?.attempt ?? 0) + 1;
    const row = await this.accounts.find(part.outbound.accountId);
    if (row === undefined) {
      return this.settlements.giveUp(job, part, next, 'RECONNECT_NEEDED', 'The account is no longer connected.');
    }
    if (last !== undefined && last.outcome === null) {
      const until = this.appPausedUntil(row);
      return until === undefined ? this.resolve(job, part, last) : this.settlements.comeAgain(job, until);
    }

    const lane = laneOf(job);
    const ahead = job.lane === lane ? undefined : await this.jobs.lastDue(lane);
    if (ahead !== undefined) return this.settlements.comeAgain(job, ahead);

    const obstacle = this.obstacleOf(row);
    if (obstacle !== undefined) return this.settlements.postpone(job, part, next, obstacle);
    let account: ConnectorAccount;
    let prepared: Buffer = Buffer.alloc(0);
    try {
      account = await this.accounts.open(row.id);
      // all are prepared before the first one leaves: a part that cannot go out stops the others in time
      const preparing = made.length === 0 && part.part === 0 ? parts : [part];
      for (const each of preparing.toReversed()) prepared = await this.prepared(account, each);
    } catch (error) {
      if (error instanceof Refused) return this.settlements.giveUp(job, part, next, error.code, error.message);
      const until = new Date(this.database.clock.now().getTime() + this.options.waitMs);
      if (error instanceof RateLimited) {
        const limited = { until: error.until, code: 'RATE_LIMITED' as const, detail: error.message };
        return this.settlements.postpone(job, part, next, limited, error);
      }
      if (error instanceof CredentialsRejected) {
        const rejected = { until, code: 'RECONNECT_NEEDED' as const, detail: error.message };
        return this.settlements.postpone(job, part, next, rejected);
      }
      if (!(error instanceof Transient)) throw error;
      this.logger.warn('a message cannot be prepared; trying again', { outboundId: part.messageId }, error);
      return this.settlements.postpone(job, part, next, { until, code: 'PROVIDER_DOWN', detail: error.message });
    }
    return this.attempt(job, part, account, prepared, next, made);
  }

  private appPausedUntil({ pauseReason, pausedUntil }: AccountRow): Date | undefined {
    return pauseReason !== '' && pausedUntil !== null && pausedUntil > this.database.clock.now()
      ? pausedUntil
      : undefined;
  }

  private obstacleOf(row: AccountRow): Obstacle | undefined {
    const now = this.database.clock.now();
    const until = new Date(now.getTime() + this.options.waitMs);
    if (row.pausedUntil !== null && row.pausedUntil > now) {
      return { until: row.pausedUntil, code: 'RATE_LIMITED', detail: row.detail };
    }
    if (now.getTime() - (row.sendTriedAt?.getTime() ?? 0) >= this.options.rejectedMs) return undefined;
    if (row.sendProblem !== '') return { until, code: 'RECONNECT_NEEDED', detail: row.sendProblem };
    return row.hold === '' ? undefined : { until, code: 'REFUSED', detail: row.detail };
  }

  private async prepared(account: ConnectorAccount, part: Part): Promise<Buffer> {
    return this.log.prepared(account, part.id, () => this.connector.prepare(part.outbound, account));
  }

  private async attempt(
    job: SendJob,
    part: Part,
    account: ConnectorAccount,
    prepared: Buffer,
    attempt: number,
    made: readonly Attempt[],
  ): Promise<'next' | undefined> {
    const fingerprint = looksUp(this.connector) ? this.connector.fingerprint?.(part.outbound) : undefined;
    await this.database.transaction('system', async (tx) => {
      await this.log.begin(tx, account, part, attempt, fingerprint);
      await this.settlements.tell(tx, job, part, attempt, { state: 'sending' });
    });
    const began = this.database.clock.now();
    let receipt: SendReceipt;
    try {
      receipt = await this.connector.send(prepared, part.outbound, account);
    } catch (error) {
      const decided = made.findLastIndex(({ outcome }) => outcome === 'failed' || outcome === 'uncertain');
      const tries = made.slice(decided + 1).filter(({ outcome }) => outcome === 'retry');
      const run = { failures: tries.length + 1, first: tries[0]?.startedAt ?? began };
      return this.afterFailure(job, part, attempt, run, error);
    }
    return this.settlements.settle(
      job,
      part,
      attempt,
      verdictOnReceipt(receipt, 'taken by the platform', began),
      receipt.alsoKnownAs,
    );
  }

  private async afterFailure(
    job: SendJob,
    part: Part,
    attempt: number,
    { failures, first }: { readonly failures: number; readonly first: Date },
    error: unknown,
  ): Promise<'next' | undefined> {
    const now = this.database.clock.now();
    const { retries, waitMs, lookUpAfterMs } = this.options;
    const { accountId } = part.outbound;
    const fields = { outboundId: part.messageId, part: part.part, accountId, attempt };
    const verdict = verdictOnError(error, { failures, first, now, waitMs, retries });
    if (verdict !== undefined) {
      if (error instanceof CredentialsRejected) {
        this.logger.error('an account needs to be connected again: it cannot send', fields, error);
      } else if (error instanceof AccountHeld) {
        this.logger.error('the platform lets an account send nothing', fields, error);
      } else if (error instanceof Transient) {
        this.logger.info('a message was not taken', { ...fields, failures, givenUp: verdict.ending === 'end' });
      }
      return this.settlements.settle(job, part, attempt, verdict);
    }
    if (error instanceof Uncertain)
      this.logger.warn('it is not known whether a message went out; asking the platform', fields, error);
    // a fault of ours in the middle of sending: nobody knows what left
    else this.logger.error('sending a message failed by a fault of ours; asking the platform', fields, error);
    return this.settlements.comeAgain(job, new Date(now.getTime() + Math.min(FIRST_LOOK_MS, lookUpAfterMs)));
  }

  /** An attempt without an outcome: the process or the connection ended in it. Asks the platform. */
  private async resolve(
    job: SendJob,
    part: Part,
    { attempt, startedAt }: Pick<Attempt, 'attempt' | 'startedAt'>,
  ): Promise<'next' | undefined> {
    const now = this.database.clock.now();
    // copies may be filed late: only after a while does it mean anything that none is found
    const dueAt = new Date(startedAt.getTime() + this.options.lookUpAfterMs);
    if (!looksUp(this.connector)) {
      return this.settlements.settle(job, part, attempt, uncertain('The platform cannot be asked.'));
    }
    let found: LookUpResult;
    try {
      const account = await this.accounts.open(part.outbound.accountId);
      const claimed = (ids: readonly string[]) => this.log.claimed(account, part.id, ids);
      found = await this.connector.lookUp(part.outbound, account, job.signal, startedAt, claimed);
    } catch (error) {
      if (!willPass(error)) throw error;
      if (now.getTime() - startedAt.getTime() > this.options.lookUpGiveUpMs)
        return this.settlements.settle(job, part, attempt, uncertain(error.message));
      const again = new Date(now.getTime() + this.options.lookUpAfterMs);
      if (!(error instanceof RateLimited)) return this.settlements.comeAgain(job, again);
      // a limit of what may be asked says nothing of what may be sent, unless it is one of all there is
      const limited = error.scope === 'app' ? error : undefined;
      return this.settlements.comeAgain(job, error.until > again ? error.until : again, limited);
    }
    if (found.found)
      return this.settlements.settle(job, part, attempt, verdictOnReceipt(found, 'found on the platform', startedAt));
    if (now < dueAt) return this.settlements.comeAgain(job, dueAt);
    const words = 'The platform took the message without an answer, and no copy is found.';
    return this.settlements.settle(job, part, attempt, found.authoritative ? absent(now) : uncertain(words));
  }
}

/** Whether a platform that cannot be asked now can be asked later. */
function willPass(error: unknown): error is Transient | RateLimited | CredentialsRejected | AccountHeld {
  return [Transient, RateLimited, CredentialsRejected, AccountHeld].some((kind) => error instanceof kind);
}
