import fc from 'fast-check';
import { parseExactJson } from './exact-json';

describe('reading JSON exactly', () => {
  it.each<[string, unknown]>([
    ['{"app_id":1517776481860111}', { app_id: 1517776481860111 }],
    ['{"id":9007199254740993,"next":[-9007199254740993 , 9007199254740992]}', { id: '9007199254740993', next: ['-9007199254740993', '9007199254740992'] }], // prettier-ignore
    ['92233720368547758070', '92233720368547758070'],
    ['{"a":"\\"id\\": 9007199254740993","b":9007199254740993}', { a: '"id": 9007199254740993', b: '9007199254740993' }],
    ['{"a":"ends with \\\\","b":9007199254740993}', { a: 'ends with \\', b: '9007199254740993' }],
    ['[12345678901234567e3,0.12345678901234567]', [Number('12345678901234567e3'), Number('0.12345678901234567')]],
    ['\ufeff{"a":1}', { a: 1 }],
  ])('keeps integers beyond 2^53 as text and all else as it is: %s', (text, expected) => {
    expect(parseExactJson(text)).toEqual(expected);
    expect(parseExactJson(Buffer.from(text))).toEqual(expected);
  });

  it('gives text that PostgreSQL takes', () => {
    expect(parseExactJson(String.raw`["a\u0000b","\ud83d","x\ude00y","\ud83d\ude00","\\ud83d\udc00"]`)).toEqual([
      'ab',
      '\ufffd',
      'x\ufffdy',
      '😀',
      '\\ud83d\ufffd',
    ]);
  });

  it.each(['', '{', '{"a":1}}', '[9007199254740993', '{9007199254740993:1}', 'Ada L. wrote', '"\u0000"'])(
    'refuses what is not JSON without repeating it: %j',
    (text) => {
      expect(() => parseExactJson(text)).toThrow(`${text.length} characters are not JSON`);
    },
  );

  it('reads all else as the engine does', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value: unknown = JSON.parse(text);
        fc.pre(!/\d{16}/.test(text) && !text.includes('\\u'));
        expect(parseExactJson(text)).toEqual(value);
      }),
    );
  });

  it('reads any integer as its own digits', () => {
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        const read = (parseExactJson(`{"id":${value}}`) as { id: unknown }).id;
        expect(`${read as string}`).toBe(String(value));
        expect(typeof read).toBe(Number.isSafeInteger(Number(value)) ? 'number' : 'string');
      }),
    );
  });

  it('takes nesting as deep as a body can hold', () => {
    const depth = 200_000;
    expect(() => parseExactJson(`${'['.repeat(depth)}"\\ud83d"${']'.repeat(depth)}`)).not.toThrow();
  });
});
