import { XStage } from '../../../testing/x-stage';
import { EVENT_TYPES } from './event-types';

let stage: XStage;

beforeEach(async () => {
  stage = await XStage.start();
});

afterEach(() => stage.stop());

const PNG = Buffer.from('iVBORw0KGgo=', 'base64');

function subscribe(body: object, token = stage.shopToken) {
  return stage.call('POST', '/2/activity/subscriptions', body, token);
}

function byText(a = '', b = ''): number {
  return a < b ? -1 : 1;
}

/** Types of events that came, in any order. */
async function types(): Promise<string[]> {
  await stage.simulator.settled();
  return stage.receiver.events().map(({ event_type }) => event_type).sort(); // prettier-ignore
}

describe('a subscription of the X Activity API', () => {
  it('is answered in each of the three forms that X prints', async () => {
    const filter = { user_id: stage.shop };
    const made = [];
    for (const event_type of ['dm.received', 'dm.sent', 'post.mention.create']) {
      made.push((await subscribe({ event_type, filter, tag: 'acc-7' })).body.data);
    }
    const wanted = { subscription_id: expect.stringMatching(/^\d+$/), filter, tag: 'acc-7' };
    expect(made).toEqual([
      [expect.objectContaining({ ...wanted, event_type: 'dm.received' })],
      expect.objectContaining({ ...wanted, event_type: 'dm.sent' }),
      { subscription: expect.objectContaining({ ...wanted, event_type: 'post.mention.create' }) },
    ]);
    const { body } = await stage.call('GET', '/2/activity/subscriptions');
    expect([(body.data as object[]).length, body.meta]).toEqual([3, { total_subscriptions: 3 }]);
  });

  it('to what is private takes the user’s own token with the scope', async () => {
    const wish = { event_type: 'dm.received', filter: { user_id: stage.shop } };
    expect((await subscribe(wish, stage.app.bearerToken)).status).toBe(403);
    const { appId } = stage.app;
    const { accessToken } = stage.simulator.token({ appId, userId: stage.shop, scopes: ['tweet.read', 'users.read'] });
    expect((await subscribe(wish, accessToken)).status).toBe(403);
    expect((await subscribe({ ...wish, filter: { user_id: stage.ada } })).status).toBe(403);
    expect((await subscribe(wish)).status).toBe(200);
    expect((await subscribe({ ...wish, event_type: 'post.create' }, stage.app.bearerToken)).status).toBe(200);
  });

  it('is refused for what is no event, no webhook of the app, a tag too long, or there already', async () => {
    const wish = { event_type: 'dm.received', filter: { user_id: stage.shop } };
    for (const wrong of [{ event_type: 'weather' }, { filter: {} }, { webhook_id: '1' }, { tag: 'x'.repeat(201) }]) {
      expect((await subscribe({ ...wish, ...wrong })).status).toBe(400);
    }
    await subscribe(wish);
    expect((await subscribe(wish)).status).toBe(400);
  });

  it('is pointed to another webhook, and ends', async () => {
    const made = await subscribe({ event_type: 'dm.received', filter: { user_id: stage.shop } });
    const [{ subscription_id: id }] = made.body.data as unknown as [{ subscription_id: string }];
    const say = async (): Promise<string[]> => {
      stage.simulator.writeDirect({ from: stage.ada, to: stage.shop, text: 'hello' });
      return types();
    };
    expect(await say()).toEqual([]);
    const webhook_id = await stage.hook();
    expect((await stage.call('PUT', `/2/activity/subscriptions/${id}`, { webhook_id })).status).toBe(200);
    expect(await say()).toEqual(['dm.received']);
    const gone = await stage.call('DELETE', `/2/activity/subscriptions?ids=${id}`);
    expect(gone.body).toEqual({ data: { deleted: true }, meta: { total_subscriptions: 0 } });
    expect(await say()).toEqual(['dm.received']);
  });

  it('ends when the user removes the app, which is told', async () => {
    await stage.hear('dm.received', 'post.create', 'oauth.revoke');
    stage.simulator.revoke(stage.shop, stage.app.appId);
    stage.simulator.writeDirect({ from: stage.ada, to: stage.shop, text: 'hello' });
    expect(await types()).toEqual(['oauth.revoke']);
    const [revoked] = stage.receiver.events();
    expect(revoked!.payload).toMatchObject({ user_id: stage.shop, app_id: stage.app.appId });
    expect((await stage.call('GET', '/2/activity/subscriptions')).body.data).toHaveLength(2);
  });
});

describe('what the X Activity API tells', () => {
  beforeEach(() => stage.hear(...Object.keys(EVENT_TYPES)));

  it('is a mention and a reply at once, each with an id of its own', async () => {
    const { simulator, shop, ada } = stage;
    const { postId } = simulator.writePost({ author: shop, text: 'We are open' });
    simulator.writePost({ author: ada, text: '@shop until when?', inReplyTo: postId });
    expect(await types()).toEqual(['post.create', 'post.mention.create', 'post.reply.create']);
    const [mention, reply] = stage.receiver.events('post.mention.create', 'post.reply.create');
    expect(mention!.payload).toEqual(reply!.payload);
    expect(mention!.event_uuid).not.toBe(reply!.event_uuid);
    expect(mention).toMatchObject({ filter: { user_id: shop }, tag: 'acc-7' });
    expect(mention!.payload).toMatchObject({
      author_id: ada,
      conversation_id: postId,
      in_reply_to_tweet_id: postId,
      referenced_tweets: [{ type: 'replied_to', id: postId }],
      public_metrics: { like_count: 0, like_count_str: '0' },
    });
  });

  it('is no mention where only the platform put our name there', async () => {
    const { simulator, shop, ada } = stage;
    const { postId } = simulator.writePost({ author: shop, text: 'We are open' });
    const { postId: reply } = simulator.writePost({ author: ada, text: 'Nice', inReplyTo: postId });
    const ben = simulator.addUser({ username: 'ben' }).userId;
    simulator.writePost({ author: ben, text: 'Really?', inReplyTo: reply });
    expect(await types()).toEqual(['post.create', 'post.reply.create']);
  });

  it('is no mention and no reply where we name or answer ourselves', async () => {
    const { simulator, shop } = stage;
    const { postId } = simulator.writePost({ author: shop, text: 'Write to @shop' });
    simulator.writePost({ author: shop, text: 'and more', inReplyTo: postId });
    expect(await types()).toEqual(['post.create', 'post.create']);
  });

  it('tells of quotes, reposts, edits and deletions', async () => {
    const { simulator, shop, ada } = stage;
    const { postId } = simulator.writePost({ author: shop, text: 'We are open' });
    const { postId: quote } = simulator.writePost({ author: ada, text: 'Look', quotes: postId });
    simulator.repost(ada, postId);
    const { postId: edited } = simulator.editPost(quote, 'Look here');
    simulator.deletePost(quote);
    expect(await types()).toEqual([
      'post.create',
      'post.delete',
      'post.quote.create',
      'post.quote.create',
      'post.repost.create',
    ]);
    const [, second] = stage.receiver.events('post.quote.create');
    expect(second!.payload).toMatchObject({ id: edited, edit_history_tweet_ids: [quote, edited] });
    expect(stage.receiver.events('post.delete')[0]!.payload).toEqual({ id: edited, author_id: ada });
  });

  it('never tells of protected accounts', async () => {
    stage.simulator.setUser(stage.ada, { protected: true });
    stage.simulator.writePost({ author: stage.ada, text: '@shop hush' });
    expect(await types()).toEqual([]);
  });

  it('tells of direct messages on both sides, with their reach, and users bare or wrapped', async () => {
    const { simulator, shop, ada } = stage;
    const { mediaId } = simulator.upload({ userId: ada, category: 'dm_image', mime: 'image/png', bytes: PNG });
    simulator.writeDirect({ from: ada, to: shop, text: 'a < b & c', media: [mediaId] });
    for (let n = 0; n < 20; n += 1) simulator.writeDirect({ from: shop, to: ada, text: `answer ${n}` });
    expect(new Set(await types())).toEqual(new Set(['dm.received', 'dm.sent']));
    const [received] = stage.receiver.events('dm.received');
    const { message_create } = received!.payload.direct_message_events[0]!;
    expect(message_create).toMatchObject({ sender_id: ada, target: { recipient_id: shop } });
    expect(message_create.message_data.text).toMatch(/^a &lt; b &amp; c https:\/\/t\.co\/\w+$/);
    expect(message_create.message_data.attachment!.media.id_str).toBe(mediaId);
    const users = stage.receiver.events().map(({ payload }) => payload.users[ada]!);
    expect(users.some(({ data }) => data)).toBe(true);
    expect(users.some(({ data }) => !data)).toBe(true);
    const [first] = users;
    expect((first!.data ?? first!).public_metrics).toMatchObject({ followers_count: 97, followers_count_str: '97' });
  });

  it('gives events ids that may be negative, and some that are no number', async () => {
    for (let n = 0; n < 60; n += 1) stage.simulator.writeDirect({ from: stage.ada, to: stage.shop, text: `${n}` });
    await types();
    const uuids = stage.receiver.events().map(({ event_uuid }) => event_uuid);
    for (const form of [/^-\d+$/, /^\d+$/, /^[0-9a-f]{8}-/]) expect(uuids.some((id) => form.test(id))).toBe(true);
    expect(new Set(uuids).size).toBe(60);
  });

  it('tells of encrypted messages without what they say', async () => {
    stage.simulator.chat({ from: stage.ada, to: stage.shop, text: 'Geheim' });
    stage.simulator.chat({ from: stage.shop, to: stage.ada, text: 'Geheim' });
    expect(await types()).toEqual(['chat.received', 'chat.sent']);
    const [received] = stage.receiver.events('chat.received');
    expect(received!.payload).toMatchObject({ sender_id: stage.ada, conversation_id: `${stage.ada}:${stage.shop}` });
    expect(JSON.stringify(stage.receiver.bodies)).not.toContain('Geheim');
  });

  it('tells of reading and typing', async () => {
    const { simulator, shop, ada } = stage;
    const { directId } = simulator.writeDirect({ from: shop, to: ada, text: 'hello' });
    simulator.typeDirect(ada, shop);
    simulator.readDirect(ada, shop);
    expect(await types()).toEqual(['dm.indicate_typing', 'dm.read', 'dm.sent']);
    const [read] = stage.receiver.events('dm.read');
    expect(read!.payload.direct_message_mark_read_events[0]).toMatchObject({
      sender_id: ada,
      last_read_event_id: directId,
    });
  });

  it('costs what the list of prices says', async () => {
    stage.simulator.writeDirect({ from: stage.ada, to: stage.shop, text: 'hello' });
    stage.simulator.writeDirect({ from: stage.shop, to: stage.ada, text: 'hello' });
    stage.simulator.writePost({ author: stage.shop, text: 'We are open' });
    await types();
    expect(stage.simulator.world.app(stage.app.appId).spent).toBe(10_000 + 5_000);
  });
});

describe('the old Account Activity API', () => {
  let webhookId: string;
  const all = (): string => `/2/account_activity/webhooks/${webhookId}/subscriptions/all`;

  beforeEach(async () => {
    webhookId = await stage.hook();
    await stage.call('POST', all(), {}, stage.shopToken);
  });

  it('says that a user is subscribed', async () => {
    expect((await stage.call('GET', all(), undefined, stage.shopToken)).body).toEqual({ data: { subscribed: true } });
  });

  it('tells of a post in the form of the first API, ids as numbers and as text', async () => {
    const text = `@shop ${'long '.repeat(40)}`.trim();
    const { postId } = stage.simulator.writePost({ author: stage.ada, text });
    await stage.simulator.settled();
    const [body] = stage.receiver.bodies;
    expect(body).toMatchObject({ for_user_id: stage.shop, user_has_blocked: 'false' });
    const [post] = body!.tweet_create_events!;
    expect(post).toMatchObject({
      id_str: postId,
      truncated: true,
      extended_tweet: { full_text: text },
      user: { id_str: stage.ada, screen_name: 'ada', followers_count: 97 },
    });
    expect(post!.created_at).toMatch(/^\w{3} \w{3} \d{2} \d{2}:\d{2}:\d{2} \+0000 \d{4}$/);
    expect(stage.receiver.received[0]!.body.toString()).toContain(`"id":${postId},`);
  });

  it('tells where an answer begins after its names, and of which post an edit is', async () => {
    const { simulator, shop, ada } = stage;
    const { postId } = simulator.writePost({ author: shop, text: 'We are open' });
    const { postId: reply } = simulator.writePost({ author: ada, text: 'Nice', inReplyTo: postId });
    const { postId: edited } = simulator.editPost(reply, 'Very nice');
    await simulator.settled();
    expect(stage.receiver.bodies.at(-1)!.tweet_create_events).toMatchObject([
      {
        id_str: edited,
        text: '@shop Very nice',
        display_text_range: [6, 15],
        edit_history: { initial_tweet_id: reply, edit_tweet_ids: [reply, edited] },
      },
    ]);
  });

  it('tells of direct messages, deletions of ours, reading and revoking, each under its key', async () => {
    const { simulator, shop, ada } = stage;
    simulator.writeDirect({ from: ada, to: shop, text: 'Hello World & good wishes.' });
    simulator.writeDirect({ from: shop, to: ada, text: 'hello' });
    simulator.readDirect(ada, shop);
    const { postId } = simulator.writePost({ author: shop, text: 'oops' });
    simulator.deletePost(postId);
    simulator.revoke(shop, stage.app.appId);
    simulator.writeDirect({ from: ada, to: shop, text: 'unheard' });
    await simulator.settled();
    const keys = stage.receiver.bodies.map((body) => Object.keys(body).find((key) => /_events?$/.test(key)));
    expect(keys.sort(byText)).toEqual([
      'direct_message_events',
      'direct_message_events',
      'direct_message_mark_read_events',
      'tweet_create_events',
      'tweet_delete_events',
      'user_event',
    ]);
    const first = stage.receiver.bodies.find((body) => body.direct_message_events)!;
    expect(first.direct_message_events![0]!.message_create.message_data.text).toBe('Hello World &amp; good wishes.');
    expect(first.users![ada]).toMatchObject({ screen_name: 'ada', followers_count: 97 });
  });

  it('delivers once to each of two users in one conversation, lists them, and takes three at most', async () => {
    const { simulator, ada, app } = stage;
    const adaToken = simulator.token({ appId: app.appId, userId: ada }).accessToken;
    await stage.call('POST', all(), {}, adaToken);
    simulator.writeDirect({ from: ada, to: stage.shop, text: 'hello' });
    await simulator.settled();
    expect(stage.receiver.bodies.map((body) => body.for_user_id).sort(byText)).toEqual([stage.shop, ada].sort(byText));
    expect((await stage.call('GET', `${all()}/list`)).body.data!.subscriptions).toHaveLength(2);
    const others = ['a', 'b'].map((name) => simulator.addUser({ username: name }).userId);
    const statuses = [];
    for (const userId of others) {
      const { accessToken } = simulator.token({ appId: app.appId, userId });
      statuses.push((await stage.call('POST', all(), {}, accessToken)).status);
    }
    expect(statuses).toEqual([200, 403]);
    await stage.call('DELETE', `/2/account_activity/webhooks/${webhookId}/subscriptions/${ada}/all`);
    expect((await stage.call('GET', all(), undefined, adaToken)).body).toEqual({ data: { subscribed: false } });
  });
});
