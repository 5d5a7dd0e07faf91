import { waitParts } from './time';

const MINUTE = 60_000;

describe('a wait in words', () => {
  it.each([
    [59_999, { unit: 'moment' }],
    [12 * MINUTE, { unit: 'minutes', minutes: 12 }],
    [190 * MINUTE, { unit: 'hours', hours: 3, minutes: '10' }],
    [60 * MINUTE, { unit: 'hours', hours: 1, minutes: '00' }],
    [(24 * 60 + 4 * 60 + 59) * MINUTE, { unit: 'days', days: 1, hours: 4 }],
    [-5_000, { unit: 'moment' }],
  ])('says %d ms as %o', (elapsed, parts) => {
    expect(waitParts(elapsed)).toEqual(parts);
  });
});
