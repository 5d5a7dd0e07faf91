import { Ids } from '@app/runtime';
import type { Offer } from '../queue/offer';
import { TestInbox, type TestWorkspace } from '../testing/test-workspace';
import type { ReplyInput } from './replies';

let inbox: TestInbox;
let ws: TestWorkspace;
let lea: string;
let conversationId: string;
/** The customer's message, which is on the screen. */
let asked: string;
const key = () => new Ids().next();

beforeAll(async () => {
  inbox = await TestInbox.start();
});
afterAll(() => inbox.stop());
beforeEach(async () => {
  ws = await inbox.workspace();
  lea = await ws.agent('Léa');
  inbox.jobs.length = 0;
  await ws.ingest([ws.mail(0, 'ann@x.org')]);
  ({ conversationId } = await take());
  asked = (await messages('inbound'))[0]!;
});

async function take(): Promise<Offer> {
  const result = await ws.api((tx) => inbox.queue.offerNext(tx, { agentId: lea, clientMutationId: key() }));
  if ('error' in result) throw new Error(result.error);
  return result.offer;
}
async function messages(direction: string): Promise<string[]> {
  const rows = await ws.rows<{ id: string }>(
    'select id from inbox.messages where conversation_id = $1 and direction = $2 order by number',
    [conversationId, direction],
  );
  return rows.map(({ id }) => id);
}
async function reply(more: Partial<ReplyInput> = {}) {
  const input = { agentId: lea, conversationId, text: 'Done.', attachmentIds: [], replyKind: 'answer' as const };
  return ws.api((tx) => inbox.replies.send(tx, { ...input, seenUpTo: asked, clientMutationId: key(), ...more }));
}
async function sent(more: Partial<ReplyInput> = {}): Promise<string> {
  const result = await reply(more);
  if ('error' in result) throw new Error(result.error);
  return result.message.id;
}

it('goes out once when one agent sends it from two windows at the same time', async () => {
  const results = await Promise.all([reply({ text: 'one' }), reply({ text: 'two' })]);
  const [message, ...others] = await messages('outbound');
  expect(others).toEqual([]);
  expect(inbox.jobs).toHaveLength(1);
  expect(results).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ message: expect.objectContaining({ id: message }) }),
      { error: 'collision', newer: [message] },
    ]),
  );
});

it('is refused from a window that does not show the own answer yet, and goes out once it is shown', async () => {
  const first = await sent();
  expect(await reply()).toEqual({ error: 'collision', newer: [first] });
  expect(await messages('outbound')).toEqual([first]);
  await sent({ seenUpTo: first, text: 'One thing more.' });
  expect(inbox.jobs).toHaveLength(2);
});

it('gives the same message to a repeat of the same call, though the message is newer than what it had seen', async () => {
  const clientMutationId = key();
  const first = await sent({ clientMutationId });
  expect(await sent({ clientMutationId })).toBe(first);
  expect(inbox.jobs).toHaveLength(1);
});

it('is shown a holding reply of their own, and mail that came by itself, before it ends the wait', async () => {
  const holding = await sent({ replyKind: 'holding' });
  expect(await reply()).toEqual({ error: 'collision', newer: [holding] });
  await ws.ingest([ws.mail(3, 'ann@x.org', { refs: ['ann@x.org/0'], class: 'bounce' })]);
  const bounce = (await messages('inbound')).at(-1)!;
  expect(await reply({ seenUpTo: holding })).toEqual({ error: 'collision', newer: [bounce] });
  await sent({ seenUpTo: bounce });
});

it('is not held up by a note of their own, but by a note of a colleague', async () => {
  const max = await ws.agent('Max');
  const note = (agentId: string) =>
    ws.api((tx) => inbox.notes.create(tx, { agentId, conversationId, text: 'she called', clientMutationId: key() }));
  await note(lea);
  await sent({ replyKind: 'holding' });
  const [holding] = await messages('outbound');
  await sent({ seenUpTo: holding!, text: 'All done.' });
  const answer = (await messages('outbound')).at(-1)!;
  await note(max);
  expect(await reply({ seenUpTo: answer })).toEqual({ error: 'collision', newer: [(await messages('note')).at(-1)] });
});
