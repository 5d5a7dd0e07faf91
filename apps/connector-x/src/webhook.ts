import { createHmac, timingSafeEqual } from 'node:crypto';
import type { PlatformApp, WebhookAnswer, WebhookRequest } from '@app/channel';
import { type Json } from '@app/connector-host';
import { parseXApp } from './config';
import { addressesIn, bodyOf, isReplayStatus, nameOf, revocationIn } from './read/envelope';
import { toldTime } from './read/times';

const RECEIVED = 'received';

/**
 * Answers what comes to the webhook of an app: the challenge by which X sees that we know the secret (CRC), and deliveries of
 * both APIs. Pure. Challenge and deliveries are signed in the same way with the same secret, and anybody may ask for a
 * challenge: so nothing that could begin a delivery is ever taken as one, and nothing else is ever taken as a delivery.
 */
export function receiveWebhook(request: WebhookRequest, app: PlatformApp): WebhookAnswer {
  const { consumerSecret } = parseXApp(app);
  if (request.path !== '' && request.path !== '/') {
    return { kind: 'reply', status: 404, contentType: 'text/plain', body: 'There is nothing here.' };
  }
  return request.method === 'GET' ? answerChallenge(request, consumerSecret) : take(request, consumerSecret);
}

const CHALLENGE = /^[\w.~+/=: -]{1,500}$/;

function answerChallenge({ query }: WebhookRequest, secret: string): WebhookAnswer {
  const token = new URLSearchParams(query).get('crc_token');
  if (token === null || !CHALLENGE.test(token)) return { kind: 'rejected', status: 400, reason: 'crc-token' };
  return {
    kind: 'reply',
    status: 200,
    contentType: 'application/json',
    body: JSON.stringify({ response_token: signatureOf(token, secret) }),
  };
}

const OPENING_BRACE = 0x7b;

function take(request: WebhookRequest, secret: string): WebhookAnswer {
  const { body, receivedAt } = request;
  const given = request.headers['x-twitter-webhooks-signature'];
  if (given === undefined) return { kind: 'rejected', status: 401, reason: 'signature-missing' };
  if (!isEqual(given, signatureOf(body, secret))) return { kind: 'rejected', status: 401, reason: 'signature-wrong' };
  if (body[0] !== OPENING_BRACE) return { kind: 'rejected', status: 400, reason: 'no-object' };
  const object = objectIn(body);
  const revoked = object && revocationIn(object);
  if (revoked) {
    const at = toldTime(revoked.at);
    return {
      kind: 'revoked',
      user: revoked.user,
      erase: false,
      issuedAt: at === undefined ? receivedAt : new Date(at),
    };
  }
  if (object && isReplayStatus(object))
    return { kind: 'reply', status: 200, contentType: 'text/plain', body: RECEIVED };
  return { kind: 'delivery', source: nameOf(body, receivedAt), addresses: addressesIn(body), body: RECEIVED };
}

/** Undefined for bytes that are no object: kept, shown as unreadable. */
function objectIn(body: Buffer): Json | undefined {
  try {
    return bodyOf(body);
  } catch {
    return undefined;
  }
}

/** As X writes it: base64, not hexadecimal. */
function signatureOf(message: string | Buffer, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(message).digest('base64')}`;
}

/** In constant time once the lengths are equal; the length of a signature is no secret. */
function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
