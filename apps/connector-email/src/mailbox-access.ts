import type { Connector, ConnectorAccount } from '@app/channel';
import type { HostGuard } from '@app/connector-host';
import { emailCapabilities } from './capabilities';
import { parseMailbox } from './config';
import { connectImap, imapError } from './imap-client';
import { checkSmtp, type SmtpOptions } from './smtp-client';

/** What can be said of a mailbox without reading it: whether its settings make sense and both servers let us in. */
export class MailboxAccess implements Pick<Connector, 'channel' | 'capabilities' | 'validate' | 'check'> {
  readonly channel = 'email';
  readonly capabilities = emailCapabilities;

  constructor(
    protected readonly guard: HostGuard,
    /** Longest silence of an SMTP server, milliseconds. */
    private readonly smtpTimeoutMs?: number,
  ) {}

  validate(settings: unknown, credentials: unknown): void {
    parseMailbox(settings, credentials);
  }

  async check(account: ConnectorAccount, signal: AbortSignal): Promise<void> {
    const { settings, credentials } = parseMailbox(account.settings, account.credentials);
    const client = await connectImap(settings.imap, credentials.imapPassword, this.guard, signal);
    try {
      await client.mailboxOpen('INBOX', { readOnly: true });
    } catch (error) {
      throw imapError(error, settings.imap.host);
    } finally {
      client.close();
    }
    await checkSmtp(this.smtp(account));
  }

  protected smtp(account: ConnectorAccount): SmtpOptions {
    const { settings, credentials } = parseMailbox(account.settings, account.credentials);
    return {
      server: settings.smtp,
      password: credentials.smtpPassword,
      guard: this.guard,
      domain: account.address.slice(account.address.lastIndexOf('@') + 1),
      ...(this.smtpTimeoutMs === undefined ? {} : { timeoutMs: this.smtpTimeoutMs }),
    };
  }
}
