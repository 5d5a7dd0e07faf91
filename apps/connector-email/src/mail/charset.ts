/** What windows-1252 has in 0x80–0x9F, where ISO 8859-1 has controls. Undefined places keep their control. */
const WINDOWS_1252_HIGH =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Decodes windows-1252 by its table, because Node 20.18.3 and later decode 0x80–0x9F of it wrongly
 * (nodejs/node issues 56542, 59515, 60888).
 */
export function decodeWindows1252(bytes: Uint8Array): string {
  const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return latin1.replace(/[\u0080-\u009f]/g, (character) => WINDOWS_1252_HIGH[character.charCodeAt(0) - 0x80] ?? '');
}

/** The text, or undefined where the bytes are not UTF-8. */
export function decodeStrictUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Decodes bytes whose charset was not declared, or was declared in a way that proves nothing: UTF-8 where they are
 * that, else `hint` where it names a charset of this runtime, else windows-1252, which accepts everything.
 */
export function guessDecode(bytes: Uint8Array, hint?: string): string {
  const utf8 = decodeStrictUtf8(bytes);
  if (utf8 !== undefined) return utf8;
  if (hint && !/^(utf-?8|us-?ascii|ascii|iso-8859-1|latin1|windows-1252|cp1252)$/i.test(hint)) {
    try {
      return new TextDecoder(hint).decode(bytes);
    } catch {
      // Not a charset this runtime knows: windows-1252 below still shows every byte.
    }
  }
  return decodeWindows1252(bytes);
}

/** True for labels that mail puts on text in any charset at all, and for none. */
export function provesNothing(label: string | false | undefined): boolean {
  return (
    !label ||
    /^(us-?ascii|ascii|ansi_x3\.4-1968|utf-?8|utf8mb[34]|unknown-8bit|x-unknown|unknown|8bit|none|default)$/i.test(
      label.trim(),
    )
  );
}

/**
 * Mends this thread's `TextDecoder` where its windows-1252 is broken; the rescue parser decodes with it.
 * Does nothing on a runtime that is right, and nothing when called again.
 */
export function mendTextDecoder(): void {
  if (new TextDecoder('windows-1252').decode(Uint8Array.of(0x80)) === '\u20ac') return;
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its `this` below
  const broken = TextDecoder.prototype.decode;
  TextDecoder.prototype.decode = function decode(this: { readonly encoding: string }, input, options) {
    if (this.encoding !== 'windows-1252' || options?.stream || !input)
      return broken.call(this as never, input, options);
    const bytes = ArrayBuffer.isView(input)
      ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
      : new Uint8Array(input);
    return decodeWindows1252(bytes);
  };
}
