import { guessDecode } from './charset';
import { MAX_HEADER_BLOCK, MAX_HEADER_FIELD } from './mail-limits';

/** A mail made ready for the parser: what real mail gets wrong and the parser would lose content over is mended. */
export interface PreparedMail {
  readonly bytes: Buffer;
  /** Offset of the first byte of the body in `bytes`. */
  readonly bodyStart: number;
  /** Every boundary the mail declares, at any depth; at most 200. */
  readonly boundaries: readonly string[];
  readonly problems: readonly string[];
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly replacement: Buffer;
}

/** Fields that may stand once; of further ones only the first counts, whatever a parser would choose. */
const SINGLE = new Set(['from', 'sender', 'reply-to', 'subject', 'date', 'message-id', 'in-reply-to']);
const MAX_BOUNDARIES = 200;
const MAX_DELIMITERS = 5_000;
const MAX_FIELDS = 2_000;
/** How much of a header block is looked at at all, in bytes. */
const MAX_HEAD_SEEN = 4 * 1024 * 1024;
const FIELD = /^[!-9;-~]{1,200}[ \t]*:/;

/**
 * Mends, without touching bodies: an mbox `From ` line, lines ended by CR alone, a missing header block, boundary
 * lines with trailing blanks (legal, RFC 2046 §5.1.1 "transport-padding"), raw 8-bit headers, repeated single
 * fields, header fields of absurd length. Returns the given bytes, uncopied, where nothing was wrong.
 */
export function prepareRaw(raw: Buffer): PreparedMail {
  const problems: string[] = [];
  let bytes = skipPreamble(raw);
  if (!bytes.includes(0x0a) && bytes.includes(0x0d)) {
    bytes = withLineFeeds(bytes);
  }
  if (bytes.length > 0 && bytes[0] !== 0x0a && bytes[0] !== 0x0d && !FIELD.test(bytes.toString('latin1', 0, 300))) {
    problems.push('The mail begins without headers; all of it is shown as text.');
    bytes = Buffer.concat([Buffer.from('\r\n'), bytes]);
  }
  let bodyStart = findBodyStart(bytes);
  const hint = /charset\s*=\s*"?([\w.:-]{2,40})/i.exec(bytes.toString('latin1', 0, 65_536))?.[1];
  const head = mendHead(
    bytes.subarray(0, Math.min(bodyStart, MAX_HEAD_SEEN)),
    bodyStart > MAX_HEAD_SEEN,
    hint,
    problems,
  );
  if (head) {
    bytes = Buffer.concat([head, bytes.subarray(bodyStart)]);
    bodyStart = head.length;
  }
  const boundaries = declaredBoundaries(bytes, bodyStart);
  const edits = boundaries.flatMap((boundary) => mendParts(bytes, boundary, hint));
  return { bytes: edits.length > 0 ? apply(bytes, edits) : bytes, bodyStart, boundaries, problems };
}

/** CR becomes CR LF. Byte by byte: as a string, a large mail of short lines takes a heap. */
function withLineFeeds(bytes: Buffer): Buffer {
  let lines = 0;
  for (const byte of bytes) if (byte === 0x0d) lines += 1;
  const result = Buffer.allocUnsafeSlow(bytes.length + lines);
  let at = 0;
  for (const byte of bytes) {
    result[at++] = byte;
    if (byte === 0x0d) result[at++] = 0x0a;
  }
  return result;
}

/** Skips a byte-order mark, blank lines before the first header and an mbox separator. */
function skipPreamble(raw: Buffer): Buffer {
  let start = raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf ? 3 : 0;
  const first = /^(?:[ \t]*\r?\n)+(?=[!-9;-~]{1,200}[ \t]*:)/.exec(raw.toString('latin1', start, start + 1_000));
  start += first?.[0].length ?? 0;
  const mbox = /^>?From [^\r\n]{1,500}(?:\r\n|\n|\r)/.exec(raw.toString('latin1', start, start + 1_000));
  start += mbox?.[0].length ?? 0;
  return start === 0 ? raw : raw.subarray(start);
}

/**
 * The bytes that tell one mail from another where its headers do not: its body as it came, or all of it where it has
 * no header block.
 */
export function identityBytes(raw: Buffer): Buffer {
  const start = findBodyStart(raw);
  return start < raw.length && FIELD.test(raw.toString('latin1', 0, 300)) ? raw.subarray(start) : raw;
}

/** Where the body begins: after the first blank line, or at the end where there is none. */
export function findBodyStart(bytes: Buffer): number {
  if (bytes[0] === 0x0a) return 1;
  if (bytes[0] === 0x0d && bytes[1] === 0x0a) return 2;
  // line by line: a search for an empty line that ends otherwise would go through the whole mail
  for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, end + 1)) {
    if (bytes[end + 1] === 0x0a) return end + 2;
    if (bytes[end + 1] === 0x0d && bytes[end + 2] === 0x0a) return end + 3;
  }
  return bytes.length;
}

/** The header block as valid UTF-8 with bounded fields, or undefined where it is so already. */
function mendHead(head: Buffer, isCut: boolean, hint: string | undefined, problems: string[]): Buffer | undefined {
  const text = head.toString('latin1');
  const fields = text.split(/\r?\n(?![ \t])/);
  const seen = new Set<string>();
  const kept: string[] = [];
  let changed = isCut;
  let length = 0;
  for (const field of fields) {
    if (field === '') continue;
    const name = field
      .slice(0, Math.max(0, field.indexOf(':')))
      .trim()
      .toLowerCase();
    if (SINGLE.has(name) && seen.has(name)) {
      changed = true;
      problems.push(`The mail has more than one ${name} header; the first one counts.`);
      continue;
    }
    seen.add(name);
    let value = field;
    if (value.length > MAX_HEADER_FIELD) {
      changed = true;
      problems.push(`The header ${name} is ${value.length} bytes long; only its beginning was read.`);
      value = value.slice(0, MAX_HEADER_FIELD);
      // Ends at a whole address, id or word, so that no half of one is taken for another.
      const end = Math.max(value.lastIndexOf(','), value.lastIndexOf('>') + 1, value.lastIndexOf(' '));
      value = value.slice(0, end > name.length + 1 ? end : undefined).trimEnd();
    }
    if (length + value.length > MAX_HEADER_BLOCK || kept.length >= MAX_FIELDS) {
      changed = true;
      problems.push('The header block is too long; its last fields were not read.');
      break;
    }
    length += value.length;
    const mended = asUtf8(value, hint);
    changed ||= mended !== value;
    kept.push(mended);
  }
  return changed ? Buffer.from(`${kept.join('\r\n')}\r\n\r\n`, 'latin1') : undefined;
}

/** Binary string in, binary string out: bytes that are not UTF-8 are decoded by the hint and written as UTF-8. */
function asUtf8(binary: string, hint: string | undefined): string {
  // eslint-disable-next-line no-control-regex
  if (!/[\u0000\u0080-\u00ff]/.test(binary)) return binary;
  const clean = binary.replaceAll('\u0000', '');
  return Buffer.from(guessDecode(Buffer.from(clean, 'latin1'), hint), 'utf8').toString('latin1');
}

function declaredBoundaries(bytes: Buffer, bodyStart: number): string[] {
  if (!/\bmultipart\/|\bmessage\//i.test(bytes.toString('latin1', 0, bodyStart))) return [];
  const found = new Set<string>();
  for (const match of bytes
    .toString('latin1')
    .matchAll(/\bboundary[ \t]*=[ \t\r\n]*(?:"([^"\r\n]{1,250})"|([^\s;"]{1,250}))/gi)) {
    found.add((match[1] ?? match[2] ?? '').trimEnd());
    if (found.size >= MAX_BOUNDARIES) break;
  }
  found.delete('');
  return [...found];
}

/** Edits for the delimiter lines of one boundary and for the part headers after them. */
function mendParts(bytes: Buffer, boundary: string, hint: string | undefined): Edit[] {
  const edits: Edit[] = [];
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  let at = bytes.indexOf(delimiter);
  for (let seen = 0; at !== -1 && seen < MAX_DELIMITERS; seen += 1) {
    const after = at + delimiter.length;
    if (at === 0 || bytes[at - 1] === 0x0a) {
      const end = lineEnd(bytes, after);
      const rest = bytes.toString('latin1', after, Math.min(end, after + 1_000));
      const padding = /^(--)?([ \t]+)$/.exec(rest);
      if (padding) edits.push({ start: end - (padding[2]?.length ?? 0), end, replacement: Buffer.alloc(0) });
      if (rest === '' || padding) edits.push(...mendPartHead(bytes, end, hint));
    }
    at = bytes.indexOf(delimiter, after);
  }
  return edits;
}

/** Offset of the line's end, before its CR or LF. */
function lineEnd(bytes: Buffer, from: number): number {
  const newline = bytes.indexOf(0x0a, from);
  if (newline === -1) return bytes.length;
  return newline > from && bytes[newline - 1] === 0x0d ? newline - 1 : newline;
}

function mendPartHead(bytes: Buffer, delimiterEnd: number, hint: string | undefined): Edit[] {
  const start = bytes.indexOf(0x0a, delimiterEnd) + 1;
  if (start === 0) return [];
  const window = bytes.subarray(start, start + 16_384);
  const head = window.subarray(0, findBodyStart(window));
  // A part without headers begins with its blank line; a window without one is no header block.
  if (head.length <= 2 || head.length === window.length) return [];
  const binary = head.toString('latin1');
  const mended = asUtf8(binary, hint);
  return mended === binary ? [] : [{ start, end: start + head.length, replacement: Buffer.from(mended, 'latin1') }];
}

function apply(bytes: Buffer, edits: readonly Edit[]): Buffer {
  const pieces: Buffer[] = [];
  let position = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    if (edit.start < position) continue;
    pieces.push(bytes.subarray(position, edit.start), edit.replacement);
    position = edit.end;
  }
  pieces.push(bytes.subarray(position));
  return Buffer.concat(pieces);
}
