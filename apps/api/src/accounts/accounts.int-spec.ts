import type { ApiClient } from '../../../../test/support/api-client';
import { charge, connectHandle } from '../../../../test/support/handle-events';
import { connectPage } from '../../../../test/support/page-events';
import { RunningApi, type SeededWorkspace } from '../../../../test/support/running-api';

const DAY = 24 * 3_600_000;

let api: RunningApi;
let nord: SeededWorkspace;
let ada: ApiClient;

beforeAll(async () => {
  api = await RunningApi.start();
  nord = await api.workspace('Nord');
  await nord.agent('ada@nord.example', 'admin');
  ada = await api.signedIn('ada@nord.example');
});
afterAll(() => api.stop());

it('tells what can be done on an account and how many whole days its permission lasts', async () => {
  const lasting = (days: number) => ({ tokenExpiresAt: new Date(Date.now() + days * DAY).toISOString() });
  const [long, short, over] = [
    await connectPage(nord, lasting(58.5)),
    await connectPage(nord, lasting(0.5)),
    await connectPage(nord, lasting(-3)),
  ];
  const { accounts } = await ada.call<{ accounts: { nodes: { id: string }[] } }>(
    '{ accounts { nodes { id channel partLength privateReply moderates tokenDaysLeft intake { filled oldestUnprocessedAt lastReceivedAt } } } }',
  );
  const of = (id: string) => accounts.nodes.find((account) => account.id === id);
  expect(of(long.id)).toEqual({
    id: long.id,
    channel: 'MESSENGER',
    partLength: 2_000,
    privateReply: true,
    moderates: true,
    tokenDaysLeft: 58,
    intake: { filled: 0, oldestUnprocessedAt: null, lastReceivedAt: null },
  });
  expect(of(short.id)).toMatchObject({ tokenDaysLeft: 0 });
  expect(of(over.id)).toMatchObject({ tokenDaysLeft: 0 });
  expect(of(nord.accountId)).toMatchObject({
    partLength: null,
    privateReply: false,
    moderates: false,
    tokenDaysLeft: null,
  });
});

it('says what is wrong with an account in the language of the one who reads, beside the words of its connector', async () => {
  const detail = 'Error validating access token';
  const { id } = await connectPage(nord, { status: 'reconnect_needed', detail });
  const read = async () => {
    const query = 'query ($id: ID!) { node(id: $id) { ... on Account { advice detail } } }';
    return (await ada.call<{ node: { advice: string; detail: string } }>(query, { id })).node;
  };
  expect(await read()).toEqual({ advice: expect.stringContaining('connect this account again'), detail });
  await ada.call(
    'mutation { viewerUpdate(input: { locale: "fr", clientMutationId: "fr" }) { userErrors { message } } }',
  );
  expect(await read()).toEqual({ advice: expect.stringContaining('reconnecter ce compte'), detail });
});

it('sends the browser to the page of the connector of each channel', async () => {
  for (const channel of ['EMAIL', 'MESSENGER', 'X']) {
    const { accountConnect } = await ada.call<{ accountConnect: { connectUrl: string } }>(
      'mutation ($channel: ChannelKind!, $key: String!) { accountConnect(input: { channel: $channel, clientMutationId: $key }) { connectUrl } }',
      { channel, key: channel },
    );
    expect(accountConnect.connectUrl).toMatch(new RegExp(`^/connect/${channel.toLowerCase()}/[\\w-]{32}$`));
  }
});

it('tells how public answers are counted, and what an account cost by its platform’s price list', async () => {
  const handle = await connectHandle(nord);
  const quiet = await connectHandle(nord, { address: '2' });
  await charge(api.ownerUrl, { id: handle.id, workspaceId: nord.id }, { 0: 1_234_567, 40: 9_000_000 });
  const query = `query ($id: ID!) { node(id: $id) {
    ... on Account { publicLength publicCounting intake { costToday costThisMonth } } } }`;
  const read = async (id: string) => (await ada.call<{ node: unknown }>(query, { id })).node;
  expect(await read(handle.id)).toEqual({
    publicLength: 280,
    publicCounting: 'WEIGHTED',
    intake: { costToday: 1.234567, costThisMonth: 1.234567 },
  });
  const free = { costToday: null, costThisMonth: null };
  expect(await read(quiet.id)).toMatchObject({ publicCounting: 'WEIGHTED', intake: free });
  expect(await read(nord.accountId)).toMatchObject({ publicCounting: 'UNITS', intake: free });
});

describe('disconnecting an account', () => {
  const disconnect = async (client: ApiClient, input: Readonly<Record<string, string>>) => {
    const { body } = await client.raw({
      query: `mutation ($input: AccountDisconnectInput!) { accountDisconnect(input: $input) {
        account { id status } userErrors { __typename field message } syncId } }`,
      variables: { input: { clientMutationId: JSON.stringify(input), ...input } },
    });
    return body as {
      data?: { accountDisconnect: { account: unknown; userErrors: unknown[]; syncId: string | null } };
      errors?: { message: string }[];
    };
  };

  it('wants its address or name, whatever the case', async () => {
    const { id } = await connectHandle(nord, { address: '3', name: '@Sud' });
    const refused = await disconnect(ada, { accountId: id, confirm: '@nord' });
    expect(refused.data?.accountDisconnect).toMatchObject({
      account: null,
      userErrors: [{ __typename: 'ConfirmationWrongError', field: ['input', 'confirm'] }],
    });
    const done = await disconnect(ada, { accountId: id, confirm: ' @sud ' });
    expect(done.data?.accountDisconnect).toEqual({
      account: { id, status: 'DISCONNECTED' },
      userErrors: [],
      syncId: expect.any(String),
    });
    expect((await disconnect(ada, { accountId: id, confirm: '3' })).data?.accountDisconnect.userErrors).toEqual([]);
  });

  it('is for admins, and for accounts that there are', async () => {
    const { id } = await connectHandle(nord, { address: '4' });
    await nord.agent('lea@nord.example');
    const { errors } = await disconnect(await api.signedIn('lea@nord.example'), { accountId: id, confirm: '4' });
    expect(errors?.[0]?.message).toContain('Only a admin');
    for (const accountId of ['nobody', '00000000-0000-4000-8000-000000000000']) {
      const { data } = await disconnect(ada, { accountId, confirm: 'x' });
      expect(data?.accountDisconnect.userErrors).toMatchObject([{ __typename: 'NotFoundError' }]);
    }
  });
});
