import { createHash } from 'node:crypto';
import { classify, isNoReply, listIdOf, protection, suppressesAutoReply } from './classify';
import { MAX_ATTACHMENTS, MAX_MAIL_BYTES, MAX_PROBLEMS, OVERSIZE_HEAD_BYTES } from './mail-limits';
import { contentIdOf, nameAttachments } from './name-attachments';
import type { ParsedMail } from './parsed-mail';
import { identityBytes, prepareRaw, type PreparedMail } from './prepare-raw';
import { quoteStart } from './quote-start';
import { readBody } from './read-body';
import { readHeaders } from './read-headers';
import { readMime, type MailHeaders, type MimeContent, type RawAttachment } from './read-mime';
import { doubts, plainBody, prefersRescue, rescueMime } from './rescue-mime';

/**
 * How much is dared. `full` is the rule; `rescue` leaves out the first parser, `plain` every parser of structure:
 * they are for mails over which a worker hung or died.
 */
export type ParseMode = 'full' | 'rescue' | 'plain';

interface Structure {
  readonly headers: MailHeaders;
  readonly content: MimeContent;
  readonly problems: readonly string[];
  readonly unreadable?: string;
}

/**
 * Reads one mail. The same bytes give the same result, whatever the time and place. Meant for a worker: hostile mail
 * can take seconds. Never throws for bad mail; what cannot be read is said in `problems` and `unreadable`.
 *
 * @param because why a lesser mode than `full` is used; becomes `unreadable`.
 */
export async function parseMail(raw: Buffer, mode: ParseMode = 'full', because?: string): Promise<ParsedMail> {
  const oversize = raw.length > MAX_MAIL_BYTES;
  const mail = prepareRaw(oversize ? raw.subarray(0, OVERSIZE_HEAD_BYTES) : raw);
  const structure = await readStructure(mail, oversize ? 'plain' : mode);
  const facts = readHeaders(structure.headers);
  const { attachments } = structure.content;
  const body = readBody(structure.content.segments, locator(attachments));
  const guarded = protection(structure.headers, attachments);
  const quote = quoteStart({
    text: body.text,
    html: body.html,
    subject: facts.subject,
    answers: facts.inReplyTo.length > 0 || facts.references.length > 0,
  });
  const unreadable =
    because ??
    (raw.length === 0
      ? 'The mail is empty.'
      : oversize
        ? `The mail is larger than ${MAX_MAIL_BYTES / 1024 / 1024} MB; only its beginning is shown.`
        : structure.unreadable);
  const problems = [...mail.problems, ...facts.problems, ...structure.problems, ...body.problems];
  if (guarded?.endsWith('encrypted')) problems.push('The mail is encrypted; its content is in the attached file.');
  if (attachments.length > MAX_ATTACHMENTS) {
    problems.push(`The mail has ${attachments.length} files; the first ${MAX_ATTACHMENTS} are kept.`);
  }
  const listId = listIdOf(structure.headers);
  const { problems: _, ...headerFacts } = facts;
  return {
    ...headerFacts,
    text: body.text,
    ...(body.html === undefined ? {} : { html: body.html }),
    ...(quote === undefined ? {} : { quoteStart: quote }),
    attachments: nameAttachments(attachments, body.shown, await innerSubjects(attachments)),
    class: classify(structure.headers, {
      fromAddress: facts.from?.address,
      fromName: facts.from?.name,
      subject: facts.subject,
      returnPath: facts.returnPath,
      attachments,
    }),
    noReplySender: isNoReply(facts.from?.address),
    suppressesAutoReply: suppressesAutoReply(structure.headers),
    ...(listId === undefined ? {} : { listId }),
    isOwnLoop: facts.evenhandLoop !== undefined,
    ...(guarded === undefined ? {} : { protection: guarded }),
    bodySha256: createHash('sha256').update(identityBytes(raw)).digest('hex'),
    problems: [...new Set(problems)].slice(0, MAX_PROBLEMS),
    ...(unreadable === undefined ? {} : { unreadable }),
  };
}

/** First parser, doubts, second parser, plain text: whatever shows most of the mail. */
async function readStructure(mail: PreparedMail, mode: ParseMode): Promise<Structure> {
  let first: (MimeContent & { headers: MailHeaders }) | undefined;
  let fault = '';
  if (mode === 'full') {
    try {
      first = await readMime(mail.bytes);
    } catch (error) {
      fault = messageOf(error);
    }
  }
  const headers = first?.headers ?? (await readHeadersOnly(mail));
  const doubt = first ? doubts(mail, first) : 'failed';
  if (first && !doubt) return { headers, content: first, problems: [] };
  if (mode !== 'plain') {
    try {
      const second = await rescueMime(mail);
      if (prefersRescue(mail, first, second)) return { headers, content: second, problems: [] };
    } catch (error) {
      fault ||= messageOf(error);
    }
  }
  if (first && doubt === 'leak') {
    return { headers, content: first, problems: ['The parts of the mail are not cleanly separated.'] };
  }
  const content = plainBody(mail);
  if (first)
    return { headers, content, problems: ['The structure of the mail is damaged; its source is shown as text.'] };
  if (content.segments.length === 0) return { headers, content, problems: [] };
  return { headers, content, problems: [], unreadable: `The structure of the mail cannot be read (${fault || mode}).` };
}

/** Headers of a mail whose body is not to be touched. */
async function readHeadersOnly(mail: PreparedMail): Promise<MailHeaders> {
  const head = mail.bytes.toString('latin1', 0, mail.bodyStart);
  const own = head.split(/\r?\n(?![ \t])/).filter((field) => field !== '');
  const typeless = own.filter((field) => !/^content-(type|transfer-encoding|disposition)\s*:/i.test(field));
  const { headers } = await readMime(Buffer.from(`${typeless.join('\r\n')}\r\n\r\n`, 'latin1'));
  return headers;
}

/** Names for attached mails; ten are enough to tell a digest from a forward. */
async function innerSubjects(files: readonly RawAttachment[]): Promise<Map<number, string>> {
  const subjects = new Map<number, string>();
  for (const [index, file] of files.entries()) {
    if (subjects.size >= 10) break;
    if (file.mime !== 'message/rfc822' || file.filename) continue;
    const { buffer, byteOffset, byteLength } = file.content;
    const inner = prepareRaw(Buffer.from(buffer, byteOffset, Math.min(byteLength, 32_768)));
    const subject = (await readHeadersOnly(inner)).map.get('subject');
    if (typeof subject === 'string' && subject.trim() !== '') subjects.set(index, subject);
  }
  return subjects;
}

/** Finds the file an image names by location rather than by id. */
function locator(files: readonly RawAttachment[]): (location: string) => string | undefined {
  const byLocation = new Map(files.flatMap((file) => (file.contentLocation ? [[file.contentLocation, file]] : [])));
  return (location) => {
    const file = byLocation.get(location);
    return file && contentIdOf(file);
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
