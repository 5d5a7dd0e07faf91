import { z } from 'zod';
import { channelKind, lengthCounting, visibility } from './channel-kind';

/*
 * What a connector reads from a delivery. There is no field in which fame could stand: reach goes to `sealed` and
 * nowhere else. Bodies are bounded, because a platform (or a customer) does not bound them for us.
 */

/** Longest text or HTML body kept in an event, in UTF-16 units. The raw delivery keeps the whole. */
export const MAX_BODY_LENGTH = 1_000_000;
/** Most attachments kept in one message; the raw delivery keeps the rest. */
export const MAX_ATTACHMENTS = 200;
/** Most participants kept in one message. */
export const MAX_PARTICIPANTS = 200;
/** Most parent references kept in one message, nearest first. */
export const MAX_REFERENCES = 50;

const text = z.string().max(MAX_BODY_LENGTH);
const instant = z.iso.datetime({ precision: 3 });

/** A file stored in the blob store before the row that names it commits. */
export const fileRef = z.object({
  /** SHA-256 of the bytes, 64 lower-case hexadecimal digits; the key in the blob store. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Safe base name, at most 255 bytes of UTF-8, without control characters or path separators. */
  name: z.string().min(1).max(255),
  /** Lower-case MIME type such as `image/png`. */
  mime: z.string().min(1).max(255),
  /** Bytes. */
  size: z.number().int().nonnegative(),
  /** True only when the HTML body really shows it. */
  inline: z.boolean(),
  /** Content-ID without angle brackets, for inline images. */
  contentId: z.string().max(998).optional(),
});
export type FileRef = z.infer<typeof fileRef>;

/** An address, page-scoped id or user id of somebody, with the name they gave themselves. */
export const party = z.object({
  /** The platform's own id for them: a lower-case mail address, a PSID, an X user id. Opaque outside the connector. */
  value: z.string().min(1).max(998),
  /** Display name as written by them; goes to the profile and nowhere else. */
  name: z.string().max(500).optional(),
});
export type Party = z.infer<typeof party>;

export const participant = party.extend({ role: z.enum(['from', 'to', 'cc', 'replyTo']) });
export type Participant = z.infer<typeof participant>;

/**
 * One pointer at an earlier message, nearest first.
 * `conversation` and `message` carry ids of ours whose signature the connector has verified; `native` is the
 * platform's own id and is trusted only together with a known participant.
 */
export const reference = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('conversation'), id: z.uuid() }),
  z.object({ kind: z.literal('message'), id: z.uuid() }),
  z.object({
    kind: z.literal('native'),
    id: z.string().min(1).max(998),
    /** False for ids met only in a recycled list (mail `References`): those need an equal subject too. */
    direct: z.boolean(),
  }),
]);
export type Reference = z.infer<typeof reference>;

/** How an event finds its conversation. Decided by `libs/inbox`, from these three alone. */
export const threading = z.object({
  /** The platform's own conversation key (a PSID, an X conversation id). Mail has none. */
  threadKey: z.string().max(998).optional(),
  /** Id of the conversation named by a signed token that the connector has verified. */
  token: z.uuid().optional(),
  references: z.array(reference).max(MAX_REFERENCES),
});

/** Kinds of message. Only `ordinary` opens a wait. `notice`: what the platform tells of the thread (came by an ad, opted in). */
export const messageClass = z.enum(['ordinary', 'bounce', 'auto-reply', 'list', 'own', 'notice']);
export type MessageClass = z.infer<typeof messageClass>;

/**
 * How long the platform lets us answer in a thread, as its rules say; the platform stays the judge. Of two the later in each
 * part counts.
 */
export const replyWindow = z.object({
  /** What the customer did that opened it. */
  openedAt: instant,
  /** After it machines may not write. */
  closesAt: instant,
  /** After it people may not write either. */
  humanClosesAt: instant,
});
export type ReplyWindow = z.infer<typeof replyWindow>;

/** A file that the platform keeps and we have yet to fetch; it comes as a `change`. */
export const pendingFile = z.object({
  /** Its place among the attachments of the message. */
  position: z.number().int().nonnegative(),
  kind: z.enum(['image', 'audio', 'video', 'file', 'sticker']),
});
export type PendingFile = z.infer<typeof pendingFile>;

/** Something a customer wrote, or something we wrote outside Evenhand. */
export const messageEvent = z.object({
  kind: z.literal('message'),
  /** One message per (account, externalId). For mail the content key. */
  externalId: z.string().min(1).max(998),
  /** `outbound`: written by a colleague elsewhere (another mail program, the page inbox): a person's answer. */
  direction: z.enum(['inbound', 'outbound']),
  visibility,
  author: party,
  /** An answer goes to those named `replyTo`, else to the author; where there is neither `replyTo` nor `from` to nobody. */
  participants: z.array(participant).max(MAX_PARTICIPANTS),
  /** Platform time, ISO 8601 in UTC with milliseconds. For mail INTERNALDATE, never later than our fetch. */
  at: instant,
  class: messageClass,
  /** True for what the account already held when it was connected: opens no wait, is never acknowledged. */
  history: z.boolean().default(false),
  subject: z.string().max(2_000).optional(),
  text,
  /** Sanitised HTML, safe inside the sandboxed frame; remote images replaced by `data-remote-src`. */
  html: text.optional(),
  /** Language of the text, where it is clear: BCP 47, e.g. `fr`. A guess; decides nothing but the skill a wait asks for. */
  language: z.string().min(2).max(35).optional(),
  /** Offset in `text`, in UTF-16 units, at which quoted older mail begins. A hint; nothing is cut. */
  quoteStart: z.number().int().nonnegative().optional(),
  attachments: z.array(fileRef).max(MAX_ATTACHMENTS),
  /** Files that follow as `change` events. */
  pendingFiles: z.array(pendingFile).max(MAX_ATTACHMENTS).default([]),
  threading,
  /** Set where what the customer did opens the platform's window for answers. */
  window: replyWindow.optional(),
  /**
   * Outbound without a mark of ours, on platforms that carry none: what it would be if we had sent it. An attempt of ours
   * that has the same one and no id yet is this message (see `LooksUp.fingerprint`).
   */
  fingerprint: z.string().max(200).optional(),
  /** The platform's own ids of this message, by which later messages may refer to it (mail: Message-ID). */
  nativeIds: z.array(z.string().min(1).max(998)).max(5),
  /** What could not be read well, in words for an agent; empty when all went well. */
  problems: z.array(z.string().max(500)).max(50),
  /** Set when nothing could be read: shown as unreadable with its source, never dropped. */
  unreadable: z.boolean().default(false),
  /** The platform gave us only what the customer's and our own devices can decrypt; it is read on the platform. */
  encrypted: z.boolean().default(false),
  /** Where people read it on the platform; names nobody. Kept from people until they have answered, because fame stands beside it. */
  permalink: z.url().max(1_000).optional(),
  /**
   * For each of the channel's `reachFields` a commitment to what the platform told: SHA-256 as hex, see `Reach`. Put in by the
   * host when it stores the event; connectors leave it empty.
   */
  commitments: z.record(z.string().max(40), z.string().length(64)).default({}),
  /** The raw message as a file, for unreadable ones. */
  source: fileRef.optional(),
  /** External id of the unreadable message that this one, read again with success, takes the place of. */
  replaces: z.string().max(998).optional(),
});
export type MessageEvent = z.infer<typeof messageEvent>;

/** Why a send was given up. Closed; see `connector-error.ts`. */
export const sendFailureCode = z.enum([
  'REPLY_WINDOW_CLOSED',
  'RECONNECT_NEEDED',
  'RATE_LIMITED',
  'RECIPIENT_REFUSES',
  /** The platform lets nobody of our kind answer there (not mentioned by the author, answers limited to others). */
  'REPLY_NOT_ALLOWED',
  /** The platform has had the same text from us just now. */
  'DUPLICATE',
  /** What is answered is gone or not to be seen any more. */
  'TARGET_GONE',
  'TOO_LONG',
  'BOUNCED',
  'PROVIDER_DOWN',
  'REFUSED',
  'UNKNOWN',
]);
export type SendFailureCode = z.infer<typeof sendFailureCode>;

/** What happened to a message afterwards. Changes come in any order, before the message too; what it is then follows from all. */
export const messageChange = z.discriminatedUnion('type', [
  /** The greatest number counts. */
  z.object({ type: z.literal('edited'), text, number: z.number().int().nonnegative() }),
  /** Its text is taken from everybody; counts whatever else comes. `us`: a colleague deleted it, here or elsewhere. */
  z.object({ type: z.literal('withdrawn'), by: z.enum(['author', 'us']) }),
  /** In public, seen by its author only; the newest counts. */
  z.object({ type: z.literal('hidden'), hidden: z.boolean() }),
  /** The newest of each person counts; null: taken back. Opens no wait. */
  z.object({ type: z.literal('reaction'), by: z.string().min(1).max(998), emoji: z.string().max(100).nullable() }),
  /** A pending file is here, or will not come: then why, for an agent. */
  z.object({
    type: z.literal('file'),
    position: z.number().int().nonnegative(),
    file: fileRef.nullable(),
    problem: z.string().max(500).optional(),
  }),
  /** The platform refused to hide, show or delete it. */
  z.object({ type: z.literal('refused'), action: z.enum(['hide', 'show', 'delete']), detail: z.string().max(500) }),
]);
export type MessageChange = z.infer<typeof messageChange>;

export const changeEvent = z.object({
  kind: z.literal('change'),
  externalId: z.string().min(1).max(998),
  /** External id of the message it is about; of one that Evenhand sent, a native id. */
  target: z.string().min(1).max(998),
  at: instant,
  change: messageChange,
});
export type ChangeEvent = z.infer<typeof changeEvent>;

/** What is new about a thread without being a message. Each part stands for itself; the greatest, or newest, counts. */
export const threadEvent = z.object({
  kind: z.literal('thread'),
  externalId: z.string().min(1).max(998),
  threadKey: z.string().min(1).max(998),
  at: instant,
  window: replyWindow.optional(),
  /**
   * Who answers there now: `other` is another program of ours, such as a bot. `app` is the platform's name or id of it, or
   * `page-inbox` for the inbox of the platform itself; empty where that is not told.
   */
  handledBy: z.object({ who: z.enum(['us', 'other', 'nobody']), app: z.string().max(200) }).optional(),
  /** What we wrote up to then has reached the customer, by the platform's clock. */
  deliveredUpTo: instant.optional(),
  /** What we wrote up to then was read. */
  readUpTo: instant.optional(),
});
export type ThreadEvent = z.infer<typeof threadEvent>;

/** What the platform tells of a person: the name they gave themselves, or another id of the same person. Never a picture. */
export const personEvent = z.object({
  kind: z.literal('person'),
  externalId: z.string().min(1).max(998),
  at: instant,
  person: party,
  /** The platform says that these two ids are one person (a comment's author, and who got our private reply to it). */
  alsoKnownAs: z.string().min(1).max(998).optional(),
  /**
   * External id of the message by which we know them, or the id of one that Evenhand sent them. Where it was erased nothing is
   * kept of the person either: a name that was asked for before does not bring them back.
   */
  about: z.string().min(1).max(998),
});
export type PersonEvent = z.infer<typeof personEvent>;

/** What became of an outbound message; the connector's word to the inbox. */
export const sendEvent = z.object({
  kind: z.literal('send'),
  /** `<outboundId>:<attempt>:<state>`, so that a repeat is absorbed. */
  externalId: z.string().min(1).max(998),
  outboundId: z.uuid(),
  /** Which request of the message it is about, where the platform takes it in several; see `SendsInParts`. */
  part: z.number().int().nonnegative().default(0),
  parts: z.number().int().positive().default(1),
  attempt: z.number().int().nonnegative(),
  state: z.enum(['sending', 'queued', 'sent', 'failed', 'uncertain']),
  at: instant,
  /** Ids under which the platform knows the message; replies will name them. */
  nativeIds: z.array(z.string().min(1).max(998)).max(5),
  failure: z
    .object({
      code: sendFailureCode,
      /** The platform's own words, without secrets; shown in the details. */
      detail: z.string().max(2_000),
      /** Whether the same message may be tried again by a person. */
      retryable: z.boolean(),
    })
    .optional(),
  /** For `queued`: when the next attempt is due. */
  nextAt: instant.optional(),
  /** Thread in which the platform put it, where only the platform could tell (a private reply to a comment). */
  threadKey: z.string().max(998).optional(),
  /** Time by the platform's clock, where it told it; receipts are compared with it. */
  platformAt: instant.optional(),
});
export type SendEvent = z.infer<typeof sendEvent>;

/** Whether we can hear and speak on an account; `simulated` is told apart so that nobody takes a demo for real. */
export const accountStatus = z.enum(['connected', 'degraded', 'reconnect_needed', 'rate_limited', 'disconnected']);
export type AccountStatus = z.infer<typeof accountStatus>;

/** An account and its health, as its connector knows them; the newest `version` counts. */
export const accountEvent = z.object({
  kind: z.literal('account'),
  /** `account:<version>`. */
  externalId: z.string().min(1).max(998),
  version: z.number().int().nonnegative(),
  at: instant,
  channel: channelKind,
  address: z.string().min(1).max(998),
  name: z.string().max(200),
  simulated: z.boolean(),
  status: accountStatus,
  /** What is wrong and how to mend it, in plain English without secrets; empty when all is well. */
  detail: z.string().max(2_000),
  /** Nothing is sent before this instant. */
  pausedUntil: instant.nullable(),
  /** Limits as data, for the composer. */
  maxLength: z.number().int().positive().nullable(),
  maxAttachmentBytes: z.number().int().positive().nullable(),
  /** A longer text goes out in parts of this length, one message each; null: never. */
  partLength: z.number().int().positive().nullable().default(null),
  /** Longest public answer; null: `maxLength` holds there, too. */
  publicLength: z.number().int().positive().nullable().default(null),
  /** How `publicLength` is counted. */
  publicCounting: lengthCounting.default('units'),
  /** Whether a public answer may have files. */
  publicFiles: z.boolean().default(true),
  /** What was written in public can be answered in private. */
  privateReply: z.boolean().default(false),
  /** Public messages of customers can be hidden and deleted. */
  moderates: z.boolean().default(false),
  /** When the permission ends by itself; null: it does not, or is not known. */
  tokenExpiresAt: instant.nullable().default(null),
});
export type AccountEvent = z.infer<typeof accountEvent>;

export const inboundEvent = z.discriminatedUnion('kind', [
  messageEvent,
  changeEvent,
  threadEvent,
  personEvent,
  sendEvent,
  accountEvent,
]);
/** What connectors say to triage. Stored in `intake.events`, ingested at least once, in any order. */
export type InboundEvent = z.infer<typeof inboundEvent>;

/**
 * How popular a customer or their message is, as a platform told it. Goes to `sealed.reach`; has no other home. The host keeps of
 * a count n only log10(1 + n) rounded to 0.1 and its band, of anything else the text, each with 16 bytes of salt; and puts
 * SHA-256("fair/v1/<field>" || 0x00 || salt || value) into the event as commitment.
 */
export const reach = z.object({
  channel: channelKind,
  externalId: z.string().min(1).max(998),
  author: z.string().min(1).max(998),
  values: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
});
export type Reach = z.infer<typeof reach>;
