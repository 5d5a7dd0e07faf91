import { RunningApi, PASSWORD, type SeededWorkspace } from '../../../test/support/running-api';

let api: RunningApi;
let nord: SeededWorkspace;

const minutesAgo = (n: number): Date => new Date(Date.now() - n * 60_000);

beforeAll(async () => {
  api = await RunningApi.start();
  nord = await api.workspace('Nord');
  await nord.agent('lea@nord.example');
});
afterAll(() => api.stop());

it('takes the head of the queue, shows it, and answers it', async () => {
  await nord.arrive([
    { from: 'second@c.example', name: 'Second Person', text: 'and mine?', at: minutesAgo(5) },
    {
      from: 'first@c.example',
      name: 'First Person',
      text: 'where is my parcel?',
      at: minutesAgo(9),
      subject: 'Parcel',
    },
  ]);
  const lea = await api.signedIn('lea@nord.example');
  const { queue } = await lea.call<any>(
    '{ queue { waiting entries(first: 10) { nodes { waitId place { position of } channel need waitingSince } } } }',
  );
  expect(queue.waiting).toBe(2);
  const { offerNext } = await lea.call<any>(
    'mutation { offerNext(input: { clientMutationId: "k1" }) { offer { id entry state wait { state } conversation { id reference opened subject customer { displayName pseudonym } preview timeline(first: 10) { nodes { __typename id ... on Message { text actor { displayName } } } } } } userErrors { message } } }',
  );
  expect(offerNext.userErrors).toEqual([]);
  const { conversation } = offerNext.offer;
  expect(conversation).toMatchObject({ opened: true, subject: 'Parcel', preview: 'where is my parcel?' });
  const seen = conversation.timeline.nodes[0].id;
  const { messageSend } = await lea.call<any>(
    `mutation ($id: ID!, $seen: ID!) { messageSend(input: { conversationId: $id, text: "It is on its way.", seenUpTo: $seen, clientMutationId: "k2" }) { message { id text send { state } } wait { state end { kind } } conversation { wait { id } } userErrors { __typename message } } }`,
    { id: conversation.id, seen },
  );
  expect(messageSend.userErrors).toEqual([]);
  expect(messageSend).toMatchObject({ message: { send: { state: 'QUEUED' } }, wait: { end: { kind: 'ANSWERED' } } });
  expect(PASSWORD).toBeTruthy();
});
