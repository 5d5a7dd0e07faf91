import { contentKey, type KeyedMail } from './content-key';
import { parseMail } from './parse-mail';

const base: KeyedMail = {
  messageId: 'A.b@client.example',
  from: { address: 'c@client.example' },
  date: new Date('2026-05-04T08:00:00Z'),
  subject: 'Order',
  to: [{ address: 'support@shop.example' }],
  bodySha256: '00',
};
const { messageId: _id, ...nameless } = base;

describe('the content key', () => {
  it('is the same for a mail whose headers come back changed by a relay', () => {
    expect(contentKey({ ...base, messageId: 'a.B@client.example', subject: '[SPAM] Order' })).toBe(contentKey(base));
  });

  it.each([
    ['Message-ID', { messageId: 'other@client.example' }],
    ['author', { from: { address: 'd@client.example' } }],
    ['date', { date: new Date('2026-05-04T08:00:01Z') }],
    ['body', { bodySha256: '11' }],
  ])('differs by %s', (_, change) => {
    expect(contentKey({ ...base, ...change })).not.toBe(contentKey(base));
  });

  it.each([
    ['subject', { subject: 'Other' }],
    ['recipients', { to: [] }],
    ['body', { bodySha256: '11' }],
  ])('of a mail without Message-ID differs by %s', (_, change) => {
    expect(contentKey({ ...nameless, ...change })).not.toBe(contentKey(nameless));
  });

  it('never mixes mails with and without Message-ID', () => {
    expect(contentKey(nameless)).not.toBe(contentKey(base));
  });

  it('tells two mails apart that have no header block at all', async () => {
    const keys = await Promise.all(
      ['first', 'second'].map(async (body) => contentKey(await parseMail(Buffer.from(body)))),
    );
    expect(keys[0]).not.toBe(keys[1]);
  });

  it('does not depend on how the mail was read', async () => {
    const raw = Buffer.from('From: a@x.example\r\nDate: Mon, 4 May 2026 08:00:00 +0000\r\nSubject: s\r\n\r\nbody');
    const keys = await Promise.all(
      (['full', 'rescue', 'plain'] as const).map(async (mode) => contentKey(await parseMail(raw, mode))),
    );
    expect(new Set(keys).size).toBe(1);
  });

  it('stays what it was in the first release: stored messages are known by it', () => {
    expect(contentKey(base)).toMatchInlineSnapshot(
      `"52b2ce56dcfbe386a244c588fdffc128b8b1d8d586e62b73c9acd927a6779bb4"`,
    );
    expect(contentKey(nameless)).toMatchInlineSnapshot(
      `"4c6190bd8274471f94595aae917091967ee11647a310a6708c7110d520c19664"`,
    );
  });
});
