import { jsonSafe } from './json-safe';

test('what PostgreSQL refuses in jsonb is taken out, and nothing else changes', () => {
  const value = { text: 'a\u0000b \ud83d c', emoji: '👍🏽', list: ['\udc00'], slash: '\\u0000', n: 1, nothing: null };
  expect(JSON.parse(jsonSafe(value))).toEqual({
    text: 'ab \ufffd c',
    emoji: '👍🏽',
    list: ['\ufffd'],
    slash: '\\u0000',
    n: 1,
    nothing: null,
  });
});
