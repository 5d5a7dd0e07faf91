import { Refused, Transient, type FileRequest } from '@app/channel';
import { extensionOf, type GuardedHttp, type HttpAnswer, HttpFailure, mimeOf, safeFileName } from '@app/connector-host';
import { authorizationOf } from './authorization';
import type { Handle, HandleCredentials } from './config';
import type { Tokens } from './tokens';

/** For the whole file, redirects included. */
const TIMEOUT_MS = 60_000;
const MAX_REDIRECTS = 3;
/** A whole file is held in memory. */
const MAX_BYTES = 25 * 1024 * 1024;

/** Where X keeps files of direct messages, which only those who take part may have. No other host ever gets a token. */
const PRIVATE_HOSTS = new Set(['ton.twitter.com', 'ton.x.com']);

export interface FetchedFile {
  readonly bytes: Buffer;
  readonly name: string;
  readonly mime: string;
}

export interface FetchParts {
  /** Apart from calls of the API: addresses come with messages. */
  readonly files: GuardedHttp;
  readonly tokens: Tokens;
  /** Product time. */
  readonly now: () => Date;
  readonly timeoutMs?: number;
}

/**
 * Fetches a file from the address that a message named: anybody's address, so each hop goes through the guard, and a token goes
 * along only to X itself. @throws Refused when it will never come, Transient to be asked again.
 */
export async function fetchFile(
  request: FileRequest,
  handle: Handle,
  parts: FetchParts,
  signal: AbortSignal,
): Promise<FetchedFile> {
  const { timeoutMs = TIMEOUT_MS } = parts;
  const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  let url = addressIn(request.url);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const answer = await ask(url, handle, parts, within);
    const next = answer.status >= 300 && answer.status <= 399 ? answer.headers.location : undefined;
    if (next === undefined) return fileOf(answer, url, request);
    url = addressIn(next, url);
  }
  throw new Refused('REFUSED', 'X sends from one address to the next for this file.');
}

/** Whether an address is X's own and asks who we are. */
function isPrivate(url: URL, { app }: Handle): boolean {
  const api = new URL(app.apiUrl);
  const ofApi = url.origin === api.origin && url.pathname.startsWith(`${api.pathname.replace(/\/+$/, '')}/2/`);
  return ofApi || (url.protocol === 'https:' && url.port === '' && PRIVATE_HOSTS.has(url.hostname));
}

async function ask(url: URL, handle: Handle, parts: FetchParts, signal: AbortSignal): Promise<HttpAnswer> {
  if (!isPrivate(url, handle)) return get(url, {}, parts, signal);
  const as = (credentials: HandleCredentials): Record<string, string> => ({
    authorization: authorizationOf({ method: 'GET', url }, handle.app, credentials, parts.now()).header,
  });
  const credentials = await parts.tokens.current(handle);
  const answer = await get(url, as(credentials), parts, signal);
  if (answer.status !== 401) return answer;
  const next = await parts.tokens.afterRejection(handle, credentials, undefined);
  return get(url, as(next), parts, signal);
}

async function get(
  url: URL,
  headers: Readonly<Record<string, string>>,
  { files, timeoutMs = TIMEOUT_MS }: FetchParts,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  try {
    return await files.call({
      method: 'GET',
      url,
      headers: { accept: '*/*', ...headers },
      timeoutMs,
      maxBytes: MAX_BYTES,
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
  if (status >= 500 || [401, 402, 408, 429].includes(status)) {
    throw new Transient('The file cannot be fetched just now.');
  }
  if (status !== 200) throw new Refused('REFUSED', 'The file is no longer at X, or X does not show it to us.');
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
