import { Pace, SLOWEST_MS } from './pace';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 22, 8);
const at = (minutes: number): Date => new Date(START + minutes * MINUTE);

test('a list is due again after its usual time while the platform allows plenty', () => {
  const pace = new Pace(MINUTE);
  expect(pace.isDue(at(0))).toBe(true);
  pace.looked(at(0), { remaining: 299, resetAt: at(15) });
  expect([pace.isDue(at(0.9)), pace.isDue(at(1)), pace.isSlow]).toEqual([false, true, false]);
});

test('fifteen looks in fifteen minutes are the usual pace where fifteen are allowed', () => {
  const pace = new Pace(MINUTE);
  for (let look = 0; look < 15; look += 1) {
    pace.looked(at(look), { remaining: 14 - look, resetAt: at(15) });
    expect(pace.isSlow).toBe(false);
  }
});

test('it slows down twofold while what is left would not last, to a quarter of an hour and no further', () => {
  const pace = new Pace(MINUTE);
  const seen: number[] = [];
  for (let look = 0; look < 6; look += 1) {
    pace.looked(at(0), { remaining: 3, resetAt: at(15) });
    seen.push(pace.everyMs / MINUTE);
  }
  expect(seen).toEqual([2, 4, 8, 15, 15, 15]);
  expect(SLOWEST_MS).toBe(15 * MINUTE);
});

test('it gets as fast as before by itself when the platform allows more', () => {
  const pace = new Pace(MINUTE);
  for (let look = 0; look < 4; look += 1) pace.looked(at(0), { remaining: 3, resetAt: at(15) });
  pace.looked(at(16), { remaining: 14, resetAt: at(30) });
  expect([pace.isSlow, pace.everyMs]).toEqual([false, MINUTE]);
});

test('after a limit nothing is due before its end', () => {
  const pace = new Pace(MINUTE);
  pace.limited(at(0), at(12));
  expect([pace.isDue(at(11.9)), pace.isDue(at(12)), pace.isSlow]).toEqual([false, true, true]);
});

test('a list that is read rarely anyway is never read more often for being slowed down', () => {
  const pace = new Pace(30 * MINUTE);
  pace.limited(at(0), at(1));
  expect(pace.everyMs).toBe(30 * MINUTE);
});
