import { XStage } from '../../../testing/x-stage';
import { pictureOfACard } from '../../customers/picture';

let stage: XStage;

beforeEach(async () => {
  stage = await XStage.start();
});

afterEach(() => stage.stop());

async function page(path: string): Promise<string> {
  const response = await fetch(`${stage.origin}/sim/x${path}`);
  expect([path, response.status]).toEqual([path, 200]);
  return response.text();
}

/** Sends a form as a browser without scripts does. */
async function submit(path: string, fields: Record<string, string>, picture?: Buffer): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  if (picture) form.set('picture', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'four.png');
  return fetch(`${stage.origin}/sim/x${path}`, {
    method: 'POST',
    body: form,
    headers: { origin: stage.origin },
    redirect: 'manual',
  });
}

function posts(): string {
  return `/posts/${stage.shop}`;
}

function person(): string {
  return `/person/${stage.shop}/${stage.ada}`;
}

describe('the page on which one plays people on X', () => {
  it('lets somebody new post, and leads to the posts about the handle', async () => {
    const fields = { name: 'Zoé <b>', username: '', handle: stage.shop, text: '@shop ouvert ?' };
    const answer = await submit('/write?lang=fr', fields);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/sim/x${posts()}?lang=fr`]);
    const shown = await page(`${posts()}?lang=fr`);
    expect(shown).toContain('@shop ouvert ?');
    expect(shown).toContain('Zoé &lt;b&gt;');
    expect(stage.simulator.truth(stage.shop)).toMatchObject([{ why: 'mention', text: '@shop ouvert ?' }]);
    expect((await submit('/write', { ...fields, username: 'not a name' })).status).toBe(422);
  });

  it('posts, answers, quotes, edits and deletes as anybody, with pictures', async () => {
    const { simulator, ada, shop } = stage;
    await submit(`${posts()}/write`, { text: '@shop look <i>', author: ada }, pictureOfACard());
    const post = simulator.truth(shop)[0]!.id;
    expect(await page(posts())).not.toContain('<i>');
    const source = /<img\s+class="picture"\s+src="([^"]+)"/.exec(await page(posts()))![1]!;
    expect((await fetch(stage.origin + source)).headers.get('content-type')).toBe('image/png');
    await submit(`${posts()}/reply`, { post, text: 'We see it', author: shop });
    const answer = simulator.truth(shop)[1]!.id;
    await submit(`${posts()}/quote`, { post: answer, text: 'They answered', author: ada, closed: 'yes' });
    await submit(`${posts()}/edit`, { post, text: '@shop look here' });
    expect(simulator.truth(shop).map(({ why, text, replyTo }) => [why, text, replyTo])).toEqual([
      ['mention', '@shop look here', undefined],
      ['answer', 'We see it', post],
      ['quote', 'They answered', undefined],
    ]);
    const shown = await page(`${posts()}?lang=en`);
    expect(shown).toMatch(/look here[\s\S]*edited[\s\S]*We see it/);
    expect(shown).toContain('answers closed');
    await submit(`${posts()}/remove`, { post });
    expect(await page(`${posts()}?lang=en`)).toContain('Post deleted');
  });

  it('leaves the handle unnamed in an answer, so that it is not summoned', async () => {
    const { simulator, ada, shop } = stage;
    const { postId } = simulator.writePost({ author: shop, text: 'Open today' });
    await submit(`${posts()}/reply`, { post: postId, text: 'Is it?', author: ada, unnamed: 'yes' });
    const reply = simulator.truth(shop).at(-1)!.id;
    const answer = { text: 'It is', reply: { in_reply_to_tweet_id: reply } };
    const refused = await stage.call('POST', '/2/tweets', answer, stage.shopToken);
    expect([refused.status, refused.body.detail]).toEqual([403, expect.stringContaining('not been mentioned')]);
    await submit('/act', { handle: shop, act: 'summoned-off' });
    expect((await stage.call('POST', '/2/tweets', answer, stage.shopToken)).status).toBe(201);
  });

  it('writes directly, with a picture or encrypted, and reads when it is opened', async () => {
    const { simulator, ada, shop } = stage;
    simulator.writeDirect({ from: shop, to: ada, text: 'How can we help?' });
    expect(await page('?lang=en')).toContain('<span class="badge">1</span>');
    expect(await page(person())).toContain('How can we help?');
    expect(await page('?lang=en')).not.toContain('class="badge"');
    await submit(`${person()}/write`, { text: 'See this' }, pictureOfACard());
    await submit(`${person()}/write`, { text: 'Secret', encrypted: 'yes' });
    await submit(`${person()}/inbox`, { text: 'From x.com' });
    const told = simulator
      .truth(shop)
      .map(({ kind, direction, text, attachments }) => [kind, direction, text, attachments]);
    expect(told).toEqual([
      ['direct', 'outbound', 'How can we help?', 0],
      ['direct', 'inbound', 'See this', 1],
      ['chat', 'inbound', '', 0],
      ['direct', 'outbound', 'From x.com', 0],
    ]);
    expect(await page(`${person()}?lang=fr`)).toMatch(/🔒[\s\S]*Secret[\s\S]*chiffré/);
  });

  it('changes who somebody is on X', async () => {
    const { simulator, ada, shop } = stage;
    await submit(`${person()}/profile`, {
      followers: '5000000',
      badge: 'blue',
      bio: 'Famous',
      closed: 'yes',
      blocks: 'yes',
    });
    expect(simulator.world.user(ada)).toMatchObject({
      reach: { followers: 5_000_000, verified: true, verifiedType: 'blue' },
      bio: 'Famous',
      directs: 'nobody',
      protected: false,
      blocks: [shop],
    });
    const { postId } = simulator.writePost({ author: ada, text: '@shop hm' });
    await submit(`${posts()}/fame`, { post: postId, likes: '70', reposts: '8', views: '900' });
    expect(simulator.world.post(postId).metrics).toMatchObject({ likes: 70, reposts: 8, views: 900 });
  });

  it('has switches that make the platform fail and heal', async () => {
    const { shop, simulator } = stage;
    await stage.hear('dm.received');
    const act = (name: string) => submit('/act', { handle: shop, act: name });
    const me = async (): Promise<number> => (await stage.call('GET', '/2/users/me', undefined, stage.shopToken)).status;
    for (const [on, off, status] of [
      ['outage', 'outage-end', 401],
      ['credit-out', 'credit-back', 402],
      ['api-down', 'api-heal', 503],
    ] as const) {
      await act(on);
      const response = await fetch(`${stage.origin}/sim/x/api/2/users/me`, {
        headers: { authorization: `Bearer ${stage.shopToken}` },
      });
      expect([on, response.status]).toEqual([on, status]);
      expect(await page('?lang=en')).toContain('class="state off"');
      await act(off);
      expect([off, await me()]).toEqual([off, 200]);
    }
    await act('limit-writes');
    expect((await stage.call('POST', '/2/tweets', { text: 'x' }, stage.shopToken)).status).toBe(429);
    await act('advance-quarter');
    expect((await stage.call('POST', '/2/tweets', { text: 'x' }, stage.shopToken)).status).toBe(201);
    await act('break-webhooks');
    expect(simulator.faults.webhooks).toEqual([{ kind: 'cut' }]);
    await act('heal-webhooks');
    await act('expire-tokens');
    expect(await me()).toBe(401);
    expect((await act('__proto__')).status).toBe(422);
  });

  it('tells open pages that something has changed, and nothing of what', async () => {
    const stopped = new AbortController();
    const events = await fetch(`${stage.origin}/sim/x/events`, { signal: stopped.signal });
    const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
    await reader.read();
    stage.simulator.writePost({ author: stage.ada, text: '@shop Geheim' });
    expect((await reader.read()).value).toBe('event: change\ndata: 1\n\n');
    stopped.abort();
  });

  it('says what is wrong with a form, and is closed to other web sites', async () => {
    expect((await submit(`${person()}/write`, { text: ' ' })).status).toBe(422);
    expect((await submit(`${posts()}/nonsense`, {})).status).toBe(422);
    expect((await fetch(`${stage.origin}/sim/x/posts/1`)).status).toBe(404);
    const foreign = await fetch(`${stage.origin}/sim/x${person()}/write`, {
      method: 'POST',
      headers: { origin: 'http://evil.example' },
      body: new URLSearchParams({ text: 'x' }),
    });
    expect(foreign.status).toBe(403);
  });
});
