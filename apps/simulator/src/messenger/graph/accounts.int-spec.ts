import { createHmac } from 'node:crypto';
import { Platform } from '../../../testing/platform';
import { Receiver } from '../../../testing/receiver';
import { signedRequest } from '../webhooks/signatures';

const DAY = 24 * 3_600_000;

let platform: Platform;

beforeEach(async () => {
  platform = await Platform.start();
});

afterEach(() => platform.stop());

const BACK = 'http://127.0.0.1:9/connect/messenger/callback';

function dialog(more: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: platform.appId,
    redirect_uri: BACK,
    state: 's&1',
    scope: 'pages_messaging,pages_show_list',
    ...more,
  });
  return `${platform.origin}/sim/facebook/v25.0/dialog/oauth?${query.toString()}`;
}

/** Presses one of the buttons of the dialog, as a browser does. */
async function press(user: string): Promise<URL> {
  const url = new URL(dialog());
  const body = new URLSearchParams([...url.searchParams, ['user', user]]);
  const headers = { origin: platform.origin };
  const answer = await fetch(url, { method: 'POST', body, headers, redirect: 'manual' });
  return new URL(answer.headers.get('location')!);
}

async function oauth(params: Record<string, string>): Promise<Record<string, string> & { error?: { code: number } }> {
  const { appId, appSecret } = platform;
  const query = new URLSearchParams({ client_id: appId, client_secret: appSecret, ...params });
  return (await fetch(`${platform.graph}/oauth/access_token?${query.toString()}`)).json() as never;
}

describe('the login of the simulated platform', () => {
  it('shows who can go on, with the app by name', async () => {
    const page = await (await fetch(dialog())).text();
    expect(page).toContain('Continue as Ada Operator');
    expect(page).toContain('Lumen Électroménager');
    expect(page).toContain('<h1>Evenhand</h1>');
  });

  it('leads back with a code, which becomes a token, a long-lived one and one for each Page', async () => {
    const back = await press(platform.userId);
    expect(back.searchParams.get('state')).toBe('s&1');
    const code = back.searchParams.get('code')!;
    const { access_token: short, expires_in: hour } = await oauth({ code, redirect_uri: BACK });
    expect(Number(hour)).toBeLessThanOrEqual(3_600);
    const exchange = { grant_type: 'fb_exchange_token', fb_exchange_token: short! };
    const { access_token: long, expires_in: days } = await oauth(exchange);
    expect(Math.round(Number(days) / 86_400)).toBe(60);
    const { body } = await platform.call('GET', 'me/accounts?fields=id,name,access_token,tasks', undefined, long);
    const [page] = body['data'] as { id: string; access_token: string; tasks: string[] }[];
    expect(page).toMatchObject({ id: platform.pageId, name: 'Lumen Électroménager' });
    expect(page!.tasks).toContain('MESSAGING');
    const { appId, appSecret } = platform;
    const debug = await platform.call('GET', `debug_token?input_token=${page!.access_token}`, undefined, `${appId}|${appSecret}`); // prettier-ignore
    expect(debug.body['data']).toMatchObject({ app_id: appId, type: 'PAGE', is_valid: true, expires_at: 0 });
    platform.clock.advance(61 * DAY);
    expect((await platform.call('GET', 'me', undefined, page!.access_token)).status).toBe(200);
    expect((await platform.call('GET', 'me', undefined, long)).body.error).toMatchObject({ error_subcode: 463 });
  });

  it('leads back with a refusal where the person cancels', async () => {
    const back = await press('');
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'access_denied', state: 's&1' });
  });

  it('takes a code once, and only with the address and the secret it was asked with', async () => {
    const code = async (): Promise<string> => (await press(platform.userId)).searchParams.get('code')!;
    expect(await oauth({ code: await code(), redirect_uri: `${BACK}/` })).toHaveProperty('error');
    expect(await oauth({ code: await code(), redirect_uri: BACK, client_secret: 'x' })).toHaveProperty('error');
    const once = await code();
    expect(await oauth({ code: once, redirect_uri: BACK })).toHaveProperty('access_token');
    expect(await oauth({ code: once, redirect_uri: BACK })).toHaveProperty('error');
  });

  it('sends nobody to an address that is not on this machine', async () => {
    const answer = await fetch(dialog({ redirect_uri: 'https://example.com/' }));
    expect(answer.status).toBe(400);
  });

  it('refuses a form that another web site sends', async () => {
    const answer = await fetch(dialog(), { method: 'POST', headers: { origin: 'http://evil.example' }, body: 'user=' });
    expect(answer.status).toBe(403);
  });
});

describe('an app that somebody removes', () => {
  let callbacks: Receiver;

  beforeEach(async () => {
    callbacks = await Receiver.open();
    platform.simulator.addApp({
      appId: platform.appId,
      deauthorizeUrl: `http://127.0.0.1:${callbacks.port}/deauthorize`,
      deletionUrl: `http://127.0.0.1:${callbacks.port}/delete`,
    });
  });

  afterEach(() => callbacks.close());

  it('loses its tokens and subscriptions and is told by a signed request', async () => {
    const { simulator, userId, appId, appSecret, pageId } = platform;
    simulator.revoke(userId, appId);
    await simulator.settled();
    expect((await platform.call('GET', 'me')).body.error).toMatchObject({ code: 190, error_subcode: 458 });
    const [told] = callbacks.received;
    expect(told!.path).toBe('/deauthorize');
    const [signature, payload] = new URLSearchParams(told!.body.toString()).get('signed_request')!.split('.');
    expect(createHmac('sha256', appSecret).update(payload!).digest('base64url')).toBe(signature);
    expect(JSON.parse(Buffer.from(payload!, 'base64url').toString())).toMatchObject({
      user_id: userId,
      algorithm: 'HMAC-SHA256',
    });
    simulator.writeAs(platform.person, pageId, { text: 'unheard' });
    await simulator.settled();
    expect(platform.receiver.received).toHaveLength(0);
  });

  it('is asked to delete what it holds, and its answer comes back; a tampered request is signed wrongly', async () => {
    const { simulator, userId, appId, appSecret } = platform;
    callbacks.answer = () => ({ status: 200, body: '{"url":"http://x/1","confirmation_code":"1"}' });
    expect(await simulator.requestDeletion(userId, appId)).toContain('confirmation_code');
    callbacks.answer = () => ({ status: 403 });
    expect(await simulator.requestDeletion(userId, appId, { tampered: true })).toBeUndefined();
    const [signature, payload] = new URLSearchParams(callbacks.received[1]!.body.toString())
      .get('signed_request')!
      .split('.');
    expect(createHmac('sha256', appSecret).update(payload!).digest('base64url')).not.toBe(signature);
  });
});

describe('the signed request', () => {
  it('is the documented one', () => {
    const payload = { user_id: '218471', algorithm: 'HMAC-SHA256', issued_at: 1291836800, expires: 1291840400 };
    expect(signedRequest('test_app_secret', payload)).toBe(
      '9C3os-BVqHdGR8ArmepqNL8RgHPK_ApB7oJt2EtN234.eyJ1c2VyX2lkIjoiMjE4NDcxIiwiYWxnb3JpdGhtIjoiSE1BQy1TSEEyNTYiLCJpc3N1ZWRfYXQiOjEyOTE4MzY4MDAsImV4cGlyZXMiOjEyOTE4NDA0MDB9',
    );
  });
});

describe('the subscription of a Page', () => {
  it('is told field by field, needs the task and the permission, and refuses fields there are none of', async () => {
    const { simulator, appId, userId, pageId } = platform;
    const path = `${pageId}/subscribed_apps`;
    const set = (fields: string, token?: string) =>
      platform.call('POST', `${path}?subscribed_fields=${fields}`, {}, token);
    expect((await set('messages,feed')).body).toEqual({ success: true });
    expect((await platform.call('GET', path)).body).toMatchObject({
      data: [{ id: appId, subscribed_fields: ['messages', 'feed'] }],
    });
    expect((await set('messages,follower_counts')).body.error).toMatchObject({ code: 100 });
    const narrow = simulator.token({ appId, userId, pageId, scopes: ['pages_messaging'] });
    expect((await set('messages', narrow)).body.error).toMatchObject({ code: 200 });
    simulator.addUser({ id: userId, pages: { [pageId]: ['MESSAGING'] } });
    expect((await set('messages')).body.error).toMatchObject({ code: 200 });
    expect((await platform.call('DELETE', path)).body).toHaveProperty('error');
  });
});
