import type { PendingFile } from '@app/channel';
import { idOf, type Json, listOf, millisOf, objectOf, textOf, webAddressOf } from '@app/connector-host';

/** A file at an address of the platform, which expires. */
export interface PlatformFile {
  readonly kind: PendingFile['kind'];
  readonly url: string;
  readonly name?: string;
}

/** What the attachments of a message come to: files, and lines of its text for all that is no file. */
export interface ReadAttachments {
  readonly files: readonly PlatformFile[];
  readonly lines: readonly string[];
  /** In words for an agent. */
  readonly problems: readonly string[];
}

const FILE_KINDS: Readonly<Record<string, PendingFile['kind']>> = {
  image: 'image',
  audio: 'audio',
  video: 'video',
  file: 'file',
  sticker: 'sticker',
  animated_gif: 'image',
};

const LINKS: readonly string[] = ['fallback', 'share', 'post', 'ig_post', 'reel', 'ig_reel'];

/** Most elements and buttons of a template that are shown. Meta allows 10 and 3. */
const MAX_ELEMENTS = 30;

/**
 * Reads attachments as the webhook names them. What is no file becomes text without words of ours: a sign, a title, an address.
 * @param text what the customer typed; it often holds the address of the shared page already.
 */
export function readAttachments(list: readonly unknown[], text: string): ReadAttachments {
  const files: PlatformFile[] = [];
  const lines: string[] = [];
  const problems: string[] = [];
  for (const value of list) {
    const attachment = objectOf(value) ?? {};
    const payload = objectOf(attachment['payload']) ?? {};
    const type = textOf(attachment['type']) ?? 'unknown';
    const kind = kindOf(type, payload);
    const link = linkOf(attachment, payload);
    if (kind !== undefined) {
      const url = webAddressOf(payload['url']) ?? webAddressOf(attachment['url']);
      if (url === undefined) problems.push(`Messenger gave no address for a file (${type}).`);
      else files.push({ kind, url, ...nameOf(attachment, payload) });
    } else if (type === 'template') {
      const shown = templateLines(attachment, payload);
      lines.push(...shown);
      if (shown.length === 0) problems.push('A template without text cannot be shown.');
    } else if (type === 'location') {
      lines.push(`📍 ${[link.title, coordinatesOf(payload), link.url].filter(Boolean).join(' · ')}`);
    } else if (type === 'appointment_booking') {
      lines.push(`📅 ${bookingOf(payload)}`);
    } else if (type === 'like_heart') {
      lines.push('❤️');
    } else {
      const shown = [link.title, link.url].filter((part) => part !== undefined && !text.includes(part));
      if (shown.length > 0) lines.push(`🔗 ${shown.join('\n')}`);
      if (!LINKS.includes(type)) problems.push(`An attachment of a kind that Evenhand does not know: ${type}.`);
      else if (link.title === undefined && link.url === undefined && text === '') {
        problems.push(`Something was shared without title and address (${type}).`);
      }
    }
  }
  return { files, lines, problems };
}

/** Until August 2026 a sticker came as an image with an id. */
function kindOf(type: string, payload: Json): PendingFile['kind'] | undefined {
  return type === 'image' && idOf(payload['sticker_id']) !== undefined ? 'sticker' : FILE_KINDS[type];
}

function nameOf(attachment: Json, payload: Json): { name?: string } {
  const name = textOf(attachment['name']) ?? textOf(payload['name']) ?? textOf(payload['title']);
  return name === undefined ? {} : { name };
}

/** Title and address stand in the payload or beside it; an address may be relative, or none. */
function linkOf(attachment: Json, payload: Json): { title?: string | undefined; url?: string | undefined } {
  const url = textOf(payload['url']) ?? textOf(attachment['url']) ?? textOf(payload['link']);
  return {
    title: textOf(payload['title']) ?? textOf(attachment['title']),
    url: url?.startsWith('/') ? `https://www.facebook.com${url}` : url,
  };
}

function templateLines(attachment: Json, payload: Json): string[] {
  const product = objectOf(payload['product']);
  const elements = [...listOf(payload['elements']), ...listOf(product?.['elements'])].slice(0, MAX_ELEMENTS);
  const heads = [textOf(payload['text']), textOf(payload['title']) ?? textOf(attachment['title'])];
  return [
    ...heads.flatMap((head) => head ?? []),
    ...elements.flatMap((value) => {
      const element = objectOf(value) ?? {};
      const head = [textOf(element['title']), textOf(element['subtitle'])].filter(Boolean).join(' – ');
      return [...(head === '' ? [] : [`▪ ${head}`]), ...buttonLines(element)];
    }),
    ...buttonLines(payload),
  ];
}

function buttonLines(holder: Json): string[] {
  return listOf(holder['buttons'])
    .slice(0, MAX_ELEMENTS)
    .flatMap((value) => {
      const button = objectOf(value) ?? {};
      const shown = [textOf(button['title']), webAddressOf(button['url'])].filter(Boolean).join(' ');
      return shown === '' ? [] : [`[${shown}]`];
    });
}

function coordinatesOf(payload: Json): string {
  const { lat, long } = objectOf(payload['coordinates']) ?? {};
  return [lat, long].flatMap((value) => textOf(value) ?? []).join(', ');
}

function bookingOf(payload: Json): string {
  const zone = textOf(payload['timezone']);
  const times = [payload['start_time'], payload['end_time']].flatMap((time) => {
    const millis = millisOf(time);
    return millis === undefined ? [] : [localTime(millis, zone)];
  });
  return [textOf(payload['status']), times.join(' – '), zone].filter(Boolean).join(' · ');
}

function localTime(millis: number, zone: string | undefined): string {
  const format = (timeZone: string): string =>
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(millis);
  try {
    return format(zone ?? 'UTC');
  } catch {
    return `${format('UTC')} UTC`; // a zone that nobody knows
  }
}
