/** Longest name a file system takes, in bytes of UTF-8. */
const MAX_BYTES = 255;

/**
 * A name that is safe to store and to offer for download: the last part of a path, no control or direction-changing characters,
 * none that Windows refuses, at most 255 bytes with its extension. Undefined where nothing of the name is left.
 */
export function safeFileName(name: string, extension: string): string | undefined {
  const base =
    name
      .slice(0, 4_096)
      .split(/[/\\]/)
      .findLast((part) => part.trim() !== '') ?? '';
  const clean = base
    // bidirectional controls can make "exe.gpj" read "jpg.exe"; zero-width ones hide
    .replace(/[\p{Cc}\p{Surrogate}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/[. ]+$/, '')
    .trim();
  if (clean === '' || /^\.+$/.test(clean)) return undefined;
  const dot = clean.lastIndexOf('.');
  const own = dot > 0 && clean.length - dot <= 16;
  const end = own ? clean.slice(dot) : extension;
  return fitting(own ? clean.slice(0, dot) : clean, MAX_BYTES - Buffer.byteLength(end)) + end;
}

/** Never cuts a character. */
function fitting(stem: string, maxBytes: number): string {
  let fits = '';
  for (const character of stem) {
    if (Buffer.byteLength(fits + character) > maxBytes) break;
    fits += character;
  }
  return fits;
}
