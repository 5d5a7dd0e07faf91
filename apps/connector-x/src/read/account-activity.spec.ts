import { only, read } from '../fixtures/read-fixture';

const ROOT = '2124080377885622273';

describe('the Account Activity API', () => {
  it('tells a reply without its conversation: it belongs where what it answers is', () => {
    const event = only('aaa-reply');

    expect(event).toMatchObject({
      text: 'does it whistle?',
      threading: { references: [{ kind: 'native', id: ROOT, direct: true }] },
    });
    expect(event).not.toHaveProperty('threading.threadKey');
  });

  it('tells long posts and their files apart from what it cut', () => {
    expect(read('aaa-long')).toMatchObject({
      events: [{ text: expect.stringMatching(/^The washing machine stopped\. [\w. ]+ stopped\.$/), problems: [] }],
      files: [{ url: 'https://pbs.twimg.com/media/p1.jpg' }, { url: 'https://pbs.twimg.com/media/p2.jpg' }],
    });
    expect(read('aaa-photo')).toMatchObject({ events: [{ text: '@shop see' }], files: [{ kind: 'image' }] });
  });

  it('tells quotes with what they quote', () => {
    expect(only('aaa-quote')).toMatchObject({ text: `True? https://twitter.com/shop/status/${ROOT}` });
  });

  it('tells our own answers', () => {
    expect(only('aaa-own-reply')).toMatchObject({
      direction: 'outbound',
      text: 'Yes, until 6',
      threading: { references: [{ id: '2124321969271734273' }] },
    });
  });

  it('tells of somebody whom we have blocked: that is counted, and no message', () => {
    expect(read('aaa-blocked')).toMatchObject({ events: [], reach: [], unsupported: ['blocked'] });
    expect(only('aaa-not-blocked')).toEqual(only('aaa-mention'));
  });

  it('tells of fame, which goes to reach alone', () => {
    expect(read('aaa-mention').reach).toMatchObject([
      { values: { followers: 97, verified: false, likes: 3, reposts: 1, replies: 2, quotes: 4 } },
    ]);
  });

  it.each([
    ['aaa-typing', 'direct_message_indicate_typing_events'],
    ['aaa-favorite', 'favorite_events'],
    ['aaa-follow', 'follow_events'],
  ])('tells %s, of which no use is made', (name, list) => {
    expect(read(name)).toMatchObject({ events: [], reach: [], unsupported: [`account-activity:${list}`] });
  });
});
