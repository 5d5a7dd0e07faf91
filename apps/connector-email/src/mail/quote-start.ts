import EmailReplyParser from 'email-reply-parser';
import { MAX_QUOTE_SEARCH } from './mail-limits';
import { quoteSign } from './quote-header';

/** What is known of the mail whose quote is looked for. */
export interface QuoteEvidence {
  readonly text: string;
  /** Sanitised HTML of the same mail, in which quoted mail carries `data-quote`. */
  readonly html: string | undefined;
  readonly subject: string | undefined;
  /** True where In-Reply-To or References stands in the mail. */
  readonly answers: boolean;
}

const FORWARD_SUBJECT = /^\s*(fwd?|tr|wg|i|rv|enc|vs|doorst|转发|轉寄|転送)\s*[:：]/i;
const FORWARD_TEXT =
  /^[>\s]*[-–—]*\s*(begin forwarded message|forwarded message|message transféré|début du message réexpédié|weitergeleitete nachricht|mensaje reenviado|messaggio inoltrato)/im;
const REPLY_SUBJECT = /^\s*(re|aw|sv|antw|réf|ref|rif|odp|vá|回复|回覆|返信|답장)(\[\d+\])?\s*[:：]/i;

/**
 * Offset in the text at which quoted older mail begins, or undefined. A hint for display: it is never the beginning,
 * never set for forwarded mail (there the older mail is the message) and never set where more than a signature follows
 * the quote (answers between the lines). Looks at the structure of the HTML first, then at our own marker and at the
 * words of mail programs, then asks a library; all within the first 32 K.
 */
export function quoteStart(evidence: QuoteEvidence): number | undefined {
  const text = evidence.text.slice(0, MAX_QUOTE_SEARCH);
  if (FORWARD_SUBJECT.test(evidence.subject ?? '')) return undefined;
  const isReply = evidence.answers || REPLY_SUBJECT.test(evidence.subject ?? '');
  const candidates = [
    () => (evidence.html ? byStructure(text, evidence.html) : undefined),
    () => byWords(text, isReply),
    () => (isReply || /^>/m.test(text) ? byLibrary(text) : undefined),
  ];
  for (const find of candidates) {
    const found = find();
    const start = found === undefined ? undefined : withRule(text, found);
    if (start !== undefined && isTail(text, start)) return start;
  }
  return undefined;
}

/** Finds in the text the words with which the first quoted element of the HTML begins. */
function byStructure(text: string, html: string): number | undefined {
  const at = html.indexOf(' data-quote="1"');
  if (at === -1) return undefined;
  const open = html.indexOf('>', at) + 1;
  const words = html
    .slice(open, open + 4_000)
    .replace(/<[^>]*>/g, ' ')
    .replace(/&nbsp;|&#160;/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
  return locate(text, words);
}

function byWords(text: string, isReply: boolean): number | undefined {
  const lines = text.split('\n');
  let offset = 0;
  for (const [index, line] of lines.entries()) {
    const sign = quoteSign(line, lines.slice(index + 1, index + 3)) ?? wrappedSign(lines, index);
    if (sign === 'introduction' || introducesAnything(line)) {
      const next = lines.slice(index + 1).find((following) => following.trim() !== '') ?? '';
      if ((sign && isReply) || next.startsWith('>')) return offset;
    } else if (sign) {
      return sign === 'marker' ? introducedAt(lines, index, offset) : offset;
    }
    offset += line.length + 1;
  }
  return undefined;
}

/** In a language we do not know: an address and a date before a colon. Believed only above quoted lines. */
function introducesAnything(line: string): boolean {
  return line.length < 500 && /[:：]\s*$/.test(line) && /\d.*@|@.*\d/.test(line) && !line.startsWith('>');
}

/** An introduction that was wrapped: a line with a date whose next or second next line ends it. */
function wrappedSign(lines: readonly string[], index: number): 'introduction' | undefined {
  const line = lines[index] ?? '';
  if (line.trim() === '' || line.length > 200 || !/\d/.test(line)) return undefined;
  for (const count of [2, 3]) {
    const rest = lines.slice(index + 1, index + count);
    if (rest.length < count - 1 || rest.some((following) => following.trim() === '' || following.length > 200)) break;
    if (!/[:：]\s*$/.test(rest.at(-1) ?? '')) continue;
    if (quoteSign([line, ...rest].join(' '), []) === 'introduction') return 'introduction';
  }
  return undefined;
}

/** Our marker stands inside the quote; the introduction above it belongs to the quote too. */
function introducedAt(lines: readonly string[], index: number, offset: number): number {
  let start = offset;
  let position = offset;
  for (let above = index - 1; above >= Math.max(0, index - 6); above -= 1) {
    position -= (lines[above] ?? '').length + 1;
    const sign = quoteSign(lines[above] ?? '', []) ?? wrappedSign(lines, above);
    if (sign) start = position;
  }
  return start;
}

/** Outlook draws a line above the copied headers; it belongs to the quote. */
function withRule(text: string, start: number): number {
  const rule = /(?:^|\n)[ \t]*[_-]{8,}[ \t]*\n\s*$/.exec(text.slice(Math.max(0, start - 400), start));
  return rule ? start - rule[0].length + (rule[0].startsWith('\n') ? 1 : 0) : start;
}

/**
 * What the library takes for the beginning of a quote has one of these in it: a quote mark, an address in brackets, a
 * word of an introduction or of a copied header. Where there is none it would find nothing, slowly.
 */
const LIBRARY_SIGNS =
  /[>\]|]|wrote|écrit|escribió|scritto|escreveu|schrieb|schreef|pisze|napisał|skrev|kirjoitti|写道|작성|のメッセージ|original|oprindelig|origine|ursprüngliche/i;

function byLibrary(text: string): number | undefined {
  if (!LIBRARY_SIGNS.test(text)) return undefined;
  const fragments = new EmailReplyParser().read(text).getFragments();
  let first = fragments.length;
  for (let index = fragments.length - 1; index >= 0; index -= 1) {
    const fragment = fragments[index];
    if (!fragment) break;
    if (fragment.isQuoted()) first = index;
    else if (!fragment.isSignature() && !fragment.isHidden() && fragment.getContent().trim() !== '') break;
  }
  const quoted = fragments[first];
  return quoted ? locate(text, quoted.getContent()) : undefined;
}

/** Start of the line in which these words begin, whatever their white space and quote marks. */
function locate(text: string, words: string): number | undefined {
  const letters = Array.from(words.replace(/[\s>*_|\u00a0-]+/g, '')).slice(0, 48);
  if (letters.length < 6) return undefined;
  const pattern = letters.map((letter) => letter.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('[\\s>*_|-]*');
  const at = text.search(new RegExp(pattern, 'u'));
  return at === -1 ? undefined : text.lastIndexOf('\n', at - 1) + 1;
}

/** Something stands before it, and after its quoted lines no more than a signature. */
function isTail(text: string, start: number): boolean {
  if (start <= 0 || text.slice(0, start).trim() === '') return false;
  const quoted = text.slice(start);
  if (FORWARD_TEXT.test(text.slice(Math.max(0, start - 100), start + 300))) return false;
  const lines = quoted.split('\n');
  const last = lines.findLastIndex((line) => line.startsWith('>'));
  if (last === -1) return true;
  const first = lines.findIndex((line) => line.startsWith('>'));
  const between = lines.slice(first, last).filter((line) => !line.startsWith('>') && line.trim() !== '');
  const after =
    lines
      .slice(last + 1)
      .join('\n')
      .split(/^-- ?$/m)[0]
      ?.trim() ?? '';
  // Wrapping leaves a stray word between quoted lines; an answer is more than that.
  return after === '' && between.join(' ').split(/\s+/).length <= 3 + between.length;
}
