import fc from 'fast-check';
import { splitText } from './split-text';

const bare = (text: string): string => text.replace(/\s/g, '');

describe('splitText', () => {
  it('leaves a text of exactly the limit whole and cuts one of one more', () => {
    expect(splitText('x'.repeat(2_000), 2_000)).toHaveLength(1);
    expect(splitText('x'.repeat(2_001), 2_000).map(({ length }) => length)).toEqual([2_000, 1]);
  });

  it('cuts at a paragraph, else at a line, a sentence or a word', () => {
    expect(splitText('One two. Three\n\nfour. Five six', 24)).toEqual(['One two. Three', 'four. Five six']);
    expect(splitText('One two. Three\nfour. Five six', 24)).toEqual(['One two. Three', 'four. Five six']);
    expect(splitText('One two three four. Five six', 24)).toEqual(['One two three four.', 'Five six']);
    expect(splitText('One two three four five six', 24)).toEqual(['One two three four five', 'six']);
    expect(splitText('我们今天开门到六点。明天我们不开门，请后天再来。', 14)).toEqual([
      '我们今天开门到六点。',
      '明天我们不开门，请后天再来。',
    ]);
  });

  it('takes a lesser break where the better one would leave a short piece', () => {
    expect(splitText('Hi.\n\nThis is a sentence without end that goes on', 30)[0]).toBe('Hi.\n\nThis is a sentence');
  });

  it('never cuts what a reader sees as one character', () => {
    const family = '👩‍👩‍👧‍👦';
    const accented = 'e\u0301';
    const flag = '🇫🇷';
    for (const character of [family, accented, flag, '👍🏽', '\r\n']) {
      const pieces = splitText(`a${character.repeat(40)}b`, 23);
      expect(pieces.join('').replaceAll(character, '').replace(/\s/g, '')).toBe('ab');
      for (const piece of pieces) expect(piece.replaceAll(character, '')).toMatch(/^[ab]?$/);
    }
  });

  it('sends a single character longer than the limit in pieces that are whole code points', () => {
    const pieces = splitText(`a${'\u0301'.repeat(50)}😀`, 10);
    expect(pieces.every((piece) => piece.length <= 10)).toBe(true);
    expect(pieces.join('')).toBe(`a${'\u0301'.repeat(50)}😀`);
  });

  it('loses nothing but white space at the cuts, and keeps the limit, for any text', () => {
    const word = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(' ', '\n', '\n\n', '. ', '👩‍👩‍👧‍👦', 'é'));
    const text = fc.array(word, { maxLength: 60 }).map((words) => words.join(''));
    fc.assert(
      fc.property(text, fc.integer({ min: 12, max: 60 }), (written, limit) => {
        const pieces = splitText(written, limit);
        expect(bare(pieces.join(''))).toBe(bare(written));
        expect(pieces.every((piece) => piece.length <= limit)).toBe(true);
        expect(pieces.length).toBeLessThanOrEqual(1 + Math.ceil((2 * written.length) / limit) + 1);
        expect(pieces.every((piece) => piece !== '') || written.trim() === '').toBe(true);
      }),
    );
  });
});
