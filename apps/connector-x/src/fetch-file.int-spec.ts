import { Refused, Transient, type FileRequest } from '@app/channel';
import { GuardedHttp, HostGuard } from '@app/connector-host';
import { fetchFile } from './fetch-file';
import { ScriptedX, UNAUTHORISED, type Asked, type Reply } from './testing/scripted-x';
import { SECRETS } from './testing/x-samples';
import { failureOf, XWorld } from './testing/x-world';

let world: XWorld;
let elsewhere: ScriptedX;
beforeAll(async () => {
  world = await XWorld.open();
  elsewhere = await ScriptedX.start();
});
afterEach(() => {
  world.reset();
  elsewhere.reset();
});
afterAll(async () => {
  await world.close();
  await elsewhere.close();
});

const PNG = Buffer.from('\x89PNG\r\n\x1a\n........', 'latin1');
const picture: Reply = { headers: { 'content-type': 'image/png' }, body: PNG };
const request = (url: string): FileRequest => ({ target: '5', position: 0, kind: 'image', url });
const fetch = async (url: string, files = world.http, handle = world.handle()) => {
  const { tokens, now } = world.client.parts;
  return fetchFile(request(url), handle, { files, tokens, now, timeoutMs: 2_000 }, new AbortController().signal);
};
const authorization = ({ headers }: Asked): string | undefined => headers.authorization;

describe('files of messages on X', () => {
  it('come from where pictures stand without a token', async () => {
    elsewhere.script = () => picture;
    const file = await fetch(`${elsewhere.url}/media/AbC.png`);
    expect(file).toMatchObject({ name: 'AbC.png', mime: 'image/png' });
    expect(file.bytes.equals(PNG)).toBe(true);
    expect(elsewhere.asked.map(authorization)).toEqual([undefined]);
  });

  it('of direct messages come from the API with the token of the handle', async () => {
    world.x.script = () => picture;
    await fetch(`${world.x.url}/2/dm_conversations/media/1/2/3.png`);
    expect(world.x.asked.map(authorization)).toEqual([`Bearer ${SECRETS.accessToken}`]);
  });

  it.each([
    ['beside the API', (x: string) => `${x}/other/2/file.png`],
    ['at another path of its host', (x: string) => `${x}/media/file.png`],
  ])('get no token %s', async (_, address) => {
    world.x.script = () => picture;
    await fetch(address(world.x.url), world.http, world.handle(undefined, { apiUrl: `${world.x.url}/sim/x/api` }));
    expect(world.x.asked.map(authorization)).toEqual([undefined]);
  });

  it('lose the token when the API sends elsewhere', async () => {
    world.x.script = () => ({ status: 302, headers: { location: `${elsewhere.url}/cdn/file.png` }, body: '' });
    elsewhere.script = () => picture;
    await fetch(`${world.x.url}/2/dm_conversations/media/1/2/3.png`);
    expect(elsewhere.asked.map(authorization)).toEqual([undefined]);
  });

  it('come after a renewal where the token had ended', async () => {
    const pair = { access_token: 'next-access', refresh_token: 'next-refresh', expires_in: 7_200 };
    world.x.script = ({ path, headers }) => {
      if (path === '/2/oauth2/token') return { body: pair };
      return headers.authorization === 'Bearer next-access' ? picture : UNAUTHORISED;
    };
    expect((await fetch(`${world.x.url}/2/dm_conversations/media/1/2/3.png`)).mime).toBe('image/png');
  });

  it('are not fetched from inside our own network, nor over and over', async () => {
    const guarded = new GuardedHttp(new HostGuard(false), false);
    expect(await failureOf(fetch(`${elsewhere.url}/a.png`, guarded))).toBeInstanceOf(Refused);
    expect(elsewhere.asked).toHaveLength(0);
    elsewhere.script = () => ({ status: 302, headers: { location: '/again' }, body: '' });
    expect(await failureOf(fetch(`${elsewhere.url}/a.png`))).toBeInstanceOf(Refused);
    expect(elsewhere.asked).toHaveLength(4);
  });

  it.each([
    ['are gone', { status: 404, body: '' }, Refused],
    ['are empty', { body: '' }, Refused],
    ['are too large', { headers: { 'content-length': String(26 * 1024 * 1024) }, body: 'x' }, Refused],
    ['X is down', { status: 503, body: '' }, Transient],
    ['there are too many', { status: 429, body: '' }, Transient],
    ['the connection breaks', 'cut', Transient],
    ['nothing comes', 'say-nothing', Transient],
  ] as const)('say so when they do not come because %s', async (_, reply, kind) => {
    elsewhere.script = () => reply;
    expect(await failureOf(fetch(`${elsewhere.url}/a.png`))).toBeInstanceOf(kind);
  });
});
