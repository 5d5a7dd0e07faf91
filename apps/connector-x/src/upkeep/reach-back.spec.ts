import { compareIds, idAt, timeOfId } from '../ids';
import { earliestOf, greatest, readAfter } from './reach-back';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 22, 8);
const at = (minutes: number): Date => new Date(START + minutes * MINUTE);

test('nothing before the wanted time is read, and with all wanted from the beginning', () => {
  expect(readAfter({ passed: undefined, readAt: undefined, earliest: at(0) })).toBe(idAt(at(0)));
  expect(readAfter({ passed: undefined, readAt: undefined, earliest: undefined })).toBeUndefined();
});

test('what may have been listed late since the last reading is read again, and no more', () => {
  const passed = idAt(at(59));
  const again = readAfter({ passed, readAt: at(60), earliest: at(0) })!;
  expect(timeOfId(again)).toEqual(at(50));
  // a quiet list: the greatest id is hours old, and what was written since would have been listed by the last reading
  expect(readAfter({ passed: idAt(at(5)), readAt: at(300), earliest: at(0) })).toBe(idAt(at(5)));
});

test('after a slow stretch the overlap counts from the last reading, not from now', () => {
  // read at minute 60, a post of minute 59.5 was listed at 61 only; the next reading is at 75
  const again = readAfter({ passed: idAt(at(59.9)), readAt: at(60), earliest: at(0) })!;
  expect(compareIds(again, idAt(at(59.5)))).toBeLessThan(0);
});

test('after a start the overlap counts from the greatest id that was passed', () => {
  expect(timeOfId(readAfter({ passed: idAt(at(59)), readAt: undefined, earliest: at(0) })!)).toEqual(at(49));
});

test('the overlap does not bring what is older than the connection', () => {
  expect(readAfter({ passed: idAt(at(1)), readAt: at(2), earliest: at(0) })).toBe(idAt(at(0)));
});

test.each([
  ['none', at(0)],
  ['days:2', at(-2 * 24 * 60)],
  ['all', undefined],
])('with history %s the reading begins there', (history, wanted) => {
  const settings = { userId: '1', username: 'shop', longPosts: false, history };
  expect(earliestOf(settings, at(0))).toEqual(wanted);
});

test('the greatest of ids is found by number, not by text', () => {
  expect(greatest(['99', '100', '9'])).toBe('100');
  expect(greatest([])).toBeUndefined();
});
