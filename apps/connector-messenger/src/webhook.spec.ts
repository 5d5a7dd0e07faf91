import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import type { PlatformApp, WebhookRequest } from '@app/channel';
import { receiveWebhook } from './webhook';

const SECRET = 'test_app_secret';
const app: PlatformApp = {
  id: '01989d2b-0000-7000-8000-000000000001',
  workspaceId: '01989d2b-0000-7000-8000-000000000002',
  key: 'k3y',
  settings: { appId: '1517776481860111' },
  secrets: { appSecret: SECRET, verifyToken: 'a-word-only-we-know' },
};
const receivedAt = new Date('2026-11-21T10:00:00Z');

/** A body and its signature, made elsewhere; the backslashes are on the wire. */
const ESCAPED = String.raw`{"object":"page","entry":[{"id":"1","time":1700000000000,"messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"timestamp":1700000000000,"message":{"mid":"m_1","text":"\u00e4\u00f6\u00e5"}}]}]}`;
const SIGNATURE = 'sha256=184371eacd48ad9bfd766916c600186d3022cfdfe19ab377d20f0e50560182f8';
const SIGNED_REQUEST =
  '9C3os-BVqHdGR8ArmepqNL8RgHPK_ApB7oJt2EtN234.eyJ1c2VyX2lkIjoiMjE4NDcxIiwiYWxnb3JpdGhtIjoiSE1BQy1TSEEyNTYiLCJpc3N1ZWRfYXQiOjEyOTE4MzY4MDAsImV4cGlyZXMiOjEyOTE4NDA0MDB9';

function request(parts: Partial<WebhookRequest>): WebhookRequest {
  return { method: 'POST', path: '', query: '', headers: {}, body: Buffer.alloc(0), receivedAt, ...parts };
}

function signed(body: string | Buffer): WebhookRequest {
  const signature = createHmac('sha256', SECRET).update(body).digest('hex');
  return request({ body: Buffer.from(body), headers: { 'x-hub-signature-256': `sha256=${signature}` } });
}

describe('the handshake', () => {
  const query = 'hub.mode=subscribe&hub.verify_token=a-word-only-we-know&hub.challenge=1158201444';

  it('gives the challenge back exactly, as plain text', () => {
    expect(receiveWebhook(request({ method: 'GET', query }), app)).toEqual({
      kind: 'reply',
      status: 200,
      contentType: 'text/plain',
      body: '1158201444',
    });
  });

  it.each([
    query.replace('a-word-only-we-know', 'a-word-only-we-knoW'),
    query.replace('a-word-only-we-know', ''),
    query.replace('subscribe', 'unsubscribe'),
    query.replace('hub.challenge', 'hub_challenge'),
    query.replaceAll('hub.', 'hub_'),
    '',
  ])('refuses %s', (wrong) => {
    const answer = receiveWebhook(request({ method: 'GET', query: wrong }), app);

    expect(answer).toEqual({ kind: 'rejected', status: 403, reason: 'verify-token' });
  });
});

describe('a delivery', () => {
  it('is taken when its bytes are signed, under the hash of its bytes', () => {
    const body = Buffer.from(ESCAPED);

    expect(receiveWebhook(request({ body, headers: { 'x-hub-signature-256': SIGNATURE } }), app)).toEqual({
      kind: 'delivery',
      source: createHash('sha256').update(body).digest('hex'),
      addresses: ['1'],
      body: 'EVENT_RECEIVED',
    });
  });

  it.each<[string, Partial<WebhookRequest>]>([
    ['serialised anew', { body: Buffer.from(JSON.stringify(JSON.parse(ESCAPED))) }],
    ['changed by one byte', { body: Buffer.from(ESCAPED.replace('"m_1"', '"m_2"')) }],
    ['cut short', { body: Buffer.from(ESCAPED.slice(0, -1)) }],
    ['signed in upper case', { headers: { 'x-hub-signature-256': `sha256=${SIGNATURE.slice(7).toUpperCase()}` } }],
    ['signed with more behind', { headers: { 'x-hub-signature-256': `${SIGNATURE}0` } }],
    ['signed with less', { headers: { 'x-hub-signature-256': SIGNATURE.slice(0, -1) } }],
    ['signed twice', { headers: { 'x-hub-signature-256': `${SIGNATURE}, ${SIGNATURE}` } }],
    [
      'signed by another app',
      { headers: { 'x-hub-signature-256': `sha256=${createHmac('sha256', 'other').update(ESCAPED).digest('hex')}` } },
    ],
  ])('is refused when %s', (_, parts) => {
    const headers = { 'x-hub-signature-256': SIGNATURE };

    expect(receiveWebhook(request({ body: Buffer.from(ESCAPED), headers, ...parts }), app)).toEqual({
      kind: 'rejected',
      status: 401,
      reason: 'signature-wrong',
    });
  });

  it('is refused when it is signed with SHA-1 only, or not at all', () => {
    const sha1 = `sha1=${createHmac('sha1', SECRET).update(ESCAPED).digest('hex')}`;

    for (const headers of [{}, { 'x-hub-signature': sha1 }]) {
      expect(receiveWebhook(request({ body: Buffer.from(ESCAPED), headers }), app)).toEqual({
        kind: 'rejected',
        status: 401,
        reason: 'signature-missing',
      });
    }
  });

  it.each<[string, string, string[]]>([
    ['names each Page once, number or text', '{"object":"page","entry":[{"id":"7"},{"id":9007199254740993},{"id":7}]}', ['7', '9007199254740993']], // prettier-ignore
    ['of the dashboard’s test form names no object', '{"entry":[{"id":"0","changes":[]}]}', ['0']],
    ['about something else concerns no Page', '{"object":"instagram","entry":[{"id":"7"}]}', []],
    ['without entries concerns nobody', '{"object":"page"}', []],
    ['with odd entries names whom it can', '{"object":"page","entry":[null,[],{"id":{}},{"id":"7"}]}', ['7']],
    ['that is no object is kept', '["page"]', []],
    ['that is no JSON is kept', '{"object":"page","entry":[{"id":"7"', []],
    ['that is empty is kept', '', []],
  ])('that is signed and %s', (_, body, addresses) => {
    expect(receiveWebhook(signed(body), app)).toMatchObject({ kind: 'delivery', addresses });
  });

  it('of any signed bytes is kept', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(receiveWebhook(signed(Buffer.from(bytes)), app).kind).toBe('delivery');
      }),
    );
  });
});

describe('a callback', () => {
  const callback = (path: string, signedRequest: string): WebhookRequest =>
    request({ path, body: Buffer.from(new URLSearchParams({ signed_request: signedRequest }).toString()) });
  const sign = (content: unknown): string => {
    const payload = Buffer.from(JSON.stringify(content)).toString('base64url');
    return `${createHmac('sha256', SECRET).update(payload).digest('base64url')}.${payload}`;
  };

  it.each([
    ['/deauthorize', false],
    ['/delete', true],
  ])('to %s tells who takes back, and whether to erase', (path, erase) => {
    expect(receiveWebhook(callback(path, SIGNED_REQUEST), app)).toEqual({
      kind: 'revoked',
      user: '218471',
      erase,
      issuedAt: new Date(1291836800_000),
    });
  });

  it('without a time counts from when it came', () => {
    const body = sign({ user_id: 218471, algorithm: 'hmac-sha256' });

    expect(receiveWebhook(callback('/delete', body), app)).toMatchObject({ user: '218471', issuedAt: receivedAt });
  });

  it.each([
    ['nothing', ''],
    ['a changed payload', SIGNED_REQUEST.replace('eyJ1', 'eyJ2')],
    ['a changed signature', SIGNED_REQUEST.replace('9C3o', '9C3p')],
    ['no payload', `${SIGNED_REQUEST.split('.')[0]}`],
    ['a third part', `${SIGNED_REQUEST}.x`],
    ['another algorithm', sign({ user_id: '1', algorithm: 'none' })],
    ['nobody', sign({ algorithm: 'HMAC-SHA256' })],
  ])('with %s is refused', (_, body) => {
    expect(receiveWebhook(callback('/delete', body), app)).toEqual({
      kind: 'rejected',
      status: 401,
      reason: 'signed-request',
    });
  });

  it.each(['/other', '/delete/x', '/deletion/abc'])('to %s finds nothing', (path) => {
    expect(receiveWebhook(callback(path, SIGNED_REQUEST), app)).toMatchObject({ kind: 'reply', status: 404 });
  });
});
