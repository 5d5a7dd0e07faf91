import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';

/**
 * Lets only the person at this machine in, before a byte of a body is read, and no web page of somebody else that this
 * person has open:
 * - the connection comes from loopback, and no proxy says that it stands for another;
 * - Host is a loopback name (against DNS rebinding);
 * - what changes something comes from our own page (Origin), or from a program, which sends JSON or a mail: a form of
 *   a foreign page can send neither without asking first, and we answer no such question.
 */
export function loopbackOnly(request: Request, response: Response, next: NextFunction): void {
  response.set({
    'Content-Security-Policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    // Not no-referrer: with that, browsers send our own forms with "Origin: null".
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  });
  const problem = strangeness(request);
  if (problem) response.status(403).json({ error: `The simulator is open to this machine only: ${problem}.` });
  else next();
}

/** Why a request is refused, or undefined. */
export function strangeness(request: Asked): string | undefined {
  const { headers, method } = request;
  const problem = foreignness(request);
  if (problem !== undefined || method === 'GET' || method === 'HEAD' || headers.origin !== undefined) return problem;
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json' || type === 'message/rfc822') return undefined;
  return 'a program must send Content-Type: application/json or message/rfc822';
}

type Asked = Pick<IncomingMessage, 'headers' | 'method'> & { socket: { remoteAddress?: string } };

/** As `strangeness`, for what is guarded by tokens: a program may send any kind of body. */
export function foreignness({ headers, method, socket }: Asked): string | undefined {
  if (!isLoopback(socket.remoteAddress ?? '')) return 'the request comes from another machine';
  if (headers.forwarded ?? headers['x-forwarded-for'] ?? headers['x-real-ip']) return 'the request was forwarded';
  const name = (headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  if (!/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(name)) return 'it must be asked as http://localhost or 127.0.0.1';
  if (method === 'GET' || method === 'HEAD') return undefined;
  const foreign = 'another web site sent this request';
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return foreign;
  if (headers.origin === undefined) return undefined;
  return headers.origin.replace(/^https?:\/\//, '') === headers.host ? undefined : foreign;
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\./.test(address) || address === '::1';
}
