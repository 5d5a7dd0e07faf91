import { Ids } from '@app/runtime';
import { TestInbox, type TestWorkspace } from '../testing/test-workspace';
import { listTroubledConversations, readConversations } from './conversation-facts';
import { readCounters } from './queue-facts';

let inbox: TestInbox;
let ws: TestWorkspace;
let lea: string;
const key = () => new Ids().next();

beforeAll(async () => {
  inbox = await TestInbox.start();
});
afterAll(() => inbox.stop());
beforeEach(async () => {
  ws = await inbox.workspace();
  lea = await ws.agent('Léa');
});

async function take() {
  const result = await ws.api((tx) => inbox.queue.offerNext(tx, { agentId: lea, clientMutationId: key() }));
  if ('error' in result) throw new Error(result.error);
  return result.offer;
}
/** @returns the message. */
async function answer(conversationId: string, replyKind: 'answer' | 'holding' = 'answer'): Promise<string> {
  const [newest] = await ws.rows<{ id: string }>(
    'select id from inbox.messages where conversation_id = $1 order by number desc limit 1',
    [conversationId],
  );
  const input = { agentId: lea, conversationId, text: 'Done.', attachmentIds: [], replyKind };
  const result = await ws.api((tx) =>
    inbox.replies.send(tx, { ...input, seenUpTo: newest!.id, clientMutationId: key() }),
  );
  if ('error' in result) throw new Error(result.error);
  return result.message.id;
}
async function answered(minute: number, from: string, state: 'failed' | 'uncertain') {
  await ws.ingest([ws.mail(minute, from)]);
  const { conversationId } = await take();
  const messageId = await answer(conversationId);
  await ws.ingest([ws.sendNews(messageId, state)]);
  return { conversationId, messageId };
}
/** Counters, list and the word on each conversation, as they are shown to an agent. */
async function shown(agentId = lea) {
  return ws.api(async (tx) => {
    const { failed, uncertain } = await readCounters(tx, agentId);
    const page = await listTroubledConversations(tx, agentId, { limit: 10, backward: false });
    return { failed, uncertain, list: page.items.map(({ value }) => [value.id, value.trouble]) };
  });
}
const NOTHING = { failed: 0, uncertain: 0, list: [] };

it('asks for a person while the customer waits, until a later answer settles it for good', async () => {
  const { conversationId } = await answered(0, 'ann@x.org', 'failed');
  expect(await shown()).toEqual({ failed: 1, uncertain: 0, list: [[conversationId, 'failed']] });
  await take();
  await answer(conversationId);
  expect(await shown()).toEqual(NOTHING);
  expect(await ws.api((tx) => readConversations(tx, lea, [conversationId]))).toMatchObject([{ trouble: null }]);
  // the next matter of this customer does not bring it back
  await ws.ingest([ws.mail(9, 'ann@x.org', { refs: ['ann@x.org/0'] })]);
  expect(await shown()).toEqual(NOTHING);
});

it('is settled by a person who says that no reply is needed, until that is taken back', async () => {
  const { conversationId } = await answered(0, 'ann@x.org', 'failed');
  const { waitId } = await take();
  await ws.api((tx) => inbox.waits.dismiss(tx, { agentId: lea, waitId, reason: 'spam' }));
  expect(await shown()).toEqual(NOTHING);
  await ws.api((tx) => inbox.waits.undoDismiss(tx, { agentId: lea, waitId }));
  expect(await shown()).toMatchObject({ failed: 1, list: [[conversationId, 'failed']] });
});

it('asks for a person about an uncertain one, whoever answered since', async () => {
  const { conversationId, messageId } = await answered(0, 'ann@x.org', 'uncertain');
  await answer(conversationId);
  expect(await shown()).toEqual({ failed: 0, uncertain: 1, list: [[conversationId, 'uncertain']] });
  await ws.api((tx) => inbox.replies.settle(tx, { agentId: lea, messageId, outcome: 'sent' }));
  expect(await shown()).toEqual(NOTHING);
});

it('counts conversations, each by its newest trouble', async () => {
  const ann = await answered(0, 'ann@x.org', 'uncertain');
  await ws.ingest([ws.mail(3, 'ann@x.org', { refs: ['ann@x.org/0'] })]);
  await take();
  for (let i = 0; i < 2; i++) {
    const holding = await answer(ann.conversationId, 'holding');
    await ws.ingest([ws.sendNews(holding, 'failed', 1, { at: new Date(Date.now() + 60_000).toISOString() })]);
  }
  const bob = await answered(5, 'bob@x.org', 'uncertain');
  expect(await shown()).toEqual({
    failed: 1,
    uncertain: 1,
    list: [
      [ann.conversationId, 'failed'],
      [bob.conversationId, 'uncertain'],
    ],
  });
});

it('counts what the list shows: not what stands in the queue for somebody to be given', async () => {
  await answered(0, 'ann@x.org', 'failed');
  const max = await ws.agent('Max');
  expect(await shown(max)).toEqual(NOTHING);
});
