import { createHash } from 'node:crypto';
import type { ParsedMail } from './parsed-mail';

/** What the identity of a mail is made of. */
export type KeyedMail = Pick<ParsedMail, 'messageId' | 'from' | 'date' | 'subject' | 'to' | 'bodySha256'>;

/**
 * The external id of a mail: one message per (account, content key). 64 lower-case hexadecimal digits.
 *
 * Message-ID (lower case), From address, Date and the bytes of the body together: the same mail comes back under another
 * UID (moved, uploaded again, after a UIDVALIDITY reset), but senders also reuse a Message-ID for different mails, and a
 * form may write the same one without any Date for ever. Rather show a copy with another footer twice than lose a mail. A
 * mail without Message-ID is known by From, Date, Subject, To and its body. Date serves as identity only.
 */
export function contentKey(mail: KeyedMail): string {
  const from = mail.from?.address ?? '';
  const date = mail.date ? String(mail.date.getTime()) : '';
  const parts = mail.messageId
    ? ['id', mail.messageId.toLowerCase(), from, date, mail.bodySha256]
    : ['body', from, date, mail.subject ?? '', mail.to.map((to) => to.address).join(','), mail.bodySha256];
  return createHash('sha256').update(parts.join('\u0000')).digest('hex');
}
