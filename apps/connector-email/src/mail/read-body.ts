import { htmlToText, textToHtml } from './html-text';
import { MAX_TEXT } from './mail-limits';
import type { BodySegment } from './read-mime';
import { cut, safeText } from './safe-text';
import { sanitiseHtml } from './sanitise-html';

/** Text and HTML of a mail, whole and safe. */
export interface MailBody {
  readonly text: string;
  readonly html?: string;
  /** Content-IDs of the images the HTML shows. */
  readonly shown: ReadonlySet<string>;
  readonly problems: readonly string[];
}

/**
 * Joins the bodies of a mail so that both the text and the HTML hold all of it: plain parts between HTML ones appear
 * in the HTML, HTML parts without an alternative appear in the text.
 *
 * @param cidOf see `sanitiseHtml`.
 */
export function readBody(segments: readonly BodySegment[], cidOf: (location: string) => string | undefined): MailBody {
  const problems: string[] = [];
  const shown = new Set<string>();
  const texts: string[] = [];
  const htmls: string[] = [];
  const hasHtml = segments.some((segment) => segment.html);
  let room = MAX_TEXT;
  for (const segment of segments) {
    let html: string | undefined;
    if (segment.html && room > 0) {
      const safe = sanitiseHtml(segment.html, cidOf, room);
      for (const id of safe.contentIds) shown.add(id);
      if (safe.cut) problems.push('The formatted text is too long; its end is not shown.');
      html = safe.html;
    }
    const plain = segment.plain?.trim() ? segment.plain : undefined;
    texts.push(plain ?? (html === undefined ? '' : htmlToText(html)));
    if (hasHtml) {
      htmls.push(html ?? (plain === undefined ? '' : textToHtml(cut(plain, room))));
      room -= htmls.at(-1)?.length ?? 0;
    }
  }
  const whole = safeText(
    texts
      .filter((text) => text !== '')
      .join('\n')
      .replace(/\r\n?/g, '\n')
      .replace(/^\ufeff/, ''),
  );
  if (whole.length > MAX_TEXT) problems.push('The text is too long; its end is not shown.');
  if (whole.includes('\ufffd')) problems.push('Some characters of the text could not be read.');
  const html = safeText(htmls.filter((part) => part !== '').join('<br>\n'));
  if (html.length > MAX_TEXT) problems.push('The formatted text is too long and is shown as plain text.');
  const keepsHtml = html.trim() !== '' && html.length <= MAX_TEXT;
  return {
    text: cut(whole, MAX_TEXT).trimEnd(),
    ...(keepsHtml ? { html } : {}),
    shown: keepsHtml ? shown : new Set(),
    problems,
  };
}
