import { Ids } from '@app/runtime';
import { TestInbox, type TestWorkspace } from '../testing/test-workspace';

let inbox: TestInbox;
let ws: TestWorkspace;
let lea: string;
const key = () => new Ids().next();
/** What a connector makes of a mail in whose headers nobody stands. */
const nobody = { author: { value: 'unknown-1@sender.invalid' }, participants: [] };

beforeAll(async () => {
  inbox = await TestInbox.start();
});
afterAll(() => inbox.stop());
beforeEach(async () => {
  ws = await inbox.workspace();
  lea = await ws.agent('Léa');
  inbox.jobs.length = 0;
});

async function take(): Promise<string> {
  const result = await ws.api((tx) => inbox.queue.offerNext(tx, { agentId: lea, clientMutationId: key() }));
  if ('error' in result) throw new Error(result.error);
  return result.offer.conversationId;
}
async function reply(conversationId: string) {
  const [newest] = await ws.rows<{ id: string }>(
    'select id from inbox.messages where conversation_id = $1 order by number desc limit 1',
    [conversationId],
  );
  const input = { agentId: lea, conversationId, text: 'Done.', attachmentIds: [], replyKind: 'answer' as const };
  return ws.api((tx) => inbox.replies.send(tx, { ...input, seenUpTo: newest!.id, clientMutationId: key() }));
}

it('answers nobody where nobody who wrote can be answered: nothing is stored or queued and the draft stays', async () => {
  await ws.ingest([ws.mail(0, nobody.author.value, nobody)]);
  const conversationId = await take();
  const draft = { agentId: lea, conversationId, text: 'Dear', attachmentIds: [], revision: 1 };
  await ws.api((tx) => inbox.drafts.save(tx, draft));
  expect(await reply(conversationId)).toEqual({ error: 'no-recipient' });
  expect(inbox.jobs).toEqual([]);
  expect(
    await ws.rows(`select 1 from inbox.messages where workspace_id = $1 and direction = 'outbound'`, [ws.id]),
  ).toEqual([]);
  expect(await ws.api((tx) => inbox.drafts.find(tx, { agentId: lea, conversationId }))).toMatchObject({ text: 'Dear' });
});

it('answers at the address for replies where only that is named', async () => {
  await ws.ingest([
    ws.mail(0, nobody.author.value, { ...nobody, participants: [{ value: 'ann@x.org', role: 'replyTo' }] }),
  ]);
  expect(await reply(await take())).toMatchObject({ message: { sendState: 'queued' } });
  expect(inbox.jobs[0]!.payload).toMatchObject({ outbound: { to: [{ value: 'ann@x.org' }] } });
});

it('answers whoever wrote before where the last message in the thread names nobody', async () => {
  await ws.ingest([ws.mail(0, 'ann@x.org')]);
  const conversationId = await take();
  await ws.ingest([ws.mail(5, nobody.author.value, { ...nobody, token: conversationId })]);
  expect(await reply(conversationId)).toMatchObject({ message: { sendState: 'queued' } });
  expect(inbox.jobs[0]!.payload).toMatchObject({ outbound: { to: [{ value: 'ann@x.org' }] } });
});
