import { type GuardedHttp, type HttpAnswer, HttpFailure } from '@app/connector-host';
import { createHmac, randomBytes } from 'node:crypto';
import { parseExactJson } from './exact-json';
import { fromAnswer, fromGraph, fromSilence } from './graph-errors';
import { readGraphError } from './graph-error';
import type { Gate } from './rate-limits';
import { readUsage, type Usage } from './usage';

const CALL_TIMEOUT_MS = 10_000;
const UPLOAD_TIMEOUT_MS = 60_000;
/** Pages of lists are far below it. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
/** Parameters that are as secret as a token. */
const SECRET_PARAMETERS = ['client_secret', 'fb_exchange_token', 'input_token', 'access_token', 'code', 'verify_token'];

export interface GraphClientParts {
  readonly http: GuardedHttp;
  /** Where the Graph API is, without a version; may have a path. */
  readonly graphUrl: string;
  /** Such as `v25.0`; always sent. */
  readonly version: string;
  /** With it every call that has a token is proven to be ours. */
  readonly appSecret?: string;
  /** Of a Page, a person, or `<app id>|<app secret>`. Travels in a header, never in an address. */
  readonly token?: string;
  /** Product time, from which "wait until" is counted. */
  readonly now: () => Date;
  /** The Page's way through Meta's limits. */
  readonly gate?: Gate;
  /** Whose usage the headers are read for; without it all that they tell counts. */
  readonly pageId?: string;
}

export interface GraphCallOptions {
  readonly signal?: AbortSignal;
  /** For the whole call. Default 10 s, for uploads 60 s. */
  readonly timeoutMs?: number;
  /** Doing it twice would be seen by somebody: an outcome nobody knows is then `Uncertain`, else `Transient`. */
  readonly once?: boolean;
}

export type GraphParameters = Readonly<Record<string, string | number | boolean | undefined>>;

export interface GraphAnswer {
  /** Parsed exactly: numbers that JavaScript cannot hold stay text. */
  readonly body: unknown;
  readonly usage: Usage;
}

export interface UploadFile {
  readonly field: string;
  readonly name: string;
  readonly mime: string;
  readonly bytes: Buffer;
}

/**
 * The Graph API over HTTP. Whatever goes wrong is thrown as one of the connector errors; where Graph said what it was, that is
 * the `cause` (see `graphErrorOf`). No token, proof or secret is ever part of an error.
 */
export class GraphClient {
  private readonly base: string;
  private readonly proof: string | undefined;

  constructor(private readonly parts: GraphClientParts) {
    this.base = `${parts.graphUrl.replace(/\/+$/, '')}/${parts.version}`;
    if (parts.token !== undefined && parts.appSecret !== undefined) {
      this.proof = appSecretProof(parts.appSecret, parts.token);
    }
  }

  /** @param path without a leading slash: `me/accounts`. Ids in it come from the platform; see `pathOf`. */
  async get(path: string, parameters: GraphParameters = {}, options: GraphCallOptions = {}): Promise<GraphAnswer> {
    return this.call('GET', path, parameters, options);
  }

  /** @param body sent as JSON. */
  async post(
    path: string,
    body: Readonly<Record<string, unknown>>,
    options: GraphCallOptions = {},
  ): Promise<GraphAnswer> {
    const bytes = Buffer.from(JSON.stringify(body));
    const secrets = secretsIn(body);
    return this.call('POST', path, {}, options, { type: 'application/json', bytes }, secrets);
  }

  /** A file with fields beside it, as a form. Fields that are not text are sent as JSON. */
  async postMultipart(
    path: string,
    fields: Readonly<Record<string, unknown>>,
    file: UploadFile,
    options: GraphCallOptions = {},
  ): Promise<GraphAnswer> {
    const body = multipart(fields, file);
    return this.call('POST', path, {}, { timeoutMs: UPLOAD_TIMEOUT_MS, ...options }, body);
  }

  async delete(path: string, parameters: GraphParameters = {}, options: GraphCallOptions = {}): Promise<GraphAnswer> {
    return this.call('DELETE', path, parameters, options);
  }

  private async call(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    parameters: GraphParameters,
    { signal, timeoutMs = CALL_TIMEOUT_MS, once = false }: GraphCallOptions,
    body?: { readonly type: string; readonly bytes: Buffer },
    secrets: readonly string[] = [],
  ): Promise<GraphAnswer> {
    const { http, token, gate, now, pageId } = this.parts;
    await gate?.enter(signal);
    const url = new URL(`${this.base}/${path}`);
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    if (this.proof !== undefined) url.searchParams.set('appsecret_proof', this.proof);
    let answer: HttpAnswer;
    try {
      answer = await http.call({
        method,
        url,
        headers: {
          accept: 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': body.type }),
        },
        ...(body === undefined ? {} : { body: body.bytes }),
        timeoutMs,
        maxBytes: MAX_ANSWER_BYTES,
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (error instanceof HttpFailure) throw fromSilence(error, { once });
      throw error;
    }
    const usage = readUsage(answer.headers, pageId);
    gate?.observe(usage);
    const judgement = { once, now: now(), usage };
    const parsed = parse(answer.body);
    const redact = this.redaction([...secrets, ...secretsIn(parameters)]);
    const error = readGraphError(answer.status, answer.headers, parsed, redact);
    if (error !== undefined) throw fromGraph(error, judgement);
    if (parsed === undefined || answer.status < 200 || answer.status > 299) throw fromAnswer(answer.status, judgement);
    return { body: parsed, usage };
  }

  private redaction(more: readonly string[]): (text: string) => string {
    const secrets = [this.parts.token, this.parts.appSecret, this.proof, ...more].filter(
      (secret): secret is string => secret !== undefined && secret !== '',
    );
    return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
  }
}

/** Lower-case hexadecimal HMAC-SHA256 of the token, keyed with the app secret. */
export function appSecretProof(appSecret: string, token: string): string {
  return createHmac('sha256', appSecret).update(token).digest('hex');
}

/** A path of parts that may come from outside: none of them can lead elsewhere. */
export function pathOf(...parts: readonly string[]): string {
  return parts.map((part) => encodeURIComponent(part).replace(/^\.+$/, '_')).join('/');
}

function parse(bytes: Buffer): unknown {
  try {
    return parseExactJson(bytes);
  } catch {
    // an HTML page, or half an answer: judged by its status
    return undefined;
  }
}

function secretsIn(values: Readonly<Record<string, unknown>>): string[] {
  return SECRET_PARAMETERS.map((name) => values[name]).filter((value): value is string => typeof value === 'string');
}

function multipart(fields: Readonly<Record<string, unknown>>, file: UploadFile): { type: string; bytes: Buffer } {
  // random, so that no file can contain it on purpose
  const boundary = `evenhand-${randomBytes(18).toString('hex')}`;
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${typeof value === 'string' ? value : JSON.stringify(value)}\r\n`,
  );
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${file.field}"; filename="${quoted(file.name)}"\r\nContent-Type: ${file.mime.replace(/[^\x20-\x7e]/g, '')}\r\n\r\n`;
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat([Buffer.from(parts.join('') + head), file.bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

/** As browsers write a file's name in a form (HTML, "multipart/form-data encoding algorithm"). */
function quoted(name: string): string {
  return name.replace(/\r/g, '%0D').replace(/\n/g, '%0A').replace(/"/g, '%22');
}
