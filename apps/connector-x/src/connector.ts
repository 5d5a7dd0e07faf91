import type {
  Connector,
  ConnectorAccount,
  FetchesFiles,
  FileRequest,
  LookUpResult,
  LooksUp,
  Moderates,
  ModerationAction,
  OutboundMessage,
  PlatformApp,
  Polls,
  PollSession,
  RawDelivery,
  ReadResult,
  ReceivesWebhooks,
  Revokes,
  SendReceipt,
  SendsInParts,
  WebhookAnswer,
  WebhookRequest,
} from '@app/channel';
import type { GuardedHttp } from '@app/connector-host';
import type { Blobs, Clock, Logger } from '@app/runtime';
import type { XClient } from './client';
import { handleOf, handleSettings } from './config';
import { fetchFile, type FetchedFile } from './fetch-file';
import { fingerprint } from './fingerprint';
import { HandleAccess } from './handle-access';
import { lookUp } from './look-up';
import { moderate } from './moderate';
import { revokeToken } from './oauth2';
import { readDelivery } from './read';
import { sendPrepared } from './send';
import { keepHandle, UPKEEP_OPTIONS, type UpkeepOptions, type UpkeepParts } from './upkeep/keep-handle';
import { endSubscriptions } from './upkeep/subscriptions';
import { receiveWebhook } from './webhook';
import { prepareRequest, splitReply } from './write';

export interface XConnectorParts extends Pick<UpkeepParts, 'publicUrl' | 'keepWebhookId' | 'wait'> {
  readonly client: XClient;
  /** For files, which stand at addresses that customers' messages name; apart from calls with tokens. */
  readonly files: GuardedHttp;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly upkeep?: Partial<UpkeepOptions>;
  /** Told how many posts and messages X had told us of in no other way. */
  readonly onGap?: (missing: number) => void;
}

type Capable = Polls & LooksUp & SendsInParts & ReceivesWebhooks & FetchesFiles & Moderates & Revokes;

/** Posts and direct messages of X: webhooks and polling in, the API v2 out. */
export class XConnector extends HandleAccess implements Connector, Capable {
  readonly fingerprint = fingerprint;
  readonly split = splitReply;

  constructor(private readonly parts: XConnectorParts) {
    super(parts.client);
  }

  receive(request: WebhookRequest, app: PlatformApp): WebhookAnswer {
    return receiveWebhook(request, app);
  }

  async read(delivery: RawDelivery, account: ConnectorAccount): Promise<ReadResult> {
    return readDelivery(delivery, handleSettings.parse(account.settings));
  }

  async prepare(outbound: OutboundMessage, account: ConnectorAccount): Promise<Buffer> {
    return prepareRequest(outbound, handleSettings.parse(account.settings));
  }

  async send(prepared: Buffer, outbound: OutboundMessage, account: ConnectorAccount): Promise<SendReceipt> {
    const { client, blobs } = this.parts;
    return sendPrepared(prepared, outbound, handleOf(account), { client, blobs });
  }

  async lookUp(
    outbound: OutboundMessage,
    account: ConnectorAccount,
    signal: AbortSignal,
    startedAt: Date,
    claimed: (nativeIds: readonly string[]) => Promise<ReadonlySet<string>>,
  ): Promise<LookUpResult> {
    return lookUp({ outbound, startedAt, claimed, signal }, handleOf(account), this.client);
  }

  async poll(session: PollSession): Promise<void> {
    const { client, clock, logger, publicUrl, keepWebhookId, wait, upkeep, onGap } = this.parts;
    const options = { ...UPKEEP_OPTIONS, ...upkeep };
    const told = onGap ?? ((): void => undefined);
    await keepHandle(session, { client, clock, logger, publicUrl, keepWebhookId, wait, options, onGap: told });
  }

  async fetchFile(request: FileRequest, account: ConnectorAccount, signal: AbortSignal): Promise<FetchedFile> {
    const { files, client } = this.parts;
    const { tokens, now } = client.parts;
    return fetchFile(request, handleOf(account), { files, tokens, now }, signal);
  }

  async moderate(
    nativeId: string,
    action: ModerationAction,
    account: ConnectorAccount,
    signal: AbortSignal,
  ): Promise<void> {
    await moderate(nativeId, action, handleOf(account), this.client, signal);
  }

  /** Has X tell us nothing more of the handle and takes our permission back. Tokens of OAuth 1.0a can only be taken back on X. */
  async revoke(account: ConnectorAccount, signal: AbortSignal): Promise<void> {
    const handle = handleOf(account);
    const { http, tokens, now } = this.client.parts;
    const ended = await endSubscriptions(this.client, handle, signal).catch((error: unknown) => ({ error }));
    const credentials = await tokens.current(handle);
    if (credentials.kind === 'oauth2') await revokeToken(handle.app, credentials.refreshToken, { http, now });
    tokens.forget(account.id);
    // the permission matters more: it goes whatever became of the subscriptions, which end with it
    if (ended !== undefined) throw ended.error;
  }

  /** Ends connections that are kept for a next call. */
  close(): void {
    this.client.parts.http.close();
    this.parts.files.close();
  }
}
