import { createHmac } from 'node:crypto';

/** What signs a call in the name of a person (OAuth 1.0a, user context). */
export interface OAuth1Keys {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  /** Left out before there is one. */
  readonly token?: string;
  readonly tokenSecret?: string;
}

export interface OAuth1Call {
  readonly method: string;
  /** As it is really called, its query included: the host is part of what is signed. */
  readonly url: URL;
  /** Fields of a form body. Bodies of other types, JSON and files among them, are not signed. */
  readonly form?: Readonly<Record<string, string>>;
}

/** Good once: X refuses a nonce it has seen, and a time some minutes off. */
export interface OAuth1Moment {
  readonly nonce: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

/** The `Authorization` header of a call (RFC 5849 §3, HMAC-SHA1). */
export function oauth1Header(call: OAuth1Call, keys: OAuth1Keys, { nonce, timestamp }: OAuth1Moment): string {
  const own: Record<string, string> = {
    oauth_consumer_key: keys.consumerKey,
    oauth_nonce: nonce,
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: String(timestamp),
    ...(keys.token === undefined ? {} : { oauth_token: keys.token }),
    oauth_version: '1.0',
  };
  const signature = oauth1Signature(call, keys, own);
  const all = Object.entries({ ...own, oauth_signature: signature }).toSorted(byName);
  return `OAuth ${all.map(([name, value]) => `${rfc3986(name)}="${rfc3986(value)}"`).join(', ')}`;
}

/** Percent-encoding as OAuth wants it: everything but letters, digits and `-._~`. */
export function rfc3986(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

function oauth1Signature(
  { method, url, form = {} }: OAuth1Call,
  keys: OAuth1Keys,
  own: Readonly<Record<string, string>>,
): string {
  const signed = [...url.searchParams, ...Object.entries(form), ...Object.entries(own)]
    .map(([name, value]): [string, string] => [rfc3986(name), rfc3986(value)])
    .toSorted(byName)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const address = `${url.origin}${url.pathname}`;
  const base = [method.toUpperCase(), address, signed].map(rfc3986).join('&');
  const key = `${rfc3986(keys.consumerSecret)}&${rfc3986(keys.tokenSecret ?? '')}`;
  return createHmac('sha1', key).update(base).digest('base64');
}

/** By bytes: names and values are ASCII once they are encoded. */
function byName([a, x]: readonly [string, string], [b, y]: readonly [string, string]): number {
  if (a !== b) return a < b ? -1 : 1;
  return x === y ? 0 : x < y ? -1 : 1;
}
