import type { FileRef } from './drafts';

export type UploadResult =
  { readonly file: FileRef } | { readonly refused: 'large' | 'offline' | 'refused' | 'signedOut' };

/** Longest time for one file. Milliseconds. */
const TIMEOUT_MS = 10 * 60_000;

/** Sends one file to the api. By XMLHttpRequest, because fetch does not tell how far an upload is. */
export function upload(
  file: File,
  onProgress: (share: number) => void,
): { readonly done: Promise<UploadResult>; readonly abort: () => void } {
  const request = new XMLHttpRequest();
  const done = new Promise<UploadResult>((resolve) => {
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total ? loaded / total : 0));
    request.addEventListener('load', () => {
      if (request.status === 201) resolve({ file: JSON.parse(request.responseText) as FileRef });
      else if (request.status === 413) resolve({ refused: 'large' });
      else resolve({ refused: request.status === 401 ? 'signedOut' : 'refused' });
    });
    for (const end of ['error', 'timeout', 'abort'])
      request.addEventListener(end, () => resolve({ refused: 'offline' }));
  });
  request.open('POST', '/attachments');
  request.timeout = TIMEOUT_MS;
  request.setRequestHeader('x-evenhand', '1');
  request.setRequestHeader('x-file-name', encodeURIComponent(file.name));
  request.setRequestHeader('content-type', file.type || 'application/octet-stream');
  request.send(file);
  return { done, abort: () => request.abort() };
}
