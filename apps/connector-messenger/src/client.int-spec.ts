import { Refused, Transient, Uncertain } from '@app/channel';
import { GuardedHttp, HostGuard } from '@app/connector-host';
import { inspect } from 'node:util';
import { appSecretProof, GraphClient, pathOf } from './client';
import { graphErrorOf } from './graph-error';
import { ScriptedGraph, graphFault } from './testing/scripted-graph';
import { failureOf } from './testing/graph-world';
import { APP_SECRET, PAGE_TOKEN } from './testing/messenger-samples';

let graph: ScriptedGraph;
const http = new GuardedHttp(new HostGuard(true));
beforeAll(async () => {
  graph = await ScriptedGraph.start();
});
afterEach(() => graph.reset());
afterAll(async () => {
  http.close();
  await graph.close();
});

const proof = appSecretProof(APP_SECRET, PAGE_TOKEN);
const client = (): GraphClient =>
  new GraphClient({
    http,
    graphUrl: `${graph.url}/sim/graph`,
    version: 'v25.0',
    appSecret: APP_SECRET,
    token: PAGE_TOKEN,
    now: () => new Date(),
  });

describe('GraphClient', () => {
  it("proves a call as Meta's example does", () => {
    expect(appSecretProof('test_app_secret', 'test_page_token')).toBe(
      '2790e56a137d3f3dff2a1c47ca95e77bb8b7d7cfdb08f11b0864a07e51d75e09',
    );
  });

  it('names the version in the path, carries the token in a header alone, and the proof with every call', async () => {
    const file = { field: 'filedata', name: 'a.png', mime: 'image/png', bytes: Buffer.from('x') };
    await client().get('me', { fields: 'id,name', limit: 5, after: undefined });
    await client().post('1001/messages', { a: 1 });
    await client().postMultipart('1001/message_attachments', { message: {} }, file);
    await client().delete(pathOf('55_77'));
    expect(graph.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /sim/graph/v25.0/me',
      'POST /sim/graph/v25.0/1001/messages',
      'POST /sim/graph/v25.0/1001/message_attachments',
      'DELETE /sim/graph/v25.0/55_77',
    ]);
    for (const { headers, query, target, body } of graph.asked) {
      expect(headers.authorization).toBe(`Bearer ${PAGE_TOKEN}`);
      expect(query.get('appsecret_proof')).toBe(proof);
      expect(target + body.toString()).not.toContain(PAGE_TOKEN);
    }
    expect(Object.fromEntries(graph.asked[0]!.query)).toEqual({
      fields: 'id,name',
      limit: '5',
      appsecret_proof: proof,
    });
    expect(JSON.parse(graph.asked[1]!.body.toString())).toEqual({ a: 1 });
  });

  it('sends a file as a form that a reader of forms understands', async () => {
    const bytes = Buffer.from([0, 1, 2, 13, 10, 45, 45, 255]);
    await client().postMultipart(
      '1001/message_attachments',
      { message: { attachment: { type: 'image' } }, note: 'é' },
      { field: 'filedata', name: 'a "b"\r\n€.png', mime: 'image/png\r\n', bytes },
    );
    const { body, headers } = graph.asked[0]!;
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': headers['content-type'] ?? '' },
    }).formData();
    expect(form.get('message')).toBe('{"attachment":{"type":"image"}}');
    expect(form.get('note')).toBe('é');
    const file = form.get('filedata') as File;
    expect(file).toMatchObject({ type: 'image/png', size: bytes.length });
    expect(Buffer.from(await file.arrayBuffer())).toEqual(bytes);
  });

  it('keeps ids that JavaScript cannot hold', async () => {
    graph.script = () => ({ body: '{"attachment_id":1857777774821032999}' });
    expect((await client().get('x')).body).toEqual({ attachment_id: '1857777774821032999' });
  });

  it('tells the usage that the headers tell', async () => {
    graph.script = () => ({ headers: { 'x-app-usage': '{"call_count":28}' }, body: {} });
    expect((await client().get('x')).usage.app).toBe(28);
  });

  it('keeps the trace of an error, and its words without secrets', async () => {
    const message = `Error validating token ${PAGE_TOKEN} with ${APP_SECRET} and ${proof}`;
    graph.script = () => graphFault(190, 460, { message });
    const error = (await failureOf(client().get('me'))) as Error;
    expect(graphErrorOf(error)).toMatchObject({ code: 190, subcode: 460, trace: 'AbcTrace1', status: 400 });
    expect(error.message).toContain('AbcTrace1');
    const everything = inspect(error, { depth: 10, showHidden: true });
    for (const secret of [PAGE_TOKEN, APP_SECRET, proof]) expect(everything).not.toContain(secret);
  });

  it('says no secret whatever goes wrong, and none that was sent as a parameter', async () => {
    const echo = { status: 500, body: `<html>${PAGE_TOKEN} ${APP_SECRET} ${proof} the-code</html>` };
    const failing = [
      graphFault(1, undefined, { message: 'bad the-code' }),
      echo,
      'cut',
      { ...echo, truncated: true },
    ] as const;
    for (const reply of failing) {
      graph.script = () => reply;
      const calls = [
        client().get('oauth/access_token', { client_secret: APP_SECRET, code: 'the-code' }),
        client().post('1001/messages', { access_token: PAGE_TOKEN, code: 'the-code' }, { once: true }),
      ];
      for (const call of calls) {
        const everything = inspect(await failureOf(call), { depth: 10, showHidden: true });
        for (const secret of [PAGE_TOKEN, APP_SECRET, proof, 'the-code']) expect(everything).not.toContain(secret);
      }
    }
  });

  it.each([
    ['an HTML page of a server that failed', { status: 500, body: '<html>Sorry</html>' }],
    ['half an answer', { body: '{"message_id":"m_', truncated: true }],
    ['an answer that is no JSON', { body: 'OK' }],
    ['an answer lost after everything arrived', 'cut'],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: {} }],
    ['an empty refusal', { status: 400, body: '' }],
    ['an error that nobody knows, of a server that failed', { ...(graphFault(777_777) as object), status: 500 }],
  ] as const)('does not know what became of something that happens once after %s', async (_, reply) => {
    graph.script = () => reply;
    expect(await failureOf(client().post('1001/messages', {}, { once: true }))).toBeInstanceOf(Uncertain);
    expect(await failureOf(client().post('1001/messages', {}))).toBeInstanceOf(Transient);
    expect(graph.asked).toHaveLength(2);
  });

  it('does not know it either after the time for it is over', async () => {
    for (const reply of ['say-nothing', 'headers-only'] as const) {
      graph.script = () => reply;
      expect(await failureOf(client().post('x', {}, { once: true, timeoutMs: 100 }))).toBeInstanceOf(Uncertain);
      expect(await failureOf(client().get('x', {}, { timeoutMs: 100 }))).toBeInstanceOf(Transient);
    }
  });

  it('knows that nothing was taken where nobody listens, and refuses an address that must not be asked', async () => {
    const other = (graphUrl: string, guard = new HostGuard(false)) =>
      new GraphClient({ http: new GuardedHttp(guard, false), graphUrl, version: 'v25.0', now: () => new Date() });
    const nobody = other('http://127.0.0.1:1', new HostGuard(true)).post('x', {}, { once: true });
    expect(await failureOf(nobody)).toBeInstanceOf(Transient);
    expect(await failureOf(other(graph.url).post('x', {}, { once: true }))).toBeInstanceOf(Refused);
  });

  it('lets no id lead to another path', async () => {
    await client().get(pathOf('../../me', '..', 'a/b?c=d'));
    expect(graph.asked[0]!.target).toContain('/sim/graph/v25.0/..%2F..%2Fme/_/a%2Fb%3Fc%3Dd?');
  });
});
