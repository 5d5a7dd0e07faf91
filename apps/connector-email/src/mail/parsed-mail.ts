/** An address as a header gave it. */
export interface MailAddress {
  /** Lower case, without angle brackets. */
  readonly address: string;
  /** Display name as its owner wrote it, decoded; at most 500 characters. */
  readonly name?: string;
}

/** A file that came with a mail. */
export interface MailAttachment {
  /** Safe base name, at most 255 bytes of UTF-8; made up (`attachment-2.pdf`) where the mail gave none. */
  readonly name: string;
  /** The name as the mail gave it, where it had to be changed. Show it as text only. */
  readonly originalName?: string;
  /** Lower-case type such as `image/png`. */
  readonly mime: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of `content`, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  /** True only when the HTML really shows it. */
  readonly inline: boolean;
  /** What follows `cid:` in the HTML, for files the mail gave an id (or a Content-Location the HTML uses). */
  readonly contentId?: string;
  readonly content: Uint8Array;
}

/** `own` is not decided here: only the account knows which addresses are ours. */
export type MailClass = 'ordinary' | 'bounce' | 'auto-reply' | 'list';

/** How a mail is signed or encrypted. Nothing is verified or decrypted. */
export type MailProtection = 'smime-signed' | 'smime-encrypted' | 'pgp-signed' | 'pgp-encrypted';

/**
 * All that was read from the bytes of one mail. Every string is safe for PostgreSQL: no NUL, no lone surrogate, NFC.
 * Nothing here says who is ours, and nothing was fetched.
 */
export interface ParsedMail {
  /** Message-ID without angle brackets; absent where the mail has none. */
  readonly messageId?: string;
  /** Ids in In-Reply-To, without brackets, in their order. */
  readonly inReplyTo: readonly string[];
  /** Ids in References, oldest first, at most the 50 nearest. */
  readonly references: readonly string[];
  /** Ids under which a relay says the mail was first sent (`X-Microsoft-Original-Message-ID` and the like). */
  readonly originalMessageIds: readonly string[];
  /** The Date header: identity and display only, never the time of arrival. */
  readonly date?: Date;
  readonly subject?: string;
  /** The author; Sender where From names no address. */
  readonly from?: MailAddress;
  readonly sender?: MailAddress;
  readonly replyTo: readonly MailAddress[];
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  /** Envelope recipients as the servers noted them: Delivered-To, X-Original-To, Envelope-To, X-Envelope-To. */
  readonly deliveredTo: readonly string[];
  /** Return-Path: an address, the empty string for `<>`, absent where the mail has none. */
  readonly returnPath?: string;
  /** The whole text, quotes included; made from the HTML where the mail has no text of its own. */
  readonly text: string;
  /** Sanitised HTML: remote images stand in `data-remote-src`, quoted mail carries `data-quote`. */
  readonly html?: string;
  /** Offset in `text` (UTF-16 units) at which quoted older mail begins. A hint; never 0. */
  readonly quoteStart?: number;
  readonly attachments: readonly MailAttachment[];
  readonly class: MailClass;
  /** True for addresses such as noreply@, which nobody reads. */
  readonly noReplySender: boolean;
  /** True when the sender's software asks for no automatic answer; says nothing about who wrote. */
  readonly suppressesAutoReply: boolean;
  /** Address-like name of the list that passed the mail on (RFC 2919), lower case, without brackets. */
  readonly listId?: string;
  /** True when a header of our own automatic mail came back. */
  readonly isOwnLoop: boolean;
  /** Raw value of `X-Evenhand-Loop`. Anyone can write it: verify before trusting. */
  readonly evenhandLoop?: string;
  /** Raw value of `X-Evenhand-Id`. Anyone can write it: verify before trusting. */
  readonly evenhandId?: string;
  /** Number of Received headers; above 50 the mail goes in circles. */
  readonly received: number;
  readonly protection?: MailProtection;
  /** SHA-256 of everything after the header block, as it came (of all of it where there is none). Tells copies from other mails with the same id. */
  readonly bodySha256: string;
  /** What could not be read well, in words for an agent. */
  readonly problems: readonly string[];
  /** Why the mail could not be read; set when what is shown is at best its raw source. */
  readonly unreadable?: string;
}
