import { XApiStage } from '../../../testing/x-api';

const DAY = 24 * 3_600_000;

let stage: XApiStage;

beforeEach(async () => {
  stage = await XApiStage.open();
});

afterEach(() => stage.stop());

/** Ada writes to us directly. Returns the id of the message. */
const direct = (text: string): string => {
  stage.clock.advance(1_000);
  return stage.platform.writeDirect({ from: stage.ada, to: stage.shop, text }).directId;
};
const send = (body: object, to = stage.ada): ReturnType<XApiStage['call']> =>
  stage.call('POST', `/2/dm_conversations/with/${to}/messages`, body);

describe('direct messages', () => {
  it('come newest first with our own among them, and name a next page that is empty', async () => {
    const [first, second] = [direct('hello!'), direct('anybody?')];
    const answer = await send({ text: 'Yes & how can we help?' });
    const own = (answer.body['data'] as { dm_event_id: string }).dm_event_id;
    const fields = 'dm_event.fields=sender_id,dm_conversation_id,created_at&expansions=sender_id';
    const all = await stage.get(`/2/dm_events?${fields}`);
    expect(all.ids).toEqual([own, second, first]);
    expect(all.body).toMatchObject({
      data: [{ sender_id: stage.shop, text: 'Yes &amp; how can we help?', dm_conversation_id: `${[stage.shop, stage.ada].join('-')}` }, {}, {}], // prettier-ignore
      includes: { users: [{ username: 'shop' }, { username: 'ada' }] },
    });
    expect(all.next!.length).toBeGreaterThanOrEqual(16);
    const end = await stage.get(`/2/dm_events?pagination_token=${all.next}`);
    expect(end.body).toEqual({ meta: { result_count: 0 } });
    expect((await stage.get(`/2/dm_conversations/with/${stage.ada}/dm_events?max_results=1`)).ids).toEqual([own]);
    expect((await stage.get(`/2/dm_events/${first}`)).body).toMatchObject({ data: { text: 'hello!', event_type: 'MessageCreate' } }); // prettier-ignore
  });

  it('are had for thirty days, and only by those who take part', async () => {
    const id = direct('hello!');
    const { accessToken } = stage.platform.token({ appId: stage.app.appId, userId: stage.platform.addUser().userId });
    expect((await stage.get('/2/dm_events', `Bearer ${accessToken}`)).body).toEqual({ meta: { result_count: 0 } });
    expect((await stage.get(`/2/dm_events/${id}`, `Bearer ${accessToken}`)).status).toBe(404);
    stage.clock.advance(30 * DAY + 1_000);
    stage.token = stage.platform.token({ appId: stage.app.appId, userId: stage.shop }).accessToken;
    expect((await stage.get('/2/dm_events')).body).toEqual({ meta: { result_count: 0 } });
  });

  it('of a group tell who came and went; encrypted ones are not there', async () => {
    const { platform, shop, ada } = stage;
    const ben = platform.addUser({ username: 'ben' }).userId;
    const { conversationId } = platform.addGroup([shop, ada]);
    const joined = platform.joinGroup(conversationId, ada, [ben]).directId;
    stage.clock.advance(1);
    const said = platform.writeDirect({ from: ben, to: conversationId, text: 'hi all' }).directId;
    stage.clock.advance(1);
    const left = platform.leaveGroup(conversationId, ada).directId;
    platform.chat({ from: ada, to: shop, text: 'secret' });
    const list = await stage.get(
      `/2/dm_conversations/${conversationId}/dm_events?dm_event.fields=participant_ids,sender_id`,
    );
    expect(list.ids).toEqual([left, said, joined]);
    expect(list.body).toMatchObject({ data: [{ event_type: 'ParticipantsLeave', participant_ids: [ada] }, {}, { participant_ids: [ben] }] }); // prettier-ignore
    expect((await stage.get('/2/dm_events?event_types=MessageCreate')).ids).toEqual([said]);
    expect(JSON.stringify((await stage.get('/2/dm_events')).body)).not.toContain('secret');
    expect(platform.truth(shop).at(-1)).toMatchObject({ kind: 'chat', text: '' });
  });

  it('are refused by who takes none and never wrote, and by who blocked us', async () => {
    const { platform, ada, shop } = stage;
    platform.setUser(ada, { directs: 'nobody' });
    expect(await send({ text: 'Hi' })).toMatchObject({ status: 403, body: { detail: 'You cannot send messages to this user.', errors: [{ code: 349 }] } }); // prettier-ignore
    direct('now I write');
    expect((await send({ text: 'Hi' })).status).toBe(201);
    platform.block(ada, shop);
    expect((await send({ text: 'Hi' })).status).toBe(403);
    expect(platform.visibleOf(shop, ada).map(({ text }) => text)).toEqual(['Hi']);
  });

  it('take a text, or one file of ours that is a day old at most', async () => {
    const { platform, shop, ada } = stage;
    const bytes = Buffer.from('\x89PNG picture', 'latin1');
    const file = { category: 'dm_image', mime: 'image/png', bytes };
    const { mediaId } = platform.upload({ userId: shop, ...file });
    const theirs = platform.upload({ userId: ada, ...file }).mediaId;
    expect((await send({ text: '' })).status).toBe(400);
    expect((await send({ attachments: [{ media_id: theirs }] })).status).toBe(400);
    expect((await send({ attachments: [{ media_id: '1' }] })).status).toBe(400);
    expect((await send({ attachments: [{ media_id: mediaId }] })).status).toBe(201);
    const old = platform.upload({ userId: shop, ...file }).mediaId;
    stage.clock.advance(DAY);
    stage.token = platform.token({ appId: stage.app.appId, userId: shop }).accessToken;
    expect((await send({ attachments: [{ media_id: old }] })).status).toBe(400);
    const query = 'dm_event.fields=attachments&expansions=attachments.media_keys&media.fields=url';
    const { body } = await stage.get(`/2/dm_events?${query}`);
    const [{ url }] = (body['includes'] as { media: [{ url: string }] }).media;
    const mine = await fetch(url, { headers: { authorization: `Bearer ${stage.token}` } });
    expect(Buffer.from(await mine.arrayBuffer())).toEqual(bytes);
    expect((await fetch(url)).status).toBe(401);
  });

  it('are deleted for oneself alone', async () => {
    const id = direct('hello!');
    expect((await stage.call('DELETE', `/2/dm_events/${id}`)).body).toEqual({ data: { deleted: true } });
    expect((await stage.get('/2/dm_events')).ids).toEqual([]);
    const ada = stage.platform.token({ appId: stage.app.appId, userId: stage.ada }).accessToken;
    expect((await stage.get('/2/dm_events', `Bearer ${ada}`)).ids).toEqual([id]);
  });

  it('share a post by its address', async () => {
    const post = stage.mention();
    direct(`this one: https://x.com/ada/status/${post}`);
    const query = 'dm_event.fields=referenced_tweets,entities&expansions=referenced_tweets.id';
    const { body } = await stage.get(`/2/dm_events?${query}`);
    expect(body).toMatchObject({
      data: [{ referenced_tweets: [{ id: post }], entities: { urls: [{}] } }],
      includes: { tweets: [{ id: post }] },
    });
  });

  it('go out twice where they are sent twice', async () => {
    direct('hello!');
    await send({ text: 'Hi' });
    await send({ text: 'Hi' });
    expect(stage.platform.visibleOf(stage.shop, stage.ada)).toHaveLength(2);
  });
});
