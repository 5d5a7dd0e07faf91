import nodemailer from 'nodemailer';
import { mailAddress } from '../mail/address';
import type { MailAccount } from '../mail/mail-account';
import type { StoredMail } from '../mail/stored-mail';
import { quote } from './quote';

/** A mail as its writer thinks of it; what is left out is filled in as a mail program does. */
export interface Letter {
  from: { name?: string; address: string };
  /** Default, in an answer: where the answered mail wants answers (Reply-To, else From). */
  to?: string | readonly string[];
  /** Default, in an answer: "Re: " and the subject answered. */
  subject?: string;
  text: string;
  html?: string;
  attachments?: readonly { filename: string; contentType?: string; content: Buffer }[];
  /** Message-ID, with its brackets, of a mail in the writer's INBOX. */
  inReplyTo?: string;
  /** Default: the answered mail is quoted under the text. */
  quoted?: boolean;
  /** Date of writing and INTERNALDATE. Default: now. */
  date?: Date;
  /** Further headers, for instance `{'Auto-Submitted': 'auto-replied'}`. */
  headers?: Record<string, string>;
}

/** The mail being answered, as far as an answer needs it. */
export interface Original {
  messageId: string;
  references: string[];
  subject: string;
  from: { name: string; address: string };
  replyTo: string;
  date: Date;
  text: string;
}

/** Finds the mail to answer in the writer's INBOX; a RangeError if it is not there. */
export async function readOriginal(writer: MailAccount, messageId: string): Promise<Original> {
  const mail = writer.inbox.mails.findLast((candidate) => candidate.messageId === messageId);
  if (!mail) throw new RangeError(`${writer.address} has received no mail with the Message-ID ${messageId}.`);
  return originalOf(mail);
}

export async function originalOf(mail: StoredMail): Promise<Original> {
  const read = await mail.read();
  const from = { name: read.from?.name ?? '', address: read.from?.address ?? '' };
  return {
    messageId: mail.messageId ?? '',
    references: mail.references,
    subject: read.subject ?? '',
    from,
    replyTo: read.replyTo?.[0]?.address ?? from.address,
    date: read.date && !Number.isNaN(Date.parse(read.date)) ? new Date(read.date) : mail.internalDate,
    text: read.text ?? '',
  };
}

/** Builds the bytes of a letter, with the headers that a mail program writes. */
export async function composeMail(
  letter: Letter,
  writer: MailAccount,
  original: Original | undefined,
  date: Date,
): Promise<{ raw: Buffer; messageId: string; to: string[] }> {
  const to = (letter.to === undefined ? [original?.replyTo ?? ''] : [letter.to].flat()).map(mailAddress);
  const quoted = original && letter.quoted !== false ? quote(original, writer.language) : undefined;
  const transport = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const sent = await transport.sendMail({
    from: { name: writer.name, address: writer.address },
    to: to,
    subject: letter.subject ?? (original ? replySubject(original.subject) : ''),
    text: quoted ? `${letter.text}\n\n${quoted.text}` : letter.text,
    ...(letter.html !== undefined && { html: quoted ? `${letter.html}${quoted.html}` : letter.html }),
    ...(original && {
      inReplyTo: original.messageId,
      references: [...original.references.slice(-20), original.messageId],
    }),
    attachments: letter.attachments?.map((file) => ({ ...file })),
    headers: letter.headers,
    date,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return { raw: sent.message as Buffer, messageId: sent.messageId, to };
}

function replySubject(subject: string): string {
  return /^\s*re\s*:/i.test(subject) ? subject : `Re: ${subject}`;
}
