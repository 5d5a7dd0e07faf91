import { idOf, millisOf, objectOf } from '@app/connector-host';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseExactJson } from './exact-json';

/** What Meta vouches for in a callback. */
export interface SignedRequest {
  /** Platform id of the person: mostly an operator of ours who had signed in with Facebook; it may be a customer's, too. */
  readonly user: string;
  readonly issuedAt?: Date;
}

/**
 * The `signed_request` of a form, or undefined where it is not signed with this secret. The signature is over the payload as
 * it is encoded.
 */
export function readSignedRequest(form: Buffer, appSecret: string): SignedRequest | undefined {
  const [signature = '', payload = '', ...rest] = (
    new URLSearchParams(form.toString('utf8')).get('signed_request') ?? ''
  ).split('.');
  const given = Buffer.from(signature);
  const expected = Buffer.from(createHmac('sha256', appSecret).update(payload).digest('base64url'));
  if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const content = jsonOf(Buffer.from(payload, 'base64url'));
  const user = idOf(content?.['user_id']);
  const algorithm = content?.['algorithm'];
  if (user === undefined || typeof algorithm !== 'string' || algorithm.toUpperCase() !== 'HMAC-SHA256')
    return undefined;
  const issued = millisOf(content?.['issued_at']);
  return issued === undefined ? { user } : { user, issuedAt: new Date(issued) };
}

function jsonOf(bytes: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    return objectOf(parseExactJson(bytes));
  } catch {
    return undefined;
  }
}
