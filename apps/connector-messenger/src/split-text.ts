/** A break before this share of the limit would make many short messages; then a lesser kind of break is taken. */
const EARLIEST = 0.5;

/** Where a text may be cut, best first. Each names the place before its white space, or after its last character. */
const BREAKS: readonly RegExp[] = [
  /(?=\s*\n\s*\n)/g, // paragraph
  /(?=\s*\n)/g, // line
  /(?<=[.!?…]["'”’»)\]]*)(?=\s)|(?<=[。！？])/g, // sentence
  /(?=\s)/g, // word
];

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * Cuts a text into pieces of at most `limit` UTF-16 units, at a paragraph, line, sentence or word, never inside what a reader
 * sees as one character (but where a single one is longer than the limit). White space at a cut goes; nothing else does.
 * @returns at least one piece. None but the last is shorter than half the limit, white space at its ends apart.
 */
export function splitText(text: string, limit: number): string[] {
  const pieces: string[] = [];
  let rest = text.trim();
  while (rest.length > limit) {
    const end = endOfPiece(rest, limit);
    pieces.push(rest.slice(0, end).trimEnd());
    // a mark that stands on a space makes one character with it
    rest = rest.slice(end).replace(/^(?:\s(?!\p{M}))+/u, '');
  }
  if (rest !== '' || pieces.length === 0) pieces.push(rest);
  return pieces;
}

function endOfPiece(text: string, limit: number): number {
  // two units more, because whether a character ends at the limit is decided by the next one
  const head = text.slice(0, limit + 2);
  const ends = new Set(Array.from(graphemes.segment(head), ({ index }) => index).filter((at) => at > 0 && at <= limit));
  for (const kind of BREAKS) {
    const found = Array.from(head.matchAll(kind), ({ index }) => index).findLast((at) => ends.has(at));
    if (found !== undefined && found >= limit * EARLIEST) return found;
  }
  const last = Math.max(...ends);
  if (Number.isFinite(last)) return last;
  const unit = text.charCodeAt(limit - 1);
  return unit >= 0xd800 && unit <= 0xdbff ? limit - 1 : limit;
}
