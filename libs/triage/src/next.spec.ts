import * as fc from 'fast-check';
import { aroundTheClock } from './business-clock';
import { keyMs } from './key';
import { DEFAULT_HEAD_STARTS, headStartFaults, NEEDS, type Need } from './need';
import { compareWaiting, next, type Waiting } from './next';

const waiting = (needs: readonly Need[]) =>
  fc
    .record({ id: fc.uuid(), since: fc.integer({ min: 0, max: 5_000_000 }), need: fc.constantFrom(...needs) })
    .map(({ id, since, need }): Waiting => {
      const key = keyMs(since, need, aroundTheClock, DEFAULT_HEAD_STARTS);
      return { id, waitingSinceMs: since, keyMs: key, need, requires: [] };
    });
const queue = (needs: readonly Need[] = NEEDS) =>
  fc.uniqueArray(waiting(needs), { selector: (wait) => wait.id, maxLength: 40 });
const anybody = { skills: new Set<string>(), declined: new Set<string>() };

/** Takes everybody out of the queue, one after the other. */
function drain(line: readonly Waiting[]): Waiting[] {
  const left = new Map(line.map((wait) => [wait.id, wait]));
  const served: Waiting[] = [];
  for (let id = next(left.values(), anybody); id !== null; id = next(left.values(), anybody)) {
    served.push(left.get(id)!);
    left.delete(id);
  }
  return served;
}

describe('next', () => {
  it('gives strictly the oldest when all needs are equal', () => {
    fc.assert(
      fc.property(queue(['standard']), (line) => {
        const served = drain(line).map((wait) => wait.waitingSinceMs);
        expect(served).toEqual(line.map((wait) => wait.waitingSinceMs).toSorted((a, b) => a - b));
      }),
    );
  });

  it('gives the same whatever the order in which the queue is read', () => {
    fc.assert(
      fc.property(
        queue().chain((line) => fc.tuple(fc.constant(line), fc.shuffledSubarray(line, { minLength: line.length }))),
        ([line, shuffled]) => {
          expect(drain(shuffled)).toEqual(drain(line));
        },
      ),
    );
  });

  it('orders any two different waits one way only', () => {
    fc.assert(
      fc.property(waiting(NEEDS), waiting(NEEDS), waiting(NEEDS), (a, b, c) => {
        expect(Math.sign(compareWaiting(a, b))).toBe(-Math.sign(compareWaiting(b, a)) + 0);
        expect(compareWaiting(a, b) === 0).toBe(
          a.id === b.id && a.keyMs === b.keyMs && a.waitingSinceMs === b.waitingSinceMs,
        );
        if (compareWaiting(a, b) < 0 && compareWaiting(b, c) < 0) expect(compareWaiting(a, c)).toBeLessThan(0);
      }),
    );
  });

  it('hands nobody out before another who began to wait more than the greatest head start earlier', () => {
    fc.assert(
      fc.property(queue(), (line) => {
        const served = drain(line);
        served.forEach((later, i) =>
          served
            .slice(0, i)
            .forEach((earlier) =>
              expect(earlier.waitingSinceMs - later.waitingSinceMs).toBeLessThanOrEqual(240 * 60_000),
            ),
        );
      }),
    );
  });

  it('passes over what the agent gave back or has no skill for, and nothing else', () => {
    const wait = (id: string, since: number, requires: string[] = []): Waiting => ({
      id,
      waitingSinceMs: since,
      keyMs: since,
      need: 'standard',
      requires,
    });
    const line = [wait('c', 3), wait('a', 1), wait('b', 2, ['fr'])];
    expect(next(line, anybody)).toBe('a');
    expect(next(line, { skills: new Set(['fr']), declined: new Set(['a']) })).toBe('b');
    expect(next(line, { skills: new Set(), declined: new Set(['a']) })).toBe('c');
    expect(next(line, { skills: new Set(), declined: new Set(['a', 'c']) })).toBeNull();
  });
});

describe('headStartFaults', () => {
  it('accepts the table of a new workspace', () => expect(headStartFaults(DEFAULT_HEAD_STARTS)).toEqual([]));

  it('names each head start outside 0 to 240, missing or unknown', () => {
    const { outage: _outage, ...rest } = DEFAULT_HEAD_STARTS;
    expect(headStartFaults({ ...rest, safety: 241, deadline: -1, continuation: 0.5, fame: 5 })).toEqual([
      'head start of continuation: got 0.5, expected whole minutes from 0 to 240',
      'head start of deadline: got -1, expected whole minutes from 0 to 240',
      'head start of outage: got undefined, expected whole minutes from 0 to 240',
      'head start of safety: got 241, expected whole minutes from 0 to 240',
      'head start of fame: there is no such need',
    ]);
  });
});
