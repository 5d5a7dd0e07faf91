import { Agent as PlainAgent, request as plainRequest, type ClientRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { callbackify } from 'node:util';
import { HostRefused, type HostGuard } from './guarded-address';

/** An idle connection is given up before a server gives it up, so that no request is written into a closed one. */
const IDLE_MS = 4_000;
/** Connections to one host at a time; more requests wait. */
const MAX_SOCKETS = 32;

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** For the whole call, from the name's look-up to the last byte of the answer. */
  readonly timeoutMs: number;
  /** A longer answer is given up. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Why a call got no answer. */
export type HttpFault = 'forbidden' | 'unreachable' | 'timeout' | 'too-large' | 'broken' | 'stopped';

/** A call without an answer. Says nothing of the address but its host: paths and queries may hold secrets. */
export class HttpFailure extends Error {
  constructor(
    readonly fault: HttpFault,
    /** Whether the other side may have seen the request. */
    readonly mayHaveArrived: boolean,
    message: string,
    /** Of the operating system or of TLS, such as `ECONNREFUSED`. */
    readonly code?: string,
  ) {
    super(message);
    this.name = 'HttpFailure';
  }
}

/**
 * HTTP to addresses that somebody else names. Every connection goes to an address that the guard has checked, without a second
 * look-up; unencrypted only to this machine. Redirects are answers like any other and never followed here.
 */
export class GuardedHttp {
  private readonly plain: PlainAgent;
  private readonly tls: TlsAgent;

  constructor(
    private readonly guard: HostGuard,
    /** Whether connections are kept for the next call. */
    keepAlive = true,
  ) {
    const lookup = this.lookup(false);
    const options = { keepAlive, maxSockets: MAX_SOCKETS, timeout: IDLE_MS };
    this.plain = new PlainAgent({ ...options, lookup: this.lookup(true) });
    this.tls = new TlsAgent({ ...options, lookup });
  }

  /** @throws HttpFailure when there is no whole answer. */
  async call(call: HttpCall): Promise<HttpAnswer> {
    const timeout = AbortSignal.timeout(call.timeoutMs);
    const signal = call.signal === undefined ? timeout : AbortSignal.any([call.signal, timeout]);
    const { url } = call;
    const secure = url.protocol === 'https:';
    if (!secure && url.protocol !== 'http:')
      throw new HttpFailure('forbidden', false, 'the address is not one of the web');
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    // a number needs no look-up, so the look-up below would never see it
    if (isIP(host) !== 0) await this.checked(host, !secure);
    if (signal.aborted) throw failureOf(signal, timeout, false, url, undefined);
    return new Promise((resolve, reject) => {
      const state = { mayHaveArrived: false };
      const request = (secure ? tlsRequest : plainRequest)(url, {
        method: call.method,
        headers: {
          'accept-encoding': 'identity',
          ...call.headers,
          ...(call.body === undefined ? {} : { 'content-length': String(call.body.length) }),
        },
        agent: secure ? this.tls : this.plain,
        signal,
      });
      const fail = (error: unknown): void => {
        request.destroy();
        reject(failureOf(signal, timeout, state.mayHaveArrived, url, error));
      };
      watchConnection(request, () => {
        state.mayHaveArrived = true;
      });
      request.on('error', fail);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const announced = Number(response.headers['content-length']);
        if (announced > call.maxBytes) return fail(tooLarge(url));
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size > call.maxBytes) fail(tooLarge(url));
        });
        response.on('error', fail);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      });
      request.end(call.body);
    });
  }

  /** Ends connections that wait for a next call. */
  close(): void {
    this.plain.destroy();
    this.tls.destroy();
  }

  private async checked(host: string, onlyLoopback: boolean) {
    try {
      const found = await this.guard.check(host);
      if (onlyLoopback && !found.loopback) {
        throw new HttpFailure(
          'forbidden',
          false,
          `${host} is reached without encryption, which only this machine may be`,
        );
      }
      return found;
    } catch (error) {
      if (error instanceof HostRefused) throw new HttpFailure('forbidden', false, error.message);
      throw error;
    }
  }

  private lookup(onlyLoopback: boolean): LookupFunction {
    const check = callbackify((host: string) => this.checked(host, onlyLoopback));
    return (host, options, done) =>
      check(host, (error, found) => {
        if (error !== null) return done(error, '', 0);
        const family = isIP(found.address);
        if (options.all === true) done(null, [{ address: found.address, family }]);
        else done(null, found.address, family);
      });
  }
}

/** Tells when the first byte of the request can leave: before that the other side has certainly not seen it. */
function watchConnection(request: ClientRequest, onOpen: () => void): void {
  request.on('socket', (socket: Socket & Partial<TLSSocket>) => {
    const opens = socket.encrypted === true ? 'secureConnect' : 'connect';
    if (request.reusedSocket || (opens === 'connect' && !socket.connecting)) onOpen();
    else socket.once(opens, onOpen);
  });
}

function tooLarge(url: URL): HttpFailure {
  return new HttpFailure('too-large', true, `the answer of ${url.hostname} is too large`);
}

function failureOf(
  signal: AbortSignal,
  timeout: AbortSignal,
  mayHaveArrived: boolean,
  url: URL,
  error: unknown,
): HttpFailure {
  if (error instanceof HttpFailure) return error;
  const host = url.hostname;
  if (timeout.aborted) return new HttpFailure('timeout', mayHaveArrived, `${host} does not answer in time`);
  if (signal.aborted) return new HttpFailure('stopped', mayHaveArrived, `the call to ${host} was stopped`);
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  return mayHaveArrived
    ? new HttpFailure('broken', true, `the connection to ${host} broke (${code})`, code)
    : new HttpFailure('unreachable', false, `${host} cannot be reached (${code})`, code);
}
