import { chargesOf, eventCharges, PaidToday } from './prices';

const now = new Date('2026-11-21T10:00:00Z');
const post = (text: string, more: object = {}) => ({ endpoint: 'POST /2/tweets', json: { text, ...more } });
const page = {
  data: [{ id: '1' }, { id: '2' }],
  includes: { users: [{ id: '9' }], tweets: [{ id: '2' }, { id: '3' }], media: [{ media_key: '3_1' }] },
};

describe('what calls cost', () => {
  it('counts what is listed and what comes along, each once', () => {
    const paid = new PaidToday();
    expect(chargesOf({ endpoint: 'GET /2/users/:id/mentions' }, page, 'app', paid, now)).toEqual([
      { kind: 'post.read', count: 3, microUsd: 5_000 },
      { kind: 'user.read', count: 1, microUsd: 10_000 },
    ]);
  });

  it('is nothing for the same once more on the same UTC day, of the same app', () => {
    const paid = new PaidToday();
    const cost = (at: string, app = 'app') =>
      chargesOf({ endpoint: 'GET /2/tweets/:id' }, { data: { id: '1' } }, app, paid, new Date(at)).length;
    expect(cost('2026-11-21T10:00:00Z')).toBe(1);
    expect(cost('2026-11-21T23:59:59Z')).toBe(0);
    expect(cost('2026-11-21T23:59:59Z', 'other')).toBe(1);
    expect(cost('2026-11-22T00:00:00Z')).toBe(1);
  });

  it.each([
    ['a post', post('Hello'), 'post.create', 15_000],
    ['an answer', post('Hello', { reply: { in_reply_to_tweet_id: '1' } }), 'post.create.reply', 10_000],
    ['an address, whatever it is in', post('see example.com', { reply: {} }), 'post.create.url', 200_000],
    ['a direct message', { endpoint: 'POST /2/dm_conversations/with/:id/messages' }, 'dm.create', 15_000],
    ['hiding', { endpoint: 'PUT /2/tweets/:id/hidden' }, 'content.manage', 5_000],
  ])('is that of %s', (_, call, kind, microUsd) => {
    expect(chargesOf(call, {}, 'app', new PaidToday(), now)).toEqual([{ kind, count: 1, microUsd }]);
  });

  it('is that of direct messages read, and nothing for what is free', () => {
    const paid = new PaidToday();
    expect(chargesOf({ endpoint: 'GET /2/dm_events' }, { data: [{ id: '1' }] }, 'app', paid, now)).toEqual([
      { kind: 'dm.read', count: 1, microUsd: 10_000 },
    ]);
    expect(chargesOf({ endpoint: 'GET /2/webhooks' }, { data: [{ id: '1' }] }, 'app', paid, now)).toEqual([]);
    expect(chargesOf({ endpoint: 'GET /2/dm_events' }, { meta: { result_count: 0 } }, 'app', paid, now)).toEqual([]);
    expect(chargesOf({ endpoint: 'GET /2/dm_events' }, undefined, 'app', paid, now)).toEqual([]);
  });

  it('knows which pushed events are paid', () => {
    expect(eventCharges('dm.received')).toEqual([{ kind: 'event.dm.received', count: 1, microUsd: 10_000 }]);
    expect(eventCharges('dm.sent')).toEqual([]);
  });
});
