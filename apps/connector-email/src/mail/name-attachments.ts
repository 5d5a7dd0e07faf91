import { createHash } from 'node:crypto';
import { madeUpFileName, safeFileName } from './file-name';
import { MAX_ATTACHMENTS, MAX_ID } from './mail-limits';
import type { MailAttachment } from './parsed-mail';
import type { RawAttachment } from './read-mime';
import { safeLine, safeText } from './safe-text';

/** Subjects of attached mails, by position; they name those files. */
export type InnerSubjects = ReadonlyMap<number, string>;

/** The id by which the HTML may show this file: its Content-ID, else its Content-Location. */
export function contentIdOf(file: RawAttachment): string | undefined {
  const id = safeLine(file.contentId ?? file.contentLocation ?? '', MAX_ID);
  return id === '' ? undefined : id;
}

/**
 * Gives files their safe names. A file is inline only where the HTML really shows it; every other part is listed,
 * whatever its disposition says, so none can be hidden.
 */
export function nameAttachments(
  files: readonly RawAttachment[],
  shown: ReadonlySet<string>,
  subjects: InnerSubjects,
): MailAttachment[] {
  return files.slice(0, MAX_ATTACHMENTS).map((file, index) => {
    const mime = mimeOf(file.mime);
    const contentId = contentIdOf(file);
    const subject = subjects.get(index);
    const given = file.filename ?? (subject ? `${subject.replace(/[/\\]/g, '_')}.eml` : undefined);
    const name = (given && safeFileName(given)) ?? madeUpFileName(index + 1, mime);
    return {
      name,
      ...(given !== undefined && given !== name ? { originalName: safeText(given).slice(0, 1_000) } : {}),
      mime,
      size: file.content.byteLength,
      sha256: file.sha256 ?? createHash('sha256').update(file.content).digest('hex'),
      inline: contentId !== undefined && shown.has(contentId),
      ...(contentId === undefined ? {} : { contentId }),
      content: file.content,
    };
  });
}

function mimeOf(value: string): string {
  const mime = value.trim().toLowerCase();
  return /^[a-z0-9!#$&^_.+-]{1,100}\/[a-z0-9!#$&^_.+-]{1,150}$/.test(mime) ? mime : 'application/octet-stream';
}
