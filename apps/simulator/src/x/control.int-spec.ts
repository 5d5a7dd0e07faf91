import { XStage } from '../../testing/x-stage';

let stage: XStage;

beforeEach(async () => {
  stage = await XStage.start();
});

afterEach(() => stage.stop());

async function act(name: string, body: object): Promise<{ status: number; body: Record<string, string> }> {
  const answer = await fetch(`${stage.origin}/sim/api/x/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, string> };
}

async function ask(path: string): Promise<unknown> {
  return (await fetch(`${stage.origin}/sim/api/x/${path}`)).json();
}

describe('the control API of the simulated X', () => {
  it('makes a user who writes in public and in private, moves time and tells the truth', async () => {
    const { shop, app } = stage;
    const { webhookId } = (await act('addWebhook', { appId: app.appId, url: stage.receiver.url })).body;
    await act('subscribe', { appId: app.appId, userId: shop, webhookId });
    const { userId } = (await act('addUser', { username: 'ben', language: 'en', reach: { followers: 5 } })).body;
    const { postId } = (await act('writePost', { author: userId, text: '@shop hi' })).body;
    await act('editPost', { post: postId, text: '@shop hello' });
    const { directId } = (await act('writeDirect', { from: userId, to: shop, text: 'psst' })).body;
    const { chatId } = (await act('chat', { from: userId, to: shop, text: 'Geheim' })).body;
    await act('settled', {});
    expect(await ask(`truth/${shop}`)).toMatchObject([
      { id: postId, text: '@shop hello', edits: 1, person: userId },
      { id: directId, text: 'psst' },
      { id: chatId, text: '' },
    ]);
    expect(new Set(stage.receiver.events().map(({ event_type }) => event_type))).toEqual(
      new Set(['post.mention.create', 'dm.received', 'chat.received']),
    );
    const before = stage.clock.now().getTime();
    await act('advance', { ms: 86_400_000 });
    expect(stage.clock.now().getTime() - before).toBeGreaterThanOrEqual(86_400_000);
    expect(await ask('state')).toMatchObject({ idle: true, webhooks: [{ id: webhookId, valid: true }] });
  });

  it('tells neither secrets nor fame', async () => {
    await act('addUser', { username: 'star', bio: 'canary-bio', reach: { followers: 987_654_321 } });
    await stage.hear('dm.received');
    await stage.call('GET', '/2/users/me', undefined, stage.shopToken);
    const told = JSON.stringify([await ask('state'), await ask('journal'), await ask(`truth/${stage.shop}`)]);
    for (const secret of [
      stage.app.consumerSecret,
      stage.app.bearerToken,
      stage.shopToken,
      '987654321',
      'canary-bio',
    ]) {
      expect(told).not.toContain(secret);
    }
  });

  it('says what is wrong with a request, and does nothing for another web site', async () => {
    expect((await act('writePost', { author: 'nobody' })).body['error']).toContain('No user');
    expect((await act('faults', { webhooks: [{ kind: 'gremlins' }] })).body['error']).toContain('must be one of');
    expect((await act('faults', { gremlins: [] })).body['error']).toContain('Known: webhooks, calls');
    expect((await act('rules', { summonedOnly: 'no' })).status).toBe(422);
    expect((await act('hasOwnProperty', {})).status).toBe(404);
    const foreign = await fetch(`${stage.origin}/sim/api/x/outage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'http://evil.example' },
      body: '{}',
    });
    expect(foreign.status).toBe(403);
  });

  it('makes the demo’s handle, the same at every start, with tokens that work', async () => {
    const demo = stage.simulator.seedDemo();
    const again = stage.simulator.seedDemo();
    expect(again).toMatchObject({ userId: demo.userId, appId: demo.appId, consumerSecret: demo.consumerSecret });
    expect(again.refreshToken).not.toBe(demo.refreshToken);
    for (const token of [demo.accessToken, again.accessToken]) {
      const me = await stage.call('GET', '/2/users/me', undefined, token);
      expect(me.body.data).toMatchObject({ id: demo.userId, username: 'LumenElectro' });
    }
  });
});
