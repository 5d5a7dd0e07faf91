import { createHmac } from 'node:crypto';

/** The two headers of a webhook, over exactly these bytes. */
export function signatureHeaders(secret: string, body: Buffer): Record<string, string> {
  return {
    'X-Hub-Signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
    'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
}

/** What a call must carry beside its token where the app demands it. */
export function appsecretProof(secret: string, token: string): string {
  return createHmac('sha256', secret).update(token).digest('hex');
}

/** The body of a deauthorise or data-deletion callback: `SIG.PAYLOAD`, both base64url without padding. */
export function signedRequest(secret: string, payload: object): string {
  const encoded = Buffer.from(JSON.stringify(payload), 'utf8').toString('base64url');
  return `${createHmac('sha256', secret).update(encoded).digest('base64url')}.${encoded}`;
}
