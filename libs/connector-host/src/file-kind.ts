import type { FileRequest } from '@app/channel';

const ascii = (text: string) => Buffer.from(text, 'latin1');

/** How files of these kinds begin; `at` is where, in bytes. */
const BEGINNINGS: readonly { readonly mime: string; readonly at: number; readonly bytes: Buffer }[] = [
  { mime: 'image/png', at: 0, bytes: ascii('\x89PNG\r\n\x1a\n') },
  { mime: 'image/jpeg', at: 0, bytes: ascii('\xff\xd8\xff') },
  { mime: 'image/gif', at: 0, bytes: ascii('GIF8') },
  { mime: 'image/webp', at: 8, bytes: ascii('WEBP') },
  { mime: 'image/heic', at: 4, bytes: ascii('ftyphei') },
  { mime: 'audio/wav', at: 8, bytes: ascii('WAVE') },
  { mime: 'audio/mp4', at: 4, bytes: ascii('ftypM4A') },
  { mime: 'video/quicktime', at: 4, bytes: ascii('ftypqt') },
  { mime: 'video/mp4', at: 4, bytes: ascii('ftyp') },
  { mime: 'video/webm', at: 0, bytes: ascii('\x1a\x45\xdf\xa3') },
  { mime: 'audio/ogg', at: 0, bytes: ascii('OggS') },
  { mime: 'audio/mpeg', at: 0, bytes: ascii('ID3') },
  { mime: 'audio/mpeg', at: 0, bytes: ascii('\xff\xfb') },
  { mime: 'audio/mpeg', at: 0, bytes: ascii('\xff\xf3') },
  { mime: 'audio/aac', at: 0, bytes: ascii('\xff\xf1') },
  { mime: 'application/pdf', at: 0, bytes: ascii('%PDF-') },
];
const TOLD_BY_BYTES = new Set([...BEGINNINGS.map(({ mime }) => mime), 'image/jpg', 'audio/mp3', 'audio/x-wav']);

/** Extensions for files whose name has none. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/heic': 'heic',
  'audio/wav': 'wav',
  'audio/mp4': 'm4a',
  'audio/ogg': 'ogg',
  'audio/mpeg': 'mp3',
  'audio/aac': 'aac',
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/webm': 'webm',
  'application/pdf': 'pdf',
  'text/plain': 'txt',
};

/**
 * What a file is. Its bytes are believed, then what the server called it, unless that is a kind whose bytes look otherwise.
 * Voice messages come in the container of videos and are told apart by what the platform called them.
 */
export function mimeOf(bytes: Buffer, declared: string | undefined, kind: FileRequest['kind']): string {
  const told = BEGINNINGS.find(({ at, bytes: start }) => bytes.subarray(at, at + start.length).equals(start))?.mime;
  if (told !== undefined) return kind === 'audio' ? told.replace(/^video\//, 'audio/') : told;
  const named = declared?.split(';')[0]?.trim().toLowerCase() ?? '';
  const usable = /^[a-z0-9][a-z0-9.+-]{0,100}\/[a-z0-9][a-z0-9.+-]{0,100}$/.test(named) && !TOLD_BY_BYTES.has(named);
  return usable ? named : 'application/octet-stream';
}

/** With the point; empty where there is none to give. */
export function extensionOf(mime: string): string {
  const extension = EXTENSIONS[mime];
  return extension === undefined ? '' : `.${extension}`;
}
