import { inDialect, wishOf } from './dialect';

describe('what a call asks for', () => {
  it('is understood in either dialect and answered in the one it was asked in', () => {
    const old = wishOf({ 'tweet.fields': 'author_id,note_tweet', expansions: 'referenced_tweets.id' }, 'both');
    const renamed = wishOf({ 'post.fields': 'note_post', expansions: 'author_id,referenced_posts' }, 'both');
    expect([old.names, renamed.names]).toEqual(['old', 'new']);
    for (const { post } of [old, renamed]) {
      for (const name of ['author_id', 'note_tweet', 'referenced_tweets']) expect(post.has(name)).toBe(true);
    }
  });

  it('is dropped where its dialect has no such name: since the change, authors are expansions', () => {
    const { post } = wishOf({ 'post.fields': 'author_id,referenced_posts,conversation_id' }, 'both');
    expect([...post]).toEqual(['id', 'text', 'edit_history_tweet_ids', 'conversation_id']);
    const { direct } = wishOf({ 'dm_event.fields': 'sender_id,created_at' }, 'new');
    expect([direct.has('sender_id'), direct.has('created_at')]).toEqual([false, true]);
    expect(wishOf({ 'dm_event.fields': 'created_at', expansions: 'sender_id' }, 'new').direct.has('sender_id')).toBe(
      true,
    );
  });

  it('is dropped where the platform knows the other dialect only', () => {
    expect(wishOf({ 'post.fields': 'conversation_id' }, 'old').post.has('conversation_id')).toBe(false);
    const { post, names } = wishOf({ 'tweet.fields': 'conversation_id', expansions: 'referenced_tweets.id' }, 'new');
    expect([post.has('conversation_id'), post.has('referenced_tweets'), names]).toEqual([false, false, 'new']);
  });
});

describe('an answer in the new dialect', () => {
  it('has every renamed name, however deep, and no other', () => {
    const answer = {
      data: [{ referenced_tweets: [{ type: 'quoted', id: '1' }], public_metrics: { retweet_count: 1, like_count: 2 } }],
      includes: { tweets: [{ edit_history_tweet_ids: ['1'], text: 'tweets' }], users: [{ public_metrics: { tweet_count: 3 } }] }, // prettier-ignore
    };
    expect(inDialect(answer, 'old')).toBe(answer);
    expect(inDialect(answer, 'new')).toEqual({
      data: [{ referenced_posts: [{ type: 'quoted', id: '1' }], public_metrics: { repost_count: 1, like_count: 2 } }],
      includes: { posts: [{ edit_history_post_ids: ['1'], text: 'tweets' }], users: [{ public_metrics: { post_count: 3 } }] }, // prettier-ignore
    });
  });
});
