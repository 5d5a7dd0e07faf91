import type { Media } from '../model';
import { MINUTE } from '../world';
import type { Call } from './call';
import type { ApiParts } from './parts';
import { invalid, notFound, problem } from './problem';
import type { Answer, Route } from './route';

const MB = 1024 * 1024;
const CATEGORIES = ['tweet_image', 'tweet_gif', 'tweet_video', 'dm_image', 'dm_gif', 'dm_video', 'subtitles'];
const PICTURES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/bmp', 'image/tiff'];
const VIDEOS = ['video/mp4', 'video/quicktime', 'video/webm'];
const MOST_SEGMENTS = 1_000;
/** Bytes of one segment. */
const MOST_SEGMENT = 5 * MB;
/** Uploads in pieces that are under way; the oldest go. */
const MOST_UPLOADS = 100;

/** Uploading: at once, or in pieces with processing afterwards; in both forms that X prints. */
export function mediaRoutes(parts: ApiParts): Route[] {
  const uploads = new Uploads(parts);
  const route = (endpoint: string, handle: (call: Call) => Answer): Route => ({ endpoint, access: ['user'], scopes: ['media.write'], handle }); // prettier-ignore
  const id = (call: Call): string => call.id();
  return [
    route('POST /2/media/upload', (call) => {
      const command = call.text('command') ?? call.query['command'];
      const named = call.text('media_id') ?? call.query['media_id'] ?? '';
      if (command === 'INIT') return uploads.begin(call);
      if (command === 'APPEND') return uploads.append(call, named);
      return command === 'FINALIZE' ? uploads.finish(call, named) : uploads.whole(call);
    }),
    route('GET /2/media/upload', (call) => uploads.status(call, call.query['media_id'] ?? '')),
    route('POST /2/media/upload/initialize', (call) => uploads.begin(call)),
    route('POST /2/media/upload/:id/append', (call) => uploads.append(call, id(call))),
    route('POST /2/media/upload/:id/finalize', (call) => uploads.finish(call, id(call))),
    route('POST /2/media/metadata', (call) => {
      const row = uploads.own(call, call.text('id') ?? '');
      const alt = (call.object('metadata')?.['alt_text'] as { text?: unknown } | undefined)?.text;
      if (typeof alt !== 'string' || alt.length > 1_000) {
        throw invalid('metadata', alt, '$.metadata.alt_text.text: a text of at most 1000 characters is expected');
      }
      parts.media.rows.put({ ...row, altText: alt });
      return { body: { data: { id: row.id } }, charges: [{ kind: 'media.metadata' }] };
    }),
  ];
}

class Uploads {
  private readonly segments = new Map<string, Map<number, Buffer>>();

  constructor(private readonly parts: ApiParts) {}

  whole(call: Call): Answer {
    const { file, user } = call;
    const bytes = file?.bytes ?? inText(call);
    const category = categoryOf(call);
    if (!bytes) throw invalid('media', '', '$.media: is missing');
    const mime = file && file.mime !== 'application/octet-stream' ? file.mime : mimeOf(bytes);
    check(mime, category, bytes.length);
    const media = this.parts.media.add({ userId: user.id, category, mime, bytes });
    return { body: { data: this.shown(this.processed(media)) } };
  }

  begin(call: Call): Answer {
    const category = categoryOf(call);
    const mime = call.text('media_type') ?? '';
    const total = Number(call.fields['total_bytes'] ?? call.query['total_bytes']);
    check(mime, category, total);
    const media = this.parts.media.begin({ userId: call.user.id, category, mime, size: 0, declaredBytes: total });
    this.segments.set(media.id, new Map());
    if (this.segments.size > MOST_UPLOADS) this.segments.delete(this.segments.keys().next().value!);
    return { body: { data: this.shown(media) } };
  }

  /** Segments may come in any order, and again. */
  append(call: Call, id: string): Answer {
    const row = this.own(call, id);
    const index = Number(call.fields['segment_index']);
    const bytes = call.file?.bytes ?? inText(call);
    const segments = this.segments.get(row.id);
    if (!segments || row.state !== 'uploading')
      throw invalid('id', id, 'The upload has been finalized or has expired.');
    if (!Number.isInteger(index) || index < 0 || index >= MOST_SEGMENTS) {
      throw invalid(
        'segment_index',
        call.fields['segment_index'],
        `segment_index: must be from 0 to ${MOST_SEGMENTS - 1}`,
      );
    }
    if (!bytes || bytes.length > MOST_SEGMENT) throw invalid('media', '', 'media: 1 byte to 5 MB are expected');
    segments.set(index, bytes);
    return { body: { data: { expires_at: Math.floor(row.expiresAt / 1_000) } } };
  }

  finish(call: Call, id: string): Answer {
    const row = this.own(call, id);
    const segments = this.segments.get(row.id);
    if (!segments) throw invalid('id', id, 'The upload has been finalized or has expired.');
    const ordered = [...segments].sort(([a], [b]) => a - b);
    const bytes = Buffer.concat(ordered.map(([, piece]) => piece));
    const complete = ordered.every(([index], n) => index === n) && bytes.length === row.declaredBytes;
    if (!complete) throw invalid('media', bytes.length, `Segments do not add up to provided total file size.`);
    this.segments.delete(row.id);
    this.parts.media.write(row.id, bytes);
    const { declaredBytes: _, ...rest } = row;
    const media = this.parts.media.rows.put({ ...rest, size: bytes.length, state: 'succeeded' });
    return { body: { data: this.shown(this.processed(media)) } };
  }

  status(call: Call, id: string): Answer {
    return { body: { data: this.shown(this.own(call, id)) } };
  }

  own(call: Call, id: string): Media {
    const row = this.parts.media.settle(id);
    if (row?.userId !== call.user.id || row.expiresAt <= this.parts.world.now()) throw notFound();
    return row;
  }

  /** Films and GIFs take a while before they can be attached. */
  private processed(media: Media): Media {
    const { processingMs, processingFails } = this.parts.rules();
    if (media.key.startsWith('3_')) return media;
    const readyAt = this.parts.world.now() + Math.min(processingMs, 10 * MINUTE);
    return this.parts.media.rows.put({ ...media, state: 'pending', readyAt, fails: processingFails });
  }

  private shown({ id, key, size, state, expiresAt, at, readyAt }: Media): object {
    const now = this.parts.world.now();
    const left = Math.max(1, Math.ceil((readyAt - now) / 1_000));
    const whole = Math.max(1, readyAt - at);
    const percent = Math.min(99, Math.max(0, Math.round((100 * (now - at)) / whole)));
    const processing = {
      pending: { state, check_after_secs: left },
      in_progress: { state, check_after_secs: left, progress_percent: percent },
      failed: { state, error: { code: 1, name: 'InvalidMedia', message: 'Unsupported video format' } },
      succeeded: { state, progress_percent: 100 },
      uploading: undefined,
    }[state];
    return {
      id,
      media_key: key,
      ...(state !== 'uploading' && { size }),
      expires_after_secs: Math.max(0, Math.ceil((expiresAt - now) / 1_000)),
      ...(processing && !key.startsWith('3_') && { processing_info: processing }),
    };
  }
}

function categoryOf(call: Call): string {
  const category = call.text('media_category') ?? call.query['media_category'] ?? '';
  if (CATEGORIES.includes(category)) return category;
  throw invalid('media_category', category, `media_category: must be one of ${CATEGORIES.join(', ')}`);
}

function check(mime: string, category: string, size: number): void {
  const video = category.endsWith('_video');
  if (!(video ? VIDEOS : PICTURES).includes(mime)) {
    throw problem(400, 'Invalid Request', `Unsupported media type: ${mime}`, 'invalid-request');
  }
  const most = video ? 512 * MB : category.endsWith('_gif') ? 15 * MB : 5 * MB;
  if (size >= 1 && size <= most) return;
  throw problem(400, 'Invalid Request', `File size exceeds ${most} bytes.`, 'invalid-request');
}

/** A file may also be sent as base64 in JSON. */
function inText(call: Call): Buffer | undefined {
  const media = call.fields['media'];
  return typeof media === 'string' && media !== '' ? Buffer.from(media, 'base64') : undefined;
}

function mimeOf(bytes: Buffer): string {
  if (bytes.subarray(0, 4).toString('latin1') === '\x89PNG') return 'image/png';
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'image/jpeg';
  if (bytes.subarray(0, 3).toString() === 'GIF') return 'image/gif';
  if (bytes.subarray(8, 12).toString() === 'WEBP') return 'image/webp';
  return bytes.subarray(4, 8).toString() === 'ftyp' ? 'video/mp4' : 'application/octet-stream';
}
