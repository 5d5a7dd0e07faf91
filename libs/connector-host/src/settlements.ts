import type { PersonEvent, MessageSendJob, RateLimited, SendFailureCode } from '@app/channel';
import { LeaseLost, type Database, type Job, type Jobs, type Tx } from '@app/runtime';
import type { Accounts } from './accounts';
import type { Intake } from './intake';
import type { Part } from './part';
import { sendEventOf, type SendNews } from './send-event';
import type { SendLog } from './send-log';
import { failed, type AccountNews, type Verdict } from './send-verdict';

export type SendJob = Job<MessageSendJob>;

/** Why a message has to wait before it is tried. */
export interface Obstacle {
  readonly until: Date;
  readonly code: SendFailureCode;
  readonly detail: string;
}

/**
 * What becomes of a part, written down: the row of the attempt, the event that tells of it, what it says of the account and
 * the end of the job are one transaction.
 */
export class Settlements {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly intake: Intake,
    private readonly log: SendLog,
    private readonly jobs: Jobs,
  ) {}

  /** Notes what is known of an attempt. @returns `next` when the part is through and another follows. */
  async settle(
    job: SendJob,
    part: Part,
    attempt: number,
    verdict: Verdict,
    alsoKnownAs?: string,
  ): Promise<'next' | undefined> {
    const isLast = part.part === part.parts - 1;
    const write = (ends: boolean) =>
      this.database.transaction('system', async (tx) => {
        const { outcome, detail, nativeIds, news } = verdict;
        const settled = await this.log.settle(tx, part.id, attempt, outcome, detail, nativeIds);
        // settled meanwhile by a copy that came back: that was the truth; only a receipt adds to it
        if (settled || outcome === 'sent') await this.tell(tx, job, part, attempt, news, alsoKnownAs);
        await this.judgeAccount(tx, part.outbound.accountId, verdict.account);
        const ending = settled ? verdict.ending : 'next';
        if (ending === 'next' && !isLast) return ending;
        if (ends) await this.end(tx, job, ending instanceof Date ? ending : 'done');
        return undefined;
      });
    try {
      return await write(true);
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      // another worker has the job by now; what we know of the attempt is worth keeping all the same
      await write(false);
      throw error;
    }
  }

  private async judgeAccount(tx: Tx, accountId: string, account: AccountNews | undefined): Promise<void> {
    const { accounts } = this;
    if (account === undefined) return;
    if ('limited' in account) await accounts.pause(tx, accountId, account.limited);
    else if ('rejected' in account) await accounts.setSendProblem(tx, accountId, account.rejected);
    else if ('held' in account) await accounts.hold(tx, accountId, account.held);
    else await accounts.couldSend(tx, accountId, account.workedAt);
  }

  /** Gives a message up before anything of this part was sent; counted as an attempt, so that the next is told apart. */
  async giveUp(job: SendJob, part: Part, attempt: number, code: SendFailureCode, detail: string): Promise<undefined> {
    const { accountId, workspaceId } = part.outbound;
    const { outcome, news } = failed(code, detail);
    await this.database.transaction('system', async (tx) => {
      await this.log.begin(tx, { id: accountId, workspaceId }, part, attempt);
      await this.log.settle(tx, part.id, attempt, outcome, detail);
      await this.tell(tx, job, part, attempt, news);
      await job.complete(tx);
    });
  }

  /**
   * The account cannot send now: the message waits, and those behind it in its lane with it.
   * @param attempt the one that will be made.
   * @param limited why, where the platform said so just now.
   */
  async postpone(
    job: SendJob,
    part: Part,
    attempt: number,
    { until, code, detail }: Obstacle,
    limited?: RateLimited,
  ): Promise<undefined> {
    await this.database.transaction('system', async (tx) => {
      await this.judgeAccount(tx, part.outbound.accountId, limited && { limited });
      const failure = { code, detail, retryable: true };
      await this.tell(tx, job, part, attempt - 1, { state: 'queued', nextAt: until, failure });
      await job.postpone(tx, until, code);
    });
  }

  /** The same part is looked at again. */
  async comeAgain(job: SendJob, at: Date, limited?: RateLimited): Promise<undefined> {
    await this.database.transaction('system', async (tx) => {
      await this.judgeAccount(tx, job.payload.outbound.accountId, limited && { limited });
      await this.end(tx, job, at);
    });
  }

  /**
   * A message that has to wait leaves the account's lane for that of its conversation, so that one slow recipient does not
   * hold up all others; there it keeps its place, and what follows in the conversation waits behind it.
   */
  private async end(tx: Tx, job: SendJob, ending: 'done' | Date): Promise<void> {
    if (ending === 'done') return job.complete(tx);
    const lane = laneOf(job);
    if (job.lane === lane) return job.postpone(tx, ending, 'waits for another attempt');
    await job.complete(tx);
    await this.jobs.enqueue(tx, job.name, job.payload, { runAt: ending, key: job.payload.outbound.id, lane });
  }

  /** @param alsoKnownAs another id of whom the message went to, as the platform told it. */
  async tell(tx: Tx, job: SendJob, part: Part, attempt: number, news: SendNews, alsoKnownAs?: string): Promise<void> {
    const { accountId, workspaceId, channel, to } = job.payload.outbound;
    const addressed = to[0];
    const person: PersonEvent[] =
      alsoKnownAs === undefined || addressed === undefined
        ? []
        : [
            {
              kind: 'person',
              externalId: `same:${part.id}`,
              at: tx.now.toISOString(),
              person: { value: addressed.value },
              alsoKnownAs,
              about: part.messageId,
            },
          ];
    const events = [sendEventOf(part, attempt, tx.now, news), ...person];
    await this.intake.append(tx, { id: accountId, workspaceId, channel }, events);
  }
}

/** The lane of what waits in a conversation. */
export function laneOf(job: SendJob): string {
  return `conversation:${job.payload.outbound.conversationId}`;
}
