import { ARRIVED, fixtureBody, SHOP } from '../fixtures/fixture';
import { only, read } from '../fixtures/read-fixture';
import { readDelivery } from '../read';
import { cutDirect, cutPosts, idsIn } from './cut-pages';

const page = fixtureBody('page-of-mentions');
const bodyOf = (raw: Buffer): Record<string, unknown> => JSON.parse(raw.toString('utf8')) as Record<string, unknown>;

describe('a page of posts', () => {
  it('is cut into a delivery for each, named by its id', () => {
    const cuts = cutPosts(page, ARRIVED, 'poll');

    expect(cuts.map(({ source }) => source)).toEqual(idsIn(page).map((id) => `post:${id}`));
    expect(cuts[1]).toMatchObject({ origin: 'poll', arrivedAt: ARRIVED, context: {} });
    expect(cutPosts(page, ARRIVED, 'fill', { history: true })[1]).toMatchObject({
      origin: 'fill',
      context: { history: true },
    });
  });

  it('gives each only what it refers to', () => {
    const [first, second, third] = cutPosts(page, ARRIVED, 'poll').map(({ raw }) => bodyOf(raw));

    expect(first).toMatchObject({
      includes: {
        users: [{ id: '222' }],
        posts: [{ id: '2124080377885622273' }],
        media: [{ media_key: '3_a' }],
      },
    });
    expect(first).not.toHaveProperty('errors');
    expect(second).toMatchObject({ includes: { users: [{ id: '222' }] } });
    expect(Object.keys(second!['includes'] as object)).toEqual(['users']);
    expect(third).toMatchObject({
      includes: { users: [{ id: '333' }] },
      errors: [{ resource_id: '2123900000000000000' }],
    });
  });

  it('reads like what is pushed, in either dialect of names', () => {
    const [fresh, old, orphan] = cutPosts(page, ARRIVED, 'poll').map((cut) => readDelivery(cut, SHOP));

    expect(fresh).toMatchObject({
      events: [
        {
          text: 'does it whistle, and how loud?',
          threading: { threadKey: '2124080377885622273/222', references: [{ id: '2124080377885622273' }] },
        },
      ],
      files: [{ kind: 'image' }],
      reach: [{ values: { reposts: 1, likes: 3 } }],
      unsupported: [],
    });
    expect(old?.events).toEqual([only('mention')]);
    expect(old?.reach).toEqual(read('mention').reach);
    expect(orphan).toMatchObject({ events: [{ author: { name: 'Bob' } }], unsupported: ['error:resource-not-found'] });
  });

  it('that is empty, or none at all, is nothing', () => {
    for (const nothing of [fixtureBody('page-empty'), undefined, null, 'x', [], { data: [null, {}, 7] }]) {
      expect(cutPosts(nothing, ARRIVED, 'poll')).toEqual([]);
      expect(cutDirect(nothing, ARRIVED, 'poll')).toEqual([]);
      expect(idsIn(nothing)).toEqual([]);
    }
  });
});

it('names deliveries of direct messages by their ids', () => {
  expect(cutDirect(fixtureBody('page-of-directs'), ARRIVED, 'poll')[0]).toMatchObject({
    source: 'dm:2124321970181898241',
  });
});
