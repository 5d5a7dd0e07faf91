import { Random } from '../messenger/random';
import { compareIds, idAt, Snowflakes, timeOfId } from './ids';

describe('an id on X', () => {
  it('tells its time, as documented', () => {
    expect(new Date(timeOfId('2080761390344937796')).toISOString()).toBe('2026-07-24T21:05:48.792Z');
    expect(idAt(Date.parse('2026-11-21T00:00:00Z')).toString()).toBe('2123929381893046272');
  });

  it('is greater than the one before within a millisecond, and than all of earlier milliseconds', () => {
    const ids = new Snowflakes(new Random(1), () => false);
    const given = [1_795_300_000_000, 1_795_300_000_000, 1_795_300_000_000, 1_795_300_000_001].map((ms) =>
      ids.next(ms),
    );
    expect([...given].sort(compareIds)).toEqual(given);
    expect(given.map((id) => timeOfId(id) - 1_795_300_000_000)).toEqual([0, 0, 0, 1]);
  });

  it('is no id that is given already', () => {
    const first = new Snowflakes(new Random(1), () => false).next(1_795_300_000_000);
    const second = new Snowflakes(new Random(1), (id) => id === first).next(1_795_300_000_000);
    expect(second).not.toBe(first);
  });

  it('is compared by number', () => {
    expect(compareIds('999', '1000')).toBeLessThan(0);
  });
});
