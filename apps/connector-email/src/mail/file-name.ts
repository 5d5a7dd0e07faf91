import { cut, safeLine } from './safe-text';

/** Longest name a file system takes, in bytes of UTF-8. */
const MAX_BYTES = 255;

/** Extensions for files that came without a name. Others get `bin`. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/gzip': 'gz',
  'application/json': 'json',
  'application/ms-tnef': 'dat',
  'application/msword': 'doc',
  'application/pdf': 'pdf',
  'application/pgp-encrypted': 'asc',
  'application/pgp-signature': 'asc',
  'application/pkcs7-mime': 'p7m',
  'application/pkcs7-signature': 'p7s',
  'application/rtf': 'rtf',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/x-pkcs7-mime': 'p7m',
  'application/x-pkcs7-signature': 'p7s',
  'application/xml': 'xml',
  'application/zip': 'zip',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'audio/wav': 'wav',
  'image/bmp': 'bmp',
  'image/gif': 'gif',
  'image/heic': 'heic',
  'image/jpeg': 'jpg',
  'image/jpg': 'jpg',
  'image/png': 'png',
  'image/svg+xml': 'svg',
  'image/tiff': 'tif',
  'image/webp': 'webp',
  'message/delivery-status': 'txt',
  'message/disposition-notification': 'txt',
  'message/rfc822': 'eml',
  'text/calendar': 'ics',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/rfc822-headers': 'txt',
  'text/vcard': 'vcf',
  'text/x-vcard': 'vcf',
  'text/xml': 'xml',
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
};

/**
 * A name that is safe to store and to offer for download: the last path component, no control or direction-changing
 * characters, none that Windows refuses, at most 255 bytes. Undefined where nothing of the name is left.
 */
export function safeFileName(name: string): string | undefined {
  const line = safeLine(name, 4_096);
  const base = line.split(/[/\\]/).findLast((part) => part.trim() !== '') ?? '';
  const clean = base
    // Bidirectional controls can make "exe.gpj" read "jpg.exe"; zero-width ones hide.
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/[. ]+$/, '')
    .trim();
  return clean === '' || /^\.+$/.test(clean) ? undefined : shorten(clean);
}

/** Name for the `position`th file (from 1) of a mail that gave it none. */
export function madeUpFileName(position: number, mime: string): string {
  return `attachment-${position}.${EXTENSIONS[mime] ?? 'bin'}`;
}

/** Cuts the stem, never the extension and never a character. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= 16 ? name.slice(dot) : '';
  let stem = name.slice(0, name.length - extension.length);
  while (Buffer.byteLength(stem) + Buffer.byteLength(extension) > MAX_BYTES) {
    stem = cut(stem, stem.length - 1);
  }
  return stem + extension;
}
