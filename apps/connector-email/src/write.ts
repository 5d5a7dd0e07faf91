import MailComposer from 'nodemailer/lib/mail-composer';
import type { ConnectorAccount, FileRef, OutboundMessage } from '@app/channel';
import type { MailTokens } from './tokens';

/** Longer ones are refused by relays (email.md §3.5). */
const MAX_REFERENCES_LENGTH = 1_500;
const MAX_REFERENCES = 20;

export interface OutboundFile {
  readonly ref: FileRef;
  readonly content: Buffer;
}

/**
 * The bytes of a reply. Called once per message: every attempt sends the same bytes.
 * @param replyTo the conversation's own reply address, where the mailbox uses those.
 */
export async function writeMail(
  outbound: OutboundMessage,
  account: ConnectorAccount,
  tokens: MailTokens,
  files: readonly OutboundFile[],
  replyTo: string | undefined,
): Promise<Buffer> {
  const composer = new MailComposer({
    from: { name: senderName(outbound.authorName, account.name), address: account.address },
    to: outbound.to.map(({ value, name }) => ({ name: name ?? '', address: value })),
    subject: outbound.subject ?? '',
    date: new Date(outbound.at),
    messageId: `<${tokens.messageId(outbound.id)}>`,
    ...(outbound.inReplyTo === null ? {} : { inReplyTo: bracketed(outbound.inReplyTo) }),
    references: referencesOf(outbound, tokens),
    ...(replyTo === undefined ? {} : { replyTo }),
    text: outbound.text,
    html: htmlOf(outbound.text),
    attachments: files.map(({ ref, content }) => ({ filename: ref.name, contentType: ref.mime, content })),
    headers: { 'X-Evenhand-Id': tokens.evenhandId(outbound.id) },
    // nothing in a reply may make the server read a file or fetch an address
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

/** "Léa (Company)": who wrote, and in whose name; the address is the mailbox's, never the agent's own. */
function senderName(author: string, account: string): string {
  const [person, company] = [author, account].map((name) => name.replace(/[\r\n]+/g, ' ').trim());
  return person && company && person !== company ? `${person} (${company})` : (person || company)!;
}

/** Our conversation reference first, the first mail of the thread, then the latest, as many as relays take. */
function referencesOf(outbound: OutboundMessage, tokens: MailTokens): string[] {
  const own = bracketed(tokens.conversationReference(outbound.conversationId));
  const thread = [
    ...new Set([...outbound.references, ...(outbound.inReplyTo === null ? [] : [outbound.inReplyTo])].map(bracketed)),
  ];
  let length = own.length;
  const fits = (id: string): boolean => (length += id.length + 1) <= MAX_REFERENCES_LENGTH;
  const [first, ...later] = thread.filter((id) => id !== own);
  const head = first !== undefined && fits(first) ? [first] : [];
  const tail: string[] = [];
  for (const id of later.reverse()) {
    if (tail.length >= MAX_REFERENCES || !fits(id)) break;
    tail.unshift(id);
  }
  return [own, ...head, ...tail];
}

function bracketed(id: string): string {
  return `<${id.replace(/[<>\s]/g, '')}>`;
}

/** Plain paragraphs; each finds its own writing direction. */
function htmlOf(text: string): string {
  const escape = (line: string): string =>
    line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
  const paragraphs = text
    .replace(/\r\n?/g, '\n')
    .trim()
    .split(/\n{2,}/);
  return paragraphs.map((lines) => `<p dir="auto">${lines.split('\n').map(escape).join('<br>\n')}</p>`).join('\n');
}
