import { Refused, Transient, type FileRequest } from '@app/channel';
import { extensionOf, type GuardedHttp, type HttpAnswer, HttpFailure, mimeOf, safeFileName } from '@app/connector-host';
import { messengerLimits } from './capabilities';

/** For the whole file, redirects included. */
const TIMEOUT_MS = 60_000;
const MAX_REDIRECTS = 3;

export interface FetchedFile {
  readonly bytes: Buffer;
  readonly name: string;
  readonly mime: string;
}

/**
 * Fetches a file from the address that a webhook named: anybody's address, so each hop goes through the guard and none gets a
 * token of ours. @throws Refused when it will never come, Transient to be asked again.
 */
export async function fetchFile(
  request: FileRequest,
  http: GuardedHttp,
  signal: AbortSignal,
  timeoutMs = TIMEOUT_MS,
): Promise<FetchedFile> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  let url = addressIn(request.url);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const answer = await ask(url, http, within, timeoutMs);
    const next = answer.status >= 300 && answer.status <= 399 ? answer.headers.location : undefined;
    if (next === undefined) return fileOf(answer, url, request);
    url = addressIn(next, url);
  }
  throw new Refused('REFUSED', 'Facebook sends from one address to the next for this file.');
}

async function ask(url: URL, http: GuardedHttp, signal: AbortSignal, timeoutMs: number): Promise<HttpAnswer> {
  try {
    return await http.call({
      method: 'GET',
      url,
      headers: { accept: '*/*' },
      timeoutMs,
      maxBytes: messengerLimits.fileBytes,
      signal,
    });
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    switch (error.fault) {
      case 'forbidden':
        throw new Refused('REFUSED', 'The address of the file leads where Evenhand does not go.', { cause: error });
      case 'too-large':
        throw new Refused('REFUSED', 'The file is larger than 25 MB.', { cause: error });
      default:
        throw new Transient('The file cannot be fetched just now.', { cause: error });
    }
  }
}

function fileOf({ status, headers, body }: HttpAnswer, url: URL, request: FileRequest): FetchedFile {
  if (status >= 500 || status === 408 || status === 429) throw new Transient('The file cannot be fetched just now.');
  if (status !== 200) throw new Refused('REFUSED', 'The file is no longer at Facebook: its address has expired.');
  if (body.length === 0) throw new Refused('REFUSED', 'The file is empty.');
  const mime = mimeOf(body, headers['content-type'], request.kind);
  const extension = extensionOf(mime);
  const name =
    safeFileName(request.name ?? '', extension) ??
    safeFileName(decoded(url.pathname), extension) ??
    `${request.kind}-${request.position + 1}${extension || '.bin'}`;
  return { bytes: body, name, mime };
}

function addressIn(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) throw new Refused('REFUSED', 'The address of the file is not one of the web.');
  const url = new URL(text, base);
  // a name and password in an address would be sent along
  url.username = '';
  url.password = '';
  return url;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
