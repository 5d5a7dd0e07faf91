import { Client } from 'pg';
import { ApiClient } from '../../../../test/support/api-client';
import { PASSWORD, RunningApi, type SeededWorkspace } from '../../../../test/support/running-api';
import { SignInThrottle } from './sign-in-throttle';

let api: RunningApi;
let nord: SeededWorkspace;

beforeAll(async () => {
  api = await RunningApi.start();
  nord = await api.workspace('Nord');
  for (const name of ['lea', 'max', 'eve', 'tom']) await nord.agent(`${name}@nord.example`);
});
afterAll(() => api.stop());

const SIGN_IN =
  'mutation ($email: String!, $password: String!) { signIn(input: { email: $email, password: $password }) { viewer { email } userErrors { __typename message ... on TooManyAttemptsError { until } } } }';
interface SignedIn {
  readonly signIn: { viewer: { email: string } | null; userErrors: { __typename: string; message: string }[] };
}

function post(headers: Record<string, string>, body: string, path = '/graphql'): Promise<Response> {
  return fetch(api.url + path, { method: 'POST', headers, body });
}

describe('signing in', () => {
  it('sets a cookie that scripts and other sites cannot have, and tells who is signed in', async () => {
    const response = await post(
      { 'content-type': 'application/json', 'x-evenhand': '1' },
      JSON.stringify({ query: SIGN_IN, variables: { email: ' LEA@nord.example', password: PASSWORD } }),
    );
    const [cookie] = response.headers.getSetCookie();
    expect(cookie).toMatch(/^evenhand_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Expires=/);
    expect(cookie).not.toContain('Secure');
    expect(((await response.json()) as { data: SignedIn }).data.signIn.viewer).toEqual({ email: 'lea@nord.example' });
  });

  it('gives one answer for a wrong password and an unknown address, in the language of the browser', async () => {
    const client = api.client();
    const wrong = await client.call<SignedIn>(SIGN_IN, { email: 'max@nord.example', password: 'not this one' });
    const unknown = await client.call<SignedIn>(SIGN_IN, { email: 'nobody@nord.example', password: 'not this one' });
    expect(wrong).toEqual(unknown);
    expect(wrong.signIn.userErrors).toMatchObject([{ __typename: 'CredentialsWrongError' }]);
    const french = await post(
      { 'content-type': 'application/json', 'x-evenhand': '1', 'accept-language': 'fr-CA,fr;q=0.9,en;q=0.5' },
      JSON.stringify({ query: SIGN_IN, variables: { email: 'max@nord.example', password: 'not this one' } }),
    );
    expect(await french.text()).toContain('mot de passe incorrect');
  });

  it('refuses the sixth try of a pair, the right password included, in every process; a success clears the count', async () => {
    const client = api.client();
    const tries = async (email: string, password: string) =>
      (await client.call<SignedIn>(SIGN_IN, { email, password })).signIn;
    for (let i = 0; i < 4; i++) await tries('tom@nord.example', 'wrong wrong');
    expect((await tries('tom@nord.example', PASSWORD)).viewer).not.toBeNull();
    for (let i = 0; i < 5; i++) await tries('tom@nord.example', 'wrong wrong');

    const refused = await tries('tom@nord.example', PASSWORD);

    expect(refused).toMatchObject({ viewer: null, userErrors: [{ __typename: 'TooManyAttemptsError' }] });
    const elsewhere = new SignInThrottle(api.app.context.database);
    expect(await elsewhere.refusedUntil('Tom@nord.example', '127.0.0.1', new Date())).toBeInstanceOf(Date);
    expect((await tries('eve@nord.example', PASSWORD)).viewer).not.toBeNull();
  });

  it('keeps no password and no address of a try in the clear', async () => {
    const owner = new Client({ connectionString: api.ownerUrl });
    await owner.connect();
    const { rows } = await owner.query('select to_jsonb(t)::text as row from inbox.sign_in_tries t');
    const agents = await owner.query('select password_hash from inbox.agents');
    await owner.end();
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain('nord.example');
    expect(agents.rows[0].password_hash).toMatch(/^\$argon2id\$/);
  });
});

describe('a session', () => {
  it('is over after signing out, and after twelve hours without use', async () => {
    const lea = await api.signedIn('lea@nord.example');
    const copy = lea.cookieHeader;
    const still = await api.signedIn('max@nord.example');
    await lea.call('mutation { signOut { done } }');
    const response = await post(
      { 'content-type': 'application/json', 'x-evenhand': '1', cookie: copy },
      '{"query":"{ viewer { email } }"}',
    );
    expect(await response.json()).toEqual({ data: { viewer: null } });

    api.clock.advance(11 * 3_600_000);
    expect(await still.call('{ viewer { email } }')).toEqual({ viewer: { email: 'max@nord.example' } });
    api.clock.advance(11 * 3_600_000);
    expect(await still.call('{ viewer { email } }')).toEqual({ viewer: { email: 'max@nord.example' } });
    api.clock.advance(13 * 3_600_000);
    expect(await still.call('{ viewer { email } }')).toEqual({ viewer: null });
  });

  it('speaks the language its agent has chosen', async () => {
    const lea = await api.signedIn('lea@nord.example');
    const chosen = await lea.call(
      'mutation { viewerUpdate(input: { locale: "fr", clientMutationId: "l" }) { viewer { locale } userErrors { message } } offerNext(input: { clientMutationId: "n" }) { userErrors { message } } }',
    );
    expect(chosen).toMatchObject({
      viewerUpdate: { viewer: { locale: 'fr' } },
      offerNext: { userErrors: [{ message: 'Personne n’attend.' }] },
    });
  });
});

describe('what another site can send', () => {
  const body = JSON.stringify({ query: '{ viewer { email } }' });

  it.each<[string, Record<string, string>, number]>([
    ['a form', { 'content-type': 'text/plain' }, 415],
    ['a request without our header', { 'content-type': 'application/json' }, 403],
    ['another origin', { 'content-type': 'application/json', 'x-evenhand': '1', origin: 'https://evil.example' }, 403],
    [
      'a cross-site fetch',
      { 'content-type': 'application/json', 'x-evenhand': '1', 'sec-fetch-site': 'cross-site' },
      403,
    ],
    ['the origin "null"', { 'content-type': 'application/json', 'x-evenhand': '1', origin: 'null' }, 403],
  ])('%s is refused', async (_what, headers, status) => {
    const response = await post(headers, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: expect.any(String) });
  });

  it('no query or mutation goes by GET', async () => {
    const response = await fetch(`${api.url}/graphql?query=${encodeURIComponent('mutation { signOut { done } }')}`);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });
});

describe('the first admin', () => {
  const SET_UP = `mutation ($email: String!) { workspaceSetUp(input: { workspaceName: "Sud", displayName: "Ana", email: $email, password: "long enough pass", locale: "fr", timeZone: "Europe/Paris", clientMutationId: "s" }) { viewer { agent { role } workspace { name } } userErrors { message } } }`;

  it('is made once, whoever else tries at the same time, and is signed in', async () => {
    const empty = await RunningApi.start();
    try {
      const clients = [1, 2, 3, 4].map(() => empty.client());
      expect(await clients[0]!.call('{ installation { needsSetUp } }')).toEqual({ installation: { needsSetUp: true } });
      const short = await clients[0]!.call(SET_UP.replace('long enough pass', 'short'), { email: 'not an address' });
      expect(short).toMatchObject({
        workspaceSetUp: { viewer: null, userErrors: [expect.anything(), expect.anything()] },
      });

      const results = await Promise.all(
        clients.map((client, i) =>
          client.call<{ workspaceSetUp: { viewer: unknown } }>(SET_UP, { email: `ana${i}@sud.example` }),
        ),
      );

      const made = results.filter((result) => result.workspaceSetUp.viewer !== null);
      expect(made).toHaveLength(1);
      const winner = clients[results.indexOf(made[0]!)]!;
      expect(await winner.call('{ viewer { agent { role } workspace { name } } installation { needsSetUp } }')).toEqual(
        {
          viewer: { agent: { role: 'ADMIN' }, workspace: { name: 'Sud' } },
          installation: { needsSetUp: false },
        },
      );
    } finally {
      await empty.stop();
    }
  });
});

describe('the one-click sign-in of the demo', () => {
  const CARDS = '{ installation { demoLogins { agentId displayName role } } }';
  const ENTER =
    'mutation ($agentId: ID!) { demoSignIn(input: { agentId: $agentId }) { viewer { email } userErrors { message } } }';

  async function demo(settings: Record<string, string> = {}) {
    const running = await RunningApi.start(settings);
    const workspace = await running.workspace('Demo', true);
    const agentId = await workspace.agent('ada@demo.example', 'supervisor');
    return { running, workspace, agentId };
  }
  const enter = async (client: ApiClient, agentId: string) =>
    (await client.call<{ demoSignIn: { viewer: unknown; userErrors: unknown[] } }>(ENTER, { agentId })).demoSignIn;

  it('works on this machine, for people of the demo only, and is shut by the first real account', async () => {
    const { running, workspace, agentId } = await demo();
    try {
      const client = running.client();
      expect(await client.call(CARDS)).toEqual({
        installation: { demoLogins: [{ agentId, displayName: 'ada', role: 'SUPERVISOR' }] },
      });
      const stranger = await (await running.workspace('Real')).agent('real@real.example');
      expect((await enter(client, stranger)).viewer).toBeNull();
      expect((await enter(client, agentId)).viewer).toEqual({ email: 'ada@demo.example' });

      // a proxy stands between: whoever is behind it is not on this machine
      const forwarded = await fetch(`${running.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-evenhand': '1', 'x-forwarded-for': '203.0.113.9' },
        body: JSON.stringify({ query: CARDS }),
      });
      expect(await forwarded.json()).toEqual({ data: { installation: { demoLogins: [] } } });

      const owner = new Client({ connectionString: running.ownerUrl });
      await owner.connect();
      await owner.query(
        `insert into intake.accounts (id, workspace_id, channel, address, name, settings, credentials, simulated, connected_at)
         values (gen_random_uuid(), $1, 'email', 'real@company.example', 'Real', '{}', '', false, now())`,
        [workspace.id],
      );
      await owner.end();
      expect(await enter(running.client(), agentId)).toMatchObject({
        viewer: null,
        userErrors: [{ message: expect.stringContaining('real account') }],
      });
      expect(await client.call(CARDS)).toEqual({ installation: { demoLogins: [] } });
    } finally {
      await running.stop();
    }
  });

  it.each([
    ['a public address is configured', { EVENHAND_PUBLIC_URL: 'https://inbox.example.org' }],
    ['it listens to others', { EVENHAND_HOST: '0.0.0.0' }],
  ])('is refused when %s', async (_why, settings) => {
    const { running, agentId } = await demo(settings);
    try {
      expect((await enter(running.client(), agentId)).viewer).toBeNull();
    } finally {
      await running.stop();
    }
  });

  it('is not reached under a foreign name that leads to this machine', async () => {
    const { request } = await import('node:http');
    const status = await new Promise<number>((resolve, reject) => {
      const outgoing = request(
        `${api.url}/graphql`,
        { method: 'POST', headers: { host: 'evil.example', 'content-type': 'application/json', 'x-evenhand': '1' } },
        (response) => resolve(response.resume().statusCode ?? 0),
      );
      outgoing.on('error', reject);
      outgoing.end(JSON.stringify({ query: CARDS }));
    });
    expect(status).toBe(421);
  });
});
