import type { ConnectorAccount } from '@app/channel';
import type { HostGuard } from '@app/connector-host';
import type { Logger } from '@app/runtime';
import { parseMailbox } from './config';
import { connectImap, findSentFolder } from './imap-client';

const CONNECT_TIMEOUT_MS = 60_000;
/** Copies of one account that may wait in memory; those beyond are not filed. */
const MAX_WAITING = 200;

/**
 * Puts copies of what we sent into Sent, where the provider does not. Beside the sending: that it fails never fails a
 * message. One connection per account at a time, because providers allow ten or so.
 */
export class SentCopies {
  private readonly waiting = new Map<string, Buffer[]>();
  private readonly running = new Map<string, Promise<void>>();

  constructor(
    private readonly guard: HostGuard,
    private readonly logger: Logger,
  ) {}

  /** Returns at once. */
  file(prepared: Buffer, account: ConnectorAccount): void {
    const queue = this.waiting.get(account.id) ?? [];
    this.waiting.set(account.id, queue);
    if (queue.length >= MAX_WAITING) {
      this.logger.warn('a sent mail is not filed in Sent: too many wait', { accountId: account.id });
      return;
    }
    queue.push(prepared);
    if (!this.running.has(account.id)) this.start(queue, account);
  }

  /** Resolves when all copies are filed or given up. */
  async settled(): Promise<void> {
    await Promise.all(this.running.values());
  }

  private start(queue: Buffer[], account: ConnectorAccount): void {
    const run = this.run(queue, account).finally(() => {
      this.running.delete(account.id);
      // given in the moment in which the last one was filed
      if (queue.length > 0) this.start(queue, account);
    });
    this.running.set(account.id, run);
  }

  private async run(queue: Buffer[], account: ConnectorAccount): Promise<void> {
    const { settings, credentials } = parseMailbox(account.settings, account.credentials);
    try {
      const signal = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
      const client = await connectImap(settings.imap, credentials.imapPassword, this.guard, signal);
      try {
        const path = await findSentFolder(client);
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          if (path !== undefined) await client.append(path, next, ['\\Seen']);
        }
      } finally {
        client.close();
      }
    } catch (error) {
      const lost = queue.splice(0).length + 1;
      this.logger.warn('sent mails could not be filed in Sent', { accountId: account.id, mails: lost }, error);
    }
  }
}
