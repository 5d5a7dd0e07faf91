import * as fc from 'fast-check';
import { mattersOf, type WaitingThread } from './matters';

function thread(id: string, minute: number, more: Partial<WaitingThread> = {}): WaitingThread {
  const visibility = id.startsWith('p') ? 'private' : 'public';
  const rest = { accountId: 'a', customerId: 'ann', threadKey: id, continues: null, visibility } as const;
  return { id, ...rest, since: new Date(minute * 60_000), ...more };
}
const names = (threads: readonly WaitingThread[]): string[][] => mattersOf(threads).map((m) => m.map(({ id }) => id));

describe('what waits as one matter', () => {
  it('is what a customer wrote in private and in public on one account', () => {
    expect(names([thread('p1', 2), thread('q1', 1)])).toEqual([['q1', 'p1']]);
  });

  it('is never two public threads, never two private ones, never two customers or two accounts', () => {
    expect(names([thread('q1', 1), thread('q2', 2)])).toEqual([['q1'], ['q2']]);
    expect(names([thread('p1', 1), thread('p2', 2)])).toEqual([['p1'], ['p2']]);
    expect(names([thread('p1', 1), thread('q1', 2, { customerId: 'bob' })])).toEqual([['p1'], ['q1']]);
    expect(names([thread('p1', 1), thread('q1', 2, { accountId: 'b' })])).toEqual([['p1'], ['q1']]);
  });

  it('is of two customers where the platform said that they are one person', () => {
    expect(names([thread('p1', 1, { continues: 'q1' }), thread('q1', 2, { customerId: 'bob' })])).toEqual([
      ['p1', 'q1'],
    ]);
  });

  it('takes the public thread that was the newest when the private one began to wait', () => {
    expect(names([thread('q1', 1), thread('q2', 2), thread('p1', 3), thread('q3', 4)])).toEqual([
      ['q1'],
      ['q2', 'p1'],
      ['q3'],
    ]);
  });

  it('takes the first public thread that came after where there was none', () => {
    expect(names([thread('p1', 1), thread('q1', 2), thread('q2', 3)])).toEqual([['p1', 'q1'], ['q2']]);
  });

  it('changes no pair when somebody begins to wait later, and does not look at the order in which it is told', () => {
    const threads = fc.uniqueArray(
      fc.record({ kind: fc.constantFrom('p', 'q'), minute: fc.nat(30) }).map(({ kind, minute }) => ({ kind, minute })),
      { selector: ({ minute }) => minute, maxLength: 9 },
    );
    fc.assert(
      fc.property(threads, fc.constantFrom('p', 'q'), fc.infiniteStream(fc.nat()), (list, kind, order) => {
        const waiting = list.map((t) => thread(`${t.kind}${t.minute}`, t.minute));
        const before = names(waiting);
        const shuffled = waiting.toSorted(() => (order.next().value! % 2 === 0 ? 1 : -1));
        expect(names(shuffled)).toEqual(before);
        const after = names([...waiting, thread(`${kind}99`, 99)]).map((m) => m.filter((id) => id !== `${kind}99`));
        expect(after.filter((m) => m.length > 0)).toEqual(before);
      }),
    );
  });
});
