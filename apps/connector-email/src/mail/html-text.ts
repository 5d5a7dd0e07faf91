import { compile } from 'html-to-text';
import { MAX_HTML_DEPTH, MAX_TEXT } from './mail-limits';

const toText = compile({
  wordwrap: false,
  limits: { maxDepth: MAX_HTML_DEPTH + 20, maxInputLength: MAX_TEXT, ellipsis: '…' },
  selectors: [
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'img', format: 'skip' },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
});

/** Text of sanitised HTML: what the mail says to those who read no HTML, to search and to languages. */
export function htmlToText(html: string): string {
  return toText(html).replaceAll('\u00a0', ' ');
}

/** Plain text as HTML, for the plain parts of a mail that also has HTML ones. */
export function textToHtml(text: string): string {
  const escaped = text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);
  return `<div style="white-space:pre-wrap">${escaped}</div>`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
