/** Kinds a browser may show itself: they cannot run anything. */
const SHOWN = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

export function isShownInline(mime: string): boolean {
  return SHOWN.has(mime);
}

/** Safe base name of an uploaded file, from its percent-encoded header; undefined when there is none. */
export function fileNameOf(header: string | string[] | undefined): string | undefined {
  if (typeof header !== 'string' || header.length > 2_000) return undefined;
  let name: string;
  try {
    name = decodeURIComponent(header);
  } catch {
    // a lone % : not percent-encoded
    return undefined;
  }
  // control characters and what turns the direction of writing, by which an ending can be hidden
  // oxlint-disable-next-line no-control-regex
  const safe = name.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
  const base = safe.slice(Math.max(safe.lastIndexOf('/'), safe.lastIndexOf('\\')) + 1).trim();
  if (base === '' || base === '.' || base === '..' || Buffer.byteLength(base) > 255) return undefined;
  return base;
}

/** Lower-case MIME type without parameters; what is none is told as bytes. */
export function mimeOf(header: string | undefined): string {
  const type = (header ?? '').split(';', 1)[0]!.trim().toLowerCase();
  return /^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}$/.test(type) ? type : 'application/octet-stream';
}
