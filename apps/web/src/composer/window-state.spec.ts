import { windowNow } from './window-state';

const NOW = Date.parse('2025-11-03T10:00:00.000Z');
const inHours = (hours: number): string => new Date(NOW + hours * 3_600_000).toISOString();

describe('what is said of the time for answers', () => {
  it('is nothing while it is open for long, has no end, or nothing is known', () => {
    expect(windowNow({ state: 'OPEN', closesAt: inHours(4) }, NOW)).toEqual({ kind: 'silent' });
    expect(windowNow({ state: 'ALWAYS_OPEN', closesAt: null }, NOW)).toEqual({ kind: 'silent' });
    expect(windowNow({ state: 'UNKNOWN', closesAt: null }, NOW)).toEqual({ kind: 'silent' });
  });

  it('is when it ends in the last four hours, and until when people may still answer', () => {
    expect(windowNow({ state: 'OPEN', closesAt: inHours(3.9) }, NOW)).toEqual({ kind: 'closing', until: inHours(3.9) });
    expect(windowNow({ state: 'HUMAN_ONLY', closesAt: inHours(90) }, NOW)).toEqual({
      kind: 'peopleOnly',
      until: inHours(90),
    });
  });

  it('is that it is closed, and to read again when the end we knew of has passed', () => {
    expect(windowNow({ state: 'CLOSED', closesAt: null }, NOW)).toEqual({ kind: 'closed' });
    expect(windowNow({ state: 'OPEN', closesAt: inHours(-0.1) }, NOW)).toEqual({ kind: 'over' });
    expect(windowNow({ state: 'HUMAN_ONLY', closesAt: inHours(0) }, NOW)).toEqual({ kind: 'over' });
  });
});
