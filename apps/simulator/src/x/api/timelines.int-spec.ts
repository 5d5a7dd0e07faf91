import { XApiStage } from '../../../testing/x-api';

const MINUTE = 60_000;

let stage: XApiStage;
let mentions: string;

beforeEach(async () => {
  stage = await XApiStage.open();
  mentions = `/2/users/${stage.shop}/mentions`;
});

afterEach(() => stage.stop());

function someMentions(count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    stage.clock.advance(1_000);
    return stage.mention(`${n}?`);
  }).reverse();
}

describe('the mentions of a user', () => {
  it('say nothing of data where there are none', async () => {
    expect((await stage.get(mentions)).body).toEqual({ meta: { result_count: 0 } });
  });

  it('come newest first and page by page, in both directions', async () => {
    const all = someMentions(12);
    const first = await stage.get(`${mentions}?max_results=5`);
    expect(first.ids).toEqual(all.slice(0, 5));
    expect(first.previous).toBeUndefined();
    stage.mention('newer than the first page');
    const second = await stage.get(`${mentions}?max_results=5&pagination_token=${first.next}`);
    expect(second.ids).toEqual(all.slice(5, 10));
    const last = await stage.get(`${mentions}?max_results=5&pagination_token=${second.next}`);
    expect(last.ids).toEqual(all.slice(10));
    expect(last.next).toBeUndefined();
    const back = await stage.get(`${mentions}?max_results=5&pagination_token=${second.previous}`);
    expect(back.ids).toEqual(all.slice(0, 5));
  });

  it('leave out the ids they are asked from and up to', async () => {
    const all = someMentions(8);
    const { ids } = await stage.get(`${mentions}?since_id=${all[6]}&until_id=${all[1]}`);
    expect(ids).toEqual(all.slice(2, 6));
    const { status, body } = await stage.get(`${mentions}?since_id=${all[1]}&until_id=${all[6]}`);
    expect([status, body]).toMatchObject([400, { title: 'Invalid Request' }]);
  });

  it('reach back to a number of them only, beyond which is nothing', async () => {
    stage.platform.setRules({ mostMentions: 6 });
    const all = someMentions(10);
    const { ids, next } = await stage.get(`${mentions}?max_results=5`);
    expect(ids).toEqual(all.slice(0, 5));
    const last = await stage.get(`${mentions}?max_results=5&pagination_token=${next}`);
    expect(last.ids).toEqual([all[5]]);
    expect(last.next).toBeUndefined();
    expect((await stage.get(`${mentions}?until_id=${all[8]}`)).body).not.toHaveProperty('data');
  });

  it('know of a post that is indexed late only later, under an id lower than those read already', async () => {
    const late = stage.mention('late', { indexedAfterMs: 5 * MINUTE });
    stage.clock.advance(1_000);
    const known = stage.mention('known');
    expect((await stage.get(mentions)).ids).toEqual([known]);
    stage.clock.advance(6 * MINUTE);
    expect((await stage.get(`${mentions}?since_id=${known}`)).ids).toEqual([]);
    expect((await stage.get(mentions)).ids).toEqual([known, late]);
  });

  it('hold replies that name us, and none that leave us out', async () => {
    const { platform, shop, ada } = stage;
    const { postId } = platform.writePost({ author: shop, text: 'Open all day' });
    const reply = platform.writePost({ author: ada, text: 'and Sunday?', inReplyTo: postId }).postId;
    platform.writePost({ author: ada, text: 'hm', inReplyTo: postId, leading: 'none' });
    expect((await stage.get(mentions)).ids).toEqual([reply]);
  });

  it('tell of what cannot be shown beside what can', async () => {
    const { platform, ada } = stage;
    const ben = platform.addUser({ username: 'ben' }).userId;
    const first = platform.writePost({ author: ben, text: 'gone soon' }).postId;
    const hidden = platform.writePost({ author: ben, text: 'for friends' }).postId;
    platform.writePost({ author: ada, text: '@shop see', inReplyTo: first });
    const also = platform.writePost({ author: ada, text: '@shop see that', inReplyTo: hidden }).postId;
    platform.deletePost(first);
    platform.setUser(ben, { protected: true });
    const { body } = await stage.get(`${mentions}?tweet.fields=referenced_tweets&expansions=referenced_tweets.id`);
    expect(body['errors']).toMatchObject([
      { resource_id: hidden, type: expect.stringContaining('not-authorized-for-resource') },
      { resource_id: first, type: expect.stringContaining('resource-not-found') },
    ]);
    expect(body['data']).toMatchObject([{ id: also }, {}]);
    platform.setUser(ada, { protected: true });
    expect((await stage.get(mentions)).ids).toEqual([]);
  });

  it('give short and empty pages that go on, where they are made to', async () => {
    const all = someMentions(6);
    stage.platform.api.faults.set([{ kind: 'empty-page', often: 1, on: 'mentions' }]);
    const empty = await stage.get(`${mentions}?max_results=5`);
    expect(empty.ids).toEqual([]);
    const first = await stage.get(`${mentions}?max_results=5&pagination_token=${empty.next}`);
    expect(first.ids).toEqual(all.slice(0, 5));
  });
});

describe('the fields of a post', () => {
  const asked =
    'tweet.fields=author_id,created_at,referenced_tweets,public_metrics,conversation_id&expansions=author_id';

  it('are answered only where they were asked for', async () => {
    const id = stage.mention();
    const { body } = await stage.get(mentions);
    expect(body).toMatchObject({ data: [{ id, text: '@shop is it open?', edit_history_tweet_ids: [id] }] });
    expect(Object.keys((body['data'] as object[])[0]!)).toHaveLength(3);
    expect(body).not.toHaveProperty('includes');
    const more = await stage.get(`${mentions}?${asked}&user.fields=public_metrics`);
    expect(more.body).toMatchObject({
      data: [{ author_id: stage.ada, conversation_id: id, public_metrics: { retweet_count: 0 } }],
      includes: {
        users: [{ id: stage.ada, username: 'ada', public_metrics: { followers_count: 97, tweet_count: 0 } }],
      },
    });
  });

  it('are dropped without a word where their names are unknown', async () => {
    stage.mention();
    const { status, body } = await stage.get(`${mentions}?tweet.fields=creatd_at,nonsense`);
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('errors');
    expect(Object.keys((body['data'] as object[])[0]!)).toHaveLength(3);
  });

  it('have the names of the dialect that the platform knows', async () => {
    const { platform, shop, ada } = stage;
    const { postId } = platform.writePost({ author: shop, text: 'Open' });
    platform.writePost({ author: ada, text: 'sure?', inReplyTo: postId });
    const inNew = 'post.fields=conversation_id,public_metrics,author_id&expansions=author_id,referenced_posts';
    const { body } = await stage.get(`${mentions}?${inNew}`);
    expect(body).toMatchObject({
      data: [
        {
          author_id: ada,
          referenced_posts: [{ type: 'replied_to', id: postId }],
          public_metrics: { repost_count: 0 },
          edit_history_post_ids: [expect.any(String)],
        },
      ],
      includes: { posts: [{ id: postId }] },
    });
    platform.setRules({ dialects: 'new' });
    const dropped = await stage.get(`${mentions}?${asked}`);
    expect(Object.keys((dropped.body['data'] as object[])[0]!)).toEqual(['id', 'text', 'edit_history_post_ids', 'author_id']); // prettier-ignore
    platform.setRules({ dialects: 'old' });
    const plain = await stage.get(`${mentions}?${inNew}`);
    expect(Object.keys((plain.body['data'] as object[])[0]!)).not.toContain('conversation_id');
  });
});

describe('an edited post', () => {
  it('has a new id and its history, and stands once in lists; the old version is still to be had', async () => {
    const first = stage.mention('opne?');
    stage.clock.advance(MINUTE);
    const { postId } = stage.platform.editPost(first, '@shop open?');
    const { body, ids } = await stage.get(mentions);
    expect(ids).toEqual([postId]);
    expect(body).toMatchObject({ data: [{ text: '@shop open?', edit_history_tweet_ids: [first, postId] }] });
    expect((await stage.get(`/2/tweets/${first}`)).body).toMatchObject({ data: { id: first, text: '@shop opne?' } });
  });

  it('goes with every version when it is deleted', async () => {
    const first = stage.mention('opne?');
    const { postId } = stage.platform.editPost(first, '@shop open?');
    stage.platform.deletePost(first);
    const { body, ids } = await stage.get(`/2/tweets?ids=${first},${postId}`);
    expect(ids).toEqual([]);
    expect(body['errors']).toHaveLength(2);
    expect((await stage.get(mentions)).ids).toEqual([]);
  });
});

describe('the search', () => {
  it('finds a thread with those who do not name us, for seven days', async () => {
    const { platform, shop, ada, clock } = stage;
    const { postId } = platform.writePost({ author: shop, text: 'Open all day' });
    const reply = platform.writePost({ author: ada, text: 'hm', inReplyTo: postId, leading: 'none' }).postId;
    const search = `/2/tweets/search/recent?query=`;
    expect((await stage.get(`${search}conversation_id:${postId}`)).ids).toEqual([reply, postId]);
    const others = encodeURIComponent(`(conversation_id:${postId} OR conversation_id:1) -from:shop`);
    expect((await stage.get(`${search}${others}`)).ids).toEqual([reply]);
    expect((await stage.get(`${search}${encodeURIComponent('((')}`)).status).toBe(400);
    clock.advance(8 * 24 * 60 * MINUTE);
    const app = `Bearer ${stage.app.bearerToken}`;
    expect((await stage.get(`${search}conversation_id:${postId}`, app)).body).toEqual({ meta: { result_count: 0 } });
    expect((await stage.get(`${search}conversation_id:${postId}&since_id=${postId}`, app)).status).toBe(400);
  });
});

describe('the posts of a user', () => {
  it('hold replies and reposts, unless these are left out', async () => {
    const { platform, shop } = stage;
    const mention = stage.mention();
    const own = platform.writePost({ author: shop, text: 'News' }).postId;
    const reply = platform.writePost({ author: shop, text: 'Yes', inReplyTo: mention }).postId;
    const repost = platform.repost(shop, mention).postId;
    expect((await stage.get(`/2/users/${shop}/tweets`)).ids).toEqual([repost, reply, own]);
    expect((await stage.get(`/2/users/${shop}/tweets?exclude=replies,retweets`)).ids).toEqual([own]);
  });
});
