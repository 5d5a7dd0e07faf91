import { textLength } from './text-length';

describe('the length of a text', () => {
  it('is in UTF-16 units where the platform counts so', () => {
    expect(textLength('é👍', 'units')).toBe(3);
    expect(textLength('https://example.org/a/very/long/path/that/goes/on', 'units')).toBe(49);
  });

  it('is weighted as X does: an address counts 23, a picture 2, most scripts double', () => {
    expect(textLength('https://example.org/a/very/long/path/that/goes/on', 'weighted')).toBe(23);
    expect(textLength('hello', 'weighted')).toBe(5);
    expect(textLength('👨‍👩‍👧', 'weighted')).toBe(2);
    expect(textLength('日本', 'weighted')).toBe(4);
    expect(textLength('', 'weighted')).toBe(0);
  });
});
