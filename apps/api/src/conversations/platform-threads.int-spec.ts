import type { ApiClient } from '../../../../test/support/api-client';
import { comment, connectPage, privateMessage } from '../../../../test/support/page-events';
import {
  minutesAgo,
  RunningApi,
  type ConnectedAccount,
  type SeededWorkspace,
} from '../../../../test/support/running-api';

const HOUR = 3_600_000;

let api: RunningApi;
let nord: SeededWorkspace;
let page: ConnectedAccount;
let lea: ApiClient;
let max: ApiClient;
let moved = 0;
let calls = 0;

beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());
beforeEach(async () => {
  nord = await api.workspace('Nord');
  page = await connectPage(nord);
  await nord.agent(`lea@${nord.id}.example`);
  await nord.agent(`max@${nord.id}.example`);
  lea = await api.signedIn(`lea@${nord.id}.example`);
  max = await api.signedIn(`max@${nord.id}.example`);
});
afterEach(() => {
  api.clock.advance(-moved);
  moved = 0;
});

/** Product time goes on, and sessions end; it goes back after the test. */
async function pass(ms: number): Promise<void> {
  api.clock.advance(ms);
  moved += ms;
  lea = await api.signedIn(`lea@${nord.id}.example`);
}

interface Shown {
  readonly id: string;
  readonly reference: string;
  readonly visibility: string;
  readonly replyWindow: { readonly state: string; readonly closesAt: string | null };
  readonly linked: readonly { readonly id: string; readonly visibility: string; readonly opened: boolean }[];
  readonly handledElsewhere: string | null;
  readonly canAnswerInPrivate: boolean;
  readonly wait: { readonly state: string } | null;
  readonly offer: { readonly id: string } | null;
  readonly draft: { readonly text: string } | null;
  readonly timeline: { readonly nodes: readonly { readonly id: string; readonly text: string }[] } | null;
}
const SHOWN = `id reference visibility replyWindow { state closesAt } linked { id visibility opened } handledElsewhere canAnswerInPrivate
  wait { state } offer { id } draft { text } timeline(last: 20) { nodes { id ... on Message { text visibility } } }`;

async function take(client = lea): Promise<Shown> {
  const { offerNext } = await client.call<{ offerNext: { offer: { conversation: Shown } } }>(
    `mutation ($key: String!) { offerNext(input: { clientMutationId: $key }) { offer { conversation { ${SHOWN} } } } }`,
    { key: `take ${++calls}` },
  );
  return offerNext.offer.conversation;
}
async function shown(id: string, client = lea): Promise<Shown> {
  const { node } = await client.call<{ node: Shown }>(
    `query ($id: ID!) { node(id: $id) { ... on Conversation { ${SHOWN} } } }`,
    { id },
  );
  return node;
}

interface Sent {
  readonly message: { readonly id: string; readonly visibility: string } | null;
  readonly conversation: { readonly id: string } | null;
  readonly wait: { readonly state: string } | null;
  readonly userErrors: readonly {
    readonly __typename: string;
    readonly message: string;
    readonly window?: { readonly state: string };
    readonly reason?: string;
  }[];
}
async function send(conversation: Shown, more: Readonly<Record<string, unknown>> = {}): Promise<Sent> {
  const input = {
    conversationId: conversation.id,
    text: 'Here you are',
    seenUpTo: conversation.timeline!.nodes.at(-1)!.id,
    clientMutationId: `send ${++calls}`,
    ...more,
  };
  const { messageSend } = await lea.call<{ messageSend: Sent }>(
    `mutation ($input: MessageSendInput!) { messageSend(input: $input) { message { id visibility } conversation { id } wait { state }
      userErrors { __typename message ... on ReplyWindowClosedError { window { state } } ... on PrivateReplyUnavailableError { reason } } } }`,
    { input },
  );
  return messageSend;
}
async function giveBack(offerId: string): Promise<void> {
  await lea.call(
    'mutation ($id: ID!, $key: String!) { offerDecline(input: { offerId: $id, reason: TECHNICAL_FAULT, clientMutationId: $key }) { userErrors { message } } }',
    { id: offerId, key: `back ${++calls}` },
  );
}

describe('the time for answers', () => {
  it('is open for a day, then for people alone until the seventh, then closed', async () => {
    const at = minutesAgo(60);
    await page.hear(privateMessage('7001', 'm1', at));
    const { id, replyWindow } = await take();
    expect(replyWindow).toEqual({ state: 'OPEN', closesAt: new Date(at.getTime() + 24 * HOUR).toISOString() });
    await pass(24 * HOUR);
    expect((await shown(id)).replyWindow).toEqual({
      state: 'HUMAN_ONLY',
      closesAt: new Date(at.getTime() + 7 * 24 * HOUR).toISOString(),
    });
    await pass(6 * 24 * HOUR);
    expect((await shown(id)).replyWindow).toEqual({ state: 'CLOSED', closesAt: null });
  });

  it('does not exist for mail and comments, and is not known of a thread in which nothing opened it', async () => {
    await nord.arrive([{ from: 'ann@customer.example', text: 'hello', at: minutesAgo(9) }]);
    await page.hear(
      comment('8001', 'c1', minutesAgo(8)),
      privateMessage('7002', 'm2', minutesAgo(7), { window: undefined }),
    );
    const states = [await take(), await take(), await take()].map(({ replyWindow }) => replyWindow);
    expect(states).toEqual([
      { state: 'ALWAYS_OPEN', closesAt: null },
      { state: 'ALWAYS_OPEN', closesAt: null },
      { state: 'UNKNOWN', closesAt: null },
    ]);
  });

  it('is not told of a conversation that is not opened, nor is anything beside it', async () => {
    await page.hear(privateMessage('7003', 'm3', minutesAgo(5)));
    const { id, offer } = await take();
    await giveBack(offer!.id);
    expect(await shown(id, max)).toMatchObject({
      replyWindow: { state: 'UNKNOWN', closesAt: null },
      linked: [],
      handledElsewhere: null,
      canAnswerInPrivate: false,
      timeline: null,
    });
  });

  it('refuses a reply once it is over, keeps the draft and the wait, and lets it go out when one insists', async () => {
    await page.hear(privateMessage('7004', 'm5', minutesAgo(8 * 24 * 60)));
    const conversation = await take();
    await lea.call(
      'mutation ($id: ID!) { draftSave(input: { conversationId: $id, text: "Dear", revision: 1 }) { userErrors { message } } }',
      { id: conversation.id },
    );
    expect(await send(conversation)).toMatchObject({
      message: null,
      userErrors: [{ __typename: 'ReplyWindowClosedError', window: { state: 'CLOSED' } }],
    });
    expect(await shown(conversation.id)).toMatchObject({ draft: { text: 'Dear' }, wait: { state: 'TAKEN' } });
    expect(await send(conversation, { sendAnyway: true })).toMatchObject({ message: {}, userErrors: [] });
  });

  it('is closed when the platform says so, until the customer opens it again', async () => {
    await page.hear(privateMessage('7005', 'm6', minutesAgo(5)));
    const conversation = await take();
    const { message } = await send(conversation);
    await page.hear({
      kind: 'send',
      externalId: `${message!.id}:1:failed`,
      outboundId: message!.id,
      attempt: 1,
      state: 'failed',
      at: new Date().toISOString(),
      nativeIds: [],
      failure: { code: 'REPLY_WINDOW_CLOSED', detail: '(#10) outside of allowed window', retryable: false },
    });
    expect((await shown(conversation.id)).replyWindow).toEqual({ state: 'CLOSED', closesAt: null });
    await page.hear(privateMessage('7005', 'm7', new Date(Date.now() + 1_000)));
    expect((await shown(conversation.id)).replyWindow).toMatchObject({ state: 'OPEN' });
  });
});

it('lets one end a wait because the platform takes no answer any more', async () => {
  await page.hear(privateMessage('7009', 'm11', minutesAgo(8 * 24 * 60)));
  const { id, timeline } = await take();
  const input = { conversationId: id, seenUpTo: timeline!.nodes.at(-1)!.id, clientMutationId: `end ${++calls}` };
  const answer = await lea.call(
    `mutation ($input: NoReplyNeededInput!) {
       noReplyNeeded(input: $input) { wait { end { kind dismissal } } userErrors { message } } }`,
    { input: { ...input, reason: 'NO_WAY_TO_ANSWER' } },
  );
  const end = { kind: 'DISMISSED', dismissal: 'NO_WAY_TO_ANSWER' };
  expect(answer).toEqual({ noReplyNeeded: { wait: { end }, userErrors: [] } });
});

it('names another program that answers in a thread, and only while it does', async () => {
  await page.hear(privateMessage('7006', 'm8', minutesAgo(5)));
  const { id } = await take();
  const handled = (who: string, app: string, at: Date) => ({
    kind: 'thread' as const,
    externalId: `handover:${at.getTime()}`,
    threadKey: '7006',
    at: at.toISOString(),
    handledBy: { who, app },
  });
  await page.hear(handled('other', 'Page inbox', minutesAgo(3)));
  expect((await shown(id)).handledElsewhere).toBe('Page inbox');
  await page.hear(handled('us', '', minutesAgo(2)));
  expect((await shown(id)).handledElsewhere).toBeNull();
});

describe('a comment', () => {
  it('is answered in private once, in a conversation that is linked both ways', async () => {
    await page.hear(comment('8002', 'c2', minutesAgo(5)));
    const open = await take();
    expect(open).toMatchObject({ visibility: 'PUBLIC', canAnswerInPrivate: true, linked: [] });
    const sent = await send(open, { visibility: 'PRIVATE' });
    expect(sent).toMatchObject({ message: { visibility: 'PRIVATE' }, wait: { state: 'ENDED' }, userErrors: [] });
    const { id } = sent.conversation!;
    expect(id).not.toBe(open.id);
    expect(await shown(open.id)).toMatchObject({
      linked: [{ id, visibility: 'PRIVATE', opened: true }],
      canAnswerInPrivate: false,
      wait: null,
    });
    expect(await shown(id)).toMatchObject({ linked: [{ id: open.id, visibility: 'PUBLIC' }], visibility: 'PRIVATE' });
    expect(await send(await shown(open.id), { visibility: 'PRIVATE' })).toMatchObject({
      message: null,
      userErrors: [{ __typename: 'PrivateReplyUnavailableError', reason: 'USED' }],
    });
  });

  it('is answered in public where nothing else is asked for', async () => {
    await page.hear(comment('8003', 'c3', minutesAgo(5)));
    const open = await take();
    expect(await send(open)).toMatchObject({ message: { visibility: 'PUBLIC' }, conversation: { id: open.id } });
  });

  it('cannot be answered in private after a week, nor on an account that has no such thing', async () => {
    const plain = await connectPage(nord, { privateReply: false });
    await page.hear(comment('8004', 'c4', minutesAgo(7 * 24 * 60 + 1)));
    await plain.hear(comment('8005', 'c5', minutesAgo(5)));
    for (const reason of ['TOO_LATE', 'NOT_OFFERED']) {
      const open = await take();
      expect(open.canAnswerInPrivate).toBe(false);
      expect(await send(open, { visibility: 'PRIVATE' })).toMatchObject({
        message: null,
        userErrors: [{ __typename: 'PrivateReplyUnavailableError', reason }],
      });
    }
  });
});

it('lets nothing be said in public where the customer wrote in private', async () => {
  await page.hear(privateMessage('7007', 'm9', minutesAgo(5)));
  expect(await send(await take(), { visibility: 'PUBLIC' })).toMatchObject({
    message: null,
    userErrors: [{ __typename: 'InvalidInputError' }],
  });
});
