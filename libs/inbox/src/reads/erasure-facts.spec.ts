import { maskOf } from './erasure-facts';

describe('an address that is not shown whole', () => {
  it.each([
    ['dora@example.org', 'd…@e….org'],
    ['élodie@école.example.fr', 'é…@é….fr'],
    ['a@b', 'a…@b…'],
    ['17841400000000042', '1…42'],
    ['4711', '4…'],
    ['comment:99_1', 'c…_1'],
    ['😀x', '😀…'],
  ])('%s is told apart by %s', (value, masked) => {
    expect(maskOf(value)).toBe(masked);
  });
});
