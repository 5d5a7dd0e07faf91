import { createHash } from 'node:crypto';
import { XApiStage } from '../../../testing/x-api';
import { oldSignature } from './old-signature';

const BACK = 'http://127.0.0.1:9/connect/x/callback';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const SCOPES = 'tweet.read users.read dm.read offline.access';
const HOUR = 3_600_000;

let stage: XApiStage;

beforeEach(async () => {
  stage = await XApiStage.open();
});

afterEach(() => stage.stop());

function page(more: Record<string, string> = {}): URL {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: stage.app.clientId,
    redirect_uri: BACK,
    scope: SCOPES,
    state: 's&1',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...more,
  });
  return new URL(`${stage.origin}/sim/x/i/oauth2/authorize?${query.toString()}`);
}

/** Presses one of the buttons of the page, as a browser does. */
async function press(user: string, url = page()): Promise<URL> {
  const body = new URLSearchParams([...url.searchParams, ['user', user]]);
  const answer = await fetch(url, { method: 'POST', body, headers: { origin: stage.origin }, redirect: 'manual' });
  return new URL(answer.headers.get('location')!);
}

const code = async (): Promise<string> => (await press(stage.shop)).searchParams.get('code')!;

type Tokens = Record<'access_token' | 'refresh_token' | 'scope' | 'error', string> & { expires_in: number };

async function token(fields: Record<string, string>, basic?: string): Promise<{ status: number; body: Tokens }> {
  const { clientId, clientSecret } = stage.app;
  const authorization = `Basic ${Buffer.from(basic ?? `${clientId}:${clientSecret}`).toString('base64')}`;
  const { status, body } = await stage.call('POST', '/2/oauth2/token', new URLSearchParams(fields), authorization);
  return { status, body: body as unknown as Tokens };
}

const redeem = (of: string, more: Record<string, string> = {}): ReturnType<typeof token> =>
  token({ grant_type: 'authorization_code', code: of, redirect_uri: BACK, code_verifier: VERIFIER, ...more });

const refresh = (of: string): ReturnType<typeof token> => token({ grant_type: 'refresh_token', refresh_token: of });

const me = async (of: string): Promise<number> => (await stage.get('/2/users/me', `Bearer ${of}`)).status;

describe('the login by OAuth 2.0', () => {
  it('shows who can let the app in, by name', async () => {
    const shown = await (await fetch(page())).text();
    expect(shown).toContain('Authorize as @shop');
    expect(shown).not.toContain('@ada');
    expect(shown).toContain('<h1>Evenhand</h1>');
  });

  it('leads back with the state and a code, which becomes tokens for two hours', async () => {
    const back = await press(stage.shop);
    expect(back.searchParams.get('state')).toBe('s&1');
    const { status, body } = await redeem(back.searchParams.get('code')!);
    expect([status, body.expires_in, body.scope]).toEqual([200, 7_200, SCOPES]);
    const { body: user } = await stage.get('/2/users/me', `Bearer ${body.access_token}`);
    expect(user).toEqual({ data: { id: stage.shop, name: 'The Shop', username: 'shop' } });
    stage.clock.advance(2 * HOUR + 1);
    expect(await me(body.access_token)).toBe(401);
  });

  it('leads back with a refusal where the person cancels', async () => {
    expect(Object.fromEntries((await press('')).searchParams)).toEqual({ error: 'access_denied', state: 's&1' });
  });

  it('takes a code once, within 30 s, with the address, the verifier and the secret it was asked with', async () => {
    const once = await code();
    expect((await redeem(once)).status).toBe(200);
    expect((await redeem(once)).status).toBe(400);
    expect((await redeem(await code(), { redirect_uri: `${BACK}/` })).status).toBe(400);
    expect((await redeem(await code(), { code_verifier: `${VERIFIER}x` })).status).toBe(400);
    const late = await code();
    stage.clock.advance(30_000);
    expect(await redeem(late)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(createHash('sha256').update(VERIFIER).digest('base64url')).toBe(CHALLENGE);
    const wrong = { grant_type: 'authorization_code', code: await code(), redirect_uri: BACK, code_verifier: VERIFIER };
    expect((await token(wrong, `${stage.app.clientId}:wrong`)).status).toBe(401);
  });

  it('sends nobody to an address that the app has not named, or that is not on this machine', async () => {
    expect((await fetch(page({ redirect_uri: 'https://example.com/' }))).status).toBe(400);
    stage.platform.addApp({ appId: stage.app.appId, redirectUris: [BACK] });
    expect((await fetch(page())).status).toBe(200);
    expect((await fetch(page({ redirect_uri: `${BACK}?x=1` }))).status).toBe(400);
    expect((await fetch(page({ code_challenge: '' }))).status).toBe(400);
  });

  it('refuses a form that another web site sends', async () => {
    const answer = await fetch(page(), { method: 'POST', headers: { origin: 'http://evil.example' }, body: 'user=' });
    expect(answer.status).toBe(403);
  });
});

describe('a refresh token', () => {
  it('is good once and brings the next; what was before is dead', async () => {
    const first = (await redeem(await code())).body;
    const second = (await refresh(first.refresh_token)).body;
    expect([await me(first.access_token), await me(second.access_token)]).toEqual([401, 200]);
    expect(await refresh(first.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(await me(second.access_token)).toBe(200);
    expect((await refresh(second.refresh_token)).status).toBe(200);
  });

  it('ends the whole login where it is used twice and the platform is strict', async () => {
    stage.platform.setRules({ reuseEndsLogin: true });
    const first = (await redeem(await code())).body;
    const second = (await refresh(first.refresh_token)).body;
    expect((await refresh(first.refresh_token)).status).toBe(400);
    expect(await me(second.access_token)).toBe(401);
    expect((await refresh(second.refresh_token)).status).toBe(400);
  });

  it('dies with the access that a user takes back, and with a token that the app gives back', async () => {
    const { access_token, refresh_token } = (await redeem(await code())).body;
    stage.platform.revoke(stage.shop, stage.app.appId);
    expect([await me(access_token), (await refresh(refresh_token)).status]).toEqual([401, 400]);
    const again = (await redeem(await code())).body;
    const { clientId, clientSecret } = stage.app;
    const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const body = new URLSearchParams({ token: again.access_token });
    expect((await stage.call('POST', '/2/oauth2/revoke', body, basic)).body).toEqual({ revoked: true });
    expect([await me(again.access_token), (await refresh(again.refresh_token)).status]).toEqual([401, 400]);
  });

  it('still works when access tokens end before their time', async () => {
    const { access_token, refresh_token } = (await redeem(await code())).body;
    stage.platform.expireTokens(stage.shop);
    expect([await me(access_token), (await refresh(refresh_token)).status]).toEqual([401, 200]);
  });
});

describe('an outage of logins', () => {
  it('answers every token 401 for its time, and the same tokens are fine afterwards', async () => {
    stage.platform.outage(10 * 60_000);
    const answer = await stage.get('/2/users/me');
    expect([answer.status, answer.body]).toEqual([401, { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' }]); // prettier-ignore
    stage.clock.advance(10 * 60_000);
    expect(await me(stage.token)).toBe(200);
  });
});

describe('tokens of another kind', () => {
  it('are refused where a user is meant, and a scope that was not given is forbidden', async () => {
    const app = await stage.get('/2/users/me', `Bearer ${stage.app.bearerToken}`);
    expect(app).toMatchObject({ status: 403, body: { title: 'Unsupported Authentication' } });
    const narrow = stage.platform.token({ appId: stage.app.appId, userId: stage.shop, scopes: ['users.read'] });
    expect((await stage.get('/2/dm_events', `Bearer ${narrow.accessToken}`)).body).toMatchObject({
      title: 'Forbidden',
    });
  });

  it('of the app alone are had for its keys', async () => {
    const { consumerKey, consumerSecret, bearerToken } = stage.app;
    const basic = `Basic ${Buffer.from(`${consumerKey}:${consumerSecret}`).toString('base64')}`;
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const answer = await stage.call('POST', '/oauth2/token', body, basic);
    expect(answer.body).toEqual({ token_type: 'bearer', access_token: bearerToken });
  });
});

describe('OAuth 1.0a', () => {
  let nonce = 0;

  function header(
    method: string,
    path: string,
    more: { token?: string; secret?: string; at?: number; nonce?: string; form?: [string, string][]; extra?: Record<string, string> } = {}, // prettier-ignore
  ): string {
    const { consumerKey, consumerSecret } = stage.app;
    const oauth: Record<string, string> = {
      oauth_consumer_key: consumerKey,
      oauth_nonce: more.nonce ?? `n${(nonce += 1)}`,
      oauth_signature_method: 'HMAC-SHA1',
      oauth_timestamp: String(Math.floor((more.at ?? stage.clock.now().getTime()) / 1_000)),
      ...(more.token !== undefined && { oauth_token: more.token }),
      oauth_version: '1.0',
      ...more.extra,
    };
    const [url = '', query = ''] = `${stage.api}${path}`.split('?');
    const params = [...Object.entries(oauth), ...new URLSearchParams(query), ...(more.form ?? [])];
    oauth['oauth_signature'] = oldSignature(method, url, params, consumerSecret, more.secret ?? '');
    const pairs = Object.entries(oauth).map(([name, value]) => `${name}="${encodeURIComponent(value)}"`);
    return `OAuth ${pairs.join(', ')}`;
  }

  it('lets in by a right signature over method, address and query, with a new nonce and the right time', async () => {
    const { token: id, tokenSecret: secret } = stage.platform.oldToken({ appId: stage.app.appId, userId: stage.shop });
    const path = "/2/users/me?user.fields=created_at,name&x=a!'()*b";
    const good = header('GET', path, { token: id, secret });
    expect((await stage.get(path, good)).status).toBe(200);
    expect((await stage.get(path, good)).status).toBe(401);
    expect((await stage.get('/2/users/me', header('GET', path, { token: id, secret }))).status).toBe(401);
    expect((await stage.get(path, header('POST', path, { token: id, secret }))).status).toBe(401);
    expect((await stage.get(path, header('GET', path, { token: id, secret: 'x' }))).status).toBe(401);
    const at = stage.clock.now().getTime() - 6 * 60_000;
    expect((await stage.get(path, header('GET', path, { token: id, secret, at }))).status).toBe(401);
    const post = header('POST', '/2/tweets', { token: id, secret });
    expect((await stage.call('POST', '/2/tweets', { text: 'A JSON body is not signed' }, post)).status).toBe(201);
    stage.platform.revoke(stage.shop, stage.app.appId);
    expect((await stage.get(path, header('GET', path, { token: id, secret }))).status).toBe(401);
  });

  it('gives tokens in three steps, which do not end', async () => {
    const asked = header('POST', '/oauth/request_token', { extra: { oauth_callback: BACK } });
    const first = await stage.call('POST', '/oauth/request_token', undefined, asked);
    const request = new URLSearchParams(String(first.body['text']));
    const id = request.get('oauth_token')!;
    const back = await press(stage.shop, new URL(`${stage.api}/oauth/authorize?oauth_token=${id}`));
    const verifier = back.searchParams.get('oauth_verifier')!;
    const signed = { token: id, secret: request.get('oauth_token_secret')!, form: [['oauth_verifier', verifier]] as [string, string][] }; // prettier-ignore
    const last = await stage.call('POST', '/oauth/access_token', new URLSearchParams(signed.form), header('POST', '/oauth/access_token', signed)); // prettier-ignore
    const given = new URLSearchParams(String(last.body['text']));
    expect([given.get('user_id'), given.get('screen_name')]).toEqual([stage.shop, 'shop']);
    stage.clock.advance(365 * 24 * HOUR);
    const path = '/2/users/me';
    const tokens = { token: given.get('oauth_token')!, secret: given.get('oauth_token_secret')! };
    expect((await stage.get(path, header('GET', path, tokens))).status).toBe(200);
  });
});
