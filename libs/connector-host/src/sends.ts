import {
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
  type SendFailureCode,
  type SendReceipt,
} from '@app/channel';
import { LeaseLost, type Database, type Job, type Jobs, type Logger, type Tx } from '@app/runtime';
import type { Accounts } from './accounts';
import type { Intake } from './intake';
import { sendEventOf, type SendNews } from './send-event';
import type { SendLog, SendOutcome } from './send-log';
import { nextAttempt, SEND_RETRIES, type SendRetryOptions } from './send-retries';

export interface SendOptions {
  readonly retries: SendRetryOptions;
  /** How long after an attempt the platform may still file a copy of it, milliseconds. */
  readonly lookUpAfterMs: number;
  /** How long the platform is asked again while it cannot answer, milliseconds. */
  readonly lookUpGiveUpMs: number;
  /** How often a message looks whether its account may send again, milliseconds. */
  readonly waitMs: number;
  /** How often rejected credentials are tried again, milliseconds. */
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

type SendJob = Job<MessageSendJob>;
/** How a job ends: it is done, or comes again at a time. */
type Ending = 'done' | Date;

interface Settlement {
  readonly attempt: number;
  readonly outcome: SendOutcome;
  readonly detail: string;
  readonly nativeIds?: readonly string[];
  readonly news: SendNews;
  readonly ending: Ending;
  /** Further changes of the same transaction. */
  readonly also?: (tx: Tx) => Promise<void>;
}

/**
 * Sends what agents write, each message once. `started` is committed before the first byte; whoever finds it without an
 * outcome asks the platform and never sends blindly. An outcome, the event that tells it and the end of the job are one
 * transaction.
 */
export class Sends {
  constructor(
    private readonly database: Database,
    private readonly connector: Connector,
    private readonly accounts: Accounts,
    private readonly intake: Intake,
    private readonly log: SendLog,
    private readonly jobs: Jobs,
    private readonly logger: Logger,
    private readonly options: SendOptions = SEND_OPTIONS,
  ) {}

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
    const last = attempts.at(-1);
    const next = (last?.attempt ?? 0) + 1;
    if (last?.outcome === 'sent') return this.done(job);
    if ((last?.outcome === 'failed' || last?.outcome === 'uncertain') && !again) return this.done(job);

    const row = await this.accounts.find(outbound.accountId);
    if (row === undefined) return this.giveUp(job, next, 'RECONNECT_NEEDED', 'The account is no longer connected.');
    const account = await this.accounts.open(outbound.accountId);
    if (last !== undefined && last.outcome === null) return this.resolve(job, account, last.attempt, last.startedAt);

    const ahead = job.lane === laneOf(outbound) ? undefined : await this.jobs.lastDue(laneOf(outbound));
    if (ahead !== undefined) return this.comeAgain(job, ahead);

    const now = this.database.clock.now();
    if (row.pausedUntil !== null && row.pausedUntil > now)
      return this.postpone(job, next, row.pausedUntil, 'RATE_LIMITED', row.detail);
    const triedAt = row.sendTriedAt?.getTime() ?? 0;
    if (row.sendProblem !== '' && now.getTime() - triedAt < this.options.rejectedMs) {
      return this.postpone(
        job,
        next,
        new Date(now.getTime() + this.options.waitMs),
        'RECONNECT_NEEDED',
        row.sendProblem,
      );
    }
    const failures = attempts.filter(({ outcome }) => outcome === 'retry').length;
    const first = again ? now : (attempts[0]?.startedAt ?? now);
    return this.attempt(job, account, next, failures, first);
  }

  private async attempt(
    job: SendJob,
    account: ConnectorAccount,
    attempt: number,
    failures: number,
    first: Date,
  ): Promise<void> {
    const { outbound } = job.payload;
    let prepared: Buffer;
    try {
      prepared = await this.log.prepared(account, outbound.id, () => this.connector.prepare(outbound, account));
    } catch (error) {
      if (error instanceof Refused) return this.giveUp(job, attempt, error.code, error.message);
      if (!(error instanceof Transient)) throw error;
      this.logger.warn('a message cannot be prepared; trying again', { outboundId: outbound.id }, error);
      const until = new Date(this.database.clock.now().getTime() + this.options.waitMs);
      return this.postpone(job, attempt, until, 'PROVIDER_DOWN', error.message);
    }
    await this.database.transaction('system', async (tx) => {
      await this.log.begin(tx, account, outbound.id, attempt);
      await this.tell(tx, job, attempt, { state: 'sending' });
    });
    let receipt: SendReceipt;
    try {
      receipt = await this.connector.send(prepared, outbound, account);
    } catch (error) {
      return this.afterFailure(job, account, attempt, failures + 1, first, error);
    }
    await this.sent(job, attempt, 'taken by the platform', receipt);
  }

  private async afterFailure(
    job: SendJob,
    account: ConnectorAccount,
    attempt: number,
    failures: number,
    first: Date,
    error: unknown,
  ): Promise<void> {
    const now = this.database.clock.now();
    const detail = error instanceof Error ? error.message : 'unknown';
    const fields = { outboundId: job.payload.outbound.id, accountId: account.id, attempt };
    const again = (until: Date, code: SendFailureCode, also?: (tx: Tx) => Promise<void>) =>
      this.settle(job, {
        attempt,
        outcome: 'retry',
        detail,
        news: { state: 'queued', nextAt: until, failure: { code, detail, retryable: true } },
        ending: until,
        ...(also === undefined ? {} : { also }),
      });
    if (error instanceof Refused) {
      const failure = { code: error.code, detail, retryable: error.code !== 'TOO_LONG' };
      return this.settle(job, {
        attempt,
        outcome: 'failed',
        detail,
        news: { state: 'failed', failure },
        ending: 'done',
      });
    }
    if (error instanceof RateLimited) {
      return again(error.until, 'RATE_LIMITED', (tx) => this.accounts.pause(tx, account.id, error.until));
    }
    if (error instanceof CredentialsRejected) {
      this.logger.error('an account needs to be connected again: it cannot send', fields, error);
      const until = new Date(now.getTime() + this.options.waitMs);
      return again(until, 'RECONNECT_NEEDED', (tx) => this.accounts.setSendProblem(tx, account.id, error.message));
    }
    if (error instanceof Transient) {
      const until = nextAttempt(this.options.retries, failures, first, now);
      this.logger.info('a message was not taken', { ...fields, failures, givenUp: until === undefined });
      if (until !== undefined) return again(until, 'PROVIDER_DOWN');
      const failure = { code: 'PROVIDER_DOWN' as const, detail, retryable: true };
      return this.settle(job, {
        attempt,
        outcome: 'failed',
        detail,
        news: { state: 'failed', failure },
        ending: 'done',
      });
    }
    if (error instanceof Uncertain)
      this.logger.warn('it is not known whether a message went out; asking the platform', fields, error);
    // a fault of ours in the middle of sending: nobody knows what left
    else this.logger.error('sending a message failed by a fault of ours; asking the platform', fields, error);
    await this.comeAgain(job, new Date(now.getTime() + Math.min(FIRST_LOOK_MS, this.options.lookUpAfterMs)));
  }

  /** An attempt without an outcome: the process or the connection ended in it. Asks the platform. */
  private async resolve(job: SendJob, account: ConnectorAccount, attempt: number, startedAt: Date): Promise<void> {
    const now = this.database.clock.now();
    // copies may be filed late: only after a while does it mean anything that none is found
    const dueAt = new Date(startedAt.getTime() + this.options.lookUpAfterMs);
    if (!looksUp(this.connector)) return this.uncertain(job, attempt, 'The platform cannot be asked.');
    let found: LookUpResult;
    try {
      found = await this.connector.lookUp(job.payload.outbound, account, job.signal);
    } catch (error) {
      if (!(error instanceof Transient || error instanceof CredentialsRejected || error instanceof RateLimited))
        throw error;
      if (now.getTime() - startedAt.getTime() > this.options.lookUpGiveUpMs)
        return this.uncertain(job, attempt, error.message);
      return this.comeAgain(job, new Date(now.getTime() + this.options.lookUpAfterMs));
    }
    if (found.found) return this.sent(job, attempt, 'found on the platform', found);
    if (now < dueAt) return this.comeAgain(job, dueAt);
    if (!found.authoritative) {
      return this.uncertain(job, attempt, 'The mail server took the message without an answer, and no copy is found.');
    }
    // surely not there: the same bytes go out again
    await this.settle(job, {
      attempt,
      outcome: 'absent',
      detail: 'not on the platform',
      news: { state: 'queued' },
      ending: now,
    });
  }

  private async sent(job: SendJob, attempt: number, detail: string, receipt: SendReceipt): Promise<void> {
    const refused = receipt.refused ?? [];
    const failure =
      refused.length === 0
        ? {}
        : {
            failure: {
              code: 'RECIPIENT_REFUSES' as const,
              detail: refused.map((one) => `${one.value}: ${one.detail}`).join('; '),
              retryable: false,
            },
          };
    await this.settle(job, {
      attempt,
      outcome: 'sent',
      detail,
      nativeIds: receipt.nativeIds,
      news: { state: 'sent', nativeIds: receipt.nativeIds, ...failure },
      ending: 'done',
      also: (tx) => this.accounts.setSendProblem(tx, job.payload.outbound.accountId, ''),
    });
  }

  private async uncertain(job: SendJob, attempt: number, detail: string): Promise<void> {
    const failure = { code: 'UNKNOWN' as const, detail, retryable: true };
    await this.settle(job, {
      attempt,
      outcome: 'uncertain',
      detail,
      news: { state: 'uncertain', failure },
      ending: 'done',
    });
  }

  private async settle(job: SendJob, settlement: Settlement): Promise<void> {
    const write = (ends: boolean) =>
      this.database.transaction('system', async (tx) => {
        const { attempt, outcome, detail, nativeIds, news, also } = settlement;
        const settled = await this.log.settle(tx, job.payload.outbound.id, attempt, outcome, detail, nativeIds);
        // settled meanwhile by a copy that came back: that was the truth; only a receipt adds to it
        if (settled || outcome === 'sent') await this.tell(tx, job, attempt, news);
        await also?.(tx);
        if (ends) await this.end(tx, job, settled ? settlement.ending : 'done');
      });
    try {
      await write(true);
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      // another worker has the job by now; what we know of the attempt is worth keeping all the same
      await write(false);
      throw error;
    }
  }

  /** Gives a message up before anything was sent; counted as an attempt, so that the next is told apart. */
  private async giveUp(job: SendJob, attempt: number, code: SendFailureCode, detail: string): Promise<void> {
    const retryable = code !== 'TOO_LONG';
    const { id, accountId, workspaceId } = job.payload.outbound;
    await this.database.transaction('system', async (tx) => {
      await this.log.begin(tx, { id: accountId, workspaceId }, id, attempt);
      await this.log.settle(tx, id, attempt, 'failed', detail);
      await this.tell(tx, job, attempt, { state: 'failed', failure: { code, detail, retryable } });
      await job.complete(tx);
    });
  }

  /**
   * The account cannot send now: the message waits, and those behind it in its lane with it.
   * @param attempt the one that will be made.
   */
  private async postpone(
    job: SendJob,
    attempt: number,
    until: Date,
    code: SendFailureCode,
    detail: string,
  ): Promise<void> {
    await this.database.transaction('system', async (tx) => {
      await this.tell(tx, job, attempt - 1, {
        state: 'queued',
        nextAt: until,
        failure: { code, detail, retryable: true },
      });
      await job.postpone(tx, until, code);
    });
  }

  private async done(job: SendJob): Promise<void> {
    await this.database.transaction('system', (tx) => job.complete(tx));
  }

  private async comeAgain(job: SendJob, at: Date): Promise<void> {
    await this.database.transaction('system', (tx) => this.end(tx, job, at));
  }

  /**
   * A message that has to wait leaves the account's lane for that of its conversation, so that one slow recipient does not
   * hold up all others; there it keeps its place, and what follows in the conversation waits behind it.
   */
  private async end(tx: Tx, job: SendJob, ending: Ending): Promise<void> {
    if (ending === 'done') return job.complete(tx);
    const { outbound } = job.payload;
    const lane = laneOf(outbound);
    if (job.lane === lane) return job.postpone(tx, ending, 'waits for another attempt');
    await job.complete(tx);
    await this.jobs.enqueue(tx, job.name, job.payload, { runAt: ending, key: outbound.id, lane });
  }

  private async tell(tx: Tx, job: SendJob, attempt: number, news: SendNews): Promise<void> {
    const { outbound } = job.payload;
    const account = { id: outbound.accountId, workspaceId: outbound.workspaceId, channel: outbound.channel };
    await this.intake.append(tx, account, [sendEventOf(outbound.id, attempt, tx.now, news)]);
  }
}

/** The lane of what waits in a conversation. */
function laneOf(outbound: MessageSendJob['outbound']): string {
  return `conversation:${outbound.conversationId}`;
}
