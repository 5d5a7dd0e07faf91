import { z } from 'zod';
import { channelKind, visibility } from './channel-kind';
import { fileRef, party, replyWindow } from './inbound-event';

/** Longest text of a reply, in UTF-16 units. */
export const MAX_OUTBOUND_TEXT = 100_000;

/** A reply as the inbox hands it to a connector. Complete: a connector never reads the inbox. */
export const outboundMessage = z.object({
  /** Id of the message row; every attempt to send it carries the same. */
  id: z.uuid(),
  workspaceId: z.uuid(),
  accountId: z.uuid(),
  channel: channelKind,
  conversationId: z.uuid(),
  /** Product time at which the agent pressed Send, ISO 8601 UTC with milliseconds. */
  at: z.iso.datetime({ precision: 3 }),
  /** Name under which the answer is signed, e.g. "Léa". */
  authorName: z.string().max(200),
  to: z.array(party).min(1).max(50),
  /** Subject of the latest inbound message; null where the channel has none. */
  subject: z.string().max(2_000).nullable(),
  /** In whatever script, this fits the payload of a job. */
  text: z.string().max(MAX_OUTBOUND_TEXT),
  attachments: z.array(fileRef).max(50),
  /** Who can read it. */
  visibility: visibility.default('private'),
  /** The platform's thread it goes into, where the channel has such. */
  threadKey: z.string().max(998).nullable().default(null),
  /** Platform id of the public message that is answered in private; the platform finds the person by it. */
  privateReplyTo: z.string().max(998).nullable().default(null),
  /** Until when the platform takes answers, as far as we know. */
  window: replyWindow.nullable().default(null),
  /** Written by a machine of ours. What only people may do is refused then. */
  automated: z.boolean().default(false),
  /** Platform ids of the message replied to (mail: its Message-ID). */
  inReplyTo: z.string().max(998).nullable(),
  /** Platform ids of the thread so far, oldest first (mail: for References). */
  references: z.array(z.string().max(998)).max(200),
});
export type OutboundMessage = z.infer<typeof outboundMessage>;
