import { connect } from 'node:net';
import type { ApiClient } from '../../../../test/support/api-client';
import { minutesAgo, RunningApi } from '../../../../test/support/running-api';

let api: RunningApi;
let lea: ApiClient;

beforeAll(async () => {
  api = await RunningApi.start();
  const nord = await api.workspace('Nord');
  await nord.agent('lea@nord.example');
  await nord.arrive([{ from: 'c@c.example', text: 'hello', at: minutesAgo(1) }]);
  lea = await api.signedIn('lea@nord.example');
});
afterAll(() => api.stop());

const errorsOf = async (query: string, variables: Record<string, unknown> = {}) => {
  const { status, body } = await lea.raw({ query, variables });
  const errors = body.errors as { message: string; extensions: { code: string } }[] | undefined;
  return { status, code: errors?.[0]?.extensions.code, message: errors?.[0]?.message };
};
const nested = (levels: number): string =>
  `{ conversation(reference: "C-1") ${'{ offer { conversation '.repeat(levels)} { id } ${'} }'.repeat(levels)} }`;

describe('a query that asks for too much', () => {
  it.each<[string, string, RegExp]>([
    ['goes too deep', nested(8), /levels; at most 12/],
    [
      'goes too deep through fragments',
      `query { ...A } fragment A on Query { conversation(reference: "C-1") { ...B } } fragment B on Conversation { offer { conversation { offer { conversation { offer { conversation { offer { conversation { offer { conversation { offer { id } } } } } } } } } } } }`,
      /levels; at most 12/,
    ],
    [
      'has too many root fields',
      `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: viewer { email }`).join(' ')} }`,
      /at most 30/,
    ],
    ['has too many tokens', `{ viewer { ${'email '.repeat(6_000)} } }`, /token/i],
    [
      'costs too much',
      '{ conversations(view: DONE, first: 100) { nodes { timeline(first: 100) { nodes { id createdAt actor { displayName } ... on Message { text html attachments { id url fileName } } } } } } }',
      /smaller pages/,
    ],
    ['asks for a page of 101', '{ conversations(view: DONE, first: 101) { nodes { id } } }', /1 to 100/],
    ['asks for a page of none', '{ queue { entries(first: 0) { nodes { waitId } } } }', /1 to 100/],
    ['asks for both ends', '{ conversations(view: DONE, first: 1, last: 1) { nodes { id } } }', /one of them/],
    [
      'brings the cursor of another list',
      '{ conversations(view: DONE, after: "WyJ4Il0") { nodes { id } } }',
      /a cursor that this list has given/,
    ],
    [
      'brings garbage for a cursor',
      '{ queue { entries(after: "%%%") { nodes { waitId } } } }',
      /a cursor that this list has given/,
    ],
    [
      'brings a cursor with an impossible instant',
      `{ conversations(view: DONE, after: "${Buffer.from('["2026-99-99T00:00:00.000Z","00000000-0000-0000-0000-000000000000"]').toString('base64url')}") { nodes { id } } }`,
      /a cursor/,
    ],
    ['names what does not exist', '{ viewer { password } }', /password/],
    ['is none', '{', /Syntax Error/],
  ])('and %s is refused with the reason', async (_what, query, reason) => {
    const { code, message, status } = await errorsOf(query);
    expect(message).toMatch(reason);
    expect(code).toMatch(/^(QUERY_TOO_LARGE|BAD_USER_INPUT|GRAPHQL_(PARSE|VALIDATION)_FAILED)$/);
    expect(status).toBeLessThan(500);
  });

  it('does not stop tools from reading the schema', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    const { body } = await lea.raw({ query: getIntrospectionQuery() });
    expect(body.errors).toBeUndefined();
  });
});

describe('input that is none', () => {
  it.each([
    [
      'conversation',
      'mutation { draftSave(input: { conversationId: "x", text: "", revision: 1 }) { userErrors { __typename field } } }',
    ],
    [
      'offer',
      'mutation { offerDecline(input: { offerId: "\'; drop table", reason: LEAVING, clientMutationId: "1" }) { userErrors { __typename field } } }',
    ],
    [
      'message',
      'mutation { messageRetry(input: { messageId: "", clientMutationId: "2" }) { userErrors { __typename field } } }',
    ],
    ['key', 'mutation { offerNext(input: { clientMutationId: " " }) { userErrors { __typename field } } }'],
    [
      'wait',
      'mutation { noReplyNeededUndo(input: { waitId: "0", clientMutationId: "3" }) { userErrors { __typename field } } }',
    ],
  ])('names the field of the %s', async (_what, query) => {
    const data = await lea.call<Record<string, { userErrors: { __typename: string; field: string[] }[] }>>(query);
    const [error] = Object.values(data)[0]!.userErrors;
    expect(error?.__typename).toMatch(/^(NotFound|InvalidInput)Error$/);
    expect(error?.field[0]).toBe('input');
  });

  it('gives nothing for an id or reference of nobody', async () => {
    expect(await lea.call('{ a: node(id: "x") { id } b: node(id: "00000000-0000-0000-0000-000000000000") { id } c: conversation(reference: "C-99999999999") { id } d: conversation(reference: "?") { id } }')).toEqual({ a: null, b: null, c: null, d: null }); // prettier-ignore
  });
});

describe('a NUL, which PostgreSQL does not take', () => {
  it.each([
    ['address', 'mutation ($x: String!) { signIn(input: { email: $x, password: $x }) { userErrors { __typename } } }'],
    ['key', 'mutation ($x: String!) { offerNext(input: { clientMutationId: $x }) { userErrors { __typename } } }'],
    ['reference', 'query ($x: String!) { conversation(reference: $x) { id } }'],
    [
      'name',
      'mutation ($x: String!) { workspaceSetUp(input: { workspaceName: $x, displayName: $x, email: $x, password: "long enough", locale: "en", timeZone: $x, clientMutationId: $x }) { userErrors { __typename } } }',
    ],
  ])('in an %s is no fault of ours', async (_where, query) => {
    const { body } = await lea.raw({ query, variables: { x: 'a\0b' } });
    expect(body.errors).toBeUndefined();
  });
});

describe('those who may not', () => {
  it('are told so, whatever else they ask', async () => {
    const { body } = await api.client().raw({ query: '{ installation { version } queue { waiting } }' });
    expect(body.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    const agent = await errorsOf(
      'mutation { accountConnect(input: { channel: EMAIL, clientMutationId: "1" }) { connectUrl } }',
    );
    expect(agent).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('become admins and get a link to the connector, with a ticket of which only the hash is kept', async () => {
    const sud = await api.workspace('Sud');
    await sud.agent('ana@sud.example', 'admin');
    const ana = await api.signedIn('ana@sud.example');
    const { accountConnect } = await ana.call<{ accountConnect: { connectUrl: string } }>(
      'mutation { accountConnect(input: { channel: EMAIL, clientMutationId: "1" }) { connectUrl expiresAt userErrors { message } } }',
    );
    expect(accountConnect.connectUrl).toMatch(/^\/connect\/email\/[\w-]{32}$/);
  });
});

describe('a fault of ours', () => {
  it('is told by a number under which it is logged, and nothing of it leaks', async () => {
    const { database } = api.app.context;
    const broken = jest
      .spyOn(database, 'transaction')
      .mockRejectedValue(new Error('password of the database is hunter2'));
    try {
      const { body } = await lea.raw({ query: '{ queue { waiting } }' });
      expect(JSON.stringify(body)).not.toContain('hunter2');
      expect(body.errors).toMatchObject([
        { extensions: { code: 'INTERNAL', requestId: expect.stringMatching(/^[\w-]{8,}$/) } },
      ]);
    } finally {
      broken.mockRestore();
    }
  });
});

describe('garbage', () => {
  const paths = [
    '/',
    '/graphql',
    '/graphql/x',
    '/attachments',
    '/attachments/x',
    '/nope',
    '/assets/none-12345678.js',
    '/%',
    '/..%2f..%2fetc/passwd',
    '/\0',
  ];
  const bodies: [string, string][] = [
    ['', ''],
    ['application/json', '{'],
    ['application/json', '[]'],
    ['application/json', 'null'],
    ['application/json', '{"query":1}'],
    ['application/json', '{"query":"{ viewer { email } }","variables":[]}'],
    ['application/json', '[{"query":"{ viewer { email } }"},{"query":"{ viewer { email } }"}]'],
    ['application/json; charset=klingon', '{}'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/json', `{"query":"${'x'.repeat(1_100_000)}"}`],
  ];

  it('at any address is answered clearly, and the process lives', async () => {
    for (const path of paths) {
      for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
        const response = await lea.fetch(path, { method }).catch(() => undefined);
        if (response)
          expect([path, method, response.status < 500 || response.status === 503]).toEqual([path, method, true]);
      }
      for (const [type, body] of bodies) {
        const response = await lea.fetch(path, { method: 'POST', body, headers: type ? { 'content-type': type } : {} }).catch(() => undefined); // prettier-ignore
        if (!response) continue;
        expect([path, type, body.slice(0, 40), response.status >= 400 && response.status < 500]).toEqual([path, type, body.slice(0, 40), true]); // prettier-ignore
        expect(await response.json()).toMatchObject({});
      }
    }
    expect(await lea.call('{ viewer { email } }')).toEqual({ viewer: { email: 'lea@nord.example' } });
  });

  it('instead of HTTP ends that connection alone', async () => {
    const port = Number(new URL(api.url).port);
    for (const bytes of [
      Buffer.alloc(1_000, 255),
      Buffer.from('GET / HTTP/9.9\r\n\r\n'),
      Buffer.from('POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n'),
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
        socket.on('error', () => undefined).on('close', () => resolve());
        socket.resume();
      });
    }
    expect(await lea.call('{ viewer { email } }')).toEqual({ viewer: { email: 'lea@nord.example' } });
  });

  it('is not needed to see what the page may do: every answer carries its policy', async () => {
    const { headers } = await lea.fetch('/nope.json');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});
