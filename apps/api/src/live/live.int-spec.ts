import { once } from 'node:events';
import { connect } from 'node:net';
import { CHANGES_TABLE } from '@app/inbox';
import { Client as Pg } from 'pg';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { ApiClient } from '../../../../test/support/api-client';
import { until } from '../../../../test/support/product';
import { minutesAgo, RunningApi, type SeededWorkspace } from '../../../../test/support/running-api';
import { apiApp } from '../api-app';
import { ApiModule } from '../api.module';
import { apiLimits } from '../http/api-limits';

let api: RunningApi;
let nord: SeededWorkspace;
const clients: Client[] = [];

/** The api as it is, but that it looks after sessions often and allows few subscriptions. */
const impatient: typeof apiApp = {
  ...apiApp,
  module: (context) =>
    ApiModule.of(context, {
      ...apiLimits,
      timeoutMs: 300,
      sockets: { ...apiLimits.sockets, subscriptionsPerSocket: 2, recheckMs: 100, payload: 10_000, connections: 20 },
    }),
};

beforeAll(async () => {
  api = await RunningApi.start({}, impatient);
  nord = await api.workspace('Nord');
  await nord.agent('lea@nord.example');
  await nord.agent('max@nord.example');
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
});
afterAll(() => api.stop());

/** What came over a subscription so far; `until` waits for one that fits. */
class Stream {
  readonly events: Record<string, unknown>[] = [];
  ended: unknown;
  private wake: () => void = () => undefined;

  constructor(client: Client, query: string, variables: Record<string, unknown> = {}) {
    client.subscribe<{ inboxEvents: Record<string, unknown> }>(
      { query, variables },
      {
        next: ({ data, errors }) => {
          if (data) this.events.push(data.inboxEvents);
          else this.ended = errors;
          this.wake();
        },
        error: (error) => this.end(error),
        complete: () => this.end('complete'),
      },
    );
  }

  async until(fits: (event: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    for (;;) {
      const found = this.events.find(fits);
      if (found) return found;
      if (this.ended !== undefined) throw new Error(`the subscription ended: ${JSON.stringify(this.ended)}`);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  async over(): Promise<unknown> {
    while (this.ended === undefined) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.ended;
  }

  private end(why: unknown): void {
    this.ended ??= why;
    this.wake();
  }
}

function socketOf(person: ApiClient, headers: Record<string, string> = {}): Client {
  const client = createClient({
    url: api.url.replace('http', 'ws') + '/graphql',
    webSocketImpl: class extends WebSocket {
      constructor(url: string, protocols: string | string[]) {
        super(url, protocols, { headers: { cookie: person.cookieHeader, origin: api.url, ...headers } });
      }
    },
    retryAttempts: 0,
    lazy: true,
  });
  clients.push(client);
  return client;
}

const EVENTS = `subscription ($after: SyncId) { inboxEvents(after: $after) { __typename syncId ... on QueueChangedEvent { waiting } ... on ConversationChangedEvent { conversation { reference subject wait { state } } } ... on TimelineItemChangedEvent { conversationId clientMutationId timelineItemEdge { node { ... on Message { text } ... on Note { text } } } } ... on CountersChangedEvent { counters { mine } } ... on DraftChangedEvent { draft { text } } } }`;
const SINCE = `query ($syncId: SyncId!, $first: Int) { changesSince(syncId: $syncId, first: $first) { syncId hasMore tooOld events { __typename ... on QueueChangedEvent { waiting } ... on DraftChangedEvent { draft { text } } ... on ConversationChangedEvent { conversation { subject } } ... on TimelineItemChangedEvent { timelineItemEdge { node { ... on Note { text } } } } } } }`;
interface Since {
  readonly changesSince: { syncId: string; hasMore: boolean; tooOld: boolean; events: { __typename: string }[] };
}
const TAKE =
  'mutation ($k: String!) { offerNext(input: { clientMutationId: $k }) { offer { conversation { id reference } } userErrors { message } } }';
interface Taken {
  readonly offerNext: { offer: { conversation: { id: string; reference: string } } };
}

const syncIdOf = async (person: ApiClient) =>
  (await person.call<{ viewer: { syncId: string } }>('{ viewer { syncId } }')).viewer.syncId;

describe('a subscription', () => {
  it('tells what changes as it happens, and of what is not opened only the figures of the queue', async () => {
    const [lea, max] = [await api.signedIn('lea@nord.example'), await api.signedIn('max@nord.example')];
    const [forLea, forMax] = [new Stream(socketOf(lea), EVENTS), new Stream(socketOf(max), EVENTS)];
    await nord.arrive([
      { from: 'secret@c.example', name: 'Canary', text: 'canary words', subject: 'Canary', at: minutesAgo(3) },
    ]);
    await forLea.until((event) => event['__typename'] === 'QueueChangedEvent' && event['waiting'] === 1);
    await forMax.until((event) => event['__typename'] === 'QueueChangedEvent' && event['waiting'] === 1);
    expect(JSON.stringify([forLea.events, forMax.events])).not.toMatch(/canary/i);

    const { offerNext } = await lea.call<Taken>(TAKE, { k: 't1' });
    const { id } = offerNext.offer.conversation;
    await forLea.until((event) => event['__typename'] === 'CountersChangedEvent');
    await lea.call(
      'mutation ($id: ID!) { draftSave(input: { conversationId: $id, text: "my draft", revision: 1 }) { userErrors { message } } noteCreate(input: { conversationId: $id, text: "a note", clientMutationId: "n1" }) { userErrors { message } } }',
      { id },
    );
    await forLea.until((event) => (event['draft'] as { text: string } | undefined)?.text === 'my draft');
    const note = await forLea.until((event) => event['clientMutationId'] === 'n1');
    expect(note).toMatchObject({ conversationId: id, timelineItemEdge: { node: { text: 'a note' } } });
    // the customer no longer stands in the queue, so colleagues may read along, but for drafts
    await forMax.until((event) => event['clientMutationId'] === 'n1');
    expect(JSON.stringify(forMax.events)).not.toContain('my draft');
  });

  it('goes on where the client was, and none is skipped', async () => {
    const lea = await api.signedIn('lea@nord.example');
    const { conversations } = await lea.call<{ conversations: { nodes: { id: string }[] } }>(
      '{ conversations(view: MINE) { nodes { id } } }',
    );
    const { id } = conversations.nodes[0]!;
    const after = await syncIdOf(lea);
    const note = (i: number) =>
      lea.call(
        'mutation ($id: ID!, $t: String!) { noteCreate(input: { conversationId: $id, text: $t, clientMutationId: $t }) { userErrors { message } } }',
        { id, t: `note ${i}` },
      );
    for (let i = 0; i < 5; i++) await note(i);
    const stream = new Stream(socketOf(lea), EVENTS, { after });
    for (let i = 5; i < 10; i++) await note(i);
    await stream.until((event) => event['clientMutationId'] === 'note 9');
    const keys = stream.events.map((event) => event['clientMutationId']).filter((key) => typeof key === 'string');
    expect([...new Set(keys)]).toEqual(expect.arrayContaining(Array.from({ length: 10 }, (_, i) => `note ${i}`)));
    const first = keys.map((key) => Number(key.slice(5)));
    expect([...new Set(first)]).toEqual([...new Set(first)].sort((a, b) => a - b));
  });

  it('ends with the session: signed out here, or anywhere', async () => {
    const lea = await api.signedIn('lea@nord.example');
    const stream = new Stream(socketOf(lea), EVENTS);
    await nord.arrive([{ from: 'once@c.example', text: 'hello', at: minutesAgo(2) }]);
    await stream.until((event) => event['__typename'] === 'QueueChangedEvent');
    await lea.call('mutation { signOut { done } }');
    expect(await stream.over()).toMatchObject({ code: 4401 });

    const max = await api.signedIn('max@nord.example');
    const other = new Stream(socketOf(max), EVENTS);
    await nord.arrive([{ from: 'again@c.example', text: 'hello', at: minutesAgo(1) }]);
    await other.until((event) => event['__typename'] === 'QueueChangedEvent');
    // as another process would: nobody here is told
    await api.app.context.database.transaction({ workspaceId: nord.id }, (tx) =>
      tx.query('delete from inbox.sessions'),
    );
    expect(await other.over()).toMatchObject({ code: 4401 });
  });

  it('leaves nothing behind when its client has gone', async () => {
    const lea = await api.signedIn('lea@nord.example');
    const subscribe = jest.spyOn(api.app.context.live.changeFeed(CHANGES_TABLE), 'subscribe');
    const client = socketOf(lea);
    const stream = new Stream(client, EVENTS);
    await nord.arrive([{ from: 'gone@c.example', text: 'hello', at: minutesAgo(1) }]);
    await stream.until((event) => event['__typename'] === 'QueueChangedEvent');
    const signal = subscribe.mock.calls[0]![1];
    subscribe.mockRestore();

    client.terminate();

    if (!signal.aborted) await once(signal, 'abort');
    expect(signal.aborted).toBe(true);
  });

  it('is refused to those who are not signed in, for anything but subscriptions, and past its limits', async () => {
    const nobody = new Stream(socketOf(api.client()), EVENTS);
    expect(await nobody.over()).toMatchObject({ code: 4401 });
    const lea = await api.signedIn('lea@nord.example');
    const socket = socketOf(lea);
    expect(await new Stream(socket, 'mutation { signOut { done } }').over()).toMatchObject([
      { extensions: { code: 'BAD_REQUEST' } },
    ]);
    expect(await new Stream(socket, 'subscription { nope }').over()).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
    expect(await new Stream(socket, '}').over()).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
    expect(await new Stream(socket, EVENTS, { after: 'garbage' }).over()).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    const running = [1, 2, 3].map(() => new Stream(socket, EVENTS));
    const ended = await Promise.race(running.map((stream) => stream.over()));
    expect(ended).toMatchObject([{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }]);
  });
});

describe('changesSince', () => {
  it('gives after a lost connection what was missed, in steps if wanted, and others no drafts', async () => {
    const [lea, max] = [await api.signedIn('lea@nord.example'), await api.signedIn('max@nord.example')];
    const syncId = await syncIdOf(lea);
    const { conversations } = await lea.call<{ conversations: { nodes: { id: string }[] } }>(
      '{ conversations(view: MINE) { nodes { id } } }',
    );
    await lea.call(
      'mutation ($id: ID!) { draftSave(input: { conversationId: $id, text: "typed offline", revision: 9 }) { userErrors { message } } noteCreate(input: { conversationId: $id, text: "missed", clientMutationId: "m" }) { userErrors { message } } }',
      { id: conversations.nodes[0]!.id },
    );

    // a writer anywhere on the server that has not committed yet holds the log back for a moment
    const all = await until('the note can be read', async () => {
      const { changesSince } = await lea.call<Since>(SINCE, { syncId });
      return JSON.stringify(changesSince).includes('missed') ? changesSince : undefined;
    });
    expect(all).toMatchObject({ hasMore: false, tooOld: false });
    expect(JSON.stringify(all.events)).toContain('typed offline');
    expect((await lea.call<Since>(SINCE, { syncId: all.syncId })).changesSince.events).toEqual([]);
    expect(JSON.stringify(await max.call<Since>(SINCE, { syncId }))).not.toContain('typed offline');

    const steps: unknown[] = [];
    for (let place = syncId, more = true; more;) {
      const step = (await lea.call<Since>(SINCE, { syncId: place, first: 1 })).changesSince;
      steps.push(...step.events);
      [place, more] = [step.syncId, step.hasMore];
    }
    expect(JSON.stringify(steps)).toContain('missed');
  });

  it('tells that a conversation is gone when a late mail shows that it was part of another', async () => {
    const lea = await api.signedIn('lea@nord.example');
    const answering = (id: string) => ({ threading: { references: [{ kind: 'native', id, direct: true }] } });
    const mail = { from: 'late@customer.example', text: 'hello' };
    await nord.arrive([{ ...mail, at: minutesAgo(9), messageId: 'late-0' }]);
    await nord.arrive([{ ...mail, at: minutesAgo(7), messageId: 'late-2', ...answering('late-1') }]);
    const syncId = await syncIdOf(lea);
    await nord.arrive([{ ...mail, at: minutesAgo(8), messageId: 'late-1', ...answering('late-0') }]);
    await until('one of the two is gone', async () => {
      const { changesSince } = await lea.call<Since>(SINCE, { syncId });
      return changesSince.events.some(({ __typename }) => __typename === 'ConversationGoneEvent') || undefined;
    });
  });

  it('says so when the log no longer reaches back, and refuses what is no sync id', async () => {
    const lea = await api.signedIn('lea@nord.example');
    const syncId = await syncIdOf(lea);
    api.clock.advance(8 * 24 * 3_600_000);
    const late = await api.signedIn('lea@nord.example');
    const result = (await late.call<Since>(SINCE, { syncId })).changesSince;
    expect(result).toMatchObject({ tooOld: true, events: [] });
    const refused = await late.raw({ query: SINCE, variables: { syncId: 'AAAA' } });
    expect(refused.body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'syncId' } }]);
  });
});

describe('an operation that takes too long', () => {
  it('is given up with a word for the person, and its connection is free when the database lets go', async () => {
    const lea = await api.signedIn('lea@nord.example');
    const owner = new Pg({ connectionString: api.ownerUrl });
    await owner.connect();
    await owner.query('begin; lock table inbox.waits in access exclusive mode');
    const answers = await Promise.all(Array.from({ length: 12 }, () => lea.raw({ query: '{ queue { waiting } }' })));
    await owner.query('rollback');
    await owner.end();
    for (const { status, body } of answers) {
      expect([503, 200, 500]).toContain(status);
      expect(JSON.stringify(body.errors)).toMatch(/took too long|TIMED_OUT/);
    }
    expect(await lea.call('{ queue { waiting } }')).toMatchObject({ queue: { waiting: expect.any(Number) } });
  });
});

describe('an upgrade', () => {
  const portOf = (): number => Number(new URL(api.url).port);

  function upgrade(path: string, headers = ''): Promise<string> {
    const port = portOf();
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(
          `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`,
        ),
      );
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
  }

  it.each([
    ['another path', '/nope', '', /^HTTP\/1\.1 404 /],
    ['another site', '/graphql', 'Origin: https://evil.example\r\n', /^HTTP\/1\.1 403 /],
    ['a broken handshake', '/graphql', 'Sec-WebSocket-Key: x\r\n', /^HTTP\/1\.1 400 /],
  ])('from %s is refused', async (_what, path, headers, answer) => {
    expect(await upgrade(path, headers)).toMatch(answer);
  });

  it('that is cut off at once ends nothing but itself', async () => {
    for (const path of ['/nope', '/graphql']) {
      for (let i = 0; i < 20; i++) {
        await new Promise<void>((resolve) => {
          const socket = connect(portOf(), '127.0.0.1', () => {
            socket.write(
              `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
            );
            socket.resetAndDestroy();
          });
          socket.on('error', () => undefined);
          socket.on('close', () => resolve());
        });
      }
    }
    expect(await api.client().call('{ viewer { email } }')).toEqual({ viewer: null });
  });

  it('followed by garbage or by too much ends that socket alone', async () => {
    const lea = await api.signedIn('lea@nord.example');
    for (const message of ['{"type":', Buffer.alloc(100, 255), 'x'.repeat(20_000)]) {
      const socket = new WebSocket(api.url.replace('http', 'ws') + '/graphql', 'graphql-transport-ws', {
        headers: { cookie: lea.cookieHeader },
      });
      const closed = new Promise<number>((resolve) => socket.on('close', resolve));
      socket.on('open', () => socket.send(message));
      expect(await closed).toBeGreaterThan(1_000);
    }
    expect(await lea.call('{ viewer { email } }')).toEqual({ viewer: { email: 'lea@nord.example' } });
  });
});
