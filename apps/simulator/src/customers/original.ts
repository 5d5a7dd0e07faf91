import type { Address } from 'postal-mime';
import type { MailAccount } from '../mail/mail-account';
import type { StoredMail } from '../mail/stored-mail';

/** A mail being answered, as far as an answer needs it. */
export interface Original {
  messageId: string;
  references: string[];
  subject: string;
  from: { name: string; address: string };
  /** Where an answer goes: Reply-To, else From; for the writer's own mail, to whom it went. */
  answerTo: string[];
  date: Date;
  text: string;
}

/** Finds the mail to answer in the writer's mailbox (people answer their own mails, too); a RangeError if not there. */
export async function readOriginal(writer: MailAccount, messageId: string): Promise<Original> {
  const known = [...writer.inbox.mails, ...writer.sent.mails];
  const mail = known.find((candidate) => candidate.messageId === messageId);
  if (!mail) throw new RangeError(`${writer.address} has no mail with the Message-ID ${messageId} to answer.`);
  return originalOf(mail, writer.address);
}

async function originalOf(mail: StoredMail, writer: string): Promise<Original> {
  const read = await mail.read();
  const from = { name: read.from?.name ?? '', address: read.from?.address ?? '' };
  return {
    messageId: mail.messageId ?? '',
    references: mail.references,
    subject: read.subject ?? '',
    from,
    answerTo: from.address.toLowerCase() === writer ? addresses(read.to) : [addresses(read.replyTo)[0] ?? from.address],
    date: read.date && !Number.isNaN(Date.parse(read.date)) ? new Date(read.date) : mail.internalDate,
    text: read.text ?? '',
  };
}

function addresses(people: readonly Address[] = []): string[] {
  return people.flatMap(({ address, group }) => address ?? (group ?? []).map((member) => member.address));
}
