import type { PendingFile } from '@app/channel';
import { countOf, idOf, type Json, listOf, objectOf, textOf, webAddressOf } from '@app/connector-host';
import type { Includes } from './includes';

/** A file at an address of the platform. */
export interface PlatformFile {
  readonly kind: PendingFile['kind'];
  readonly url: string;
}

export interface ReadMedia {
  readonly files: readonly PlatformFile[];
  /** In words for an agent. */
  readonly problems: readonly string[];
}

/** A GIF is played as a video without sound. */
const KINDS: Readonly<Record<string, PendingFile['kind']>> = { photo: 'image', video: 'video', animated_gif: 'video' };

/** Among several qualities of a video: good enough to see what is wrong, bits per second. */
const ENOUGH = 2_500_000;

/** Files by their keys, as the newer API names them. */
export function mediaByKeys(keys: unknown, includes: Includes): ReadMedia {
  return gathered(listOf(keys).map((key) => includes.file(idOf(key) ?? '') ?? {}));
}

/** Files of the older API, which stand in the message. */
export function mediaInline(list: readonly unknown[]): ReadMedia {
  return gathered(list.map((value) => objectOf(value) ?? {}));
}

function gathered(media: readonly Json[]): ReadMedia {
  const files: PlatformFile[] = [];
  const problems: string[] = [];
  for (const file of media) {
    const type = /^\w{1,30}$/.exec(textOf(file['type']) ?? '')?.[0] ?? 'file';
    const found = fileOf(file, KINDS[type] ?? 'file');
    if (found) files.push(found);
    else problems.push(`X gave no address for a file (${type}).`);
  }
  return { files, problems };
}

function fileOf(file: Json, kind: PendingFile['kind']): PlatformFile | undefined {
  const picture =
    webAddressOf(file['media_url_https']) ?? webAddressOf(kind === 'video' ? undefined : file['url']) ?? undefined;
  if (kind !== 'video') return picture === undefined ? undefined : { kind, url: picture };
  const video = videoOf(file);
  if (video !== undefined) return { kind, url: video };
  // better a still than nothing
  const still = webAddressOf(file['preview_image_url']) ?? picture;
  return still === undefined ? undefined : { kind: 'image', url: still };
}

function videoOf(file: Json): string | undefined {
  const variants = listOf(file['variants'] ?? objectOf(file['video_info'])?.['variants']).flatMap((value) => {
    const variant = objectOf(value);
    const url = webAddressOf(variant?.['url']);
    if (!variant || url === undefined || textOf(variant['content_type']) !== 'video/mp4') return [];
    return [{ url, rate: countOf(variant['bit_rate'] ?? variant['bitrate']) ?? 0 }];
  });
  const sorted = variants.toSorted((a, b) => a.rate - b.rate);
  return (sorted.findLast(({ rate }) => rate <= ENOUGH) ?? sorted[0])?.url;
}
