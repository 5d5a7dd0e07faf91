import type { ApiClient } from '../../../../test/support/api-client';
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
  for (const channel of ['EMAIL', 'MESSENGER']) {
    const { accountConnect } = await ada.call<{ accountConnect: { connectUrl: string } }>(
      'mutation ($channel: ChannelKind!, $key: String!) { accountConnect(input: { channel: $channel, clientMutationId: $key }) { connectUrl } }',
      { channel, key: channel },
    );
    expect(accountConnect.connectUrl).toMatch(new RegExp(`^/connect/${channel.toLowerCase()}/[\\w-]{32}$`));
  }
});
