import { createHash } from 'node:crypto';
import { sealReach } from './sealed-reach';

const SALT = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const sealed = (told: unknown) =>
  sealReach(['followers'], { followers: told } as never, () => SALT).values['followers']!;

describe('what a platform tells of fame', () => {
  it.each([
    [0, '0.0', '0-99'],
    [1, '0.3', '0-99'],
    [99, '2.0', '0-99'],
    [100, '2.0', '100-999'],
    [999, '3.0', '100-999'],
    [1_000, '3.0', '1000-9999'],
    [9_999, '4.0', '1000-9999'],
    [10_000, '4.0', '10000+'],
    [20_000, '4.3', '10000+'],
    [500_000, '5.7', '10000+'],
    [987_654_321, '9.0', '10000+'],
    ['987654321', '9.0', '10000+'],
  ])('is kept of the count %j as %s and %s', (count, value, band) => {
    expect(sealed(count)).toMatchObject({ value, band });
  });

  it.each([
    [true, 'true'],
    [false, 'false'],
    ['blue', 'blue'],
    [undefined, ''],
    [null, ''],
    [-1, ''],
    [Number.NaN, ''],
    [Number.POSITIVE_INFINITY, ''],
  ])('is kept of %j as the text %j, in no band', (told, value) => {
    expect(sealed(told)).toMatchObject({ value });
    expect(sealed(told)).not.toHaveProperty('band');
  });

  it('is committed to as SHA-256 of field, zero, salt and value', () => {
    const text = Buffer.concat([Buffer.from('fair/v1/followers'), Buffer.from([0]), SALT, Buffer.from('5.7')]);
    const commitment = createHash('sha256').update(text).digest('hex');
    expect(sealed(500_000)).toEqual({ value: '5.7', band: '10000+', salt: SALT.toString('hex'), commitment });
  });

  it('is committed to for each field of the channel, told or not, each with a salt of its own, and for no other', () => {
    let n = 0;
    const { values, commitments } = sealReach(['followers', 'constructor'], { followers: 1, likes: 5 }, () =>
      Buffer.alloc(16, ++n),
    );
    expect(Object.keys(values)).toEqual(['followers', 'constructor']);
    expect(values['constructor']).toMatchObject({ value: '', salt: '02'.repeat(16) });
    expect(commitments).toEqual({
      followers: values['followers']!.commitment,
      constructor: values['constructor']!.commitment,
    });
    expect(sealReach(['followers'], undefined, () => SALT).commitments).toHaveProperty('followers');
  });
});
