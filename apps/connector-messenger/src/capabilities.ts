import type { Capabilities } from '@app/channel';

const MB = 1024 * 1024;
const SECOND = 1_000;
const HOUR = 3_600_000;

/** What Messenger and comments allow; each number with Meta's words, quoted where they were read (2026), and what we make of them. */
export const messengerLimits = {
  /**
   * Send API, `message.text`: UTF-8, at most 2000 characters. Meta does not say what a character is; a text has never fewer
   * UTF-16 units than code points, so what is within the limit in units is within it either way.
   */
  messageText: 2_000,
  /** Comments. In no page of Meta's, long known; theirs to judge. */
  commentText: 8_000,
  /**
   * "The Messenger Platform supports saving the following asset types, up to 25 MB in size" (Saving assets, 2026-04). Its
   * "image — 8 MB max for URL uploads" does not bind us: we upload the bytes.
   */
  fileBytes: 25 * MB,
} as const;

/** Kinds of call that Meta counts apart. */
export type CallKind = 'text' | 'media' | 'conversations' | 'privateReply' | 'thread';

/** At most so many calls in any stretch of so long: per Page, `thread` per conversation. From "Messenger Platform rate limits". */
export const callLimits: Readonly<Record<CallKind, { readonly calls: number; readonly perMs: number }>> = {
  /** "300 calls per second per Facebook Page for messages that contain text, links, reactions, and stickers". */
  text: { calls: 300, perMs: SECOND },
  /** "10 calls per second per Facebook Page for messages that contain audio or video content". Images and files: the stricter. */
  media: { calls: 10, perMs: SECOND },
  /** "2 calls per second per Facebook Page" for the Conversations API. */
  conversations: { calls: 2, perMs: SECOND },
  /** "750 calls per hour per Facebook Page for private replies to comments". */
  privateReply: { calls: 750, perMs: HOUR },
  /** "may be rate limited if too many messages are sent to a single thread": no number. One a second, three parts at once. */
  thread: { calls: 3, perMs: 3 * SECOND },
};

/**
 * What can be done on Messenger. Typing is not shown to customers and what an agent opens is not marked as seen: nobody asked
 * for either, and "seen" would tell a customer something about an agent.
 */
export const messengerCapabilities: Capabilities = {
  visibilities: ['private', 'public'],
  // ours: ten messages are as many as somebody wants to get at once
  maxLength: 10 * messengerLimits.messageText,
  partLength: messengerLimits.messageText,
  // a comment may have one picture by its address on the web; ours have none
  inPublic: { maxLength: messengerLimits.commentText, files: false, counting: 'units' },
  // each file is a message of its own, so all of them may have it; one figure is what the contract has
  maxAttachmentBytes: messengerLimits.fileBytes,
  typingIndicator: false,
  readReceipts: true,
  privateReply: true,
  moderates: true,
  // a Page is told nothing of how popular those are who write to it
  reachFields: [],
  purgeAfterBusinessDays: null,
};
