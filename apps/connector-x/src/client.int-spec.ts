import {
  AccountHeld,
  CredentialsRejected,
  RateLimited,
  Refused,
  Transient,
  Uncertain,
  type SendFailureCode,
} from '@app/channel';
import { inspect } from 'node:util';
import { GuardedHttp, HostGuard } from '@app/connector-host';
import { pathOf, XClient, type XCall } from './client';
import { problem, UNAUTHORISED, type Reply } from './testing/scripted-x';
import { oauth1Credentials, sampleCredentials, SECRETS } from './testing/x-samples';
import { failureOf, XWorld } from './testing/x-world';
import { xErrorOf } from './x-error';

let world: XWorld;
beforeAll(async () => {
  world = await XWorld.open();
});
afterEach(() => world.reset());
afterAll(async () => world.close());

const MINUTE = 60_000;
const POST: XCall = {
  method: 'POST',
  path: '/2/tweets',
  endpoint: 'POST /2/tweets',
  json: { text: 'Hello', reply: {} },
};
const DIRECT: XCall = {
  method: 'POST',
  path: '/2/dm_conversations/with/222/messages',
  endpoint: 'POST /2/dm_conversations/with/:id/messages',
  json: { text: 'Hello' },
};
const MENTIONS: XCall = { method: 'GET', path: '/2/users/111/mentions', endpoint: 'GET /2/users/:id/mentions' };
const DIRECTS: XCall = { method: 'GET', path: '/2/dm_events', endpoint: 'GET /2/dm_events' };
const HIDE: XCall = { method: 'PUT', path: '/2/tweets/5/hidden', endpoint: 'PUT /2/tweets/:id/hidden', json: {} };

const failure = async (call: XCall, reply: Reply): Promise<unknown> => {
  world.x.script = () => reply;
  return failureOf(world.newClient().asHandle(world.handle(), call));
};
const minutesUntil = (error: unknown): number =>
  Math.round(((error as RateLimited).until.getTime() - world.clock.now().getTime()) / MINUTE);

describe('XClient', () => {
  it('calls in the name of a handle, of an OAuth 1.0a handle and of the app, each with its own key', async () => {
    await world.client.asHandle(world.handle(), MENTIONS);
    await world.client.asHandle(world.handle(oauth1Credentials()), MENTIONS);
    await world.client.asApp(world.handle().app, MENTIONS);
    const [oauth2, oauth1, app] = world.x.asked.map(({ headers }) => headers.authorization);
    expect(oauth2).toBe(`Bearer ${SECRETS.accessToken}`);
    expect(oauth1).toMatch(/^OAuth /);
    expect(app).toBe(`Bearer ${SECRETS.bearerToken}`);
    for (const { target, body } of world.x.asked) {
      for (const secret of Object.values(SECRETS)) expect(target + body.toString()).not.toContain(secret);
    }
  });

  it('calls below the path of an API that is not X itself, and encodes what stands in the query', async () => {
    const handle = world.handle(undefined, { apiUrl: `${world.x.url}/sim/x/api` });
    await world.client.asHandle(handle, { ...MENTIONS, query: { 'tweet.fields': 'id,text', query: "a b+c'(d)" } });
    expect(world.x.asked[0]!.target).toBe(
      '/sim/x/api/2/users/111/mentions?tweet.fields=id%2Ctext&query=a%20b%2Bc%27%28d%29',
    );
  });

  it('sends a file as a form that a reader of forms understands', async () => {
    const bytes = Buffer.from([0, 1, 2, 13, 10, 45, 45, 255]);
    await world.client.asHandle(world.handle(), {
      method: 'POST',
      path: '/2/media/upload',
      endpoint: 'POST /2/media/upload',
      multipart: {
        fields: { media_category: 'tweet_image' },
        file: { name: 'a "b"\r\n€.png', mime: 'image/png', bytes },
      },
    });
    const { body, headers } = world.x.asked[0]!;
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': headers['content-type'] ?? '' },
    }).formData();
    expect(form.get('media_category')).toBe('tweet_image');
    const file = form.get('media') as File;
    expect(Buffer.from(await file.arrayBuffer())).toEqual(bytes);
  });

  it('lets no id lead to another path', () => {
    expect(pathOf('2', 'tweets', '../../users/me', '..', 'a/b?c=d')).toBe(
      '/2/tweets/..%2F..%2Fusers%2Fme/_/a%2Fb%3Fc%3Dd',
    );
  });

  it('hands over partial answers, answers without data, and what is left of the limit', async () => {
    const partial = { data: [{ id: '1' }], errors: [{ title: 'Not Found Error', resource_id: '9' }] };
    const reset = Math.floor(world.clock.now().getTime() / 1_000) + 600;
    const headers = {
      'x-rate-limit-limit': '300',
      'x-rate-limit-remaining': '299',
      'x-rate-limit-reset': String(reset),
    };
    world.x.inTurn({ body: partial, headers }, { body: { meta: { result_count: 0 } } }, { status: 204, body: '' });
    expect(await world.client.asHandle(world.handle(), MENTIONS)).toEqual({
      status: 200,
      body: partial,
      limit: { remaining: 299, of: 300, resetAt: new Date(reset * 1_000) },
    });
    expect((await world.client.asHandle(world.handle(), MENTIONS)).body).toEqual({ meta: { result_count: 0 } });
    expect(await world.client.asHandle(world.handle(), HIDE)).toMatchObject({ status: 204, body: undefined });
  });

  it('says what answers cost, and nothing where nothing was done', async () => {
    world.x.inTurn({ body: { data: [{ id: '1' }, { id: '2' }] } }, { status: 201, body: { data: { id: '3' } } }, UNAUTHORISED); // prettier-ignore
    const handle = world.handle();
    await world.client.asHandle(handle, MENTIONS);
    await world.client.asHandle(handle, POST);
    await failureOf(world.client.asApp(handle.app, MENTIONS, handle.accountId));
    expect(world.charges).toEqual([
      { kind: 'post.read', count: 2, microUsd: 5_000 },
      { kind: 'post.create.reply', count: 1, microUsd: 10_000 },
    ]);
  });

  it('says no secret whatever goes wrong', async () => {
    const { accessToken, refreshToken, token, tokenSecret, ...ofApp } = SECRETS;
    const later = new Date(world.clock.now().getTime() + 60 * MINUTE);
    const callers = [
      { known: [accessToken, refreshToken], call: async () => world.newClient().asHandle(world.handle(sampleCredentials(later)), DIRECT) },
      { known: [token, tokenSecret], call: async () => world.newClient().asHandle(world.handle(oauth1Credentials()), DIRECT) },
      { known: [], call: async () => world.newClient().asApp(world.handle().app, MENTIONS) },
    ]; // prettier-ignore
    for (const { known, call } of callers) {
      const secrets = [...known, ...Object.values(ofApp)];
      const all = secrets.join(' ');
      const echo = { status: 500, body: `<html>${all}</html>` };
      const replies: Reply[] = [
        problem(403, all, { title: all }),
        { status: 400, body: { errors: [{ message: all, code: 999 }] } },
        { status: 401, body: { detail: all } },
        { status: 429, body: { detail: all } },
        { status: 402, body: { detail: all } },
        echo,
        'cut',
        { ...echo, truncated: true },
      ];
      for (const reply of replies) {
        world.x.script = ({ headers }) =>
          typeof reply === 'object' && reply.status === 403
            ? problem(403, `${all} ${headers.authorization ?? ''}`)
            : reply;
        const everything = inspect(await failureOf(call()), { depth: 10, showHidden: true });
        for (const secret of secrets) expect(everything).not.toContain(secret);
        expect(everything).not.toContain('oauth_signature=');
      }
    }
  });

  it.each([
    ['an HTML page of a server that failed', { status: 503, body: '<html>Sorry</html>' }],
    ['a server that failed and says so', problem(500, 'Something is wrong')],
    ['an empty gateway', { status: 502, body: '' }],
    ['half an answer', { body: '{"data":{"id":"', truncated: true }],
    ['an answer that is no JSON', { status: 201, body: 'OK' }],
    ['an answer lost after everything arrived', 'cut'],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: {} }],
  ] as const)('does not know what became of something that is seen once after %s', async (_, reply) => {
    expect(await failure(POST, reply)).toBeInstanceOf(Uncertain);
    expect(await failure(DIRECT, reply)).toBeInstanceOf(Uncertain);
    expect(await failure(MENTIONS, reply)).toBeInstanceOf(Transient);
    expect(await failure(HIDE, reply)).toBeInstanceOf(Transient);
    expect(world.x.asked).toHaveLength(4);
  });

  it('does not know it either after the time for it is over', async () => {
    expect(await failure({ ...POST, timeoutMs: 1_000 }, 'say-nothing')).toBeInstanceOf(Uncertain);
    expect(await failure({ ...MENTIONS, timeoutMs: 1_000 }, 'say-nothing')).toBeInstanceOf(Transient);
    await world.x.arrived(2);
  });

  it('knows that nothing was taken where nobody listens, and refuses an address that must not be asked', async () => {
    const nobody = world.handle(undefined, { apiUrl: 'http://127.0.0.1:1' });
    expect(await failureOf(world.client.asHandle(nobody, POST))).toBeInstanceOf(Transient);
    const guarded = new XClient({ ...world.client.parts, http: new GuardedHttp(new HostGuard(false), false) });
    expect(await failureOf(guarded.asHandle(world.handle(), POST))).toBeInstanceOf(Refused);
    expect(world.x.asked).toHaveLength(0);
  });

  it('rejects the token of the app only after a while', async () => {
    const { app } = world.handle();
    world.x.script = () => UNAUTHORISED;
    expect(await failureOf(world.client.asApp(app, MENTIONS))).toBeInstanceOf(Transient);
    world.clock.advance(16 * MINUTE);
    const error = (await failureOf(world.client.asApp(app, MENTIONS))) as Error;
    expect(error).toBeInstanceOf(CredentialsRejected);
    expect(error.message).toContain('Bearer Token');
  });
});

/** What the sheet of errors says, written down apart from the table that is tested. */
const SHEET: readonly [string, XCall, Reply, new (...args: never[]) => Error, SendFailureCode | undefined][] = [
  ['a field that is wrong', MENTIONS, { status: 400, body: { errors: [{ parameters: { max_results: ['4'] }, message: 'The `max_results` query parameter value [4] is not between 5 and 100' }], title: 'Invalid Request', detail: 'One or more parameters to your request was invalid.', type: 'https://api.x.com/2/problems/invalid-request' } }, Refused, 'REFUSED'],
  ['a text that is too long', POST, { status: 400, body: { detail: 'Your Tweet text is too long.', title: 'Invalid Request', type: 'https://api.x.com/2/problems/invalid-request' } }, Refused, 'TOO_LONG'],
  ['a text that is too long, by number', POST, { status: 403, body: { errors: [{ code: 186, message: 'Tweet needs to be a bit shorter.' }] } }, Refused, 'TOO_LONG'],
  ['the same text again', POST, problem(403, 'You are not allowed to create a Tweet with duplicate content.'), Refused, 'DUPLICATE'],
  ['an author who did not mention us', POST, problem(403, 'Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.'), Refused, 'REPLY_NOT_ALLOWED'],
  ['an author who lets few answer', POST, problem(403, 'The original Tweet author restricted who can reply to this Tweet.'), Refused, 'REPLY_NOT_ALLOWED'],
  ['a parent that is gone', POST, problem(403, 'You attempted to reply to a Tweet that is deleted or not visible to you.'), Refused, 'TARGET_GONE'],
  ['a post that is gone', HIDE, { status: 404, body: { title: 'Not Found Error', detail: 'Could not find tweet with id: [5].', type: 'https://api.x.com/2/problems/resource-not-found' } }, Refused, 'TARGET_GONE'],
  ['a page that is gone', HIDE, { status: 404, body: '<html>' }, Refused, 'TARGET_GONE'],
  ['a person who takes no messages', DIRECT, problem(403, 'You cannot send messages to this user. (349)'), Refused, 'RECIPIENT_REFUSES'],
  ['a person who takes no messages, by number', DIRECT, { status: 403, body: { errors: [{ code: 349, message: 'You cannot send messages to this user.' }] } }, Refused, 'RECIPIENT_REFUSES'],
  ['a person who takes those of some', DIRECT, problem(403, 'Sender is not verified. code: 476'), Refused, 'RECIPIENT_REFUSES'],
  ['a person who is not there', DIRECT, { status: 404, body: { title: 'Not Found Error', detail: 'Could not find user.' } }, Refused, 'RECIPIENT_REFUSES'],
  ['a message refused without a reason', DIRECT, problem(403, 'Forbidden'), Refused, 'RECIPIENT_REFUSES'],
  ['messages that the app may not read', DIRECTS, problem(403, 'Forbidden'), CredentialsRejected, undefined],
  ['an app that is in no project', MENTIONS, problem(403, 'When authenticating requests to the Twitter API v2 endpoints, you must use keys and tokens from a developer App that is attached to a Project.', { reason: 'client-not-enrolled', type: 'https://api.twitter.com/2/problems/client-forbidden', required_enrollment: 'Appropriate Level of API Access' }), AccountHeld, undefined],
  ['an app that may only read', POST, { status: 403, body: { title: 'Forbidden', detail: 'Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.', type: 'https://api.twitter.com/2/problems/oauth1-permissions' } }, CredentialsRejected, undefined],
  ['an account that is locked', POST, { status: 403, body: { errors: [{ code: 326, message: 'To protect our users from spam...' }] } }, AccountHeld, undefined],
  ['an account that is suspended', POST, problem(403, 'User is suspended'), AccountHeld, undefined],
  ['some other refusal', POST, problem(403, 'You may not do this on a Sunday.'), Refused, 'REFUSED'],
  ['a page before X that lets nobody through', POST, { status: 403, body: '<html>Checking your browser</html>' }, Transient, undefined],
  ['a file that is too large', POST, { status: 413, body: '' }, Refused, 'REFUSED'],
  ['a conflict', MENTIONS, problem(409, 'There is a conflict.', { title: 'Conflict' }), Refused, 'REFUSED'],
  ['an overloaded platform', POST, { status: 403, body: { errors: [{ code: 130, message: 'Over capacity' }] } }, Transient, undefined],
  ['a limit', POST, { status: 429, body: { title: 'Too Many Requests', detail: 'Too Many Requests', type: 'about:blank', status: 429 } }, RateLimited, undefined],
  ['a limit in the older shape', POST, { status: 429, body: { errors: [{ code: 88, message: 'Rate limit exceeded' }] } }, RateLimited, undefined],
  ['a limit without a body', POST, { status: 429, body: '' }, RateLimited, undefined],
]; // prettier-ignore

describe('errors of X', () => {
  it.each(SHEET)('%s', async (_, call, reply, kind, code) => {
    const error = await failure(call, reply);
    expect(error).toBeInstanceOf(kind);
    if (code !== undefined) expect(error).toMatchObject({ code });
    expect((error as Error).message.length).toBeGreaterThan(20);
    expect(xErrorOf(error)?.status).toBe((reply as { status: number }).status);
    expect(world.x.asked).toHaveLength(1);
  });

  it('names the permission that was not given', async () => {
    world.x.script = () => problem(403, 'Forbidden');
    const scopes = ['tweet.read', 'users.read', 'offline.access'];
    const later = new Date(world.clock.now().getTime() + 60 * MINUTE);
    for (const [call, scope] of [
      [DIRECT, 'dm.read'],
      [DIRECTS, 'dm.read'],
      [HIDE, 'tweet.moderate.write'],
      [POST, 'tweet.write'],
    ] as const) {
      // prettier-ignore
      const error = await failureOf(world.newClient().asHandle(world.handle(sampleCredentials(later, { scopes })), call));
      expect(error).toBeInstanceOf(CredentialsRejected);
      expect((error as Error).message).toContain(scope);
    }
  });

  it.each([
    [
      'of today',
      {
        account_id: 123,
        title: 'CreditsDepleted',
        detail: 'Your enrolled account [123] does not have any credits to fulfill this request.',
        type: 'https://api.twitter.com/2/problems/credits',
      },
    ],
    [
      'of the documentation',
      {
        detail: 'credits depleted',
        status: 402,
        title: 'Payment Required',
        type: 'https://api.x.com/2/problems/credits-depleted',
      },
    ],
    ['that says nothing', {}],
  ])('stops all of the app while its credit is used up, and says so to people: the shape %s', async (_, body) => {
    const { client } = world;
    const handle = world.handle();
    const other = { ...world.handle(), app: handle.app };
    world.x.script = () => ({ status: 402, body });
    const error = await failureOf(client.asHandle(handle, MENTIONS));
    expect(error).toMatchObject({ scope: 'app' });
    expect((error as Error).message).toBe(
      "X says the app's credit is used up. Add credit at X; nothing is lost, reading and sending go on by themselves.",
    );
    expect(minutesUntil(error)).toBe(15);
    expect(await failureOf(client.asHandle(other, POST))).toMatchObject({ scope: 'app' });
    expect(await failureOf(client.asApp(handle.app, DIRECTS))).toMatchObject({ scope: 'app' });
    expect(world.x.asked).toHaveLength(1);
    world.x.script = () => ({ body: {} });
    await client.asHandle(world.handle(), MENTIONS);
    world.clock.advance(15 * MINUTE);
    await client.asHandle(other, POST);
    expect(world.x.asked).toHaveLength(3);
  });

  it('stops all of the app while it has read as much as it may, and looks once a day whether it may again', async () => {
    const body = { title: 'UsageCapExceeded', detail: 'Usage cap exceeded: Monthly product cap', type: 'https://api.x.com/2/problems/usage-capped', account_id: 1, product_name: 'x', period: 'Monthly', scope: 'Product' }; // prettier-ignore
    world.clock.advance(Date.UTC(2027, 5, 10, 12) - world.clock.now().getTime());
    const monthly = await failure(MENTIONS, { status: 429, body });
    expect(monthly).toMatchObject({ scope: 'app' });
    expect(minutesUntil(monthly)).toBe(24 * 60);
    world.clock.advance(Date.UTC(2027, 5, 30, 18) - world.clock.now().getTime());
    for (const period of ['Monthly', 'Daily']) {
      const last = await failure(MENTIONS, { status: 429, body: { ...body, period } });
      expect((last as RateLimited).until).toEqual(new Date(Date.UTC(2027, 6, 1)));
    }
  });

  it('stops before a call that nobody waits for any more', async () => {
    const handle = world.handle();
    world.x.script = () => ({ status: 429, headers: { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(Math.ceil(world.clock.now().getTime() / 1_000) + 3) }, body: {} }); // prettier-ignore
    const stop = new AbortController();
    const client = world.newClient(async () => {
      stop.abort();
      throw stop.signal.reason;
    });
    await failureOf(client.asHandle(handle, MENTIONS));
    expect(await failureOf(client.asHandle(handle, { ...MENTIONS, signal: stop.signal }))).toBeInstanceOf(Transient);
    expect(world.x.asked).toHaveLength(1);
  });

  it('makes no call between a limit and its reset', async () => {
    const reset = Math.floor(world.clock.now().getTime() / 1_000) + 600;
    const headers = { 'x-rate-limit-limit': '100', 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(reset) };
    world.x.script = () => ({ status: 429, headers, body: {} });
    const handle = world.handle();
    const error = (await failureOf(world.client.asHandle(handle, POST))) as RateLimited;
    expect(error.until).toEqual(new Date(reset * 1_000));
    expect(error.scope).toBe('account');
    expect(await failureOf(world.client.asHandle(handle, POST))).toBeInstanceOf(RateLimited);
    expect(world.x.asked).toHaveLength(1);
    world.x.script = () => ({ body: {} });
    await world.client.asHandle(handle, MENTIONS);
    world.clock.advance(600_000);
    await world.client.asHandle(handle, POST);
    expect(world.x.asked).toHaveLength(3);
  });

  it('waits longer after each limit without a time', async () => {
    world.x.script = () => ({ status: 429, body: '' });
    const handle = world.handle();
    for (const minutes of [1, 2, 4]) {
      expect(minutesUntil(await failureOf(world.client.asHandle(handle, POST)))).toBe(minutes);
      world.clock.advance(minutes * MINUTE);
    }
  });
});
