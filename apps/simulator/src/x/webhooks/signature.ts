import { createHmac } from 'node:crypto';

/** `x-twitter-webhooks-signature` of a body: base64, not hex, with the app's consumer secret (platforms.md §4.10). */
export function signatureOf(consumerSecret: string, body: Buffer): string {
  return `sha256=${createHmac('sha256', consumerSecret).update(body).digest('base64')}`;
}

/** What a receiver must answer to a challenge, as `response_token`. */
export function responseToken(consumerSecret: string, crcToken: string): string {
  return `sha256=${createHmac('sha256', consumerSecret).update(crcToken).digest('base64')}`;
}
