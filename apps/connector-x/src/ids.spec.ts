import fc from 'fast-check';
import { compareIds, idAt, timeOfId } from './ids';

it('tells the time of an id', () => {
  expect(timeOfId('2080761390344937796')).toEqual(new Date('2026-07-24T21:05:48.792Z'));
  expect(idAt(new Date('2026-11-21T00:00:00Z'))).toBe('2123929381893046272');
});

it('tells no time of ids that hold none', () => {
  for (const id of [
    '',
    '20',
    '29999999999',
    '-6850472171600526495',
    '99999999999999999999',
    'a',
    '9223372036854775808',
  ]) {
    expect(timeOfId(id)).toBeUndefined();
  }
});

it('gives the lowest id of a time', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(2011, 0), max: Date.UTC(2079, 0) }), (millis) => {
      const id = idAt(new Date(millis));

      expect(timeOfId(id)?.getTime()).toBe(millis);
      expect(timeOfId(String(BigInt(id) - 1n))?.getTime()).toBe(millis - 1);
    }),
  );
  expect(idAt(new Date(0))).toBe('0');
});

it('compares ids as numbers', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n }), fc.bigInt({ min: 0n, max: 2n ** 63n }), (a, b) => {
      expect(Math.sign(compareIds(String(a), String(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});
