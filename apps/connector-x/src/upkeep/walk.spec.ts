import { RateLimited } from '@app/channel';
import type { XAnswer } from '../client';
import { Walk } from './walk';

type Page = { readonly ids: readonly string[]; readonly next?: string };

/** A list of pages by token, and what was asked. */
function listOf(pages: Readonly<Record<string, Page>>) {
  const asked: string[] = [];
  const ask = async (token = 'first'): Promise<XAnswer> => {
    asked.push(token);
    const page = pages[token]!;
    const data = page.ids.length === 0 ? {} : { data: page.ids.map((id) => ({ id })) };
    return { status: 200, body: { ...data, meta: page.next === undefined ? {} : { next_token: page.next } } };
  };
  return { ask, asked };
}

const never = (): boolean => false;
const idsOf = (pages: readonly unknown[]): string[] =>
  pages.flatMap((page) => (page as { data: { id: string }[] }).data.map(({ id }) => id));

test('all pages are walked, newest first', async () => {
  const { ask } = listOf({ first: { ids: ['4', '3'], next: 'b' }, b: { ids: ['2', '1'] } });
  const { pages, cut } = await new Walk({ ask, reaches: never, maxPages: 9, maxEmpty: 2 }).toTheEnd();
  expect([idsOf(pages), cut]).toEqual([['4', '3', '2', '1'], false]);
});

test('an empty page in between ends nothing', async () => {
  const { ask } = listOf({ first: { ids: ['3'], next: 'b' }, b: { ids: [], next: 'c' }, c: { ids: ['1'] } });
  expect(idsOf((await new Walk({ ask, reaches: never, maxPages: 9, maxEmpty: 2 }).toTheEnd()).pages)).toEqual([
    '3',
    '1',
  ]);
});

test('tokens that lead from empty page to empty page are not followed for ever', async () => {
  const empty = (next: string): Page => ({ ids: [], next });
  const { ask, asked } = listOf({ first: { ids: ['1'], next: 'b' }, b: empty('c'), c: empty('d'), d: empty('b') });
  const { pages } = await new Walk({ ask, reaches: never, maxPages: 9, maxEmpty: 2 }).toTheEnd();
  expect([idsOf(pages), asked]).toEqual([['1'], ['first', 'b', 'c']]);
});

test('it ends with the page that reaches what is known', async () => {
  const { ask, asked } = listOf({ first: { ids: ['3', '2'], next: 'b' }, b: { ids: ['1'] } });
  await new Walk({ ask, reaches: () => true, maxPages: 9, maxEmpty: 2 }).toTheEnd();
  expect(asked).toEqual(['first']);
});

test('it says when there was more than it may walk', async () => {
  const { ask } = listOf({ first: { ids: ['3'], next: 'b' }, b: { ids: ['2'], next: 'c' } });
  expect((await new Walk({ ask, reaches: never, maxPages: 2, maxEmpty: 2 }).toTheEnd()).cut).toBe(true);
});

test('a walk that a limit interrupts goes on where it stopped and asks for no page twice', async () => {
  const { ask, asked } = listOf({ first: { ids: ['3'], next: 'b' }, b: { ids: ['2'], next: 'c' }, c: { ids: ['1'] } });
  let limited = true;
  const walk = new Walk({
    ask: async (token) => {
      if (token === 'c' && limited) throw new RateLimited('enough', new Date());
      return ask(token);
    },
    reaches: never,
    maxPages: 9,
    maxEmpty: 2,
  });
  await expect(walk.toTheEnd()).rejects.toThrow(RateLimited);
  limited = false;
  expect(idsOf((await walk.toTheEnd()).pages)).toEqual(['3', '2', '1']);
  expect(asked).toEqual(['first', 'b', 'c']);
});
