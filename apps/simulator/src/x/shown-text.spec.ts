import { Clock } from '@app/runtime';
import { XPlatform } from './platform';
import { shown, shownPost, weightOf } from './shown-text';

const platform = new XPlatform({ clock: new Clock(), seed: 3 });
const { world } = platform;
const shop = platform.addUser({ username: 'shop' }).userId;
const ada = platform.addUser({ username: 'ada' }).userId;

afterAll(() => platform.stop());

describe('the length of a post', () => {
  it.each([
    ['Hello, world! 👋', 16],
    ['https://example.com/very/long/path?x=1', 23],
    ['see example.com now', 31],
    ['日本語', 6],
    ['👨‍👩‍👧‍👦', 2],
    ['a'.repeat(280), 280],
    ['あ'.repeat(141), 282],
    ['cafe\u0301', 4],
    ['“quoted” – dash…', 17],
    ['€', 2],
    ['http://x.co http://y.co', 47],
  ])('of %j is counted as X does', (text, weight) => {
    expect(weightOf(text)).toBe(weight);
  });
});

describe('a text as X hands it over', () => {
  it('is escaped, has short links, and counts places in code points', () => {
    const { text, entities } = shown('👋 <b> & @shop https://example.com/a?b=1', world);
    const link = /https:\/\/t\.co\/\w{10}$/.exec(text)![0];
    expect(text).toBe(`👋 &lt;b&gt; &amp; @shop ${link}`);
    expect(entities['mentions']).toEqual([{ start: 18, end: 23, username: 'shop', id: shop }]);
    expect(entities['urls']).toMatchObject([{ start: 24, end: 24 + link.length, expanded_url: 'https://example.com/a?b=1' }]); // prettier-ignore
  });

  it('begins with those a reply answers, outside of what is shown', () => {
    const { postId } = platform.writePost({ author: shop, text: 'News' });
    const reply = platform.posts.write({ author: ada, text: 'open?', inReplyTo: postId });
    expect(shownPost(reply, world)).toMatchObject({ text: '@shop open?', range: [6, 11] });
    const bare = platform.posts.write({ author: ada, text: 'open!', inReplyTo: postId, leading: 'none' });
    expect(shownPost(bare, world)).toMatchObject({ text: 'open!', range: [0, 5] });
  });

  it('is cut where it is long, and whole in the note', () => {
    const long = `@shop ${'word & '.repeat(80)}`;
    const { text, note } = shownPost(platform.posts.write({ author: ada, text: long }), world);
    expect(Array.from(text).length).toBeLessThanOrEqual(280);
    expect(text).toMatch(/…$/);
    expect(note!.text).toBe(long.replaceAll('&', '&amp;'));
  });
});
