import { replayAfter } from './replay';

const MINUTE = 60_000;
const NOW = new Date('2026-11-22T08:00:00.000Z');
const before = (minutes: number): Date => new Date(NOW.getTime() - minutes * MINUTE);

test('nothing is asked for again after a gap that X does not replay', () => {
  expect(replayAfter(before(0), NOW)).toBeUndefined();
  expect(replayAfter(before(31), NOW)).toBeUndefined();
});

test('a longer gap is asked for from where it began to as near to now as X allows', () => {
  expect(replayAfter(before(32), NOW)).toEqual({ from: before(32), to: before(11) });
});

test('of a gap of days the last day is asked for', () => {
  expect(replayAfter(before(5 * 24 * 60), NOW)).toEqual({ from: before(24 * 60 - 1), to: before(11) });
});
