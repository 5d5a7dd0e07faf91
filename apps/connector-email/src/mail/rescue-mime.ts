import PostalMime from 'postal-mime';
import { guessDecode, mendTextDecoder } from './charset';
import type { PreparedMail } from './prepare-raw';
import type { BodySegment, MimeContent } from './read-mime';
import { MAX_TEXT } from './mail-limits';

/** Fewer bytes than this after the header block are no content worth a second opinion. */
const NEGLIGIBLE_BODY = 40;

/** Why the first parser's reading is not believed, or undefined where it is. */
export function doubts(mail: PreparedMail, content: MimeContent): 'empty' | 'leak' | undefined {
  const bodies = bodyText(content.segments);
  if (mail.boundaries.some((boundary) => leaks(bodies, boundary))) return 'leak';
  const empty = content.attachments.length === 0 && bodies.every((body) => body.trim() === '');
  if (!empty || mail.bytes.length - mail.bodyStart <= NEGLIGIBLE_BODY) return undefined;
  return mail.bytes.toString('latin1', mail.bodyStart, mail.bodyStart + 65_536).trim() === '' ? undefined : 'empty';
}

/**
 * Reads the mail with the second parser.
 * @throws for mail beyond its limits (256 nested parts, 2 MiB of headers).
 */
export async function rescueMime(mail: PreparedMail): Promise<MimeContent> {
  mendTextDecoder();
  const email = await PostalMime.parse(mail.bytes, { forceRfc822Attachments: true });
  const segment: BodySegment = {
    ...(email.text ? { plain: email.text.replace(/\n$/, '') } : {}),
    ...(email.html ? { html: email.html } : {}),
  };
  return {
    segments: segment.plain || segment.html ? [segment] : [],
    attachments: email.attachments.map((file) => ({
      ...(file.filename ? { filename: file.filename } : {}),
      mime: file.mimeType || 'application/octet-stream',
      ...(file.contentId ? { contentId: file.contentId.trim().replace(/^<|>$/g, '') } : {}),
      ...(file.method ? { params: { method: file.method } } : {}),
      content: bytesOf(file.content),
    })),
  };
}

/** Whether the second reading is to be shown rather than the first (undefined: the first one failed). */
export function prefersRescue(mail: PreparedMail, first: MimeContent | undefined, second: MimeContent): boolean {
  const found = (content: MimeContent) => bodyText(content.segments).some((body) => body.trim() !== '');
  if (!first) return second.attachments.length > 0 || found(second);
  if (second.attachments.length !== first.attachments.length)
    return second.attachments.length > first.attachments.length;
  if (!found(first)) return found(second);
  const leaking = (content: MimeContent) =>
    mail.boundaries.some((boundary) => leaks(bodyText(content.segments), boundary));
  return found(second) && leaking(first) && !leaking(second);
}

/** The last resort: everything after the header block, as text. */
export function plainBody(mail: PreparedMail): MimeContent {
  const body = mail.bytes.subarray(mail.bodyStart, mail.bodyStart + 4 * MAX_TEXT);
  const plain = guessDecode(body).replace(/\r\n?/g, '\n');
  return { segments: plain ? [{ plain }] : [], attachments: [] };
}

function bodyText(segments: readonly BodySegment[]): string[] {
  return segments.flatMap((segment) => [segment.plain ?? '', segment.html ?? '']).filter((body) => body !== '');
}

/** A whole line that is a delimiter of this mail can only be structure that was taken for text. */
function leaks(bodies: readonly string[], boundary: string): boolean {
  const delimiter = `--${boundary}`;
  return bodies.some((body) => {
    for (let at = body.indexOf(delimiter); at !== -1; at = body.indexOf(delimiter, at + 1)) {
      const rest = body.slice(at + delimiter.length, at + delimiter.length + 3);
      if ((at === 0 || body[at - 1] === '\n') && /^(--)?[ \t]*(\r?\n|$)/.test(rest)) return true;
    }
    return false;
  });
}

function bytesOf(content: ArrayBuffer | Uint8Array | string): Uint8Array {
  if (typeof content === 'string') return Buffer.from(content, 'utf8');
  return content instanceof Uint8Array ? content : new Uint8Array(content);
}
