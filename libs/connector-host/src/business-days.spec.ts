import { businessDaysAfter } from './business-days';

describe('business days', () => {
  it.each([
    ['a Monday', '2026-11-23T09:30:00.000Z', 1, '2026-11-24T09:30:00.000Z'],
    ['a Friday', '2026-11-20T09:30:00.000Z', 1, '2026-11-23T09:30:00.000Z'],
    ['a Saturday', '2026-11-21T09:30:00.000Z', 1, '2026-11-23T09:30:00.000Z'],
    ['a Sunday', '2026-11-22T09:30:00.000Z', 10, '2026-12-04T09:30:00.000Z'],
    ['a Wednesday', '2026-11-25T23:59:59.999Z', 10, '2026-12-09T23:59:59.999Z'],
    ['the last of a year', '2026-12-31T00:00:00.000Z', 10, '2027-01-14T00:00:00.000Z'],
  ])('after %s are counted from Monday to Friday, in UTC', (_, from, days, to) => {
    expect(businessDaysAfter(new Date(from), days).toISOString()).toBe(to);
  });
});
