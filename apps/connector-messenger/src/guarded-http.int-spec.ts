import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { GuardedHttp, HostGuard, type HttpCall, HttpFailure } from '@app/connector-host';
import { failureOf } from './testing/graph-world';
import { ScriptedGraph } from './testing/scripted-graph';

let graph: ScriptedGraph;
const opened: GuardedHttp[] = [];
beforeAll(async () => {
  graph = await ScriptedGraph.start();
});
afterEach(() => graph.reset());
afterAll(async () => {
  for (const http of opened) http.close();
  await graph.close();
});

function http(guard = new HostGuard(true)): GuardedHttp {
  const made = new GuardedHttp(guard);
  opened.push(made);
  return made;
}

async function faultOf(call: Partial<HttpCall>, by = http()): Promise<HttpFailure> {
  const url = new URL(`${graph.url}/x?secret=1`);
  const failure = await failureOf(
    by.call({ method: 'GET', url, headers: {}, timeoutMs: 5_000, maxBytes: 1_000, ...call }),
  );
  if (!(failure instanceof HttpFailure)) throw failure;
  expect(JSON.stringify([failure.message, failure.cause, failure.stack])).not.toContain('secret');
  return failure;
}

/** Port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('GuardedHttp', () => {
  it('knows that nothing arrived where nobody listens, the name is unknown, or TLS is not spoken', async () => {
    const refused = await faultOf({ url: new URL(`http://127.0.0.1:${await closedPort()}/`) });
    expect(refused).toMatchObject({ fault: 'unreachable', mayHaveArrived: false, code: 'ECONNREFUSED' });
    const notFound = Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' });
    const nowhere = http(new HostGuard(true, () => Promise.reject(notFound)));
    expect(await faultOf({ url: new URL('https://graph.example/') }, nowhere)).toMatchObject({
      fault: 'unreachable',
      mayHaveArrived: false,
      code: 'ENOTFOUND',
    });
    const plain = await faultOf({ url: new URL(`https://127.0.0.1:${graph.port}/`) });
    expect(plain).toMatchObject({ fault: 'unreachable', mayHaveArrived: false });
    expect(graph.asked).toHaveLength(0);
  });

  it('knows that the request may have arrived where the answer is cut, half, or does not come', async () => {
    graph.script = () => 'cut';
    expect(await faultOf({ method: 'POST', body: Buffer.from('{}') })).toMatchObject({
      fault: 'broken',
      mayHaveArrived: true,
    });
    graph.script = () => ({ body: '{"half":', truncated: true });
    expect(await faultOf({})).toMatchObject({ fault: 'broken', mayHaveArrived: true });
    for (const reply of ['say-nothing', 'headers-only'] as const) {
      graph.script = () => reply;
      expect(await faultOf({ timeoutMs: 100 })).toMatchObject({ fault: 'timeout', mayHaveArrived: true });
    }
  });

  it('says the same of a connection that was used before', async () => {
    const kept = http();
    const url = new URL(graph.url);
    await kept.call({ method: 'GET', url, headers: {}, timeoutMs: 5_000, maxBytes: 1_000 });
    graph.script = () => 'cut';
    expect(await faultOf({}, kept)).toMatchObject({ fault: 'broken', mayHaveArrived: true });
  });

  it('gives up an answer that is too large, announced or not', async () => {
    graph.script = () => ({ body: 'x'.repeat(1_001) });
    expect(await faultOf({})).toMatchObject({ fault: 'too-large' });
    graph.script = () => ({ body: 'x'.repeat(1_001), chunked: true });
    expect(await faultOf({})).toMatchObject({ fault: 'too-large' });
  });

  it('stops when it is told to', async () => {
    graph.script = () => 'say-nothing';
    const stop = new AbortController();
    const failing = faultOf({ signal: stop.signal });
    stop.abort();
    expect(await failing).toMatchObject({ fault: 'stopped' });
  });

  it('goes to no address that the guard refuses, by number or by name, and to none but the one that was checked', async () => {
    const strict = new HostGuard(false, async (host) =>
      host === 'twofold.example' ? ['93.184.216.34', '10.0.0.1'] : ['127.0.0.1'],
    );
    for (const host of [
      '127.0.0.1',
      '[::1]',
      '169.254.169.254',
      'inside.example',
      'twofold.example',
      '[::ffff:10.0.0.1]',
    ]) {
      expect(await faultOf({ url: new URL(`https://${host}:${graph.port}/`) }, http(strict))).toMatchObject({
        fault: 'forbidden',
        mayHaveArrived: false,
      });
    }
    let asked = 0;
    const rebinding = new HostGuard(true, async () => (asked++ === 0 ? ['127.0.0.1'] : ['10.255.255.1']));
    const url = new URL(`http://graph.example:${graph.port}/`);
    const answer = await http(rebinding).call({ method: 'GET', url, headers: {}, timeoutMs: 2_000, maxBytes: 1_000 });
    expect(answer.status).toBe(200);
    expect(asked).toBe(1);
  });

  it('speaks without encryption only to this machine, and only HTTP', async () => {
    const outside = new HostGuard(true, async () => ['93.184.216.34']);
    expect(await faultOf({ url: new URL('http://graph.example/') }, http(outside))).toMatchObject({
      fault: 'forbidden',
    });
    expect(await faultOf({ url: new URL('ftp://127.0.0.1/') })).toMatchObject({ fault: 'forbidden' });
  });

  it('answers with a redirect and does not follow it', async () => {
    graph.script = () => ({ status: 302, headers: { location: `${graph.url}/elsewhere` } });
    const answer = await http().call({
      method: 'GET',
      url: new URL(graph.url),
      headers: {},
      timeoutMs: 5_000,
      maxBytes: 10,
    });
    expect(answer.status).toBe(302);
    expect(graph.asked).toHaveLength(1);
  });
});
