import { HostGuard, ReplyTokens, type ConnectorHostOptions } from '@app/connector-host';
import { HostWorld, type RunningHost } from '../../../../test/support/host-world';
import type { MailboxSettings } from '../config';
import { EmailConnector, type EmailConnectorParts } from '../connector';
import { MailReader } from '../mail/mail-reader';

/** A server that tests speak to. */
export interface Ports {
  readonly imapPort: number;
  readonly smtpPort: number;
}

/** The e-mail connector as a test sees it. */
export class MailboxWorld extends HostWorld {
  static override async open(): Promise<MailboxWorld> {
    return new MailboxWorld(...(await HostWorld.parts()));
  }

  /** A host with a connector of its own, started; it ends with the world, or by what is returned. */
  async host(
    more: { host?: Partial<ConnectorHostOptions>; parts?: Partial<EmailConnectorParts> } = {},
  ): Promise<RunningHost<EmailConnector>> {
    const connector = this.connector(more.parts);
    return this.run(connector, more.host, () => connector.close());
  }

  connector(parts: Partial<EmailConnectorParts> = {}): EmailConnector {
    return new EmailConnector({
      reader: new MailReader({ workers: 1, timeoutMs: 10_000, memoryMb: 256 }),
      blobs: this.blobs,
      guard: new HostGuard(true),
      replyTokens: new ReplyTokens(this.database),
      signingKeys: this.vault.signingKeys,
      clock: this.clock,
      logger: this.logger,
      smtpTimeoutMs: 2_000,
      ...parts,
    });
  }

  settings(ports: Ports, address: string, more: Partial<MailboxSettings> = {}): Partial<MailboxSettings> {
    const server = (port: number) => ({ host: '127.0.0.1', port, tls: 'none' as const, user: address });
    return { imap: server(ports.imapPort), smtp: server(ports.smtpPort), ...more };
  }

  credentials(password: string) {
    return { imapPassword: password, smtpPassword: password };
  }
}
