import { createHash } from 'node:crypto';
import { extractUrlsWithIndices } from 'twitter-text';
import type { OutboundMessage } from '@app/channel';

/*
 * What a copy of something we sent has in common with it: nothing on X carries a mark of ours. X changes what it shows: it puts
 * the names of those who are answered before a reply, shortens addresses, and puts one for each file at the end.
 */

/** A post of ours in answer to another. `text` as we show it, or as X tells it: both give the same. */
export function postFingerprint({ inReplyTo, text }: { inReplyTo: string; text: string }): string {
  return `post:${inReplyTo}:${sha256(plainText(text))}`;
}

/** A direct message of ours to a person. */
export function directFingerprint({ to, text }: { to: string; text: string }): string {
  return `dm:${to}:${sha256(plainText(text))}`;
}

/** Of what is sent; undefined where no copy can be recognised. */
export function fingerprint(outbound: OutboundMessage): string | undefined {
  const { visibility, inReplyTo, to, text } = outbound;
  if (visibility === 'public') return inReplyTo === null ? undefined : postFingerprint({ inReplyTo, text });
  return directFingerprint({ to: to[0]!.value, text });
}

/** The text as it is the same on both sides. Doing it twice changes nothing. */
export function plainText(text: string): string {
  const whole = withPlainAddresses(unescaped(text).normalize('NFC')).replace(/\s+/gu, ' ').trim();
  return whole
    .replace(/^(?:@\w{1,50}\s+)+/u, '')
    .replace(LAST_FILES, '')
    .trim();
}

/** Addresses by which X names files, once scheme and `www.` are gone; unexpanded ones may be of a file, too. */
const LAST_FILES =
  /(?:(?:^|\s)(?:t\.co\/\w+|pic\.(?:x|twitter)\.com\/\w+|(?:x|twitter)\.com\/(?:\w+|i\/web)\/status\/\d+\/(?:photo|video)\/\d+|(?:x|twitter)\.com\/messages\/media\/\d+|ton\.(?:x|twitter)\.com\/\S+))+$/u;

/** X escapes these three; whether a text has been through it already cannot be seen, so all layers go. */
function unescaped(text: string): string {
  const next = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return next === text ? text : unescaped(next);
}

/** `example.com` comes back as `http://example.com`, and hosts in lower case. */
function withPlainAddresses(text: string): string {
  let plain = '';
  let kept = 0;
  for (const { url, indices } of extractUrlsWithIndices(text, { extractUrlsWithoutProtocol: true })) {
    plain += text.slice(kept, indices[0]) + plainAddress(url);
    kept = indices[1];
  }
  return plain + text.slice(kept);
}

function plainAddress(url: string): string {
  const bare = url.replace(/^https?:\/\//i, '').replace(/^www\./i, '');
  const end = bare.search(/[/?#]/);
  if (end === -1) return bare.toLowerCase();
  return bare.slice(0, end).toLowerCase() + bare.slice(end).replace(/^\/$/, '');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
