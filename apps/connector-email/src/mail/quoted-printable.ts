import { Transform, type TransformCallback } from 'node:stream';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const EQUALS = 0x3d;
/** Value of a hexadecimal digit by its byte; -1 for other bytes. */
const DIGITS = new Int8Array(256).fill(-1);
for (const [value, digit] of '0123456789abcdef'.split('').entries()) {
  DIGITS[digit.charCodeAt(0)] = DIGITS[digit.toUpperCase().charCodeAt(0)] = value;
}

/**
 * Decodes quoted-printable by its bytes, as libqp does, which takes several strings of the whole body for it: blanks at
 * the end of a line and soft line breaks go, an `=` that begins nothing stays as it is.
 */
export function decodeQuotedPrintable(encoded: Buffer): Buffer {
  const joined = joinLines(encoded);
  const end = joined.length;
  let length = 0;
  for (let at = 0; at < end; at += 1) {
    let byte = joined[at]!;
    if (byte === EQUALS && at + 2 < end) {
      const value = DIGITS[joined[at + 1]!]! * 16 + DIGITS[joined[at + 2]!]!;
      const isEncoded = DIGITS[joined[at + 1]!]! >= 0 && DIGITS[joined[at + 2]!]! >= 0;
      if (isEncoded) {
        byte = value;
        at += 2;
      }
    }
    joined[length++] = byte;
  }
  return joined.subarray(0, length);
}

/** A copy without soft breaks and blanks at line ends. First of all, because a break may stand within `=C3`. */
function joinLines(encoded: Buffer): Buffer {
  const end = encoded.length;
  const joined = Buffer.allocUnsafeSlow(end);
  let length = 0;
  let at = 0;
  while (at < end) {
    const byte = encoded[at++]!;
    joined[length++] = byte;
    // what follows decides over blanks and `=`; before a letter they stay
    if ((byte !== SPACE && byte !== EQUALS && byte !== TAB) || (at < end && encoded[at]! > SPACE)) continue;
    const next = afterBlanks(encoded, at);
    const isLineEnd = next === end || encoded[next] === CR || encoded[next] === LF;
    if (byte === EQUALS) {
      const after = isLineEnd ? afterSoftBreak(encoded, next) : 0;
      if (after > 0) {
        length -= 1;
        at = after;
      }
    } else if (isLineEnd) {
      length -= 1;
      at = next;
    } else {
      // all at once, so that no run of blanks is looked at from each of them
      while (at < next) joined[length++] = encoded[at++]!;
    }
  }
  return joined.subarray(0, length);
}

function afterBlanks(encoded: Buffer, from: number): number {
  let at = from;
  while (at < encoded.length && (encoded[at] === SPACE || encoded[at] === TAB)) at += 1;
  return at;
}

/** Where the line after this line end begins; 0 for a CR alone, which breaks no line softly. */
function afterSoftBreak(encoded: Buffer, lineEnd: number): number {
  if (lineEnd === encoded.length || encoded[lineEnd] === LF) return lineEnd + 1;
  const next = afterBlanks(encoded, lineEnd + 1);
  return encoded[next] === LF ? next + 1 : 0;
}

/** The same as a stream. Decodes when all is there: a mail is in memory as a whole anyway. */
export class QuotedPrintableDecoder extends Transform {
  private readonly chunks: Buffer[] = [];

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.chunks.push(chunk);
    done();
  }

  override _flush(done: TransformCallback): void {
    const [first] = this.chunks;
    if (!first) return done();
    done(null, decodeQuotedPrintable(this.chunks.length === 1 ? first : Buffer.concat(this.chunks)));
  }
}
