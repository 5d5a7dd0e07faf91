import type { OpenConversation } from './open-conversation';
import { seen } from './seen';

type Item = Parameters<typeof seen.mark>[1][number];

const at = (minute: number): string => new Date(Date.UTC(2025, 10, 3, 10, minute)).toISOString();
const message = (id: string, written: number, received: number): Item =>
  ({ __typename: 'Message', id, createdAt: at(written), receivedAt: at(received) }) as Item;
const note = (id: string, written: number): Item => ({ __typename: 'Note', id, createdAt: at(written) }) as Item;

/** As the api tells it: in the platform's order. */
const conversation = (id: string, items: readonly Item[]): OpenConversation =>
  ({ id, timeline: { edges: items.map((node) => ({ node })) } }) as unknown as OpenConversation;

describe('what somebody has seen of a conversation', () => {
  beforeAll(() => void Object.assign(globalThis, { document: { visibilityState: 'visible' } }));
  afterAll(() => void Reflect.deleteProperty(globalThis, 'document'));

  const cases: readonly (readonly [string, readonly Item[], string])[] = [
    [
      'a message that came late and stands above others',
      [message('first', 1, 1), message('late', 2, 9), message('third', 3, 3)],
      'late',
    ],
    [
      'our own reply, below which a message dated ahead stands',
      [message('question', 1, 1), message('reply', 5, 5), message('dated ahead', 8, 2)],
      'reply',
    ],
    ['a note written after all messages came', [message('late', 1, 4), message('last', 2, 2), note('note', 6)], 'note'],
    ['the lower of two that came together', [message('one', 1, 7), message('two', 2, 7)], 'two'],
  ];

  it.each(cases)('goes up to %s, before it was marked and after', (_what, items, expected) => {
    const shown = conversation(expected, items);
    expect(seen.upTo(shown)?.seenUpTo).toBe(expected);
    seen.mark(shown.id, items);
    expect(seen.upTo(conversation(shown.id, []))?.seenUpTo).toBe(expected);
  });

  it('is nothing where there is no message', () => {
    expect(seen.upTo(conversation('empty', []))).toBeUndefined();
  });
});
