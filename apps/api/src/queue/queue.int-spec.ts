import type { ApiClient } from '../../../../test/support/api-client';
import { minutesAgo, RunningApi, type SeededWorkspace } from '../../../../test/support/running-api';

let api: RunningApi;
let nord: SeededWorkspace;
let lea: ApiClient;

/** More than a page of customers, each with words and a name that must not be seen. */
const WAITING = 60;

beforeAll(async () => {
  api = await RunningApi.start();
  nord = await api.workspace('Nord');
  await nord.agent('lea@nord.example', 'agent', 100);
  await nord.arrive(
    Array.from({ length: WAITING }, (_, i) => ({
      from: `canary${i}@customer.example`,
      name: `Canary Customer${i}`,
      subject: `Canary subject ${i}`,
      text: `Canary words ${i}`,
      at: minutesAgo(WAITING * 2 - i),
    })),
  );
  lea = await api.signedIn('lea@nord.example');
});
afterAll(() => api.stop());

interface Queue {
  readonly queue: {
    readonly waiting: number;
    readonly entries: {
      readonly nodes: { waitId: string; place: { position: number; of: number } }[];
      readonly pageInfo: { endCursor: string; startCursor: string; hasNextPage: boolean; hasPreviousPage: boolean };
    };
  };
}
interface Taken {
  readonly offerNext: {
    readonly offer: { id: string; wait: { id: string }; conversation: { id: string; reference: string } } | null;
    readonly userErrors: { __typename: string }[];
  };
}

const QUEUE = `query ($first: Int, $after: String, $last: Int, $before: String) { queue { waiting taken oldestWaitingSince lastAnswerAt entries(first: $first, after: $after, last: $last, before: $before) { totalCount pageInfo { endCursor startCursor hasNextPage hasPreviousPage } nodes { waitId place { position of } waitingSince channel language need } } } }`;
const TAKE = `mutation ($key: String!) { offerNext(input: { clientMutationId: $key }) { offer { id entry wait { id } conversation { id reference } } userErrors { __typename } syncId } }`;
const take = async (client: ApiClient, key: string) => (await client.call<Taken>(TAKE, { key })).offerNext;

describe('the queue', () => {
  it('shows places and times, page by page, forwards and backwards', async () => {
    const first = (await lea.call<Queue>(QUEUE, { first: 25 })).queue;
    const second = (await lea.call<Queue>(QUEUE, { first: 25, after: first.entries.pageInfo.endCursor })).queue;
    const back = (await lea.call<Queue>(QUEUE, { last: 25, before: second.entries.pageInfo.startCursor })).queue;

    expect(first.waiting).toBe(WAITING);
    expect(first.entries.nodes.map((entry) => entry.place)).toEqual(
      Array.from({ length: 25 }, (_, i) => ({ position: i + 1, of: WAITING })),
    );
    expect(second.entries.nodes[0]!.place.position).toBe(26);
    expect(back.entries.nodes).toEqual(first.entries.nodes);
    expect(second.entries.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
  });

  it('holds no name, no address and no word of anybody, and no way leads from it to them', async () => {
    const { queue } = await lea.call<Queue>(QUEUE, { first: 100 });
    const waitIds = queue.entries.nodes.map(({ waitId }) => waitId);
    const pages = await lea.call(
      `query ($wait: ID!) {
        node(id: $wait) { __typename ... on Wait { id state place { position } } }
        mine: conversations(view: MINE) { nodes { id } }
        done: conversations(view: DONE) { nodes { id } }
        failed: conversations(view: FAILED) { nodes { id } }
        viewer { counters { waiting mine } offers { id } }
      }`,
      { wait: waitIds[0] },
    );
    // whoever knows a reference by heart reads no more than that there is one
    const known = await Promise.all(
      Array.from({ length: WAITING }, (_, i) =>
        lea.call(
          `query ($r: String!) { conversation(reference: $r) { reference opened subject preview customer { displayName pseudonym } draft { text } timeline(first: 5) { nodes { id } } } }`,
          { r: `C-${1001 + i}` },
        ),
      ),
    );

    expect(JSON.stringify([queue, pages, known])).not.toMatch(/canary/i);
    expect(pages).toMatchObject({ mine: { nodes: [] }, done: { nodes: [] }, failed: { nodes: [] } });
    expect(known[0]).toEqual({
      conversation: {
        reference: 'C-1001',
        opened: false,
        subject: null,
        preview: null,
        customer: null,
        draft: null,
        timeline: null,
      },
    });
  });

  it('is not read, written to or opened by what nobody was given', async () => {
    const { conversation } = await lea.call<{ conversation: { id: string } }>(
      '{ conversation(reference: "C-1050") { id } }',
    );
    const result = await lea.call(
      `mutation ($id: ID!) {
        send: messageSend(input: { conversationId: $id, text: "x", seenUpTo: $id, clientMutationId: "s" }) { userErrors { __typename } message { id } }
        note: noteCreate(input: { conversationId: $id, text: "x", clientMutationId: "n" }) { userErrors { __typename } note { id } }
        draft: draftSave(input: { conversationId: $id, text: "x", revision: 1 }) { userErrors { __typename } draft { id } }
        none: noReplyNeeded(input: { conversationId: $id, reason: SPAM, seenUpTo: $id, clientMutationId: "d" }) { userErrors { __typename } wait { id } }
      }`,
      { id: conversation.id },
    );
    const refused = { userErrors: [{ __typename: 'NotFoundError' }] };
    expect(result).toEqual({
      send: { ...refused, message: null },
      note: { ...refused, note: null },
      draft: { ...refused, draft: null },
      none: { ...refused, wait: null },
    });
  });
});

describe('taking the next', () => {
  it('gives the same offer for the same key, to twenty at once as to one', async () => {
    const oldest = (await lea.call<Queue>(QUEUE, { first: 1 })).queue.entries.nodes[0]!.waitId;
    const offers = await Promise.all(Array.from({ length: 20 }, () => take(lea, 'once')));
    expect(new Set(offers.map(({ offer }) => offer?.id)).size).toBe(1);
    expect(offers[0]!.offer?.wait.id).toBe(oldest);
    const { viewer } = await lea.call<{ viewer: { counters: unknown; offers: unknown[] } }>(
      '{ viewer { counters { waiting mine } offers { id } } }',
    );
    expect(viewer).toMatchObject({
      counters: { waiting: WAITING - 1, mine: 1 },
      offers: [{ id: offers[0]!.offer?.id }],
    });
  });

  it('gives each wait to one of many who ask at once, the oldest ones', async () => {
    const heads = (await lea.call<Queue>(QUEUE, { first: 10 })).queue.entries.nodes.map(({ waitId }) => waitId);
    const given = await Promise.all(Array.from({ length: 10 }, (_, i) => take(lea, `many ${i}`)));
    expect(new Set(given.map(({ offer }) => offer?.wait.id))).toEqual(new Set(heads));
  });

  it('is refused at the agreed ceiling, for a key used otherwise, and when nobody waits', async () => {
    await nord.agent('one@nord.example', 'agent', 1);
    const one = await api.signedIn('one@nord.example');
    const given = await take(one, 'a');
    expect((await take(one, 'b')).userErrors).toMatchObject([{ __typename: 'AtCapacityError' }]);

    const decline = `mutation ($id: ID!, $key: String!) { offerDecline(input: { offerId: $id, reason: LEAVING, clientMutationId: $key }) { offer { state decline wait { place { position } } } userErrors { __typename } } }`;
    const reused = await one.raw({ query: decline, variables: { id: given.offer!.id, key: 'a' } });
    expect(reused.body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);

    const declined = await one.call(decline, { id: given.offer!.id, key: 'c' });
    expect(declined).toEqual({
      offerDecline: {
        offer: { state: 'DECLINED', decline: 'LEAVING', wait: { place: { position: 1 } } },
        userErrors: [],
      },
    });
    expect(await one.call(decline, { id: given.offer!.id, key: 'c' })).toEqual(declined);
    expect(await one.call(decline, { id: given.offer!.id, key: 'd' })).toMatchObject({
      offerDecline: { userErrors: [{ __typename: 'OfferOverError' }] },
    });

    const sud = await api.workspace('Sud');
    await sud.agent('ana@sud.example');
    const ana = await api.signedIn('ana@sud.example');
    expect((await take(ana, 'x')).userErrors).toMatchObject([{ __typename: 'NobodyWaitingError' }]);
  });

  it('opens the conversation for the one it was given to, and nothing of it for another workspace', async () => {
    const { offer } = await take(lea, 'mine');
    const seen = await lea.call(
      'query ($r: String!) { conversation(reference: $r) { opened subject customer { displayName } } }',
      { r: offer!.conversation.reference },
    );
    expect(seen).toMatchObject({ conversation: { opened: true, subject: expect.stringMatching(/^Canary/) } });

    const ana = await api.signedIn('ana@sud.example');
    const foreign = await ana.call(
      `query ($c: ID!, $o: ID!, $w: ID!, $r: String!) {
        c: node(id: $c) { id } o: node(id: $o) { id } w: node(id: $w) { id } conversation(reference: $r) { id }
        queue { waiting entries(first: 5) { nodes { waitId } } } accounts { nodes { address } }
      }`,
      { c: offer!.conversation.id, o: offer!.id, w: offer!.wait.id, r: offer!.conversation.reference },
    );
    expect(foreign).toMatchObject({ c: null, o: null, w: null, conversation: null, queue: { waiting: 0 } });
    expect(JSON.stringify(foreign)).not.toContain(nord.accountId.slice(0, 8));
  });
});

describe('a page of fifty', () => {
  const ROW = `id reference opened subject preview lastMessageAt trouble version account { id name status } customer { displayName }
    wait { id waitingSince state end { kind by { displayName } } } offer { id state } heldBy { displayName } draft { text attachments { id } }
    replyWindow { state closesAt } linked { id reference } handledElsewhere canAnswerInPrivate`;
  const LINES =
    'timeline(last: 2) { nodes { id ... on Message { text actor { displayName } attachments { id } source { id } reactions moderation { state } canModerate pendingFiles { kind } send { state failure { message } parts { part state } } } } }';

  beforeAll(async () => {
    await nord.agent('fifty@nord.example', 'agent', 100);
    await nord.arrive(
      Array.from({ length: 50 }, (_, i) => ({
        from: `f${i}@c.example`,
        text: `question ${i}`,
        at: minutesAgo(1_000 - i),
      })),
    );
    const fifty = await api.signedIn('fifty@nord.example');
    for (let i = 0; i < 50; i++) await take(fifty, `f${i}`);
  });

  it.each([
    [
      'queue',
      '{ viewer { syncId } queue { waiting taken oldestWaitingSince lastAnswerAt entries(first: 50) { nodes { waitId place { position of } channel } } } }',
    ],
    [
      'timelines',
      `{ conversations(view: MINE, first: 50) { nodes { id reference customer { displayName } ${LINES} } } }`,
    ],
    ['conversations', `{ viewer { syncId } conversations(view: MINE, first: 50) { nodes { ${ROW} } } }`],
  ])(
    'of the %s takes at most ten statements beside those that open and close the transaction',
    async (_list, query) => {
      const fifty = await api.signedIn('fifty@nord.example');
      let rows = 0;
      const statements = await api.statements(async () => {
        const data = await fifty.call<Record<string, { nodes?: unknown[]; entries?: { nodes: unknown[] } }>>(query);
        rows = Object.values(data)
          .map((list) => (list.nodes ?? list.entries?.nodes ?? []).length)
          .reduce((a, b) => a + b);
      });
      expect(rows).toBeGreaterThanOrEqual(48);
      const data = statements.filter(
        (sql) => !/^(START TRANSACTION|SET TRANSACTION|set local|set transaction|COMMIT)/.test(sql),
      );
      expect(data.length).toBeLessThanOrEqual(10);
      expect(statements.length - data.length).toBeLessThanOrEqual(4);
    },
  );
});
