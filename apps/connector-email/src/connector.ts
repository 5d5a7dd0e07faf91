import {
  Transient,
  type Connector,
  type Connects,
  type ConnectorAccount,
  type FileRef,
  type LookUpResult,
  type LooksUp,
  type OutboundMessage,
  type Polls,
  type PollSession,
  type RawDelivery,
  type ReadResult,
  type SendReceipt,
} from '@app/channel';
import type { HostGuard, ReplyTokens, SigningKey } from '@app/connector-host';
import { BlobStoreUnavailable, type Blobs, type Clock, type Logger } from '@app/runtime';
import { connectForm, fromConnectForm } from './connect-form';
import { appendsToSent, parseMailbox, sentIsAuthoritative } from './config';
import { FOLDER_READER_OPTIONS, type FolderReaderOptions } from './folder-reader';
import { connectImap, findSentFolder, imapError } from './imap-client';
import type { MailReader } from './mail/mail-reader';
import type { ParsedMail } from './mail/parsed-mail';
import { MailboxAccess } from './mailbox-access';
import { pollMailbox } from './poll-mailbox';
import { eventsOf, replyAddresses, sentByUs, type DeliveryContext } from './read';
import { sendMail } from './smtp-client';
import { SentCopies } from './sent-copies';
import { MailTokens } from './tokens';
import { writeMail } from './write';

export interface EmailConnectorParts {
  readonly reader: MailReader;
  readonly blobs: Blobs;
  readonly guard: HostGuard;
  readonly replyTokens: ReplyTokens;
  readonly signingKeys: readonly [SigningKey, ...SigningKey[]];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly folders?: Partial<FolderReaderOptions>;
  /** Longest silence of an SMTP server, milliseconds. */
  readonly smtpTimeoutMs?: number;
  /** Told how many mails the comparison with the server had to add. */
  readonly onGap?: (mails: number) => void;
}

const MAX_FILE_BYTES = 64 * 1024 * 1024;
const LOOK_UP_TIMEOUT_MS = 60_000;

/** E-mail: IMAP in, SMTP out. */
export class EmailConnector extends MailboxAccess implements Connector, Polls, LooksUp, Connects {
  readonly connectForm = connectForm;
  readonly fromConnectForm = fromConnectForm;
  private readonly sentCopies: SentCopies;

  constructor(private readonly parts: EmailConnectorParts) {
    super(parts.guard, parts.smtpTimeoutMs);
    this.sentCopies = new SentCopies(parts.guard, parts.logger);
  }

  async read(delivery: RawDelivery, account: ConnectorAccount): Promise<ReadResult> {
    const mail = await this.parse(delivery);
    const tokens = this.tokens(account);
    const own = sentByUs(mail, delivery.context as unknown as DeliveryContext, account, tokens) !== undefined;
    const attachments = own ? [] : await Promise.all(mail.attachments.map((file) => this.store(file)));
    const source = mail.unreadable === undefined ? undefined : await this.storeSource(delivery);
    const token = own ? undefined : await this.conversationOf(mail, tokens, account.id);
    const events = eventsOf(mail, delivery, account, tokens, { attachments, token, source });
    return {
      events,
      reach: [],
      unsupported: [],
      ...(mail.unreadable === undefined ? {} : { unreadable: mail.unreadable }),
    };
  }

  async prepare(outbound: OutboundMessage, account: ConnectorAccount): Promise<Buffer> {
    const { settings } = parseMailbox(account.settings, account.credentials);
    const tokens = this.tokens(account);
    const files = await Promise.all(
      outbound.attachments.map(async (ref) => ({
        ref,
        content: await this.kept(this.parts.blobs.read(ref.sha256, MAX_FILE_BYTES)),
      })),
    );
    const replyTo = settings.plusAddressing ? tokens.replyAddress(outbound.conversationId) : undefined;
    const usable =
      replyTo !== undefined && (await this.parts.replyTokens.remember(account.id, outbound.conversationId));
    return writeMail(outbound, account, tokens, files, usable ? replyTo : undefined);
  }

  async send(prepared: Buffer, outbound: OutboundMessage, account: ConnectorAccount): Promise<SendReceipt> {
    const { settings } = parseMailbox(account.settings, account.credentials);
    const to = outbound.to.map(({ value }) => value);
    const receipt = await sendMail(this.smtp(account), account.address, to, prepared);
    if (appendsToSent(settings)) this.sentCopies.file(prepared, account);
    return { ...receipt, nativeIds: [this.tokens(account).messageId(outbound.id), ...receipt.nativeIds] };
  }

  async lookUp(outbound: OutboundMessage, account: ConnectorAccount, signal: AbortSignal): Promise<LookUpResult> {
    const { settings, credentials } = parseMailbox(account.settings, account.credentials);
    const within = AbortSignal.any([signal, AbortSignal.timeout(LOOK_UP_TIMEOUT_MS)]);
    const client = await connectImap(settings.imap, credentials.imapPassword, this.parts.guard, within);
    const tokens = this.tokens(account);
    try {
      const path = await findSentFolder(client);
      if (path === undefined) return { found: false, authoritative: false };
      await client.mailboxOpen(path, { readOnly: true });
      const id = tokens.messageId(outbound.id);
      for (const [name, value] of [
        ['message-id', id],
        ['x-evenhand-id', tokens.evenhandId(outbound.id)],
      ] as const) {
        const found = await client.search({ header: { [name]: value } }, { uid: true });
        // on a connection that has just ended a SEARCH gives nothing and no error
        if (!client.usable) throw new Transient('The connection ended while the Sent folder was searched (IMAP).');
        if (!Array.isArray(found)) return { found: false, authoritative: false };
        if (found.length > 0) return { found: true, nativeIds: [id] };
      }
      return { found: false, authoritative: sentIsAuthoritative(settings) };
    } catch (error) {
      throw imapError(error, settings.imap.host);
    } finally {
      client.close();
    }
  }

  async poll(session: PollSession): Promise<void> {
    const { clock, logger, guard, folders } = this.parts;
    const options = { ...FOLDER_READER_OPTIONS, ...folders };
    await pollMailbox(session, { clock, logger, guard, options, onGap: this.parts.onGap ?? (() => undefined) });
  }

  /** Waits until copies for Sent folders are filed or given up, and ends the workers that read mail. */
  async close(): Promise<void> {
    await this.sentCopies.settled();
    await this.parts.reader.close();
  }

  private async parse(delivery: RawDelivery): Promise<ParsedMail> {
    try {
      return await this.parts.reader.read(delivery.raw);
    } catch (error) {
      // no mail makes the reader reject: it is overloaded or being closed
      throw new Transient('Mail cannot be read just now; it is tried again.', { cause: error });
    }
  }

  private async conversationOf(mail: ParsedMail, tokens: MailTokens, accountId: string): Promise<string | undefined> {
    for (const token of replyAddresses(mail, tokens)) {
      const conversation = await this.parts.replyTokens.find(accountId, token.key);
      if (conversation !== undefined && tokens.verifies(token, conversation)) return conversation;
    }
    return undefined;
  }

  private async store(file: ParsedMail['attachments'][number]): Promise<FileRef> {
    const { sha256, size } = await this.kept(
      this.parts.blobs.put(Buffer.from(file.content.buffer, file.content.byteOffset, file.content.byteLength), {
        maxBytes: MAX_FILE_BYTES,
      }),
    );
    const { name, mime, inline, contentId } = file;
    return { sha256, name, mime, size, inline, ...(contentId === undefined ? {} : { contentId }) };
  }

  private async storeSource(delivery: RawDelivery): Promise<FileRef> {
    const { sha256, size } = await this.kept(this.parts.blobs.put(delivery.raw, { maxBytes: MAX_FILE_BYTES }));
    return { sha256, name: 'mail.eml', mime: 'message/rfc822', size, inline: false };
  }

  /** A full disk is no fault of the mail: it is read again later. */
  private async kept<T>(work: Promise<T>): Promise<T> {
    return work.catch((error: unknown) => {
      throw error instanceof BlobStoreUnavailable ? new Transient(error.message, { cause: error }) : error;
    });
  }

  private tokens(account: ConnectorAccount): MailTokens {
    return new MailTokens(this.parts.signingKeys, account.address);
  }
}
