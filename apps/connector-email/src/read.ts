import { createHash } from 'node:crypto';
import type {
  ConnectorAccount,
  FileRef,
  InboundEvent,
  MessageEvent,
  RawDelivery,
  Reference,
  SendEvent,
} from '@app/channel';
import { guessLanguage, MAX_REFERENCES } from '@app/channel';
import { contentKey } from './mail/content-key';
import type { MailAddress, ParsedMail } from './mail/parsed-mail';
import type { MailTokens } from './tokens';

/** What the reader needs besides the mail itself; stored with the delivery, so reading again gives the same. */
export interface DeliveryContext {
  readonly role: 'inbox' | 'sent';
  readonly history?: boolean;
  readonly wholeSize?: number;
  readonly missing?: boolean;
}

/** Values that were found or stored while reading. */
export interface ReadParts {
  readonly attachments: readonly FileRef[];
  /** The conversation named by a verified reply address. */
  readonly token?: string | undefined;
  /** The raw mail as a file, for an unreadable one. */
  readonly source?: FileRef | undefined;
}

/** Events of one mail. Pure. */
export function eventsOf(
  mail: ParsedMail,
  delivery: RawDelivery,
  account: ConnectorAccount,
  tokens: MailTokens,
  parts: ReadParts,
): InboundEvent[] {
  const context = delivery.context as unknown as DeliveryContext;
  const ids = ownIds(mail);
  const outboundId = sentByUs(mail, context, account, tokens);
  if (outboundId !== undefined) return [seen(outboundId, delivery, ids)];
  const message = messageOf(mail, delivery, context, account, tokens, parts, ids);
  return [message, ...provenByReply(message, delivery)];
}

/**
 * Id of the outbound message that this mail is a copy of; undefined unless it bears a signature of ours. In INBOX it must
 * also be written in our name: whoever sends our own mail back to us (a redirect keeps its ids) is to be seen.
 */
export function sentByUs(
  mail: ParsedMail,
  context: Pick<DeliveryContext, 'role'>,
  account: Pick<ConnectorAccount, 'address'>,
  tokens: MailTokens,
): string | undefined {
  if (context.role === 'inbox' && mail.from?.address !== account.address) return undefined;
  for (const id of ownIds(mail)) {
    const known = tokens.parseId(id);
    if (known?.kind === 'message') return known.id;
  }
  return mail.evenhandId === undefined ? undefined : tokens.parseEvenhandId(mail.evenhandId);
}

/** Reply addresses of ours among the recipients, the envelope's first. */
export function replyAddresses(mail: ParsedMail, tokens: MailTokens) {
  const addresses = [
    ...mail.deliveredTo,
    ...mail.to.map(({ address }) => address),
    ...mail.cc.map(({ address }) => address),
  ];
  return addresses.flatMap((address) => tokens.parseReplyAddress(address) ?? []).slice(0, 5);
}

function messageOf(
  mail: ParsedMail,
  delivery: RawDelivery,
  context: DeliveryContext,
  account: ConnectorAccount,
  tokens: MailTokens,
  parts: ReadParts,
  ids: readonly string[],
): MessageEvent {
  const outbound = context.role === 'sent';
  const key =
    mail.unreadable === undefined ? contentKey(mail) : `raw:${createHash('sha256').update(delivery.raw).digest('hex')}`;
  const author = outbound ? { value: account.address } : authorOf(mail, account.address, key);
  // of what is new: what is quoted below it may be ours
  const language = guessLanguage(mail.text.slice(0, mail.quoteStart));
  const problems = [...mail.problems];
  if (context.wholeSize !== undefined) {
    problems.push(
      `The mail is too large (${Math.ceil(context.wholeSize / 1_048_576)} MB): only its beginning is shown, the rest was left on the mail server.`,
    );
  }
  if (!outbound && mail.from === undefined) problems.push('The mail names no sender: it cannot be answered by mail.');
  return {
    kind: 'message',
    externalId: key,
    direction: outbound ? 'outbound' : 'inbound',
    visibility: 'private',
    author,
    participants: participantsOf(mail),
    at: delivery.arrivedAt.toISOString(),
    class:
      !outbound && author.value === account.address && mail.class === 'ordinary'
        ? 'own'
        : classOf(mail, account.address),
    history: context.history === true,
    ...(mail.subject === undefined ? {} : { subject: mail.subject }),
    text: mail.text,
    ...(mail.html === undefined ? {} : { html: mail.html }),
    ...(mail.quoteStart === undefined ? {} : { quoteStart: mail.quoteStart }),
    ...(language === undefined ? {} : { language }),
    attachments: [...parts.attachments],
    pendingFiles: [],
    threading: {
      ...(parts.token === undefined ? {} : { token: parts.token }),
      references: referencesOf(mail, tokens),
    },
    // ids of ours name our own messages, whoever shows them
    nativeIds: ids.filter((id) => tokens.parseId(id) === undefined),
    problems,
    unreadable: mail.unreadable !== undefined,
    encrypted: false,
    commitments: {},
    ...(parts.source === undefined ? {} : { source: parts.source }),
  };
}

/**
 * A group of our own domain that passes on what customers write (support@ as a list) is no list: those people wait. Only
 * the list's name tells; what is automatic besides stays so.
 */
function classOf(mail: ParsedMail, ours: string): MessageEvent['class'] {
  const domain = ours.slice(ours.lastIndexOf('@') + 1);
  const byOurGroup = mail.class === 'list' && mail.listId !== undefined && isWithin(mail.listId, domain);
  return byOurGroup && !mail.noReplySender ? 'ordinary' : mail.class;
}

function isWithin(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

/**
 * Who wrote. A form on our own site writes in our name and puts the customer into Reply-To; a mail without any sender
 * has an author of its own, so that strangers do not become one customer.
 */
function authorOf(mail: ParsedMail, ours: string, key: string): MailAddress & { value: string } {
  const from = mail.from ?? mail.sender ?? (mail.returnPath ? { address: mail.returnPath } : undefined);
  const author = from?.address === ours ? (mail.replyTo.find(({ address }) => address !== ours) ?? from) : from;
  return partyOf(author ?? { address: `unknown-${key.slice(-16)}@sender.invalid` }) as MailAddress & { value: string };
}

function partyOf({ address, name }: MailAddress): { value: string; name?: string } {
  return name === undefined ? { value: address } : { value: address, name };
}

function participantsOf(mail: ParsedMail): MessageEvent['participants'] {
  const of = (role: 'from' | 'to' | 'cc' | 'replyTo', list: readonly MailAddress[]) =>
    list.filter(({ address }) => address !== '').map((address) => ({ ...partyOf(address), role }));
  return [
    ...of('from', mail.from ? [mail.from] : []),
    ...of('replyTo', mail.replyTo),
    ...of('to', mail.to),
    ...of('cc', mail.cc),
  ].slice(0, 200);
}

/** Pointers at earlier mails, nearest first; ids of ours only when their signature holds. */
function referencesOf(mail: ParsedMail, tokens: MailTokens): Reference[] {
  const own = new Set(ownIds(mail));
  const references: Reference[] = [];
  const met = new Set<string>();
  const add = (id: string, direct: boolean): void => {
    if (id === '' || id.length > 998 || own.has(id) || met.has(id)) return;
    met.add(id);
    references.push(tokens.parseId(id) ?? { kind: 'native', id, direct });
  };
  for (const id of mail.inReplyTo) add(id, true);
  for (const id of [...mail.references].reverse()) add(id, false);
  return references.slice(0, MAX_REFERENCES);
}

function ownIds(mail: ParsedMail): string[] {
  return [mail.messageId, ...mail.originalMessageIds].flatMap((id) => (id && id.length <= 998 ? [id] : [])).slice(0, 5);
}

/** A copy of our own message: it was sent. */
function seen(outboundId: string, delivery: RawDelivery, nativeIds: string[]): SendEvent {
  return {
    kind: 'send',
    externalId: `${outboundId}:seen`,
    outboundId,
    part: 0,
    parts: 1,
    attempt: 0,
    state: 'sent',
    at: delivery.arrivedAt.toISOString(),
    nativeIds,
  };
}

/** Who answers a message of ours has received it; settles a send whose outcome is not known. */
function provenByReply(message: MessageEvent, delivery: RawDelivery): SendEvent[] {
  const [nearest] = message.threading.references;
  return nearest?.kind === 'message' && message.class !== 'bounce' ? [seen(nearest.id, delivery, [])] : [];
}
