import { RateLimited, Transient, type Meter } from '@app/channel';
import { type GuardedHttp, type HttpAnswer, HttpFailure } from '@app/connector-host';
import { authorizationOf, withoutSecrets } from './authorization';
import type { Handle, HandleCredentials, XApp } from './config';
import { multipart, type MultipartFile } from './multipart';
import { rfc3986 } from './oauth1';
import { chargesOf, PaidToday } from './prices';
import type { LimitNews, LimitPlace, XRateLimits } from './rate-limits';
import type { Tokens } from './tokens';
import { readXError, type XError } from './x-error';
import { fromNonsense, fromSilence, fromXError } from './x-errors';

const CALL_TIMEOUT_MS = 10_000;
const UPLOAD_TIMEOUT_MS = 60_000;
/** A page of 100 posts with all they refer to is far below it. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** Calls that somebody would see twice: where the outcome is not known they are looked up, never repeated. */
const ONCE = new Set([
  'POST /2/tweets',
  'POST /2/dm_conversations',
  'POST /2/dm_conversations/:id/messages',
  'POST /2/dm_conversations/with/:id/messages',
]);

export interface XCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** From the root of the API: `/2/tweets`. Ids in it come from outside; see `pathOf`. */
  readonly path: string;
  /** As in the table of limits: `GET /2/users/:id/mentions`. */
  readonly endpoint: string;
  readonly query?: Readonly<Record<string, string>>;
  /** One of these three at most. */
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly multipart?: { readonly fields: Readonly<Record<string, string>>; readonly file: MultipartFile };
  readonly signal?: AbortSignal;
  /** For each request. Default 10 s, for uploads 60 s. */
  readonly timeoutMs?: number;
}

export interface XAnswer {
  readonly status: number;
  /** Parsed JSON; undefined for an answer without a body. Partial answers carry `errors` beside `data`. */
  readonly body: unknown;
  /** What is left of the limit, if X says so. */
  readonly limit?: LimitNews;
}

export interface XCallParts {
  readonly http: GuardedHttp;
  readonly limits: XRateLimits;
  readonly tokens: Tokens;
  readonly meter: Meter;
  /** Product time. */
  readonly now: () => Date;
}

/** Who calls: with what, and where it counts. */
interface Caller {
  readonly app: XApp;
  /** Row of our account that pays; undefined: nobody in particular. */
  readonly accountId: string | undefined;
  /** Undefined: the app itself. */
  readonly credentials: HandleCredentials | undefined;
}

/**
 * The API of X over HTTP, within its limits. Whatever goes wrong is thrown as one of the connector errors; where X said what it
 * was, that is the `cause` (see `xErrorOf`). No token, key or signature is ever part of an error.
 */
export class XClient {
  private readonly paid = new PaidToday();

  constructor(readonly parts: XCallParts) {}

  /** In the name of a handle. Renews its token once after a 401, which is said before anything is done, and calls again. */
  async asHandle(handle: Handle, call: XCall): Promise<XAnswer> {
    const { tokens } = this.parts;
    const { app, accountId } = handle;
    const credentials = await tokens.current(handle);
    const first = await this.attempt({ app, accountId, credentials }, call);
    if ('status' in first) return first;
    const next = await tokens.afterRejection(handle, credentials, first.rejected);
    const second = await this.attempt({ app, accountId, credentials: next }, call);
    if ('status' in second) return second;
    throw tokens.patience(accountId, second.rejected);
  }

  /** In the name of the app alone. @param accountId on whose behalf, for what it costs. */
  async asApp(app: XApp, call: XCall, accountId?: string): Promise<XAnswer> {
    const answer = await this.attempt({ app, accountId, credentials: undefined }, call);
    if ('status' in answer) return answer;
    throw this.parts.tokens.patience(
      app.id,
      answer.rejected,
      'Copy the Bearer Token of the app from the developer portal of X again.',
    );
  }

  /**
   * Whether a call may go out now, for what would be done before it in vain (an upload).
   * @throws RateLimited where it may not.
   */
  expectRoom({ app, accountId }: Handle, endpoint: string): void {
    const { limits, now } = this.parts;
    const free = limits.freeAt({ appId: app.id, accountId, endpoint });
    if (free > now().getTime()) throw new RateLimited(`X's limit for ${endpoint} is used up.`, new Date(free));
  }

  private async attempt(
    { app, accountId, credentials }: Caller,
    call: XCall,
  ): Promise<XAnswer | { readonly rejected: XError }> {
    const { limits, http, meter, tokens, now } = this.parts;
    const { method, endpoint, signal } = call;
    const asHandle = credentials !== undefined && accountId !== undefined;
    const place: LimitPlace = { appId: app.id, endpoint, ...(asHandle ? { accountId } : {}) };
    const once = ONCE.has(endpoint);
    await limits.enter(place, signal).catch((error: unknown) => {
      throw signal?.aborted === true ? new Transient('The call to X was stopped before it began.') : error;
    });
    const url = addressOf(app, call);
    const body = bodyOf(call);
    const { form } = call;
    const { header: authorization, secrets } = authorizationOf(
      { method, url, ...(form === undefined ? {} : { form }) },
      app,
      credentials,
      now(),
    );
    let answer: HttpAnswer;
    try {
      answer = await http.call({
        method,
        url,
        headers: {
          accept: 'application/json',
          authorization,
          ...(body === undefined ? {} : { 'content-type': body.type }),
        },
        ...(body === undefined ? {} : { body: body.bytes }),
        timeoutMs: call.timeoutMs ?? (call.multipart === undefined ? CALL_TIMEOUT_MS : UPLOAD_TIMEOUT_MS),
        maxBytes: MAX_ANSWER_BYTES,
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      throw error instanceof HttpFailure ? fromSilence(error, { once }) : error;
    }
    const { status, headers } = answer;
    const limit = limits.observe(place, status, headers);
    const parsed = parse(answer.body);
    if (status >= 200 && status <= 299) {
      if (parsed === undefined && answer.body.length > 0) throw fromNonsense(status, { once });
      tokens.accepted(asHandle ? accountId : app.id);
      if (accountId !== undefined) {
        meter.add({ id: accountId }, chargesOf(call, parsed, app.id, this.paid, now()));
      }
      return { status, body: parsed, ...(limit === undefined ? {} : { limit }) };
    }
    const error = readXError(status, parsed, (words) => withoutSecrets(words, secrets));
    if (status === 401) return { rejected: error };
    const failure = fromXError(error, {
      endpoint,
      once,
      now: now(),
      ...(status === 429 ? { limitedUntil: new Date(limits.freeAt(place)) } : {}),
      ...(credentials?.kind === 'oauth2' ? { granted: credentials.scopes } : {}),
    });
    if (failure instanceof RateLimited && failure.scope === 'app') limits.stop(app.id, failure);
    throw failure;
  }
}

/** A path of parts that may come from outside: none of them can lead elsewhere. */
export function pathOf(...parts: readonly string[]): string {
  return `/${parts.map((part) => encodeURIComponent(part).replace(/^\.+$/, '_')).join('/')}`;
}

function addressOf(app: XApp, { path, query = {} }: XCall): URL {
  const pairs = Object.entries(query).map(([name, value]) => `${rfc3986(name)}=${rfc3986(value)}`);
  return new URL(`${app.apiUrl}${path}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`);
}

function bodyOf({ json, form, multipart: parts }: XCall): { type: string; bytes: Buffer } | undefined {
  if (parts !== undefined) return multipart(parts.fields, 'media', parts.file);
  if (form !== undefined) {
    return {
      type: 'application/x-www-form-urlencoded',
      bytes: Buffer.from(new URLSearchParams({ ...form }).toString()),
    };
  }
  return json === undefined ? undefined : { type: 'application/json', bytes: Buffer.from(JSON.stringify(json)) };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // an HTML page, nothing, or half an answer: judged by its status
    return undefined;
  }
}
