import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { ApiClient } from '../../../../test/support/api-client';
import { minutesAgo, RunningApi, type SeededWorkspace } from '../../../../test/support/running-api';
import { MAX_FILE_BYTES } from './attachment-routes';

let api: RunningApi;
let nord: SeededWorkspace;
let lea: ApiClient;

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

beforeAll(async () => {
  api = await RunningApi.start();
  nord = await api.workspace('Nord');
  await nord.agent('lea@nord.example');
  await nord.agent('max@nord.example');
  lea = await api.signedIn('lea@nord.example');
});
afterAll(() => api.stop());

interface Uploaded {
  readonly id: string;
  readonly url: string;
  readonly sha256: string;
  readonly byteSize: number;
  readonly fileName: string;
  readonly contentType: string;
}

const upload = (client: ApiClient, name: string, body: Buffer | string, headers: Record<string, string> = {}) =>
  client.fetch('/attachments', {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: { 'x-file-name': encodeURIComponent(name), 'content-type': 'application/pdf', ...headers },
  });

describe('a file', () => {
  it('goes up, out with the answer, and down again, byte for byte', async () => {
    const bytes = randomBytes(3_000_000);
    const response = await upload(lea, 'Prix été (1).pdf', bytes);
    expect(response.status).toBe(201);
    const file = (await response.json()) as Uploaded;
    expect(file).toMatchObject({
      fileName: 'Prix été (1).pdf',
      contentType: 'application/pdf',
      byteSize: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });

    await nord.arrive([{ from: 'c@c.example', text: 'the price list?', at: minutesAgo(1) }]);
    const { offerNext } = await lea.call<{
      offerNext: { offer: { conversation: { id: string; timeline: { nodes: { id: string }[] } } } };
    }>(
      'mutation { offerNext(input: { clientMutationId: "1" }) { offer { conversation { id timeline(last: 1) { nodes { id } } } } } }',
    );
    const { id, timeline } = offerNext.offer.conversation;
    const draft = await lea.call(
      'mutation ($id: ID!, $file: ID!) { draftSave(input: { conversationId: $id, text: "", attachmentIds: [$file], revision: 1 }) { draft { attachments { fileName } } userErrors { message } } }',
      { id, file: file.id },
    );
    expect(draft).toEqual({
      draftSave: { draft: { attachments: [{ fileName: 'Prix été (1).pdf' }] }, userErrors: [] },
    });
    // while it is in no message it is its uploader's alone
    const max = await api.signedIn('max@nord.example');
    expect((await max.fetch(file.url)).status).toBe(404);
    const stolen = await max.call<{ draftSave: { userErrors: { __typename: string }[] } }>(
      'mutation ($id: ID!, $file: ID!) { draftSave(input: { conversationId: $id, text: "", attachmentIds: [$file], revision: 1 }) { userErrors { __typename field } } }',
      { id, file: file.id },
    );
    expect(stolen.draftSave.userErrors).toMatchObject([{ __typename: 'InvalidInputError' }]);

    const sent = await lea.call<{
      messageSend: { message: { attachments: { url: string }[] }; userErrors: unknown[] };
    }>(
      'mutation ($id: ID!, $file: ID!, $seen: ID!) { messageSend(input: { conversationId: $id, text: "Here.", attachmentIds: [$file], seenUpTo: $seen, clientMutationId: "2" }) { message { attachments { url } } userErrors { message } } }',
      { id, file: file.id, seen: timeline.nodes[0]!.id },
    );
    expect(sent.messageSend.userErrors).toEqual([]);

    const down = await lea.fetch(sent.messageSend.message.attachments[0]!.url);
    expect(Buffer.from(await down.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Object.fromEntries(down.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': "attachment; filename*=UTF-8''Prix%20%C3%A9t%C3%A9%20%281%29.pdf",
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'content-length': String(bytes.length),
    });
    const again = await lea.fetch(file.url, { headers: { 'if-none-match': down.headers.get('etag')! } });
    expect(again.status).toBe(304);
    const ana = await strangerOf('Sud');
    expect((await ana.fetch(file.url)).status).toBe(404);
    expect((await api.client().fetch(file.url)).status).toBe(401);
  });

  it('is shown inside the page only if it is a picture that cannot run anything', async () => {
    const inlineOf = async (type: string) => {
      const { url } = (await (await upload(lea, 'x', PNG, { 'content-type': type })).json()) as Uploaded;
      const { headers } = await lea.fetch(`${url}?inline=1`);
      return [headers.get('content-disposition')!.split(';')[0], headers.get('content-type')];
    };
    expect(await inlineOf('image/png')).toEqual(['inline', 'image/png']);
    for (const type of ['image/svg+xml', 'text/html', 'application/xhtml+xml', 'not a type']) {
      expect(await inlineOf(type)).toEqual(['attachment', 'application/octet-stream']);
    }
  });

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\lea\\list.xlsx', 'list.xlsx'],
    ['invoice\u202Efdp.exe', 'invoicefdp.exe'],
    ['a\r\nSet-Cookie: x=1', 'aSet-Cookie: x=1'],
  ])('named %j keeps no path and no trick in its name', async (name, safe) => {
    expect(await (await upload(lea, name, 'x')).json()).toMatchObject({ fileName: safe });
  });
});

it('of a mail that could not be read is its source, for those who may open it', async () => {
  const raw = Buffer.from('From: x\r\n\r\nnobody could read this');
  const { sha256, size } = await api.app.context.blobs.put(raw, { maxBytes: 1_000 });
  const sud = await api.workspace('Ouest');
  await sud.agent('zoe@ouest.example');
  await sud.arrive([
    {
      from: 'odd@c.example',
      text: '',
      at: minutesAgo(2),
      unreadable: true,
      source: { sha256, size, name: 'message.eml', mime: 'message/rfc822', inline: false },
    },
  ]);
  const zoe = await api.signedIn('zoe@ouest.example');
  const { conversation } = await zoe.call<{ conversation: { id: string } }>(
    '{ conversation(reference: "C-1001") { id } }',
  );
  expect(conversation.id).toBeTruthy();
  const { offerNext } = await zoe.call<{
    offerNext: { offer: { conversation: { timeline: { nodes: { unreadable: boolean; source: { url: string } }[] } } } };
  }>(
    'mutation { offerNext(input: { clientMutationId: "1" }) { offer { conversation { timeline(first: 1) { nodes { ... on Message { unreadable source { url fileName byteSize } } } } } } } }',
  );
  const [message] = offerNext.offer.conversation.timeline.nodes;
  expect(message).toMatchObject({ unreadable: true, source: { fileName: 'message.eml', byteSize: size } });
  const down = await zoe.fetch(message!.source.url);
  expect(Buffer.from(await down.arrayBuffer()).equals(raw)).toBe(true);
  expect((await lea.fetch(message!.source.url)).status).toBe(404);
});

describe('an upload is refused', () => {
  it.each<[string, () => Promise<Response>, number]>([
    ['without a name', () => lea.fetch('/attachments', { method: 'POST', body: 'x' }), 400],
    ['with a name that is not percent-encoded', () => lea.fetch('/attachments', { method: 'POST', body: 'x', headers: { 'x-file-name': '%' } }), 400], // prettier-ignore
    ['when it is empty', () => upload(lea, 'x', ''), 400],
    ['from another site', () => upload(lea, 'x', 'x', { origin: 'https://evil.example' }), 403],
    ['to those who are not signed in', () => upload(api.client(), 'x', 'x'), 401],
  ])('%s', async (_why, send, status) => {
    const response = await send();
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: expect.any(String) });
  });

  it('when it is too large, whether it says so or not, and nothing of it is kept', async () => {
    expect(await post({ 'content-length': String(MAX_FILE_BYTES + 1) }, 10)).toBe(413);
    expect(await post({ 'transfer-encoding': 'chunked' }, MAX_FILE_BYTES + 100_000)).toBe(413);
    expect(await lea.call('{ viewer { email } }')).toMatchObject({ viewer: {} });
  });
});

/** A request whose length is not what it says; resolves with the status. */
function post(headers: Record<string, string>, bytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${api.url}/attachments`,
      { method: 'POST', headers: { cookie: lea.cookieHeader, 'x-evenhand': '1', 'x-file-name': 'big', ...headers } },
      (response) => {
        resolve(response.resume().statusCode ?? 0);
        outgoing.destroy();
      },
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' || error.code === 'ECONNRESET' ? undefined : reject(error))); // prettier-ignore
    for (let left = bytes; left > 0; left -= 64_000) outgoing.write(Buffer.alloc(Math.min(left, 64_000)));
    if (headers['transfer-encoding']) outgoing.end();
  });
}

async function strangerOf(name: string): Promise<ApiClient> {
  const workspace = await api.workspace(name);
  await workspace.agent(`ana@${name}.example`.toLowerCase());
  return api.signedIn(`ana@${name}.example`.toLowerCase());
}
