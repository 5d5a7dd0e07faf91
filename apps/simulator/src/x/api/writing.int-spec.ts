import { XApiStage } from '../../../testing/x-api';
import type { Happening } from '../happening';

let stage: XApiStage;

beforeEach(async () => {
  stage = await XApiStage.open();
});

afterEach(() => stage.stop());

const post = (text: string, more: object = {}): ReturnType<XApiStage['call']> =>
  stage.call('POST', '/2/tweets', { text, ...more });
const reply = (text: string, to: string): ReturnType<XApiStage['call']> =>
  post(text, { reply: { in_reply_to_tweet_id: to } });
const idOf = (answer: { body: Record<string, unknown> }): string => (answer.body['data'] as { id: string }).id;

describe('posting through the API', () => {
  it('answers 201 with the post as it is shown, and tells those who listen', async () => {
    const heard: Happening[] = [];
    stage.platform.onHappening((happening) => heard.push(happening));
    const to = stage.mention('is it open? & when?');
    const answer = await reply('Until 8 & a bit.', to);
    expect([answer.status, answer.body]).toEqual([
      201,
      { data: { id: idOf(answer), text: '@ada Until 8 &amp; a bit.', edit_history_tweet_ids: [idOf(answer)] } },
    ]);
    expect(heard.at(-1)).toMatchObject({ kind: 'post.created', post: { inReplyTo: to, conversationId: to } });
    expect(stage.platform.truth(stage.shop).at(-1)).toMatchObject({ why: 'answer', text: 'Until 8 & a bit.', replyTo: to }); // prettier-ignore
  });

  it('refuses the same text to the same person in the recent past, without saying which post it was', async () => {
    const to = stage.mention();
    const other = stage.platform.addUser({ username: 'ben' }).userId;
    const theirs = stage.platform.writePost({ author: other, text: '@shop hello' }).postId;
    const first = await reply('Yes', to);
    const again = await reply('Yes', to);
    expect([again.status, again.body]).toMatchObject([403, { detail: 'You are not allowed to create a Tweet with duplicate content.' }]); // prettier-ignore
    expect(JSON.stringify(again.body)).not.toContain(idOf(first));
    expect((await reply('Yes', theirs)).status).toBe(201);
    stage.clock.advance(25 * 3_600_000);
    stage.token = stage.platform.token({ appId: stage.app.appId, userId: stage.shop }).accessToken;
    expect((await reply('Yes', to)).status).toBe(201);
  });

  it('counts the length by weight, and lets Premium write more', async () => {
    expect((await post('a'.repeat(280))).status).toBe(201);
    expect((await post('a'.repeat(281))).status).toBe(403);
    expect((await post('あ'.repeat(141))).body).toMatchObject({ detail: expect.stringContaining('too long') });
    stage.platform.setUser(stage.shop, { longPosts: true });
    expect((await post('a'.repeat(25_000))).status).toBe(201);
    expect((await post('b'.repeat(25_001))).status).toBe(403);
  });

  it('answers only whoever named or quoted us, unless the plan or the rule lets it', async () => {
    const { platform, ada, shop } = stage;
    const own = platform.writePost({ author: shop, text: 'News' }).postId;
    const stranger = platform.writePost({ author: ada, text: 'I love shops' }).postId;
    const quote = platform.writePost({ author: ada, text: 'look', quotes: own }).postId;
    const bare = platform.writePost({ author: ada, text: 'hm', inReplyTo: own, leading: 'none' }).postId;
    expect((await reply('Thanks', quote)).status).toBe(201);
    expect((await reply('And also', own)).status).toBe(201);
    for (const id of [stranger, bare]) {
      const refused = await reply('Hello', id);
      expect([refused.status, refused.body]).toMatchObject([403, { detail: expect.stringContaining('have not been mentioned or otherwise engaged') }]); // prettier-ignore
    }
    platform.setRules({ summonedOnly: false });
    expect((await reply('Hello', stranger)).status).toBe(201);
    platform.setRules({ summonedOnly: true });
    platform.addApp({ appId: stage.app.appId, plan: 'enterprise' });
    expect((await reply('Hello again', bare)).status).toBe(201);
  });

  it('refuses what cannot be seen any more, and threads that are closed to us', async () => {
    const { platform, ada } = stage;
    const gone = stage.mention('gone');
    platform.deletePost(gone);
    expect((await reply('Hi', gone)).body).toMatchObject({ status: 403, detail: expect.stringContaining('deleted or not visible') }); // prettier-ignore
    const closed = platform.writePost({ author: ada, text: '@shop hm', replySettings: 'following' }).postId;
    expect((await reply('Hi', closed)).body).toMatchObject({ detail: expect.stringContaining('restricted who can reply') }); // prettier-ignore
    const invited = platform.writePost({ author: ada, text: '@shop ?', replySettings: 'mentionedUsers' }).postId;
    expect((await reply('Hi', invited)).status).toBe(201);
    platform.block(ada, stage.shop);
    expect((await reply('Hi!', stage.mention())).status).toBe(403);
  });

  it('stands although the answer says 503, and is there to be found', async () => {
    const to = stage.mention();
    stage.platform.api.faults.set([{ kind: 'answer-503', often: 1, on: 'POST /2/tweets' }]);
    const answer = await reply('Until 8.', to);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-type')).toContain('text/html');
    const found = await stage.get(`/2/users/${stage.shop}/tweets?max_results=5&tweet.fields=referenced_tweets`);
    expect(found.body).toMatchObject({ data: [{ text: '@ada Until 8.', referenced_tweets: [{ type: 'replied_to', id: to }] }] }); // prettier-ignore
    expect((await reply('Until 8.', to)).status).toBe(403);
  });

  it('does nothing in a burst of 503, and goes on after it', async () => {
    stage.platform.api.faults.set([
      { kind: 'empty-body', often: 1 },
      { kind: 'problem', often: 1 },
    ]);
    const to = stage.mention();
    const codes = [await reply('Yes', to), await reply('Yes', to), await reply('Yes', to)].map(({ status }) => status);
    expect(codes).toEqual([503, 503, 201]);
    expect(stage.platform.visibleOf(stage.shop, stage.ada)).toHaveLength(1);
  });

  it('edits within an hour what Premium wrote', async () => {
    const first = idOf(await post('Opne'));
    const edit = (): ReturnType<typeof post> => post('Open', { edit_options: { previous_post_id: first } });
    expect((await edit()).status).toBe(403);
    stage.platform.setUser(stage.shop, { longPosts: true });
    const second = await edit();
    expect(second.body).toMatchObject({ data: { edit_history_tweet_ids: [first, idOf(second)] } });
  });
});

describe('deleting and hiding', () => {
  it('deletes our own posts only', async () => {
    const own = idOf(await post('News'));
    const theirs = stage.mention();
    expect((await stage.call('DELETE', `/2/tweets/${theirs}`)).status).toBe(403);
    expect((await stage.call('DELETE', `/2/tweets/${own}`)).body).toEqual({ data: { deleted: true } });
    expect(stage.platform.visibleOf(stage.shop, stage.ada)).toEqual([]);
  });

  it('hides replies in our own thread only, and shows them again', async () => {
    const own = idOf(await post('News'));
    const theirs = stage.platform.writePost({ author: stage.ada, text: 'spam', inReplyTo: own }).postId;
    const elsewhere = stage.mention();
    const hide = (id: string, hidden: boolean): ReturnType<XApiStage['call']> =>
      stage.call('PUT', `/2/tweets/${id}/hidden`, { hidden });
    expect((await hide(theirs, true)).body).toEqual({ data: { hidden: true } });
    const truth = stage.platform.truth(stage.shop).find(({ id }) => id === theirs);
    expect(truth).toMatchObject({ hidden: true, why: 'reply' });
    expect((await hide(theirs, false)).body).toEqual({ data: { hidden: false } });
    expect((await hide(elsewhere, true)).status).toBe(403);
  });
});
