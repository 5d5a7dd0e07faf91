import type { ApiClient } from '../../../../test/support/api-client';
import { change, comment, connectPage, privateMessage } from '../../../../test/support/page-events';
import { until } from '../../../../test/support/product';
import {
  minutesAgo,
  RunningApi,
  type ConnectedAccount,
  type SeededWorkspace,
} from '../../../../test/support/running-api';

let api: RunningApi;
let nord: SeededWorkspace;
let page: ConnectedAccount;
let lea: ApiClient;
let calls = 0;

beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());
beforeEach(async () => {
  nord = await api.workspace('Nord');
  page = await connectPage(nord);
  await nord.agent(`lea@${nord.id}.example`);
  lea = await api.signedIn(`lea@${nord.id}.example`);
});

interface Shown {
  readonly id: string;
  readonly text: string;
  readonly canModerate: boolean;
}
interface Taken {
  readonly id: string;
  readonly timeline: { readonly nodes: readonly Shown[] };
}
const MESSAGE = `id text visibility editedAt withdrawnAt withdrawnBy hidden moderation { action state detail } canModerate reactions
  attachments { fileName } pendingFiles { kind problem }
  send { state failure { message detail } parts { part parts state failure { code message detail } } }`;

async function take(client = lea): Promise<Taken> {
  const { offerNext } = await client.call<{ offerNext: { offer: { conversation: Taken } } }>(
    `mutation ($key: String!) { offerNext(input: { clientMutationId: $key }) { offer { conversation { id timeline(last: 20) { nodes { id ... on Message { ${MESSAGE} } } } } } } }`,
    { key: `take ${++calls}` },
  );
  return offerNext.offer.conversation;
}
async function shown(id: string, client = lea): Promise<Shown> {
  const { node } = await client.call<{ node: Shown }>(
    `query ($id: ID!) { node(id: $id) { ... on Message { ${MESSAGE} } } }`,
    { id },
  );
  return node;
}
/** The only message of what is next. */
async function takeOne(): Promise<Shown> {
  return (await take()).timeline.nodes[0]!;
}

describe('a message', () => {
  it('shows its newest text and when it was edited', async () => {
    const at = minutesAgo(3);
    await page.hear(
      privateMessage('7001', 'm1', minutesAgo(5)),
      change('m1', at, { type: 'edited', text: 'What I meant', number: 1 }),
    );
    expect(await takeOne()).toMatchObject({ text: 'What I meant', editedAt: at.toISOString(), withdrawnAt: null });
  });

  it('that its author took back shows nothing but that', async () => {
    const at = minutesAgo(3);
    await page.hear(privateMessage('7002', 'm2', minutesAgo(5)), privateMessage('7002', 'm3', minutesAgo(4)));
    const { timeline } = await take();
    await page.hear(change('m2', at, { type: 'withdrawn', by: 'author' }));
    const message = await shown(timeline.nodes[0]!.id);
    expect(message).toMatchObject({ text: '', withdrawnAt: at.toISOString(), withdrawnBy: 'AUTHOR', attachments: [] });
    expect(JSON.stringify(message)).not.toContain('text of m2');
  });

  it('tells a watching page that it was taken back', async () => {
    await page.hear(privateMessage('7003', 'm4', minutesAgo(5)), privateMessage('7003', 'm5', minutesAgo(4)));
    const { timeline } = await take();
    const { viewer } = await lea.call<{ viewer: { syncId: string } }>('{ viewer { syncId } }');
    await page.hear(change('m4', minutesAgo(3), { type: 'withdrawn', by: 'author' }));
    const node = { id: timeline.nodes[0]!.id, text: '', withdrawnBy: 'AUTHOR' };
    // a writer anywhere on the server that has not committed yet holds the log back for a moment
    await until('the page hears of it', async () => {
      const { changesSince } = await lea.call<{ changesSince: { events: unknown[] } }>(
        `query ($after: SyncId!) { changesSince(syncId: $after) { events {
          ... on TimelineItemChangedEvent { timelineItemEdge { node { id ... on Message { text withdrawnBy } } } } } } }`,
        { after: viewer.syncId },
      );
      expect(changesSince.events).toContainEqual({ timelineItemEdge: { node } });
      return true;
    });
  });

  it('shows reactions as emoji, without who set them', async () => {
    await page.hear(
      privateMessage('7004', 'm6', minutesAgo(5)),
      change('m6', minutesAgo(4), { type: 'reaction', by: '7004', emoji: '❤' }),
    );
    const message = await takeOne();
    expect(message).toMatchObject({ reactions: ['❤'] });
    expect(JSON.stringify(message)).not.toContain('7004');
  });

  it('shows files that are on their way, that have come, and that will not come', async () => {
    const pendingFiles = [
      { position: 0, kind: 'image' },
      { position: 1, kind: 'audio' },
      { position: 2, kind: 'video' },
    ];
    const file = { sha256: 'a'.repeat(64), name: 'parcel.jpg', mime: 'image/jpeg', size: 3, inline: false };
    await page.hear(
      privateMessage('7005', 'm7', minutesAgo(5), { pendingFiles }),
      change('m7', minutesAgo(4), { type: 'file', position: 0, file }),
      change('m7', minutesAgo(3), { type: 'file', position: 2, file: null, problem: 'it is gone' }),
    );
    expect(await takeOne()).toMatchObject({
      attachments: [{ fileName: 'parcel.jpg' }],
      pendingFiles: [
        { kind: 'AUDIO', problem: null },
        { kind: 'VIDEO', problem: 'it is gone' },
      ],
    });
  });
});

it('shows what became of each part of a reply that goes out as several, and of the whole', async () => {
  await page.hear(privateMessage('7006', 'm8', minutesAgo(5)));
  const { id, timeline } = await take();
  const { messageSend } = await lea.call<{ messageSend: { message: { id: string; send: { parts: unknown[] } } } }>(
    `mutation ($id: ID!, $seen: ID!, $text: String!) {
      messageSend(input: { conversationId: $id, text: $text, seenUpTo: $seen, clientMutationId: "long" }) { message { ${MESSAGE} } } }`,
    { id, seen: timeline.nodes[0]!.id, text: 'long '.repeat(800) },
  );
  expect(messageSend.message.send.parts).toEqual([]);
  const outboundId = messageSend.message.id;
  const part = (n: number, state: string, more = {}) => ({
    kind: 'send' as const,
    externalId: `${outboundId}:${n}:1:${state}`,
    outboundId,
    part: n,
    parts: 2,
    attempt: 1,
    state,
    at: new Date().toISOString(),
    nativeIds: state === 'sent' ? [`mid.${n}`] : [],
    ...more,
  });
  const failure = { code: 'RECIPIENT_REFUSES', detail: '(#551) not available', retryable: false };
  await page.hear(part(0, 'sent'), part(1, 'failed', { failure }));
  expect(await shown(outboundId)).toMatchObject({
    send: {
      state: 'FAILED',
      parts: [
        { part: 1, parts: 2, state: 'SENT', failure: null },
        { part: 2, parts: 2, state: 'FAILED', failure: { code: 'RECIPIENT_REFUSES', detail: '(#551) not available' } },
      ],
    },
  });
});

interface Moderated {
  readonly message: { readonly id: string } | null;
  readonly userErrors: readonly { readonly __typename: string; readonly message: string }[];
}
async function moderate(messageId: string, action: string, client = lea): Promise<Moderated> {
  const { messageModerate } = await client.call<{ messageModerate: Moderated }>(
    `mutation ($id: ID!, $action: ModerationAction!, $key: String!) {
      messageModerate(input: { messageId: $id, action: $action, clientMutationId: $key }) { message { ${MESSAGE} } userErrors { __typename message } } }`,
    { id: messageId, action, key: `moderate ${++calls}` },
  );
  return messageModerate;
}

describe('a comment', () => {
  it('is hidden and shown again by the one who holds it: asked first, done when the platform has answered', async () => {
    await page.hear(comment('8001', 'c1', minutesAgo(5)));
    const { id, canModerate } = await takeOne();
    expect(canModerate).toBe(true);
    expect(await moderate(id, 'HIDE')).toMatchObject({
      message: { hidden: false, moderation: { action: 'HIDE', state: 'ASKED' } },
      userErrors: [],
    });
    await page.hear(change('comment:c1', new Date(), { type: 'hidden', hidden: true }));
    expect(await shown(id)).toMatchObject({ hidden: true, moderation: { action: 'HIDE', state: 'DONE' } });
    expect(await moderate(id, 'SHOW')).toMatchObject({ message: { moderation: { action: 'SHOW', state: 'ASKED' } } });
  });

  it('says in the words of the platform why it could not be deleted, and still waits for an answer', async () => {
    await page.hear(comment('8002', 'c2', minutesAgo(5)));
    const { id } = await takeOne();
    await moderate(id, 'DELETE');
    await page.hear(change('comment:c2', new Date(), { type: 'refused', action: 'delete', detail: 'no permission' }));
    expect(await shown(id)).toMatchObject({
      text: 'text of comment:c2',
      moderation: { action: 'DELETE', state: 'REFUSED', detail: 'no permission' },
    });
  });

  it('is moderated by nobody who does not hold it while its author waits', async () => {
    await page.hear(comment('8003', 'c3', minutesAgo(5)));
    const { id } = await takeOne();
    await nord.agent(`max@${nord.id}.example`);
    const max = await api.signedIn(`max@${nord.id}.example`);
    expect(await shown(id, max)).toMatchObject({ canModerate: false });
    expect(await moderate(id, 'DELETE', max)).toMatchObject({
      message: null,
      userErrors: [{ __typename: 'NotYoursError' }],
    });
    expect(await shown(id)).toMatchObject({ moderation: null });
  });

  it.each([
    ['what was written in private', async () => page.hear(privateMessage('7007', 'm9', minutesAgo(5)))],
    [
      'what stands where the channel cannot',
      async () => (await connectPage(nord, { moderates: false })).hear(comment('8004', 'c4', minutesAgo(5))),
    ],
  ])('alone can be moderated, not %s', async (_what, arrive) => {
    await arrive();
    const { id, canModerate } = await takeOne();
    expect(canModerate).toBe(false);
    expect(await moderate(id, 'HIDE')).toMatchObject({ message: null, userErrors: [{}] });
  });
});
