import type {
  Connector,
  ConnectorAccount,
  FetchesFiles,
  FileRequest,
  LookUpResult,
  LooksUp,
  Moderates,
  ModerationAction,
  NamesPeople,
  OutboundMessage,
  PlatformApp,
  Polls,
  PollSession,
  RawDelivery,
  ReadResult,
  ReceivesWebhooks,
  SendReceipt,
  SendsInParts,
  WebhookAnswer,
  WebhookRequest,
} from '@app/channel';
import type { GuardedHttp } from '@app/connector-host';
import type { Blobs, Clock, Logger } from '@app/runtime';
import { PAGE_INBOX_APP_IDS, pageOf, parseMetaApp } from './config';
import { fetchFile, type FetchedFile } from './fetch-file';
import { fingerprint, lookUp } from './look-up';
import { moderate } from './moderate';
import { nameOf } from './names';
import { PageAccess } from './page-access';
import type { GraphParts } from './page-graph';
import { readDelivery } from './read';
import { sendPrepared } from './send';
import { keepPage, UPKEEP_OPTIONS, type UpkeepOptions } from './upkeep/keep-page';
import { receiveWebhook } from './webhook';
import { prepareRequest, splitReply } from './write';

export interface MessengerConnectorParts {
  readonly graph: GraphParts;
  /** For files, which stand at addresses that customers' messages name; apart from calls with tokens. */
  readonly files: GuardedHttp;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly upkeep?: Partial<UpkeepOptions>;
  /** Told how many messages and comments no webhook had brought. */
  readonly onGap?: (missing: number) => void;
}

type Capable = Polls & LooksUp & SendsInParts & ReceivesWebhooks & FetchesFiles & NamesPeople & Moderates;

/** Messenger and the comments of a Page: webhooks in, the Graph API out. */
export class MessengerConnector extends PageAccess implements Connector, Capable {
  readonly fingerprint = fingerprint;
  readonly split = splitReply;

  constructor(private readonly parts: MessengerConnectorParts) {
    super(parts.graph);
  }

  receive(request: WebhookRequest, app: PlatformApp): WebhookAnswer {
    return receiveWebhook(request, app);
  }

  async read(delivery: RawDelivery, account: ConnectorAccount): Promise<ReadResult> {
    // without an app no echo is known as our own, and the rest reads the same
    const app = account.app === null ? { appId: '', pageInboxAppIds: PAGE_INBOX_APP_IDS } : parseMetaApp(account.app);
    return readDelivery(delivery, account, app);
  }

  async prepare(outbound: OutboundMessage): Promise<Buffer> {
    return prepareRequest(outbound);
  }

  async send(prepared: Buffer, outbound: OutboundMessage, account: ConnectorAccount): Promise<SendReceipt> {
    return sendPrepared(prepared, outbound, pageOf(account), { ...this.graph, blobs: this.parts.blobs });
  }

  async lookUp(
    outbound: OutboundMessage,
    account: ConnectorAccount,
    signal: AbortSignal,
    startedAt: Date,
    claimed: (nativeIds: readonly string[]) => Promise<ReadonlySet<string>>,
  ): Promise<LookUpResult> {
    return lookUp({ outbound, startedAt, claimed, signal }, pageOf(account), this.graph);
  }

  async poll(session: PollSession): Promise<void> {
    const { clock, logger, upkeep, onGap } = this.parts;
    const options = { ...UPKEEP_OPTIONS, ...upkeep };
    await keepPage(session, { graph: this.graph, clock, logger, options, onGap: onGap ?? (() => undefined) });
  }

  async fetchFile(request: FileRequest, _account: ConnectorAccount, signal: AbortSignal): Promise<FetchedFile> {
    return fetchFile(request, this.parts.files, signal);
  }

  async nameOf(value: string, account: ConnectorAccount, signal: AbortSignal): Promise<string | undefined> {
    return nameOf(value, pageOf(account), this.graph, signal);
  }

  async moderate(
    nativeId: string,
    action: ModerationAction,
    account: ConnectorAccount,
    signal: AbortSignal,
  ): Promise<void> {
    await moderate(nativeId, action, pageOf(account), this.graph, signal);
  }

  /** Ends connections that are kept for a next call. */
  close(): void {
    this.graph.http.close();
    this.parts.files.close();
  }
}
