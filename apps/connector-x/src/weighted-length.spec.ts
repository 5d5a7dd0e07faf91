import { longestPost, weightedLength } from './weighted-length';

describe('how X counts', () => {
  it.each([
    ['Hello, world! 👋', 16],
    ['https://example.com/very/long/path?x=1', 23],
    ['see example.com now', 31],
    ['日本語', 6],
    ['👨‍👩‍👧‍👦', 2],
    ['a'.repeat(280), 280],
    ['あ'.repeat(140), 280],
    ['あ'.repeat(141), 282],
    ['café', 4],
    ['cafe\u0301', 4],
    ['“quoted” – dash…', 17],
    ['€', 2],
    ['①', 2],
    ['Привет', 6],
    ['안녕', 4],
    ['😀'.repeat(140), 280],
    ['a\nb', 3],
    ['http://x.co http://y.co', 47],
    ['', 0],
  ])('%s', (text, length) => {
    expect(weightedLength(text)).toBe(length);
  });

  it('lets those who pay for it write more', () => {
    expect(longestPost({ longPosts: false })).toBe(280);
    expect(longestPost({ longPosts: true })).toBe(25_000);
  });
});
