import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import type { PlatformApp, WebhookAnswer, WebhookRequest } from '@app/channel';
import { fixture, fixtureBody, fixtures } from './fixtures/fixture';
import { receiveWebhook } from './webhook';

const SECRET = 'test_consumer_secret';
const app: PlatformApp = {
  id: '01989d2b-0000-7000-8000-000000000001',
  workspaceId: '01989d2b-0000-7000-8000-000000000002',
  key: 'k3y',
  settings: { clientId: 'client' },
  secrets: { consumerKey: 'test_consumer_key', consumerSecret: SECRET, bearerToken: 'bearer' },
};
const receivedAt = new Date('2026-11-22T02:02:00Z');

/** A body and its signature, made elsewhere. */
const BODY = '{"data":{"event_uuid":"1","event_type":"dm.received"}}';
const SIGNATURE = 'sha256=8Cs1utkzlmVX/NfgYoP7UnbTDCceSiHTLsRbpR4cMyA=';

function request(parts: Partial<WebhookRequest>): WebhookRequest {
  return { method: 'POST', path: '', query: '', headers: {}, body: Buffer.alloc(0), receivedAt, ...parts };
}

function signed(body: string | Buffer): WebhookRequest {
  const signature = `sha256=${createHmac('sha256', SECRET).update(body).digest('base64')}`;
  return request({ body: Buffer.from(body), headers: { 'x-twitter-webhooks-signature': signature } });
}

const receive = (name: string): WebhookAnswer => receiveWebhook(signed(fixture(name).raw), app);
const sourceOf = (body: unknown): string => {
  const answer = receiveWebhook(signed(typeof body === 'string' ? body : JSON.stringify(body)), app);
  if (answer.kind !== 'delivery') throw new Error(`It is answered as ${answer.kind}.`);
  return answer.source;
};

describe('the challenge', () => {
  const challenge = (query: string): WebhookAnswer => receiveWebhook(request({ method: 'GET', query }), app);

  it('is answered with its signature', () => {
    expect(challenge('crc_token=challenge_string&nonce=x')).toEqual({
      kind: 'reply',
      status: 200,
      contentType: 'application/json',
      body: '{"response_token":"sha256=583uAmerwtjpykYEAEm+CEIRm6dOywK4QKRr0ha/Pd4="}',
    });
  });

  it.each(['', 'crc_token=', 'token=a', `crc_token=${'a'.repeat(501)}`, 'crc_token=%00'])(
    'is refused as %j',
    (query) => {
      expect(challenge(query)).toEqual({ kind: 'rejected', status: 400, reason: 'crc-token' });
    },
  );

  it('never signs what would be taken as a delivery', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.constant(BODY), fc.constant(` ${BODY}`)), (token) => {
        const answer = challenge(new URLSearchParams({ crc_token: token }).toString());
        if (answer.kind !== 'reply') return;
        const { response_token: signature } = JSON.parse(answer.body) as { response_token: string };
        const headers = { 'x-twitter-webhooks-signature': signature };
        expect(receiveWebhook(request({ body: Buffer.from(token), headers }), app).kind).toBe('rejected');
      }),
    );
    expect(challenge(new URLSearchParams({ crc_token: BODY }).toString()).kind).toBe('rejected');
  });
});

describe('a delivery', () => {
  it('is taken when its bytes are signed', () => {
    const headers = { 'x-twitter-webhooks-signature': SIGNATURE };

    expect(receiveWebhook(request({ body: Buffer.from(BODY), headers }), app)).toEqual({
      kind: 'delivery',
      source: 'xaa:1',
      addresses: [],
      body: 'received',
    });
  });

  it.each<[string, Partial<WebhookRequest>]>([
    ['changed by one byte', { body: Buffer.from(BODY.replace('"1"', '"2"')) }],
    ['cut short', { body: Buffer.from(BODY.slice(0, -1)) }],
    ['signed in hexadecimal', { headers: { 'x-twitter-webhooks-signature': `sha256=${createHmac('sha256', SECRET).update(BODY).digest('hex')}` } }], // prettier-ignore
    ['signed by another app', { headers: { 'x-twitter-webhooks-signature': `sha256=${createHmac('sha256', 'other').update(BODY).digest('base64')}` } }], // prettier-ignore
    ['signed with less', { headers: { 'x-twitter-webhooks-signature': SIGNATURE.slice(0, -1) } }],
    ['signed without its word', { headers: { 'x-twitter-webhooks-signature': SIGNATURE.slice(7) } }],
  ])('is refused when %s', (_, parts) => {
    const headers = { 'x-twitter-webhooks-signature': SIGNATURE };

    expect(receiveWebhook(request({ body: Buffer.from(BODY), headers, ...parts }), app)).toEqual({
      kind: 'rejected',
      status: 401,
      reason: 'signature-wrong',
    });
  });

  it('is refused when it is not signed', () => {
    expect(receiveWebhook(request({ body: Buffer.from(BODY) }), app)).toEqual({
      kind: 'rejected',
      status: 401,
      reason: 'signature-missing',
    });
  });

  it('concerns the account of its subscription, under X’s own name for it', () => {
    expect(receive('event-under-a-uuid')).toMatchObject({
      source: 'xaa:0b6d1c5e-7c7b-4f0e-9f67-2b1a6a0f9d11',
      addresses: ['111'],
    });
    expect(receive('event-of-another')).toMatchObject({ addresses: ['999'] });
    expect(receive('aaa-mention')).toMatchObject({
      source: expect.stringMatching(/^aaa:[0-9a-f]{64}$/),
      addresses: ['111'],
    });
    expect(sourceOf({ data: { event_uuid: '-6850472171600526495', event_type: 'x' } })).toBe(
      'xaa:-6850472171600526495',
    );
    expect(sourceOf({ data: { event_uuid: 'odd/\u0000'.repeat(99), event_type: 'x' } })).toMatch(/^xaa:[0-9a-f]{64}$/);
  });

  it('of the older API has the same name again, and another for everything else', () => {
    const named = fixtures().filter((name) => name.startsWith('aaa-') && name !== 'aaa-revoke');
    const bodies = named.map((name) => fixtureBody(name));
    // they tell of the same post, or the same message
    const same = new Set(['aaa-mention', 'aaa-not-blocked', 'aaa-blocked', 'aaa-photo', 'aaa-own-post', 'aaa-retweet', 'aaa-quote', 'aaa-long', 'aaa-reply']); // prettier-ignore
    const sources = named.flatMap((name, at) => (same.has(name) ? [] : [sourceOf(bodies[at])]));

    expect(new Set(sources).size).toBe(sources.length);
    for (const body of bodies) expect(sourceOf(body)).toBe(sourceOf(structuredClone(body)));
    expect(sourceOf({ ...bodies[0], for_user_id: '112' })).not.toBe(sourceOf(bodies[0]));
  });

  it('that nobody knows is kept, under a name that is the same for the same ids', () => {
    const [plain, famous, other] = [12, 5_000_000, 12].map((followers_count, at) => ({
      something_new: { id: at === 2 ? '6' : '5', user: { verified_type: at === 1 ? 'blue' : 'none', followers_count } },
    }));

    expect(receive('unknown-object')).toMatchObject({ kind: 'delivery', addresses: [] });
    expect(sourceOf(famous)).toBe(sourceOf(plain));
    expect(sourceOf(other)).not.toBe(sourceOf(plain));
    expect(sourceOf('{"data":{"event_type":"dm.received","id":"5"')).toMatch(/^x:[0-9a-f]{64}$/);
    expect(sourceOf('{')).toMatch(/^x:/);
  });

  it('of any signed bytes is kept where it could be one, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const answer = receiveWebhook(signed(Buffer.from(bytes)), app);
          expect(answer.kind).toBe(bytes[0] === 0x7b ? 'delivery' : 'rejected');
          expect(receiveWebhook(request({ body: Buffer.from(bytes), query: String(bytes) }), app).kind).toBe(
            'rejected',
          );
        },
      ),
    );
  });

  it('elsewhere finds nothing', () => {
    expect(receiveWebhook({ ...signed(BODY), path: '/other' }, app)).toMatchObject({ kind: 'reply', status: 404 });
  });
});

it.each(['oauth-revoke', 'aaa-revoke'])('%s tells who took back what they had allowed', (name) => {
  expect(receive(name)).toEqual({
    kind: 'revoked',
    user: '111',
    erase: false,
    issuedAt: new Date('2026-11-22T01:44:05Z'),
  });
});

it('that took back tells no time counts from when it came', () => {
  const body = { data: { event_uuid: '1', event_type: 'oauth.revoke', payload: { user_id: '111' } } };

  expect(receiveWebhook(signed(JSON.stringify(body)), app)).toMatchObject({ kind: 'revoked', issuedAt: receivedAt });
});

it('word of a replay is answered, and not kept', () => {
  expect(receive('replay-status')).toMatchObject({ kind: 'reply', status: 200 });
});
