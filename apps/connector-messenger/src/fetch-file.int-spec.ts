import { Refused, Transient, type FileRequest } from '@app/channel';
import { GuardedHttp, HostGuard } from '@app/connector-host';
import { fetchFile } from './fetch-file';
import { failureOf } from './testing/graph-world';
import { PAGE_TOKEN } from './testing/messenger-samples';
import { ScriptedGraph, type Reply } from './testing/scripted-graph';

const PNG = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1');
let cdn: ScriptedGraph;
const http = new GuardedHttp(new HostGuard(true), false);
beforeAll(async () => {
  cdn = await ScriptedGraph.start();
});
afterEach(() => cdn.reset());
afterAll(async () => {
  http.close();
  await cdn.close();
});

const { signal } = new AbortController();
const request = (url: string, more: Partial<FileRequest> = {}): FileRequest => ({
  target: 'm_aa',
  position: 0,
  kind: 'image',
  url,
  ...more,
});
const fetchOf = (path = '/v/photo.png?oh=signed', more: Partial<FileRequest> = {}) =>
  fetchFile(request(`${cdn.url}${path}`, more), http, signal);

describe('fetching a file', () => {
  it('gives bytes, name and kind, the last by what the bytes are', async () => {
    cdn.script = () => ({ body: PNG, headers: { 'content-type': 'text/html' } });
    expect(await fetchOf()).toEqual({ bytes: PNG, name: 'photo.png', mime: 'image/png' });
  });

  it('prefers the name that the webhook told, and makes one up where there is none', async () => {
    cdn.script = () => ({ body: PNG });
    expect((await fetchOf('/', { name: '../Ma photo' })).name).toBe('Ma photo.png');
    expect((await fetchOf('/', { position: 2 })).name).toBe('image-3.png');
    expect((await fetchOf('/a/b%2Fc%E9')).name).toMatch(/\.png$/);
  });

  it('sends nothing of ours along', async () => {
    cdn.script = () => ({ body: PNG });
    await fetchFile(request(cdn.url.replace('//', '//user:pass@')), http, signal);
    const { headers, target } = cdn.asked[0]!;
    expect(JSON.stringify(headers) + target).not.toMatch(new RegExp(`authorization|cookie|proof|${PAGE_TOKEN}`, 'i'));
  });

  it('follows three redirects and no more', async () => {
    const next = (hop: number): Reply => ({ status: 302, headers: { location: `/hop-${hop + 1}` } });
    const hopOf = (path: string): number => Number(/hop-(\d)/.exec(path)?.[1] ?? 0);
    cdn.script = ({ path }) => (hopOf(path) === 3 ? { body: PNG } : next(hopOf(path)));
    expect((await fetchOf()).bytes).toEqual(PNG);
    cdn.script = ({ path }) => next(hopOf(path) % 3);
    expect(await failureOf(fetchOf())).toBeInstanceOf(Refused);
    expect(cdn.asked).toHaveLength(8);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'https://169.254.169.254/',
    'http://10.0.0.1/',
    'file:///etc/passwd',
    'https://',
  ])('does not go where a redirect leads inside (%s)', async (location) => {
    cdn.script = () => ({ status: 302, headers: { location } });
    expect(await failureOf(fetchOf())).toMatchObject({ code: 'REFUSED' });
    expect(cdn.asked).toHaveLength(1);
  });

  it('does not go to this machine where that is not allowed, directly or by a redirect or a name', async () => {
    const strict = new GuardedHttp(new HostGuard(false, async () => ['127.0.0.1']), false);
    for (const url of [cdn.url, `https://127.0.0.1:${cdn.port}/`, `https://cdn.example:${cdn.port}/`]) {
      const error = await failureOf(fetchFile(request(url), strict, signal));
      expect(error).toMatchObject({ code: 'REFUSED', message: expect.stringMatching(/does not go/) });
    }
    expect(cdn.asked).toHaveLength(0);
  });

  it('goes to a public address with encryption alone', async () => {
    const outside = new GuardedHttp(new HostGuard(true, async () => ['93.184.216.34']), false);
    expect(await failureOf(fetchFile(request('http://cdn.example/x.png'), outside, signal))).toBeInstanceOf(Refused);
  });

  it.each(['My Documents/foo.doc', '/reel/123/', '', 'javascript:alert(1)', 'data:text/plain,x'])(
    'refuses what is no address of the web (%j)',
    async (url) => {
      expect(await failureOf(fetchFile(request(url), http, signal))).toBeInstanceOf(Refused);
    },
  );

  it('refuses what is gone, too large or empty, and asks again for what failed', async () => {
    for (const status of [401, 403, 404, 410]) {
      cdn.script = () => ({ status, body: 'URL signature expired' });
      expect(await failureOf(fetchOf())).toMatchObject({ code: 'REFUSED', message: expect.stringMatching(/expired/) });
    }
    cdn.script = () => ({ body: '', headers: { 'content-length': String(25 * 1024 * 1024 + 1) } });
    expect(await failureOf(fetchOf())).toMatchObject({ message: expect.stringMatching(/25 MB/) });
    cdn.script = () => ({ body: '' });
    expect(await failureOf(fetchOf())).toMatchObject({ message: expect.stringMatching(/empty/) });
    for (const reply of [{ status: 503 }, { status: 429 }, 'cut', { body: PNG, truncated: true }] as const) {
      cdn.script = () => reply;
      expect(await failureOf(fetchOf())).toBeInstanceOf(Transient);
    }
  });

  it('gives up a server that is too slow, however often it begins', async () => {
    cdn.script = () => 'headers-only';
    expect(await failureOf(fetchFile(request(cdn.url), http, signal, 100))).toBeInstanceOf(Transient);
  });
});
