import { CredentialsRejected, Transient } from '@app/channel';
import type { Handle } from './config';
import { type Reply, UNAUTHORISED, type Asked } from './testing/scripted-x';
import { oauth1Credentials, sampleCredentials } from './testing/x-samples';
import { failureOf, XWorld } from './testing/x-world';

let world: XWorld;
beforeAll(async () => {
  world = await XWorld.open();
});
afterEach(() => world.reset());
afterAll(async () => world.close());

const MINUTE = 60_000;
const me = { method: 'GET', path: '/2/users/me', endpoint: 'GET /2/users/me' } as const;

/** X, which knows what it gave: a refresh token is good once, an access token until the next. */
class Issuer {
  access: string;
  refresh: string;
  issued = 0;
  outage = false;
  constructor(handle: Handle) {
    if (handle.credentials.kind !== 'oauth2') throw new Error('only for OAuth 2.0');
    this.access = handle.credentials.accessToken;
    this.refresh = handle.credentials.refreshToken;
  }

  answer({ path, headers, body }: Asked): Reply {
    if (this.outage) return UNAUTHORISED;
    if (path !== '/2/oauth2/token') {
      return headers.authorization === `Bearer ${this.access}` ? { body: { data: { id: '111' } } } : UNAUTHORISED;
    }
    if (new URLSearchParams(body.toString()).get('refresh_token') !== this.refresh) {
      return {
        status: 400,
        body: { error: 'invalid_request', error_description: 'Value passed for the token was invalid.' },
      };
    }
    this.issued += 1;
    this.access = `access-${this.issued}`;
    this.refresh = `refresh-${this.issued}`;
    return {
      body: { token_type: 'bearer', expires_in: 7_200, access_token: this.access, refresh_token: this.refresh },
    };
  }
}

function issued(handle: Handle): Issuer {
  const issuer = new Issuer(handle);
  world.x.script = (asked) => issuer.answer(asked);
  return issuer;
}

describe('tokens of a handle', () => {
  it('are renewed before they end, once, and the new pair is stored before it is used', async () => {
    const handle = world.handle(sampleCredentials(new Date(world.clock.now().getTime() + MINUTE)));
    const issuer = issued(handle);
    const storedAtUse: unknown[] = [];
    world.x.script = (asked) => {
      if (asked.path === me.path) storedAtUse.push(world.stored.get(handle.accountId));
      return issuer.answer(asked);
    };
    await world.client.asHandle(handle, me);
    await world.client.asHandle(handle, me);
    expect(issuer.issued).toBe(1);
    expect(storedAtUse[0]).toMatchObject({ accessToken: 'access-1', refreshToken: 'refresh-1', scopes: expect.arrayContaining(['dm.read']) }); // prettier-ignore
    expect(world.x.asked.map(({ path }) => path)).toEqual(['/2/oauth2/token', me.path, me.path]);
  });

  it('are left alone for as long as they are good', async () => {
    const handle = world.handle(sampleCredentials(new Date(world.clock.now().getTime() + 2 * MINUTE)));
    const issuer = issued(handle);
    await world.client.asHandle(handle, me);
    expect(issuer.issued).toBe(0);
  });

  it('are renewed after X rejects one, and the call is made again', async () => {
    const handle = world.handle();
    const issuer = issued(handle);
    issuer.access = 'something else';
    expect((await world.client.asHandle(handle, me)).body).toEqual({ data: { id: '111' } });
    expect(issuer.issued).toBe(1);
  });

  it('are renewed once for many calls at once, in two processes at once', async () => {
    const handle = world.handle(sampleCredentials(new Date(world.clock.now().getTime() - MINUTE)));
    const issuer = issued(handle);
    const clients = [world.newClient(), world.newClient()];
    const calls = clients.flatMap((client) => Array.from({ length: 5 }, () => client.asHandle(handle, me)));
    for (const { status } of await Promise.all(calls)) expect(status).toBe(200);
    expect(issuer.issued).toBe(1);
  });

  it('are taken from where they are stored when another process was first', async () => {
    const handle = world.handle();
    const issuer = issued(handle);
    issuer.access = 'something else';
    await world.newClient().asHandle(handle, me);
    await world.newClient().asHandle(handle, me);
    expect(issuer.issued).toBe(1);
  });

  it('need a new connection when X no longer knows the refresh token', async () => {
    const handle = world.handle(sampleCredentials(world.clock.now()));
    const issuer = issued(handle);
    issuer.refresh = 'something else';
    const error = (await failureOf(world.client.asHandle(handle, me))) as Error;
    expect(error).toBeInstanceOf(CredentialsRejected);
    expect(error.message).toContain('Connect it again');
    expect(world.stored.get(handle.accountId)).toEqual(handle.credentials);
  });

  it('survive an outage in which X rejects everything, and renew nothing over and over', async () => {
    const handle = world.handle();
    const issuer = issued(handle);
    issuer.outage = true;
    for (let minute = 0; minute < 14; minute += 1) {
      expect(await failureOf(world.client.asHandle(handle, me))).toBeInstanceOf(Transient);
      world.clock.advance(MINUTE);
    }
    issuer.outage = false;
    expect((await world.client.asHandle(handle, me)).status).toBe(200);
    expect(issuer.issued).toBe(0);
  });

  it('are given up when X goes on rejecting what it has just renewed', async () => {
    const handle = world.handle();
    const issuer = issued(handle);
    world.x.script = (asked) => (asked.path === me.path ? UNAUTHORISED : issuer.answer(asked));
    expect(await failureOf(world.client.asHandle(handle, me))).toBeInstanceOf(Transient);
    world.clock.advance(16 * MINUTE);
    expect(await failureOf(world.client.asHandle(handle, me))).toBeInstanceOf(CredentialsRejected);
    expect(issuer.issued).toBe(1);
    // and taken up again when it was X's fault after all
    world.x.script = (asked) => issuer.answer(asked);
    expect((await world.client.asHandle(handle, me)).status).toBe(200);
  });

  it('are not lost when they could not be stored', async () => {
    const handle = world.handle(sampleCredentials(world.clock.now()));
    const issuer = issued(handle);
    world.storeFails = true;
    expect(await failureOf(world.client.asHandle(handle, me))).toBeInstanceOf(Transient);
    expect(issuer.issued).toBe(1);
    world.storeFails = false;
    expect((await world.client.asHandle(handle, me)).status).toBe(200);
    expect(issuer.issued).toBe(1);
    expect(world.stored.get(handle.accountId)).toMatchObject({ refreshToken: 'refresh-1' });
  });

  it('of OAuth 1.0a do not end and are not renewed; a rejection counts once it lasts', async () => {
    const handle = world.handle(oauth1Credentials());
    world.x.script = () => UNAUTHORISED;
    expect(await failureOf(world.client.asHandle(handle, me))).toBeInstanceOf(Transient);
    world.clock.advance(16 * MINUTE);
    expect(await failureOf(world.client.asHandle(handle, me))).toBeInstanceOf(CredentialsRejected);
    expect(world.x.asked.map(({ path }) => path)).toEqual([me.path, me.path]);
    expect(world.x.asked[0]!.headers.authorization).toMatch(/^OAuth .*oauth_signature="/);
  });

  it('are given time again in the next outage', async () => {
    const handle = world.handle(oauth1Credentials());
    world.x.script = () => UNAUTHORISED;
    expect(await failureOf(world.client.asHandle(handle, me))).toBeInstanceOf(Transient);
    world.x.script = () => ({ body: {} });
    await world.client.asHandle(handle, me);
    world.clock.advance(60 * MINUTE);
    world.x.script = () => UNAUTHORISED;
    expect(await failureOf(world.client.asHandle(handle, me))).toBeInstanceOf(Transient);
  });

  it('connected again by a person are used at once, whatever was renewed before', async () => {
    const handle = world.handle(sampleCredentials(world.clock.now()));
    const issuer = issued(handle);
    await world.client.asHandle(handle, me);
    expect(issuer.issued).toBe(1);
    const later = new Date(world.clock.now().getTime() + 180 * MINUTE);
    const again = { ...handle, credentials: sampleCredentials(later, { accessToken: 'of-the-new-connection' }) };
    world.x.script = ({ headers }) => ({ body: { data: headers.authorization } });
    expect((await world.client.asHandle(again, me)).body).toEqual({ data: 'Bearer of-the-new-connection' });
    // the one that was read before is not the newest
    expect((await world.client.asHandle(handle, me)).body).toEqual({ data: 'Bearer access-1' });
  });
});
