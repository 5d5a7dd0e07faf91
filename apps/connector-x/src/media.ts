import { setTimeout as pause } from 'node:timers/promises';
import { Refused, Transient } from '@app/channel';
import { BlobCorrupt, BlobMissing, BlobStoreUnavailable, BlobTooLarge, type Blobs } from '@app/runtime';
import { field, text, xIdOf } from './answer';
import { xLimits } from './capabilities';
import { pathOf, type XAnswer, type XClient } from './client';
import type { Handle } from './config';
import type { FileKind, PreparedFile } from './write';

/** X takes up to 5 MB in one piece. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** X works on a video for a while; longer than this a job does not wait, but comes again. */
const MAX_PROCESSING_MS = 2 * 60_000;
const MIN_CHECK_MS = 1_000;
const MAX_CHECK_MS = 15_000;

const BYTES: Record<FileKind, number> = {
  image: xLimits.imageBytes,
  gif: xLimits.gifBytes,
  video: xLimits.videoBytes,
};

export interface UploadParts {
  readonly client: XClient;
  readonly blobs: Blobs;
  /** Until X is asked again whether it has worked a file through. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

/**
 * Uploads a file for a post or a direct message; X keeps it 24 hours. Harmless to repeat: nobody sees it before it is named.
 * @returns the id that X gave it.
 * @throws Refused where X does not take it, Transient, and what the client throws.
 */
export async function uploadFile(
  file: PreparedFile,
  use: 'tweet' | 'dm',
  handle: Handle,
  { client, blobs, wait = pause }: UploadParts,
): Promise<string> {
  const bytes = await blobs.read(file.sha256, BYTES[file.as]).catch((error: unknown) => {
    throw unreadable(error, file.name);
  });
  const category = `${use}_${file.as}`;
  if (file.as === 'image') {
    const answer = await client.asHandle(handle, {
      method: 'POST',
      path: '/2/media/upload',
      endpoint: 'POST /2/media/upload',
      multipart: { fields: { media_category: category }, file: { name: file.name, mime: file.mime, bytes } },
    });
    const id = idIn(answer);
    await processed(id, answer, file, handle, client, wait);
    return id;
  }
  const id = idIn(
    await client.asHandle(handle, {
      method: 'POST',
      path: '/2/media/upload/initialize',
      endpoint: 'POST /2/media/upload/initialize',
      json: { media_type: file.mime, total_bytes: bytes.length, media_category: category },
    }),
  );
  for (let index = 0; index * PIECE_BYTES < bytes.length; index += 1) {
    const piece = bytes.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES);
    await client.asHandle(handle, {
      method: 'POST',
      path: pathOf('2', 'media', 'upload', id, 'append'),
      endpoint: 'POST /2/media/upload/:id/append',
      multipart: {
        fields: { segment_index: String(index) },
        file: { name: file.name, mime: 'application/octet-stream', bytes: piece },
      },
    });
  }
  const done = await client.asHandle(handle, {
    method: 'POST',
    path: pathOf('2', 'media', 'upload', id, 'finalize'),
    endpoint: 'POST /2/media/upload/:id/finalize',
  });
  await processed(id, done, file, handle, client, wait);
  return id;
}

/** Waits until X has worked the file through, if it has to. */
async function processed(
  id: string,
  first: XAnswer,
  file: PreparedFile,
  handle: Handle,
  client: XClient,
  wait: (ms: number) => Promise<unknown>,
): Promise<void> {
  let answer = first;
  let waited = 0;
  for (;;) {
    const state = field(field(answer.body, 'data'), 'processing_info');
    const name = text(field(state, 'state'));
    if (name === undefined || name === 'succeeded') return;
    if (name === 'failed') {
      const why = field(state, 'error');
      const words = text(field(why, 'message')) ?? text(field(why, 'detail')) ?? text(field(why, 'name'));
      const told = words === undefined ? '' : ` X: “${words.slice(0, 200)}”`;
      throw new Refused('REFUSED', `X cannot use the file ${file.name}. Save it in another form.${told}`);
    }
    const asked = Number(field(state, 'check_after_secs')) * 1_000;
    const ms = Math.min(Math.max(Number.isFinite(asked) ? asked : 0, MIN_CHECK_MS), MAX_CHECK_MS);
    waited += ms;
    if (waited > MAX_PROCESSING_MS) throw new Transient(`X still works on the file ${file.name}.`);
    await wait(ms);
    answer = await client.asHandle(handle, {
      method: 'GET',
      path: '/2/media/upload',
      endpoint: 'GET /2/media/upload',
      query: { command: 'STATUS', media_id: id },
    });
  }
}

function idIn({ body }: XAnswer): string {
  const id = xIdOf(field(field(body, 'data'), 'id'));
  if (id === undefined) throw new Transient('X took the file without an id for it.');
  return id;
}

/** A file that cannot be had now may come back with its disk; one that is gone does not. */
function unreadable(error: unknown, name: string): unknown {
  if (error instanceof BlobStoreUnavailable) return new Transient(error.message, { cause: error });
  if (error instanceof BlobMissing || error instanceof BlobCorrupt || error instanceof BlobTooLarge) {
    return new Refused('REFUSED', `The file ${name} cannot be sent: it is no longer whole in Evenhand.`, {
      cause: error,
    });
  }
  return error;
}
