import type { ApiClient } from '../../../../test/support/api-client';
import { minutesAgo, RunningApi, type Mail, type SeededWorkspace } from '../../../../test/support/running-api';

let api: RunningApi;
let nord: SeededWorkspace;
let lea: ApiClient;

beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());
beforeEach(async () => {
  nord = await api.workspace('Nord');
  await nord.agent(`lea@${nord.id}.example`);
  lea = await api.signedIn(`lea@${nord.id}.example`);
});

interface Sent {
  readonly messageSend: {
    readonly message: { id: string } | null;
    readonly userErrors: { __typename: string; message: string; newerItems?: { id: string }[] }[];
  };
}
let calls = 0;

async function take(mail: Partial<Mail> = {}): Promise<{ id: string; seen: string }> {
  await nord.arrive([{ from: 'ann@customer.example', text: 'my parcel?', at: minutesAgo(5), ...mail }]);
  const { offerNext } = await lea.call<{
    offerNext: { offer: { conversation: { id: string; timeline: { nodes: { id: string }[] } } } };
  }>(
    'mutation ($key: String!) { offerNext(input: { clientMutationId: $key }) { offer { conversation { id timeline(last: 1) { nodes { id } } } } } }',
    { key: `take ${++calls}` },
  );
  const { id, timeline } = offerNext.offer.conversation;
  return { id, seen: timeline.nodes[0]!.id };
}
async function send(on: { id: string; seen: string }, text: string): Promise<Sent['messageSend']> {
  const { messageSend } = await lea.call<Sent>(
    `mutation ($id: ID!, $seen: ID!, $text: String!, $key: String!) {
      messageSend(input: { conversationId: $id, text: $text, seenUpTo: $seen, clientMutationId: $key }) {
        message { id } userErrors { __typename message ... on CollisionError { newerItems { id } } } } }`,
    { ...on, text, key: `send ${++calls}` },
  );
  return messageSend;
}
async function speak(locale: string): Promise<void> {
  await lea.call(
    'mutation ($locale: LanguageTag!) { viewerUpdate(input: { locale: $locale, clientMutationId: "l" }) { userErrors { message } } }',
    { locale },
  );
}
/** As if the connector had said so. */
async function becomes(messageId: string, state: string, failure: object): Promise<void> {
  await api.triage.transaction({ workspaceId: nord.id }, (tx) =>
    tx.query('update inbox.messages set send_state = $2, failure = $3::jsonb where id = $1', [
      messageId,
      state,
      JSON.stringify(failure),
    ]),
  );
}

it('keeps two windows of one agent from sending two answers', async () => {
  const on = await take();
  const results = await Promise.all([send(on, 'one'), send(on, 'two')]);
  const went = results.find(({ message }) => message)!;
  const refused = results.find(({ message }) => !message)!;
  const newest = went.message!.id;
  expect(went.userErrors).toEqual([]);
  expect(refused.userErrors).toMatchObject([{ __typename: 'CollisionError', newerItems: [{ id: newest }] }]);
  expect(await send({ ...on, seen: newest }, 'and two')).toMatchObject({ userErrors: [] });
});

it('says in words that a message without a sender cannot be answered, sends nothing and keeps the draft', async () => {
  const on = await take({ from: 'unknown-1@sender.invalid', participants: [] });
  await lea.call(
    'mutation ($id: ID!) { draftSave(input: { conversationId: $id, text: "Dear", revision: 1 }) { userErrors { message } } }',
    { id: on.id },
  );
  expect(await send(on, 'Dear you')).toEqual({
    message: null,
    userErrors: [{ __typename: 'InvalidInputError', message: expect.stringContaining('names no sender') }],
  });
  await speak('fr');
  expect(await send(on, 'Dear you')).toMatchObject({
    userErrors: [{ message: expect.stringContaining('expéditeur') }],
  });
  const after = await lea.call(
    '{ conversations(view: MINE) { nodes { draft { text } wait { state } timeline(first: 5) { nodes { __typename } } } } }',
  );
  expect(after).toMatchObject({
    conversations: { nodes: [{ draft: { text: 'Dear' }, timeline: { nodes: [{ __typename: 'Message' }] } }] },
  });
});

it('says of an uncertain message that its delivery is not confirmed, in the language of the one who reads', async () => {
  const { message } = await send(await take(), 'Done.');
  const words = async () => {
    const { node } = await lea.call<{ node: { send: { failure: { message: string } } } }>(
      'query ($id: ID!) { node(id: $id) { ... on Message { send { failure { message } } } } }',
      { id: message!.id },
    );
    return node.send.failure.message;
  };
  const failure = { code: 'UNKNOWN', detail: 'the connection broke', retryable: false };
  await becomes(message!.id, 'uncertain', failure);
  expect(await words()).toMatch(/delivery is not confirmed/i);
  await speak('fr');
  expect(await words()).toMatch(/remise n’est pas confirmée/i);
  await becomes(message!.id, 'failed', failure);
  expect(await words()).toMatch(/n’a pas pu être envoyé/i);
});

it('counts as failed and uncertain what the view of failed ones shows', async () => {
  const on = await take();
  const { message } = await send(on, 'Done.');
  const shown = () =>
    lea.call('{ viewer { counters { failed uncertain } } conversations(view: FAILED) { nodes { id trouble } } }');
  await becomes(message!.id, 'uncertain', { code: 'UNKNOWN', detail: '', retryable: false });
  expect(await shown()).toEqual({
    viewer: { counters: { failed: 0, uncertain: 1 } },
    conversations: { nodes: [{ id: on.id, trouble: 'UNCERTAIN' }] },
  });
  // nobody waits for what it says any more
  await becomes(message!.id, 'failed', { code: 'REFUSED', detail: '', retryable: true });
  expect(await shown()).toEqual({ viewer: { counters: { failed: 0, uncertain: 0 } }, conversations: { nodes: [] } });
});
