import { z } from 'zod';
import { channelKind, visibility } from './channel-kind';

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

/** Kinds of message. Only `ordinary` opens a wait. */
export const messageClass = z.enum(['ordinary', 'bounce', 'auto-reply', 'list', 'own']);
export type MessageClass = z.infer<typeof messageClass>;

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
  threading,
  /** The platform's own ids of this message, by which later messages may refer to it (mail: Message-ID). */
  nativeIds: z.array(z.string().min(1).max(998)).max(5),
  /** What could not be read well, in words for an agent; empty when all went well. */
  problems: z.array(z.string().max(500)).max(50),
  /** Set when nothing could be read: shown as unreadable with its source, never dropped. */
  unreadable: z.boolean().default(false),
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
  'TOO_LONG',
  'BOUNCED',
  'PROVIDER_DOWN',
  'REFUSED',
  'UNKNOWN',
]);
export type SendFailureCode = z.infer<typeof sendFailureCode>;

/** What became of an outbound message; the connector's word to the inbox. */
export const sendEvent = z.object({
  kind: z.literal('send'),
  /** `<outboundId>:<attempt>:<state>`, so that a repeat is absorbed. */
  externalId: z.string().min(1).max(998),
  outboundId: z.uuid(),
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
});
export type AccountEvent = z.infer<typeof accountEvent>;

export const inboundEvent = z.discriminatedUnion('kind', [messageEvent, sendEvent, accountEvent]);
/** What connectors say to triage. Stored in `intake.events`, ingested at least once, in any order. */
export type InboundEvent = z.infer<typeof inboundEvent>;

/** How popular a customer is, as a platform told it. Goes to `sealed.reach`; has no other home. */
export const reach = z.object({
  channel: channelKind,
  externalId: z.string().min(1).max(998),
  author: z.string().min(1).max(998),
  values: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
});
export type Reach = z.infer<typeof reach>;
