import {
  accountDisconnectJob,
  accountDisconnectJobName,
  channelKind,
  type AccountDisconnectJob,
  type ChannelKind,
} from '@app/channel';
import type { Jobs, Tx } from '@app/runtime';
import type { Changes } from '../changes/changes';
import { once } from '../once';
import { append } from '../record/record';

export interface DisconnectRequest {
  readonly agentId: string;
  readonly accountId: string;
  /** The account's address or name, typed by whoever asks; left out where the caller has asked in another way. */
  readonly confirm?: string;
  readonly clientMutationId: string;
}

export type DisconnectAnswer = { accountId: string } | { error: 'unknown-account' | 'confirmation-wrong' };

/** Makes the jobs known that `Accounts` enqueues, in a process that disconnects accounts. */
export function defineDisconnect(jobs: Pick<Jobs, 'define'>): void {
  for (const channel of channelKind.options) {
    jobs.define(accountDisconnectJobName(channel), { payload: accountDisconnectJob });
  }
}

/** What people decide about our own accounts. Credentials and all talk with the platform are the connectors'. */
export class Accounts {
  constructor(
    private readonly changes: Changes,
    private readonly jobs: Pick<Jobs, 'enqueue'>,
  ) {}

  /**
   * Stops an account for good: people cannot send on it from here on, its connector is asked to stop reading and to give its
   * permission back. What it has brought stays until its platform's time for erasing is over. An account that is disconnected
   * already stays so. Whether the agent may do it is the caller's to check.
   */
  async disconnect(tx: Tx, request: DisconnectRequest): Promise<DisconnectAnswer> {
    const { agentId, clientMutationId } = request;
    let stopped = false;
    const answer = await once(
      tx,
      { agentId, key: clientMutationId, name: 'accountDisconnect' },
      async (): Promise<DisconnectAnswer> => {
        const result = await this.stop(tx, request);
        stopped = 'accountId' in result && result.stopped;
        return 'error' in result ? result : { accountId: result.accountId };
      },
    );
    if (stopped) {
      await append(tx, [{ kind: 'account.disconnectAsked', fields: { account: request.accountId, by: agentId } }]);
    }
    return answer;
  }

  private async stop(
    tx: Tx,
    { accountId, confirm, clientMutationId }: DisconnectRequest,
  ): Promise<{ accountId: string; stopped: boolean } | { error: 'unknown-account' | 'confirmation-wrong' }> {
    const [account] = await tx.query<{ channel: ChannelKind; address: string; name: string; status: string }>(
      'select channel, address, name, status from inbox.accounts where id = $1 for no key update',
      [accountId],
    );
    if (!account) return { error: 'unknown-account' };
    const typed = confirm?.trim().toLowerCase();
    if (typed !== undefined && ![account.address, account.name].some((word) => word.toLowerCase() === typed)) {
      return { error: 'confirmation-wrong' };
    }
    if (account.status === 'disconnected') return { accountId, stopped: false };
    await tx.query(
      `update inbox.accounts set status = 'disconnected', detail = '', paused_until = null where id = $1`,
      [accountId],
    );
    const payload: AccountDisconnectJob = { workspaceId: tx.workspaceId, accountId };
    await this.jobs.enqueue(tx, accountDisconnectJobName(account.channel), payload, { key: accountId });
    await this.changes.write(tx, [{ kind: 'account', id: accountId, clientMutationId }]);
    return { accountId, stopped: true };
  }
}
