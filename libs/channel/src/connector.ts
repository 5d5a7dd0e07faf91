import type { Capabilities } from './capabilities';
import type { ChannelKind } from './channel-kind';
import type { InboundEvent, Reach } from './inbound-event';
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
}

/** What a platform handed over, raw, with the platform's own name for it. */
export interface RawDelivery {
  /** Stable name of the delivery on the platform, unique per account (mail: folder, UIDVALIDITY and UID). */
  readonly source: string;
  readonly raw: Buffer;
  /** Platform time of arrival. */
  readonly arrivedAt: Date;
  /** What the reader needs besides the bytes (mail: the folder's role). JSON. */
  readonly context: Record<string, unknown>;
}

/** What was read from one delivery. */
export interface ReadResult {
  readonly events: readonly InboundEvent[];
  readonly reach: readonly Reach[];
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
  /** Tells that the connection works (`connected`) or does not, for the account's health. Cheap; call often. */
  report(status: 'connected' | 'degraded', detail?: string): Promise<void>;
}

/** The platform took the message. */
export interface SendReceipt {
  /** Ids under which the platform knows it; replies will name them. */
  readonly nativeIds: readonly string[];
  /** Recipients the platform refused while it took the message for others, with its words. */
  readonly refused?: readonly { readonly value: string; readonly detail: string }[];
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
  /** Sends prepared bytes. Throws Refused, RateLimited, CredentialsRejected, Transient (surely not sent) or Uncertain. */
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
  lookUp(outbound: OutboundMessage, account: ConnectorAccount, signal: AbortSignal): Promise<LookUpResult>;
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
