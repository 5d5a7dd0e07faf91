import nodemailer from 'nodemailer';
import { mailAddress } from '../mail/address';
import type { MailAccount } from '../mail/mail-account';
import type { Original } from './original';
import { quote } from './quote';

/** A mail as its writer thinks of it; what is left out is filled in as a mail program does. */
export interface Letter {
  /** `language` is that of the writer's mail program, in which it quotes; remembered, as the name is. */
  from: { name?: string; address: string; language?: 'fr' | 'en' };
  /** Default, in an answer: where the answered mail wants answers (Reply-To, else From), or went if it is one's own. */
  to?: string | readonly string[];
  /** Default, in an answer: "Re: " and the subject answered. */
  subject?: string;
  text: string;
  html?: string;
  attachments?: readonly { filename: string; contentType?: string; content: Buffer }[];
  /** Message-ID, with its brackets, of a mail in the writer's mailbox. */
  inReplyTo?: string;
  /** Default: the answered mail is quoted under the text. */
  quoted?: boolean;
  /** Date of writing and INTERNALDATE. Default: now. */
  date?: Date;
  /** Further headers, for instance `{'Auto-Submitted': 'auto-replied'}`. */
  headers?: Record<string, string>;
}

/** Builds the bytes of a letter, with the headers that a mail program writes. */
export async function composeMail(
  letter: Letter,
  writer: MailAccount,
  original: Original | undefined,
  date: Date,
): Promise<{ raw: Buffer; messageId: string; to: string[] }> {
  const to = (letter.to === undefined ? (original?.answerTo ?? []) : [letter.to].flat()).map(mailAddress);
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
