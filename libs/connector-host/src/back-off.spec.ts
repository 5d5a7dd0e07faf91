import { BackOff, CONNECT_BACK_OFF } from './back-off';
import { nextAttempt, SEND_RETRIES } from './send-retries';

const certain = (): number => 0;

test('connecting waits 2 s, half as much again each time, 30 s at most, and 10 minutes at most in a long outage', () => {
  const backOff = new BackOff(CONNECT_BACK_OFF, certain);
  const waits = Array.from({ length: 60 }, () => backOff.next(0));
  expect(waits.slice(0, 3)).toEqual([2_000, 3_000, 4_500]);
  expect(Math.max(...waits.slice(0, 40))).toBe(30_000);
  expect(waits.at(-1)).toBe(600_000);
});

test('a connection that lived five minutes is made again at once; one that was dropped soon is not', () => {
  const backOff = new BackOff(CONNECT_BACK_OFF, certain);
  backOff.next(0);
  expect(backOff.next(4 * 60_000)).toBe(3_000);
  expect(backOff.next(5 * 60_000)).toBe(0);
  expect(backOff.next(0)).toBe(2_000);
});

test('a message is tried again after 30 s, 2 m, 10 m, 30 m, 1 h, then hourly for a day', () => {
  const first = new Date('2026-11-22T08:00:00Z');
  let now = first;
  const waits: number[] = [];
  for (let failures = 1; failures < 100; failures++) {
    const next = nextAttempt({ ...SEND_RETRIES, jitter: 0 }, failures, first, now);
    if (next === undefined) break;
    waits.push((next.getTime() - now.getTime()) / 60_000);
    now = next;
  }
  expect(waits.slice(0, 7)).toEqual([0.5, 2, 10, 30, 60, 60, 60]);
  expect((now.getTime() - first.getTime()) / 3_600_000).toBeLessThan(25.1);
});

test('waits are spread by a fifth either way', () => {
  const now = new Date('2026-11-22T08:00:00Z');
  const wait = (random: number): number =>
    nextAttempt(SEND_RETRIES, 1, now, now, () => random)!.getTime() - now.getTime();
  expect([wait(0), wait(0.5), wait(1)]).toEqual([24_000, 30_000, 36_000]);
});
