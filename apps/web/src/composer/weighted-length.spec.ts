import { measureWeighted } from './weighted-length';

const lengthOf = (text: string): number => measureWeighted(text, 280).length;

describe('the length of a post, as X counts', () => {
  it.each<[string, string, number]>([
    ['Latin letters once', 'Où est mon colis ?', 18],
    ['an address as 23, however long it is', `See https://example.com/${'a'.repeat(100)}`, 27],
    ['a bare address as 23 too', 'example.com', 23],
    ['ideographs twice', '你好', 4],
    ['an emoji of seven code points as two', '👨‍👩‍👧‍👦', 2],
    ['blanks around it not at all', '  hello \n', 5],
    ['nothing as nothing', ' \n ', 0],
  ])('counts %s', (_what, text, expected) => {
    expect(lengthOf(text)).toBe(expected);
  });

  it('says where the part begins for which there is no room', () => {
    expect(measureWeighted('a'.repeat(280), 280)).toEqual({ length: 280, overFrom: undefined });
    expect(measureWeighted('a'.repeat(281), 280)).toEqual({ length: 281, overFrom: 280 });
    expect(measureWeighted(`  ${'a'.repeat(281)}`, 280)).toEqual({ length: 281, overFrom: 282 });
    expect(measureWeighted('你'.repeat(141), 280)).toEqual({ length: 282, overFrom: 140 });
    expect(measureWeighted(`${'a'.repeat(260)} https://example.com/parcel`, 280)).toEqual({
      length: 284,
      overFrom: 261,
    });
  });

  it('has more room where the account has', () => {
    expect(measureWeighted('a'.repeat(281), 25_000)).toEqual({ length: 281, overFrom: undefined });
    expect(measureWeighted('a'.repeat(281), undefined).overFrom).toBeUndefined();
  });
});
