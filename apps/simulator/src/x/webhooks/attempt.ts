import type { DeliveryFault } from './delivery-faults';
import { signatureOf } from './signature';

/** One request to a receiver. */
export interface Request {
  body: Buffer;
  headers: Record<string, string>;
  /** Cuts the connection after this many bytes. */
  cutAfter?: number;
  /** The body trickles in over this time. */
  slowMs?: number;
}

/**
 * The requests that make one try of a delivery: those of one list at once, the lists one after another. None at all where
 * the receiver is not reached.
 */
export function attemptsOf(body: Buffer, secret: string, fault: DeliveryFault | undefined): Request[][] {
  const right = request(body, signatureOf(secret, body));
  switch (fault?.kind) {
    case 'cut':
      return [];
    case 'half-body':
      return [[{ ...right, cutAfter: body.length >> 1 }]];
    case 'slow-body':
      return [[{ ...right, slowMs: fault.ms ?? 1_000 }]];
    case 'truncated': {
      const half = body.subarray(0, body.length >> 1);
      return [[request(half, signatureOf(secret, half))], [right]];
    }
    case 'duplicate':
      return [[right], [right]];
    case 'twice':
      return [[right, right]];
    case 'odd-event': {
      const odd = Buffer.from('{"data":{"event_uuid":"0","event_type":"weather.changed","payload":{"sky":["blue"]}}}');
      return [[request(odd, signatureOf(secret, odd))], [right]];
    }
    case 'wrong-secret':
      return [[request(body, signatureOf(`${secret}x`, body))]];
    case 'no-signature':
      return [[request(body, undefined)]];
    case 'hex-signature': {
      const hex = Buffer.from(signatureOf(secret, body).slice(7), 'base64').toString('hex');
      return [[request(body, `sha256=${hex}`)]];
    }
    case 'changed-byte': {
      const changed = Buffer.from(body);
      changed[changed.length - 2] = 0x20;
      return [[request(changed, signatureOf(secret, body))]];
    }
    default:
      return [[right]];
  }
}

function request(body: Buffer, signature: string | undefined): Request {
  return {
    body,
    headers: {
      ...(signature !== undefined && { 'x-twitter-webhooks-signature': signature }),
      'Content-Type': 'application/json',
      'User-Agent': 'Twitterbot/1.0',
    },
  };
}
