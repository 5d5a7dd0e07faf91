import { MAX_OUTBOUND_TEXT, type Capabilities } from '@app/channel';

/** What e-mail allows. */
export const emailCapabilities: Capabilities = {
  visibilities: ['private'],
  // RFC 5322 knows no limit; ours is that of an outbound message
  maxLength: MAX_OUTBOUND_TEXT,
  // Gmail: "You can send up to 25 MB in attachments" (Gmail Help); base64 adds 37 %, so 18 MB of files make 25 MB of mail
  maxAttachmentBytes: 18 * 1024 * 1024,
  typingIndicator: false,
  readReceipts: false,
  privateReply: false,
  partLength: null,
  inPublic: null,
  moderates: false,
  reachFields: [],
  purgeAfterBusinessDays: null,
};
