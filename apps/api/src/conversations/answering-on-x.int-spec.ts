import type { ApiClient } from '../../../../test/support/api-client';
import { connectHandle, direct, encrypted, mention, OUR_ID } from '../../../../test/support/handle-events';
import {
  minutesAgo,
  RunningApi,
  type ConnectedAccount,
  type SeededWorkspace,
} from '../../../../test/support/running-api';

let api: RunningApi;
let nord: SeededWorkspace;
let handle: ConnectedAccount;
let lea: ApiClient;
let max: ApiClient;
let calls = 0;

beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());
beforeEach(async () => {
  nord = await api.workspace('Nord');
  handle = await connectHandle(nord);
  for (const name of ['lea', 'max']) await nord.agent(`${name}@${nord.id}.example`);
  lea = await api.signedIn(`lea@${nord.id}.example`);
  max = await api.signedIn(`max@${nord.id}.example`);
});

interface Item {
  readonly id: string;
  readonly direction: string;
  readonly text: string;
  readonly encrypted: boolean;
  readonly permalink: string | null;
  readonly send: {
    readonly state: string;
    readonly failure: { readonly code: string; readonly advice: string } | null;
  };
}
interface Shown {
  readonly id: string;
  readonly reference: string;
  readonly visibility: string;
  readonly opened: boolean;
  readonly wait: { readonly id: string; readonly state: string; readonly waitingSince: string } | null;
  readonly heldBy: { readonly displayName: string } | null;
  readonly matter: readonly { readonly id: string; readonly visibility: string }[];
  readonly newestPrivateReply: Pick<Item, 'id' | 'text' | 'send'> | null;
  readonly timeline: { readonly nodes: readonly Item[] } | null;
}
const SEND = 'send { state failure { code advice } }';
const SHOWN = `id reference visibility opened wait { id state waitingSince } heldBy { displayName } matter { id visibility }
  newestPrivateReply { id text ${SEND} }
  timeline(last: 20) { nodes { id ... on Message { direction text encrypted permalink ${SEND} } ... on Note { text } } }`;

async function take(client = lea): Promise<Shown> {
  const { offerNext } = await client.call<{ offerNext: { offer: { conversation: Shown } | null } }>(
    `mutation ($key: String!) { offerNext(input: { clientMutationId: $key }) { offer { conversation { ${SHOWN} } } } }`,
    { key: `take ${++calls}` },
  );
  return offerNext.offer!.conversation;
}
async function shown(id: string, client = lea): Promise<Shown> {
  const query = `query ($id: ID!) { node(id: $id) { ... on Conversation { ${SHOWN} } } }`;
  return (await client.call<{ node: Shown }>(query, { id })).node;
}
async function send(conversation: Shown, more: Readonly<Record<string, unknown>> = {}) {
  const input = {
    conversationId: conversation.id,
    text: 'Here you are',
    seenUpTo: conversation.timeline!.nodes.at(-1)!.id,
    clientMutationId: `send ${++calls}`,
    ...more,
  };
  const { messageSend } = await lea.call<{
    messageSend: { message: { id: string } | null; userErrors: readonly Readonly<Record<string, unknown>>[] };
  }>(
    `mutation ($input: MessageSendInput!) { messageSend(input: $input) {
       message { id } userErrors { __typename ... on TooLongError { limit actual } } } }`,
    { input },
  );
  return messageSend;
}
async function refuse(outboundId: string, code: string): Promise<void> {
  await handle.hear({
    kind: 'send',
    externalId: `${outboundId}:1:failed`,
    outboundId,
    attempt: 1,
    state: 'failed',
    at: new Date().toISOString(),
    nativeIds: [],
    failure: { code, detail: '403 Forbidden', retryable: true },
  });
}

describe('the way to the platform', () => {
  it('is shown once we have answered, whatever became of the answer, since fame stands beside it', async () => {
    await handle.hear(mention('1', 'p1', minutesAgo(9)));
    const open = await take();
    expect(open.timeline!.nodes[0]).toMatchObject({ permalink: null, encrypted: false });
    const { message } = await send(open);
    await refuse(message!.id, 'REPLY_NOT_ALLOWED');
    const [theirs] = (await shown(open.id)).timeline!.nodes;
    expect(theirs!.permalink).toBe('https://x.com/i/web/status/p1');
  });

  it('is shown at once where nothing can be read here', async () => {
    await handle.hear(encrypted('2', 'e1', minutesAgo(9)));
    const { timeline, wait } = await take();
    expect(wait).toMatchObject({ state: 'OFFERED' });
    const permalink = `https://x.com/messages/${OUR_ID}-2`;
    expect(timeline!.nodes[0]).toMatchObject({ text: '', encrypted: true, permalink });
  });
});

it('tells what can be done about each refusal, in the language of the one who reads', async () => {
  const advice = new Map<string, string>();
  for (const code of ['REPLY_NOT_ALLOWED', 'DUPLICATE', 'TARGET_GONE', 'RECIPIENT_REFUSES', 'REFUSED']) {
    await handle.hear(mention(`1${code}`, `post ${code}`, minutesAgo(9)));
    const open = await take();
    const { message } = await send(open);
    await refuse(message!.id, code);
    const { failure } = (await shown(open.id)).timeline!.nodes.at(-1)!.send;
    expect(failure!.code).toBe(code);
    advice.set(code, failure!.advice);
    if (code === 'DUPLICATE') {
      await lea.call(
        'mutation { viewerUpdate(input: { locale: "fr", clientMutationId: "fr" }) { userErrors { message } } }',
      );
    }
    await take();
  }
  expect(Object.fromEntries(advice)).toEqual({
    REPLY_NOT_ALLOWED: expect.stringMatching(/^Answer in private, or open the message/),
    DUPLICATE: expect.stringMatching(/^Change the text/),
    TARGET_GONE: expect.stringMatching(/^Répondez en privé/),
    RECIPIENT_REFUSES: expect.stringMatching(/^Joignez la personne autrement/),
    REFUSED: '',
  });
});

it('says beside a public message what became of our answer to it in private', async () => {
  await handle.hear(mention('3', 'p3', minutesAgo(9)));
  const open = await take();
  expect(open.newestPrivateReply).toBeNull();
  const { message } = await send(open, { visibility: 'PRIVATE', text: 'Between us' });
  await refuse(message!.id, 'RECIPIENT_REFUSES');
  expect((await shown(open.id)).newestPrivateReply).toMatchObject({
    id: message!.id,
    text: 'Between us',
    send: { state: 'FAILED', failure: { code: 'RECIPIENT_REFUSES' } },
  });
  // their customer waits again, in the queue: nobody else reads it there
  expect((await shown(open.id, max)).newestPrivateReply).toBeNull();
});

it('counts a public answer by weights and a private one by units, and says what it counted', async () => {
  await handle.hear(mention('4', 'p4', minutesAgo(9)));
  const open = await take();
  const long = `https://example.com/${'a'.repeat(400)}`;
  expect(await send(open, { text: '你'.repeat(141) })).toEqual({
    message: null,
    userErrors: [{ __typename: 'TooLongError', limit: 280, actual: 282 }],
  });
  expect(await send(open, { text: '你'.repeat(141), visibility: 'PRIVATE' })).toMatchObject({ userErrors: [] });
  const again = await shown(open.id);
  expect(await send(again, { text: long })).toMatchObject({ userErrors: [] });
});

describe('one matter', () => {
  it('is one wait in two conversations, and whoever holds it may open both', async () => {
    await handle.hear(mention('5', 'p5', minutesAgo(9)), direct('5', 'd5', minutesAgo(8)));
    const { queue } = await lea.call<{ queue: { entries: { totalCount: number; nodes: unknown[] } } }>(
      '{ queue { entries(first: 10) { totalCount nodes { waitId } } } }',
    );
    expect(queue.entries).toMatchObject({ totalCount: 1, nodes: [{}] });
    const open = await take();
    expect(open.matter).toHaveLength(1);
    const other = await shown(open.matter[0]!.id);
    expect(other).toMatchObject({ opened: true, wait: { id: open.wait!.id }, heldBy: { displayName: 'lea' } });
    expect(other.matter).toMatchObject([{ id: open.id, visibility: open.visibility }]);
    expect(new Set([open.visibility, other.visibility])).toEqual(new Set(['PUBLIC', 'PRIVATE']));
  });

  it('is told to nobody who may not open it', async () => {
    await handle.hear(mention('6', 'p6', minutesAgo(9)), direct('6', 'd6', minutesAgo(8)));
    const { id } = await take();
    const { offer } = (await shownOffer(id))!;
    await lea.call(
      'mutation ($id: ID!) { offerDecline(input: { offerId: $id, reason: LEAVING, clientMutationId: "back" }) { userErrors { message } } }',
      { id: offer.id },
    );
    expect(await shown(id, max)).toMatchObject({ opened: false, matter: [], timeline: null });
  });

  async function shownOffer(id: string): Promise<{ offer: { id: string } } | undefined> {
    const query = 'query ($id: ID!) { node(id: $id) { ... on Conversation { offer { id } } } }';
    return (await lea.call<{ node?: { offer: { id: string } } }>(query, { id })).node;
  }
});

it('keeps with the end of a wait, for colleagues, how it was settled elsewhere', async () => {
  await handle.hear(encrypted('7', 'e7', minutesAgo(9)));
  const { id, timeline } = await take();
  const end = (more: Readonly<Record<string, unknown>>) =>
    lea.call<{ noReplyNeeded: { wait: { end: unknown } | null; userErrors: unknown[] } }>(
      `mutation ($input: NoReplyNeededInput!) {
         noReplyNeeded(input: $input) { wait { end { kind dismissal } } userErrors { field } } }`,
      {
        input: {
          conversationId: id,
          seenUpTo: timeline!.nodes[0]!.id,
          reason: 'NO_WAY_TO_ANSWER',
          clientMutationId: `end ${++calls}`,
          ...more,
        },
      },
    );
  expect((await end({ note: 'x'.repeat(50_001) })).noReplyNeeded.userErrors).toEqual([{ field: ['input', 'note'] }]);
  expect((await end({ note: 'Answered on X.' })).noReplyNeeded).toMatchObject({
    wait: { end: { kind: 'DISMISSED', dismissal: 'NO_WAY_TO_ANSWER' } },
    userErrors: [],
  });
  expect((await shown(id)).timeline!.nodes.at(-1)!.text).toBe('Answered on X.');
});
