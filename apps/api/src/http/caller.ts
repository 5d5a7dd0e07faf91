import type { IncomingMessage } from 'node:http';
import type { Caller } from '../graphql/operation';
import { hostNameOf, isLoopbackHost } from './loopback';
import { requestIdOf } from './request-id';

/** What the network says of who asks. `ip` is the client's address as far as proxies are trusted. */
export function callerOf(request: IncomingMessage, ip: string, setCookie: Caller['setCookie']): Caller {
  const socketAddress = request.socket.remoteAddress ?? '';
  const host = hostNameOf(request.headers.host);
  const forwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'].some(
    (name) => request.headers[name] !== undefined,
  );
  return {
    requestId: requestIdOf(request),
    ip,
    local: isLoopbackHost(socketAddress) && host !== undefined && isLoopbackHost(host) && !forwarded,
    userAgent: (request.headers['user-agent'] ?? '').slice(0, 300),
    acceptLanguage: request.headers['accept-language'] ?? '',
    setCookie,
  };
}
