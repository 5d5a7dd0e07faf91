import { createHash } from 'node:crypto';
import type { ParsedMail } from './parsed-mail';

/** What the identity of a mail is made of. */
export type KeyedMail = Pick<ParsedMail, 'messageId' | 'from' | 'date' | 'subject' | 'to' | 'bodySha256'>;

/**
 * The external id of a mail: one message per (account, content key). 64 lower-case hexadecimal digits.
 *
 * Message-ID (lower case), From address and Date together, because senders reuse a Message-ID for different mails,
 * while the same mail comes back under another UID (moved, uploaded again, after a UIDVALIDITY reset). A mail without
 * Message-ID is known by From, Date, Subject, To and the bytes of its body. Two different mails that share a key are
 * told apart by `bodySha256`; Date serves as identity only.
 */
export function contentKey(mail: KeyedMail): string {
  const from = mail.from?.address ?? '';
  const date = mail.date ? String(mail.date.getTime()) : '';
  const parts = mail.messageId
    ? ['id', mail.messageId.toLowerCase(), from, date]
    : ['body', from, date, mail.subject ?? '', mail.to.map((to) => to.address).join(','), mail.bodySha256];
  return createHash('sha256').update(parts.join('\u0000')).digest('hex');
}
