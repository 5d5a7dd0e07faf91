import { cut, safeLine, safeText } from './safe-text';

describe('safe strings', () => {
  it('hold no NUL, no half of a surrogate pair, and composed letters', () => {
    expect(safeText('a\u0000b')).toBe('ab');
    expect(safeText('x\ud800y')).toBe('x\ufffdy');
    expect(safeText('e\u0301')).toBe('é');
    expect(safeText('whole 👍 pair')).toBe('whole 👍 pair');
  });

  it('are one line where one is wanted', () => {
    expect(safeLine(' a\r\n b\u2028c\u0085d\t ', 100)).toBe('a  b c d');
  });

  it('are never cut inside a character', () => {
    expect(cut('ab👍', 3)).toBe('ab');
    expect(cut('ab👍', 4)).toBe('ab👍');
    expect(cut('abc', 2)).toBe('ab');
  });
});
