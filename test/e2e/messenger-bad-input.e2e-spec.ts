import { connect } from 'node:net';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { garbage } from '../support/garbage';
import { MessengerProof } from '../support/messenger-proof';
import { bodyOf, deliver, signatureOf, ToldCustomer } from '../support/messenger-webhook';
import { until } from '../support/product';

/*
 * What may come to a webhook besides what the platform means to send. Seen red: signatures compared without regard to case; the
 * limit of a body at 5 MB; strays not adopted; bodies that may take as long as they like.
 */

/** Three processes and the connecting of a Page, on a busy machine. */
const START_MS = 120_000;

let proof: MessengerProof;
let customer: ToldCustomer;

beforeAll(async () => {
  proof = await MessengerProof.start();
  customer = new ToldCustomer('990000000001', proof.page.pageId);
}, START_MS);
afterAll(() => proof?.stop());
afterEach(goesOn);

/** @throws when what was said has harmed the product. */
async function goesOn(): Promise<void> {
  const mid = `m_after_${Date.now()}`;
  const status = await deliver(proof, bodyOf(customer.pageId, [customer.message(mid, Date.now(), 'after that')]));
  if (status !== 200) throw new Error(`what makes sense is answered ${status} afterwards`);
  await until('what makes sense still comes in', () => textOf(mid));
  // nobody has to act because of nonsense
  const errors = proof.product.logged(50);
  if (errors.length > 0) throw new Error(`nonsense was logged as an error: ${JSON.stringify(errors)}`);
}

async function textOf(mid: string): Promise<string | undefined> {
  const rows = await proof.product.query<{ text: string }>('select text from inbox.messages where external_id = $1', [
    mid,
  ]);
  return rows[0]?.text;
}

async function deliveries(): Promise<{ state: string; n: number }[]> {
  return proof.product.query('select state, count(*)::int as n from intake.deliveries group by 1 order by 1');
}

const strays = async (): Promise<number> => (await deliveries()).find(({ state }) => state === 'stray')?.n ?? 0;

const message = (mid: string, text = 'text') => bodyOf(customer.pageId, [customer.message(mid, Date.now(), text)]);

it.each([
  ['a wrong token', 'hub.mode=subscribe&hub.verify_token=wrong-token&hub.challenge=42'],
  ['no token', 'hub.mode=subscribe&hub.challenge=42'],
  ['another wish', 'hub.mode=unsubscribe&hub.verify_token=wrong-token&hub.challenge=42'],
  ['nothing', ''],
])('answers a challenge with %s by 403, and does not say it back', async (_, query) => {
  const response = await fetch(`${proof.webhookUrl}?${query}`);
  expect(response.status).toBe(403);
  expect(await response.text()).not.toContain('42');
});

it('takes nothing whose signature is not exactly that of the app', async () => {
  const body = message('m_forged');
  const right = signatureOf(proof.app.appSecret, body);
  const before = await deliveries();
  for (const wrong of [
    right.toUpperCase(),
    `sha256=${right.slice(7).toUpperCase()}`,
    right.slice(7),
    right.slice(0, -1),
    `${right}0`,
    right.replace('sha256', 'sha1'),
    signatureOf('the secret of another app', body),
    signatureOf(proof.app.appSecret, `${body} `),
  ]) {
    expect(await deliver(proof, body, { 'x-hub-signature-256': wrong })).toBe(401);
  }
  const old = { 'x-hub-signature': right };
  expect((await fetch(proof.webhookUrl, { method: 'POST', body, headers: old })).status).toBe(401);
  const elsewhere = proof.webhookUrl.replace(/[^/]+$/, 'AAAAAAAAAAAAAAAA');
  expect((await fetch(elsewhere, { method: 'POST', body, headers: { 'x-hub-signature-256': right } })).status).toBe(
    404,
  );
  expect(await deliveries()).toEqual(before);
  expect(await textOf('m_forged')).toBeUndefined();
});

it('keeps half a body as unreadable when it is signed, and refuses it when the whole was', async () => {
  const body = message('m_half');
  const half = body.slice(0, body.length >> 1);
  expect(await deliver(proof, half, { 'x-hub-signature-256': signatureOf(proof.app.appSecret, body) })).toBe(401);
  expect(await deliver(proof, half)).toBe(200);
  expect(await deliveries()).toContainEqual({ state: 'unreadable', n: 1 });
});

it('takes 6 MB, and refuses 9 MB without reading it as anything', async () => {
  const long = 'x'.repeat(60_000);
  const many = (from: number, count: number): string =>
    bodyOf(
      customer.pageId,
      Array.from({ length: count }, (_, n) => customer.message(`m_large_${from + n}`, Date.now() + n, long)),
    );
  const [six, nine] = [many(0, 105), many(1_000, 155)];
  expect([six.length > 6 * 2 ** 20, nine.length > 8 * 2 ** 20]).toEqual([true, true]);
  expect(await deliver(proof, six)).toBe(200);
  expect(await deliver(proof, nine)).toBe(413);
  await until('all are in the inbox', async () => (await textOf('m_large_104')) === long);
  expect(await textOf('m_large_1000')).toBeUndefined();
});

it('answers anything that is signed, and goes on', async () => {
  const page = customer.pageId;
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  const bodies: (string | Buffer)[] = [
    '',
    '[]',
    'null',
    '0',
    '"page"',
    '{}',
    '{"object":"page"}',
    '{"object":"page","entry":"x"}',
    '{"object":"page","entry":[null,1,"x",[],{"id":null,"messaging":[null]},{"messaging":{}}]}',
    `{"object":"instagram","entry":[{"id":"${page}","messaging":[{"message":{"mid":"m_ig"}}]}]}`,
    `{"object":"surprise","entry":[{"id":"${page}","time":1}]}`,
    `{"object":"page","entry":[{"id":"${page}","messaging":${nested(5_000)}}]}`,
    `{"object":"page","entry":${nested(1_000_000)}}`,
    `{"object":"page","entry":[{"id":"${page}","__proto__":{"messaging":[]},"constructor":1}]}`,
    `{"object":"page","entry":[{"id":${page},"time":1e400,"messaging":[{"sender":{"id":-1},"timestamp":1e308,"message":{"mid":{}}}]}]}`,
    `\ufeff${message('m_with_bom')}`,
    Buffer.concat([Buffer.from('{"object":"page","entry":"'), Buffer.from([0xff, 0xfe, 0x80]), Buffer.from('"}')]),
    garbage(1, 100_000),
    Buffer.alloc(100_000),
    bodyOf(page, [customer.message('m_'.repeat(5_000), Date.now(), 'a mid without end')]),
    bodyOf(page, [customer.message('m_far', 8.64e15, 'in the year 275760')]),
    bodyOf(page, [customer.message('m_past', -1, 'before 1970')]),
  ];
  for (const body of bodies) {
    expect([body.toString('latin1').slice(0, 60), await deliver(proof, body)]).toEqual([expect.anything(), 200]);
  }
});

it('takes the same body again and again, and holds it once', async () => {
  const body = message('m_replayed');
  const statuses = await Promise.all(Array.from({ length: 10 }, () => deliver(proof, body)));
  expect(new Set(statuses)).toEqual(new Set([200]));
  await until('it is in the inbox', () => textOf('m_replayed'));
  const stored = await proof.product.query(`select 1 from intake.events where external_id = 'm_replayed'`);
  expect(stored).toHaveLength(1);
});

it.each([
  ['NUL', 'before \u0000 after', /^before .* after$/],
  ['half a surrogate pair', 'before \ud83d after', /^before .+ after$/],
  ['nothing but NUL', '\u0000', /^.?$/],
  ['signs of four bytes and of the right', '😀 שלום \u202e', /^😀 שלום/],
])('shows a text with %s, readable', async (_, text, wanted) => {
  const { simulator, page, product } = proof;
  const who = simulator.person({});
  const { mid } = simulator.writeAs(who, page.pageId, { text });
  // answered, and so open to everybody
  const { mid: answer } = simulator.pageInboxReply(page.pageId, who, 'answered by a colleague');
  await until('the answer is in the inbox', () => textOf(answer));
  const held = await until('it is in the inbox', async () => {
    const rows = await product.query<{ id: string }>(
      'select conversation_id as id from inbox.messages where external_id = $1',
      [mid],
    );
    return rows[0];
  });
  const { node } = await product.api.call<{ node: { timeline: { nodes: { text: string }[] } } }>(
    'query ($id: ID!) { node(id: $id) { ... on Conversation { timeline(last: 2) { nodes { ... on Message { text } } } } } }',
    { id: held.id },
  );
  const shown = node.timeline.nodes[0]!.text;
  expect(shown).toMatch(wanted);
  expect(shown).not.toContain('\u0000');
  expect(() => encodeURIComponent(shown)).not.toThrow();
});

it('keeps what is for a Page that is not connected, and takes it in when it is', async () => {
  const page = proof.addPage('Later');
  const stranger = new ToldCustomer('990000000002', page.pageId);
  const body = bodyOf(page.pageId, [stranger.message('m_stray', Date.now(), 'are you there?')]);
  const before = await strays();
  expect(await deliver(proof, body)).toBe(200);
  expect(await strays()).toBe(before + 1);
  expect(await textOf('m_stray')).toBeUndefined();
  await proof.connect('Later', page);
  expect(await until('it is in the inbox', () => textOf('m_stray'))).toBe('are you there?');
});

it('goes by the bytes, not by what they are called, and takes nothing packed', async () => {
  expect(await deliver(proof, message('m_plain'), { 'content-type': 'text/plain' })).toBe(200);
  expect(await deliver(proof, message('m_form'), { 'content-type': 'application/x-www-form-urlencoded' })).toBe(200);
  const packed = gzipSync(message('m_packed'));
  expect(await deliver(proof, packed, { 'content-encoding': 'gzip' })).toBe(415);
  await until('both are in the inbox', async () => (await textOf('m_plain')) && (await textOf('m_form')));
});

it('serves the platform while others dribble their bodies, and gives these up', async () => {
  const { hostname, port, pathname } = new URL(proof.webhookUrl);
  const dribbling = Array.from({ length: 100 }, async () => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(`POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{`);
    const drip = setInterval(() => socket.write(' '), 500);
    try {
      const [heard] = (await once(socket, 'data')) as [Buffer];
      return heard.toString('latin1').slice(0, 12);
    } finally {
      clearInterval(drip);
      socket.destroy();
    }
  });
  for (let n = 0; n < 20; n++) expect(await deliver(proof, message(`m_beside_${n}`))).toBe(200);
  expect(new Set(await Promise.all(dribbling))).toEqual(new Set(['HTTP/1.1 408']));
});
