import type { Capabilities } from './capabilities';
import type { ChannelKind } from './channel-kind';
import type { InboundEvent, PendingFile, Reach } from './inbound-event';
import type { OutboundMessage } from './outbound-message';

/** One connected mailbox, page or handle of ours, as its connector sees it. */
export interface ConnectorAccount {
  readonly id: string;
  readonly workspaceId: string;
  readonly channel: ChannelKind;
  /** Our own address, page id or handle. */
  readonly address: string;
  /** Name customers see. */
  readonly name: string;
  /** Connector-specific, not secret (hosts, ports, folders). Checked by the connector's own schema. */
  readonly settings: unknown;
  /** Connector-specific secrets, decrypted for this call only. Never logged. */
  readonly credentials: unknown;
  /** When the account was connected; what arrived before is history. */
  readonly connectedAt: Date;
  /** Through which app of ours; null where the channel knows none. Its secrets are decrypted for this call only. */
  readonly app: PlatformApp | null;
}

/** A program of ours at a platform, through which accounts are connected and webhooks come. */
export interface PlatformApp {
  readonly id: string;
  readonly workspaceId: string;
  /** Names it in the path of its webhooks: `/webhooks/<channel>/<key>`. */
  readonly key: string;
  /** Connector-specific, not secret (app id, address of the platform). */
  readonly settings: unknown;
  /** Connector-specific secrets, decrypted (app secret, verify token). Never logged. */
  readonly secrets: unknown;
}

/** What a platform handed over, raw, with the platform's own name for it. */
export interface RawDelivery {
  /**
   * Stable name of the delivery on the platform, unique per account (mail: folder, UIDVALIDITY and UID; a webhook: the hash of
   * its body).
   */
  readonly source: string;
  /** How it came: pushed by the platform, read in turn, or found by back-fill after it had been missed. Default `poll`. */
  readonly origin?: 'push' | 'poll' | 'fill';
  readonly raw: Buffer;
  /** Platform time of arrival. */
  readonly arrivedAt: Date;
  /** What the reader needs besides the bytes (mail: the folder's role). JSON. */
  readonly context: Record<string, unknown>;
}

/** A file at an address that the platform named; fetched soon, because such addresses expire. */
export interface FileRequest extends PendingFile {
  /** External id of the message it belongs to. */
  readonly target: string;
  readonly url: string;
  /** As the platform names it, if it does. */
  readonly name?: string;
}

/** The platform forbids us to send on the account, warns, or allows it again. */
export interface PolicyNotice {
  readonly at: Date;
  readonly action: 'warned' | 'blocked' | 'allowed';
  /** The platform's reason in its words; empty where it gives none. */
  readonly reason: string;
}

/** What was read from one delivery. */
export interface ReadResult {
  readonly events: readonly InboundEvent[];
  readonly reach: readonly Reach[];
  /** Files to be fetched; each is a `pendingFiles` of a message among the events. */
  readonly files?: readonly FileRequest[];
  readonly policy?: readonly PolicyNotice[];
  /** Names of kinds that were known and ignored, or unknown and kept; for counting. */
  readonly unsupported: readonly string[];
  /** Set when the bytes could not be read (as `MalformedPayload` would say); events may still show it to people. */
  readonly unreadable?: string;
}

/** How far an account has been read, per stream (mail: per folder). JSON; opaque to the host. */
export interface CursorMove {
  readonly stream: string;
  readonly cursor: unknown;
}

/** What the host hands to a connector that reads by itself. Valid while the account's lease is held. */
export interface PollSession {
  readonly account: ConnectorAccount;
  /** Aborted when the lease is lost or the process stops: stop at once, commit nothing more. */
  readonly signal: AbortSignal;
  /** Cursor of a stream, or undefined when it was never read. */
  cursor(stream: string): Promise<unknown>;
  /** Which of these delivery names are already stored; for gap checks. */
  known(sources: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Reads and stores deliveries and moves the cursor, all in one transaction. Repeats are absorbed. Calls of one stream
   * may overlap: they are stored in their order, and none after one that failed.
   * @throws when the transaction fails; nothing is stored and the cursor has not moved.
   */
  commit(deliveries: readonly RawDelivery[], move: CursorMove | null): Promise<void>;
  /** Which of these messages (external ids; platform ids of what we sent) are stored already, however they came; for back-fill. */
  knownMessages(externalIds: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Tells that the connection works (`connected`) or does not, for the account's health. Cheap; call often.
   * @param tokenExpiresAt when the permission ends by itself; null: it does not. Left out: as it was.
   */
  report(status: 'connected' | 'degraded', detail?: string, tokenExpiresAt?: Date | null): Promise<void>;
}

/** The platform took the message. */
export interface SendReceipt {
  /** Ids under which the platform knows it; replies will name them. */
  readonly nativeIds: readonly string[];
  /** Recipients the platform refused while it took the message for others, with its words. */
  readonly refused?: readonly { readonly value: string; readonly detail: string }[];
  /** The platform's thread, where only the platform could tell it. */
  readonly threadKey?: string;
  /** The person it reached is also known by this id (`PersonEvent.alsoKnownAs` of the one it was addressed to). */
  readonly alsoKnownAs?: string;
  /** Time by the platform's clock, if it told it. */
  readonly platformAt?: Date;
}

/** What a platform charges for, by its price list. */
export interface Charge {
  /** The platform's name of what is paid, such as `post.read`; ASCII. */
  readonly kind: string;
  readonly count: number;
  /** Price of each in millionths of a US dollar. */
  readonly microUsd: number;
}

/** Keeps what calls cost, per day and account, for people to see. An estimate: what is not written yet is lost when a process is killed. */
export interface Meter {
  /** Does not block and never throws. */
  add(account: Pick<ConnectorAccount, 'id'>, charges: readonly Charge[]): void;
}

/** Answer of a look-up. `absent` may be said only where the platform's word is authoritative. */
export type LookUpResult =
  | { readonly found: true; readonly nativeIds: readonly string[] }
  | { readonly found: false; readonly authoritative: boolean };

/** What every connector can do. Errors are those of `connector-error.ts`. */
export interface Connector {
  readonly channel: ChannelKind;
  readonly capabilities: Capabilities;
  /** Reads a delivery. Pure but for blobs it stores; the same bytes give the same events. Never throws for bad input:
   * that is `unreadable`. */
  read(delivery: RawDelivery, account: ConnectorAccount): Promise<ReadResult>;
  /**
   * Builds the exact bytes or request to send; called once per outbound message. The host stores the result
   * (encrypted) and every attempt sends it again unchanged.
   */
  prepare(outbound: OutboundMessage, account: ConnectorAccount): Promise<Buffer>;
  /** Sends prepared bytes. Throws Refused, RateLimited, CredentialsRejected, AccountHeld, Transient (surely not sent) or Uncertain. */
  send(prepared: Buffer, outbound: OutboundMessage, account: ConnectorAccount): Promise<SendReceipt>;
  /** Tries the credentials; resolves when they work. Throws CredentialsRejected, Refused or Transient with advice. */
  check(account: ConnectorAccount, signal: AbortSignal): Promise<void>;
  /** Checks settings and credentials as an operator gave them. Throws a readable error naming the field. */
  validate(settings: unknown, credentials: unknown): void;
}

/** Reads by itself, connected or in turns, until the signal. Rejects with a connector error when it cannot go on. */
export interface Polls {
  poll(session: PollSession): Promise<void>;
}

/** Can ask the platform whether a message went out. */
export interface LooksUp {
  /**
   * @param startedAt when the attempt began that nobody knows the outcome of.
   * @param claimed which of these native ids are those of other messages of ours: of two that look alike each is found once.
   */
  lookUp(
    outbound: OutboundMessage,
    account: ConnectorAccount,
    signal: AbortSignal,
    startedAt: Date,
    claimed: (nativeIds: readonly string[]) => Promise<ReadonlySet<string>>,
  ): Promise<LookUpResult>;
  /**
   * What a message has in common with a copy on the platform that carries no mark of ours; kept with the attempt. Equal to
   * `MessageEvent.fingerprint` of the copy. Undefined: no copy can be recognised by it.
   */
  fingerprint?(outbound: OutboundMessage): string | undefined;
}

/** The platform takes a long reply, or one with files, only as several messages. */
export interface SendsInParts {
  /** In the order in which they are sent; at least one. Each goes through `prepare` and `send` with an id of its own. */
  split(outbound: OutboundMessage): readonly Pick<OutboundMessage, 'text' | 'attachments'>[];
}

/** A request to the webhook of one of our apps, as it came over the wire. */
export interface WebhookRequest {
  readonly method: 'GET' | 'POST';
  /** What follows the app's key: empty, or such as `/deauthorize`. */
  readonly path: string;
  /** Undecoded, without `?`. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The bytes as received: signatures are over these. */
  readonly body: Buffer;
  readonly receivedAt: Date;
}

export type WebhookAnswer =
  /** Answered from the request alone; nothing is kept. */
  | { readonly kind: 'reply'; readonly status: number; readonly contentType: string; readonly body: string }
  /** Not from the platform: counted under `reason`, and no more. */
  | { readonly kind: 'rejected'; readonly status: number; readonly reason: string }
  /**
   * To be kept before it is answered with 200. `addresses`: the accounts it concerns; none, or an unknown one: kept without an
   * account. `body` is what the platform is answered.
   */
  | { readonly kind: 'delivery'; readonly source: string; readonly addresses: readonly string[]; readonly body: string }
  /** Somebody took back what they had allowed us, or asks to be forgotten. `user`: the platform's id of them. */
  | { readonly kind: 'revoked'; readonly user: string; readonly erase: boolean; readonly issuedAt: Date };

/** The platform pushes what happens. */
export interface ReceivesWebhooks {
  /** Verifies and answers. Pure; never throws for bad input. */
  receive(request: WebhookRequest, app: PlatformApp): WebhookAnswer;
}

/** Some files stay with the platform until they are fetched. */
export interface FetchesFiles {
  /**
   * @throws Refused when it will never come (gone, too large, an address that must not be asked), in words for an agent;
   * Transient or RateLimited to be asked again.
   */
  fetchFile(
    request: FileRequest,
    account: ConnectorAccount,
    signal: AbortSignal,
  ): Promise<{ readonly bytes: Buffer; readonly name: string; readonly mime: string }>;
}

/** The platform tells the name of a person on request. */
export interface NamesPeople {
  /** @returns undefined where the platform does not tell. Asked once per person. Errors as in `send`. */
  nameOf(value: string, account: ConnectorAccount, signal: AbortSignal): Promise<string | undefined>;
}

/** What can be done to a customer's public message. */
export type ModerationAction = 'hide' | 'show' | 'delete';

/** Public messages of customers can be hidden and deleted. */
export interface Moderates {
  /** Safe to repeat. Throws Refused, RateLimited, CredentialsRejected, AccountHeld or Transient. */
  moderate(nativeId: string, action: ModerationAction, account: ConnectorAccount, signal: AbortSignal): Promise<void>;
}

/** What was allowed us on an account can be given back. */
export interface Revokes {
  /**
   * Called once when the account is disconnected, with credentials that are forgotten after it: ends subscriptions and permissions
   * at the platform. Best effort: whatever it throws is noted, and the account is disconnected all the same.
   */
  revoke(account: ConnectorAccount, signal: AbortSignal): Promise<void>;
}

/** Text in the languages of the product. */
export interface Words {
  readonly en: string;
  readonly fr: string;
}

/** One field of the page on which an operator connects an account. */
export interface ConnectField {
  readonly name: string;
  /** A password is never shown again, not even to whoever just typed it. */
  readonly kind: 'text' | 'email' | 'number' | 'password' | 'choice';
  readonly label: Words;
  readonly hint?: Words;
  readonly required: boolean;
  /** What stands in it at first. */
  readonly value?: string;
  /** For `choice`. */
  readonly choices?: readonly { readonly value: string; readonly label: Words }[];
  /** Heading under which this field and those after it stand. */
  readonly heading?: Words;
  /** Whose value the browser may fill in (`autocomplete` of HTML). */
  readonly autocomplete?: string;
  /** Cannot be changed: the address of an account that is connected again. */
  readonly fixed?: boolean;
}

/** What an operator wrote into the form, as the connector understands it. */
export interface ConnectInput {
  readonly address: string;
  readonly name: string;
  readonly settings: unknown;
  readonly credentials: unknown;
}

/** Has a page of its own on which an operator gives it an account; secrets pass nobody else. */
export interface Connects {
  /** @param account the one to connect again; without it a new one. */
  connectForm(account?: Pick<ConnectorAccount, 'address' | 'name' | 'settings'>): readonly ConnectField[];
  /** Reads the form. Throws Refused in words for the operator. */
  fromConnectForm(
    values: Readonly<Record<string, string>>,
    account?: Pick<ConnectorAccount, 'address' | 'name' | 'settings'>,
  ): ConnectInput;
}

export function connects(connector: Partial<Connects>): connector is Connects {
  return typeof connector.connectForm === 'function';
}

export function polls(connector: Connector): connector is Connector & Polls {
  return typeof (connector as Partial<Polls>).poll === 'function';
}

export function looksUp(connector: Connector): connector is Connector & LooksUp {
  return typeof (connector as Partial<LooksUp>).lookUp === 'function';
}

export function sendsInParts(connector: Connector): connector is Connector & SendsInParts {
  return typeof (connector as Partial<SendsInParts>).split === 'function';
}

export function receivesWebhooks(connector: Connector): connector is Connector & ReceivesWebhooks {
  return typeof (connector as Partial<ReceivesWebhooks>).receive === 'function';
}

export function fetchesFiles(connector: Connector): connector is Connector & FetchesFiles {
  return typeof (connector as Partial<FetchesFiles>).fetchFile === 'function';
}

export function revokes(connector: Connector): connector is Connector & Revokes {
  return typeof (connector as Partial<Revokes>).revoke === 'function';
}

export function namesPeople(connector: Connector): connector is Connector & NamesPeople {
  return typeof (connector as Partial<NamesPeople>).nameOf === 'function';
}

export function moderates(connector: Connector): connector is Connector & Moderates {
  return typeof (connector as Partial<Moderates>).moderate === 'function';
}
