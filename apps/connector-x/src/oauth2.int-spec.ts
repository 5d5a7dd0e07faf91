import { CredentialsRejected, RateLimited, Transient } from '@app/channel';
import { inspect } from 'node:util';
import {
  appOnlyToken,
  authorizeAddress,
  challengeOf,
  exchangeCode,
  newVerifier,
  refreshed,
  revokeToken,
  Unauthorised,
  X_SCOPES,
} from './oauth2';
import { UNAUTHORISED, type Reply } from './testing/scripted-x';
import { sampleApp, sampleCredentials, SECRETS } from './testing/x-samples';
import { failureOf, XWorld } from './testing/x-world';

let world: XWorld;
beforeAll(async () => {
  world = await XWorld.open();
});
afterEach(() => world.reset());
afterAll(async () => world.close());

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const grant = {
  code: 'the-code-of-the-person',
  redirectUri: 'https://inbox.example/connect/x/done',
  verifier: VERIFIER,
};
const parts = () => ({ http: world.http, now: () => world.clock.now() });
const app = () => sampleApp(world.x.url);
const form = (index = 0): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(world.x.asked[index]!.body.toString()));
const pair: Reply = {
  body: {
    token_type: 'bearer',
    expires_in: 7_200,
    access_token: 'next-access',
    scope: 'tweet.read users.read',
    refresh_token: 'next-refresh',
  },
};
const DEAD: Reply = {
  status: 400,
  body: { error: 'invalid_request', error_description: 'Value passed for the token was invalid.' },
};

describe('OAuth 2.0', () => {
  it('makes the challenge of RFC 7636, and verifiers that nobody guesses', () => {
    expect(challengeOf(VERIFIER)).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
    expect(newVerifier()).toMatch(/^[\w-]{43}$/);
    expect(newVerifier()).not.toBe(newVerifier());
  });

  it('sends a person to X with everything Evenhand does, and no secret', () => {
    const address = authorizeAddress(app(), { redirectUri: grant.redirectUri, state: 'a b', verifier: VERIFIER });
    const url = new URL(address);
    expect(`${url.origin}${url.pathname}`).toBe('https://x.com/i/oauth2/authorize');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'client-id-of-the-app',
      redirect_uri: grant.redirectUri,
      scope: X_SCOPES.join(' '),
      state: 'a b',
      code_challenge: challengeOf(VERIFIER),
      code_challenge_method: 'S256',
    });
    expect(address).not.toContain('+');
    expect(address).not.toContain(VERIFIER);
  });

  it('exchanges a code, as an app with a secret and as one without', async () => {
    world.x.script = () => pair;
    const credentials = await exchangeCode(app(), grant, parts());
    expect(credentials).toMatchObject({
      kind: 'oauth2',
      accessToken: 'next-access',
      refreshToken: 'next-refresh',
      scopes: ['tweet.read', 'users.read'],
    });
    const life = Date.parse(credentials.expiresAt) - world.clock.now().getTime();
    expect(Math.round(life / 60_000)).toBe(120);
    const basic = Buffer.from(`client-id-of-the-app:${SECRETS.clientSecret}`).toString('base64');
    expect(world.x.asked[0]).toMatchObject({ path: '/2/oauth2/token', headers: { authorization: `Basic ${basic}` } });
    expect(form()).toEqual({
      grant_type: 'authorization_code',
      code: grant.code,
      redirect_uri: grant.redirectUri,
      code_verifier: VERIFIER,
    });
    const { clientSecret: _, ...publicApp } = app();
    await exchangeCode(publicApp, grant, parts());
    expect(world.x.asked[1]!.headers.authorization).toBeUndefined();
    expect(form(1)).toMatchObject({ client_id: 'client-id-of-the-app' });
  });

  it('says that a code is good for a moment only, without the code', async () => {
    world.x.script = () => ({
      status: 400,
      body: { error: 'invalid_request', error_description: `Value ${grant.code} was invalid.` },
    });
    const error = (await failureOf(exchangeCode(app(), grant, parts()))) as Error;
    expect(error).toBeInstanceOf(CredentialsRejected);
    expect(error.message).toContain('30 seconds');
    expect(inspect(error, { depth: 9 })).not.toContain(grant.code);
  });

  it('refuses a permission that could not be renewed', async () => {
    world.x.script = () => ({ body: { access_token: 'a', expires_in: 7_200, scope: 'tweet.read' } });
    expect(await failureOf(exchangeCode(app(), grant, parts()))).toBeInstanceOf(CredentialsRejected);
  });

  it('renews, and knows a dead refresh token from keys that are not accepted just now', async () => {
    const current = sampleCredentials(world.clock.now());
    world.x.script = () => pair;
    expect(await refreshed(app(), current, parts())).toMatchObject({ refreshToken: 'next-refresh' });
    expect(form()).toEqual({ grant_type: 'refresh_token', refresh_token: SECRETS.refreshToken });
    world.x.script = () => DEAD;
    expect(await failureOf(refreshed(app(), current, parts()))).toBeInstanceOf(CredentialsRejected);
    world.x.script = () => UNAUTHORISED;
    expect(await failureOf(refreshed(app(), current, parts()))).toBeInstanceOf(Unauthorised);
    world.x.script = () => ({ status: 429, body: {} });
    expect(await failureOf(refreshed(app(), current, parts()))).toBeInstanceOf(RateLimited);
    for (const reply of [
      'cut',
      { status: 503, body: '<html>' },
      { status: 400, body: '<html>' },
      { body: 'OK' },
    ] as const) {
      world.x.script = () => reply;
      expect(await failureOf(refreshed(app(), current, parts()))).toBeInstanceOf(Transient);
    }
  });

  it('takes a permission back', async () => {
    world.x.script = () => ({ body: { revoked: true } });
    await revokeToken(app(), 'a-token', parts());
    expect(world.x.asked[0]!.path).toBe('/2/oauth2/revoke');
    expect(form()).toEqual({ token: 'a-token' });
  });

  it("gets the app's own token, and says which keys are wrong", async () => {
    world.x.script = () => ({ body: { token_type: 'bearer', access_token: 'AAAA%2F' } });
    expect(await appOnlyToken(app(), parts())).toBe('AAAA%2F');
    expect(world.x.asked[0]!.path).toBe('/oauth2/token');
    for (const status of [401, 403]) {
      world.x.script = () => ({
        status,
        body: { errors: [{ code: 99, message: 'Unable to verify your credentials' }] },
      });
      const error = (await failureOf(appOnlyToken(app(), parts()))) as Error;
      expect(error).toBeInstanceOf(CredentialsRejected);
      expect(error.message).toContain('API key');
    }
  });
});
