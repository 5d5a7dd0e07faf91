import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const ids = new WeakMap<IncomingMessage, string>();

/** The one id of a request, from webhook to reply: a proxy's own, if it looks like one, else a new one. */
export function requestIdOf(request: IncomingMessage): string {
  let id = ids.get(request);
  if (id === undefined) {
    const given = request.headers['x-request-id'];
    id = typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
    ids.set(request, id);
  }
  return id;
}
