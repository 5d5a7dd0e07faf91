import { Transient, type OutboundMessage } from '@app/channel';
import type { Handle } from './config';
import { idAt } from './ids';
import { lookUp } from './look-up';
import { problem } from './testing/scripted-x';
import { OUR_ID, QUESTION_ID, sampleDirect, sampleFile, sampleReply, THEIR_ID } from './testing/x-samples';
import { failureOf, XWorld } from './testing/x-world';

let world: XWorld;
beforeAll(async () => {
  world = await XWorld.open();
});
beforeEach(() => {
  began = world.clock.now().getTime() - 90_000;
});
afterEach(() => world.reset());
afterAll(async () => world.close());

/** When the attempt began; milliseconds. */
let began = 0;
const reply = (more: Partial<OutboundMessage> = {}) =>
  sampleReply({ text: 'Oui & merci', at: new Date(began - 1_000).toISOString(), ...more });
const direct = (more: Partial<OutboundMessage> = {}) => sampleDirect({ text: 'Oui & merci', ...more });
const find = async (outbound: OutboundMessage, claimed: readonly string[] = [], handle: Handle = world.handle()) =>
  lookUp(
    {
      outbound,
      startedAt: new Date(began),
      claimed: async () => new Set(claimed),
      signal: new AbortController().signal,
    },
    handle,
    world.client,
  );
const id = (afterMs: number): string => idAt(new Date(began + afterMs));
const post = (afterMs: number, more: object = {}) => ({
  id: id(afterMs),
  text: '@ada Oui &amp; merci',
  author_id: OUR_ID,
  created_at: new Date(began + afterMs).toISOString(),
  referenced_tweets: [{ type: 'replied_to', id: QUESTION_ID }],
  ...more,
});
const event = (afterMs: number, more: object = {}) => ({
  id: id(afterMs),
  event_type: 'MessageCreate',
  text: 'Oui &amp; merci',
  sender_id: OUR_ID,
  created_at: new Date(began + afterMs).toISOString(),
  ...more,
});
const page = (data: readonly unknown[], next?: string): void => {
  const meta = { result_count: data.length, ...(next === undefined ? {} : { next_token: next }) };
  world.x.script = () => ({ body: data.length === 0 ? { meta } : { data, meta } });
};
const absent = { found: false, authoritative: true };
const unknown = { found: false, authoritative: false };

describe('looking up an answer in public', () => {
  it('finds it in our own timeline, and reads no more of that than there can be', async () => {
    page([post(5_000, { text: 'something else' }), post(2_000)]);
    expect(await find(reply())).toEqual({ found: true, nativeIds: [id(2_000)] });
    const [asked] = world.x.asked;
    expect(asked!.path).toBe(`/2/users/${OUR_ID}/tweets`);
    expect(BigInt(asked!.query.get('since_id')!)).toBe(BigInt(idAt(new Date(began - 1_000 - 120_000))));
    expect(asked!.query.get('user.fields')).toBeNull();
  });

  it('finds it in the newer names of fields, which it asks for by those', async () => {
    const { referenced_tweets, ...rest } = post(2_000);
    page([{ ...rest, referenced_posts: referenced_tweets, edit_history_post_ids: [id(2_000)] }]);
    expect(await find(reply(), [], world.handle(undefined, { dialect: 'post' }))).toMatchObject({ found: true });
    const names = [...world.x.asked[0]!.query.keys()];
    expect(names).toContain('post.fields');
    expect(names).not.toContain('tweet.fields');
    expect(world.x.asked[0]!.query.get('expansions')).toContain('referenced_posts');
  });

  it('finds a long one, with addresses in full', async () => {
    const text = `${'mot '.repeat(100)}see example.com/aide`;
    page([
      post(2_000, {
        text: `@ada ${text.slice(0, 200)}…`,
        note_tweet: {
          text: `@ada ${text.replace('example.com/aide', 'https://t.co/AbC')}`,
          entities: { urls: [{ url: 'https://t.co/AbC', expanded_url: 'https://example.com/aide' }] },
        },
      }),
    ]);
    expect(await find(reply({ text }))).toMatchObject({ found: true });
  });

  it('knows that it is not there when all since the attempt has been seen', async () => {
    page([]);
    expect(await find(reply())).toEqual(absent);
    page([post(2_000, { text: 'Bonjour' }), post(1_000, { referenced_tweets: [{ type: 'replied_to', id: '9' }] })]);
    expect(await find(reply())).toEqual(absent);
  });

  it('finds what an earlier attempt had sent, but nothing from before it was written', async () => {
    page([post(-500)]);
    expect(await find(reply())).toMatchObject({ found: true });
    page([post(-60_000)]);
    expect(await find(reply())).toEqual(unknown);
  });

  it('takes nothing that is another answer of ours, and is sure of nothing then: X takes the same text once', async () => {
    page([post(2_000)]);
    expect(await find(reply(), [id(2_000)])).toEqual(unknown);
  });

  it('is not sure where X shows too little, or more than is read', async () => {
    page([post(2_000, { referenced_tweets: undefined })]);
    expect(await find(reply())).toEqual(unknown);
    page([{ text: 'no id' }]);
    expect(await find(reply())).toEqual(unknown);
    page([post(2_000, { text: 'Bonjour' })], 'always-another-page');
    expect(await find(reply())).toEqual(unknown);
    expect(world.x.asked.length).toBeLessThanOrEqual(7);
  });

  it('reads on to the next page', async () => {
    world.x.inTurn(
      { body: { data: [post(2_000, { text: 'Bonjour' })], meta: { next_token: 'page-2' } } },
      { body: { data: [post(1_000)], meta: {} } },
    );
    expect(await find(reply())).toMatchObject({ found: true });
    expect(world.x.asked[1]!.query.get('pagination_token')).toBe('page-2');
  });

  it('comes again when X cannot be asked now, and is not sure where it may not ask', async () => {
    world.x.script = () => ({ status: 503, body: '' });
    expect(await failureOf(find(reply()))).toBeInstanceOf(Transient);
    world.x.script = () => problem(403, 'You may not.');
    expect(await find(reply())).toEqual(unknown);
  });
});

describe('looking up a direct message', () => {
  it('finds it in the conversation with the person, or with the group', async () => {
    page([event(2_000)]);
    expect(await find(direct())).toEqual({ found: true, nativeIds: [id(2_000)] });
    await find(direct({ threadKey: 'dm-group:1578398451921985538' }));
    expect(world.x.asked.map(({ path }) => path)).toEqual([
      `/2/dm_conversations/with/${THEIR_ID}/dm_events`,
      '/2/dm_conversations/1578398451921985538/dm_events',
    ]);
  });

  it('knows that it is not there, whatever the person wrote and we wrote before', async () => {
    page([event(2_000, { sender_id: THEIR_ID }), event(1_000, { text: 'Bonjour' }), event(-10 * 60_000)], 'older');
    expect(await find(direct())).toEqual(absent);
    expect(world.x.asked).toHaveLength(1);
    page([]);
    expect(await find(direct())).toEqual(absent);
  });

  it('tells two with the same words apart, by which of them is known', async () => {
    page([event(2_000), event(1_000)]);
    expect(await find(direct(), [id(2_000)])).toEqual({ found: true, nativeIds: [id(1_000)] });
    expect(await find(direct(), [id(2_000), id(1_000)])).toEqual(absent);
    expect(await find(direct())).toEqual({ found: true, nativeIds: [id(2_000)] });
  });

  it('tells one with a file from one without', async () => {
    const withFile = event(2_000, {
      text: 'Oui &amp; merci https://t.co/AbC',
      attachments: { media_keys: ['3_77'] },
      entities: { urls: [{ url: 'https://t.co/AbC', expanded_url: 'https://twitter.com/messages/media/77' }] },
    });
    page([withFile]);
    expect(await find(direct({ attachments: [sampleFile()] }))).toMatchObject({ found: true });
    expect(await find(direct())).toEqual(absent);
  });

  it('is not sure where X does not say who wrote, or no longer tells of the time', async () => {
    page([event(2_000, { sender_id: undefined })]);
    expect(await find(direct())).toEqual(unknown);
    page([]);
    began -= 30 * 24 * 60 * 60_000;
    expect(await find(direct())).toEqual(unknown);
  });
});
