import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { PlatformApp, WebhookAnswer, WebhookRequest } from '@app/channel';
import { parseMetaApp } from './config';
import { addressesIn } from './read/envelope';
import { readSignedRequest } from './signed-request';

/** What Meta's own samples answer; it looks at the status alone. */
const RECEIVED = 'EVENT_RECEIVED';

/**
 * Answers what comes to the webhook of an app: the handshake, deliveries, and the callbacks of people who take back what they
 * had allowed. Pure. Which secret counts is known from the path, never from the body.
 */
export function receiveWebhook(request: WebhookRequest, app: PlatformApp): WebhookAnswer {
  const { appSecret, verifyToken } = parseMetaApp(app);
  if (request.path === '' || request.path === '/') {
    return request.method === 'GET' ? shakeHands(request, verifyToken) : take(request, appSecret);
  }
  if (request.method === 'POST' && request.path === '/deauthorize') return revoke(request, appSecret, false);
  if (request.method === 'POST' && request.path === '/delete') return revoke(request, appSecret, true);
  return { kind: 'reply', status: 404, contentType: 'text/plain', body: 'There is nothing here.' };
}

/** Meta asks whether the address is ours, and wants its challenge back exactly. */
function shakeHands(request: WebhookRequest, verifyToken: string): WebhookAnswer {
  const query = new URLSearchParams(request.query);
  const challenge = query.get('hub.challenge');
  const known = query.get('hub.mode') === 'subscribe' && isSame(query.get('hub.verify_token') ?? '', verifyToken);
  if (!known || challenge === null) return { kind: 'rejected', status: 403, reason: 'verify-token' };
  return { kind: 'reply', status: 200, contentType: 'text/plain', body: challenge };
}

function take(request: WebhookRequest, appSecret: string): WebhookAnswer {
  const given = request.headers['x-hub-signature-256'];
  if (given === undefined) return { kind: 'rejected', status: 401, reason: 'signature-missing' };
  // over the bytes as received: Meta escapes what is not ASCII, and slashes, in a way of its own
  const expected = `sha256=${createHmac('sha256', appSecret).update(request.body).digest('hex')}`;
  if (!isEqual(given, expected)) return { kind: 'rejected', status: 401, reason: 'signature-wrong' };
  return {
    kind: 'delivery',
    source: createHash('sha256').update(request.body).digest('hex'),
    addresses: addressesIn(request.body),
    body: RECEIVED,
  };
}

function revoke(request: WebhookRequest, appSecret: string, erase: boolean): WebhookAnswer {
  const signed = readSignedRequest(request.body, appSecret);
  if (signed === undefined) return { kind: 'rejected', status: 401, reason: 'signed-request' };
  return { kind: 'revoked', user: signed.user, erase, issuedAt: signed.issuedAt ?? request.receivedAt };
}

/** In constant time once the lengths are equal; the length of a signature is no secret. */
function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** In constant time, the length included. */
function isSame(given: string, expected: string): boolean {
  const hash = (value: string): Buffer => createHash('sha256').update(value).digest();
  return timingSafeEqual(hash(given), hash(expected));
}
