import { Ids } from '@app/runtime';
import { readConversations } from '../reads/conversation-facts';
import { readAccounts } from '../reads/account-facts';
import { readMessages } from '../reads/message-facts';
import { TestPage } from '../testing/test-page';
import { TestInbox } from '../testing/test-workspace';

const LINK = 'https://x.com/i/web/status/1';
const key = () => new Ids().next();

let inbox: TestInbox;
let page: TestPage;
beforeAll(async () => {
  inbox = await TestInbox.start();
});
afterAll(() => inbox.stop());
beforeEach(async () => {
  page = await TestPage.open(inbox);
});

async function find(external: string) {
  const [row] = await page.rows<{ id: string; conversationId: string }>(
    'select id, conversation_id as "conversationId" from inbox.messages where account_id = $1 and external_id = $2',
    [page.accountId, external],
  );
  const [facts] = await page.api((tx) => readMessages(tx, [row!.id]));
  return facts!;
}
async function take(): Promise<{ agentId: string; conversationId: string }> {
  const agentId = await page.agent('Léa');
  const given = await page.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: key() }));
  if ('error' in given) throw new Error(given.error);
  return { agentId, conversationId: given.offer.conversationId };
}

describe('the way to where a message stands on its platform', () => {
  it('is open only to those who have answered there, whatever became of the answer', async () => {
    await page.ingest([{ ...page.comment(1, 'ann', 'c1'), permalink: LINK }]);
    const { agentId, conversationId } = await take();
    const seen = await find('comment:c1');
    expect(seen.permalink).toBeNull();
    await page.api((tx) => inbox.notes.create(tx, { agentId, conversationId, text: 'n', clientMutationId: key() }));
    expect((await find('comment:c1')).permalink).toBeNull();
    const input = { agentId, conversationId, text: 'x', attachmentIds: [], replyKind: 'answer' as const };
    const sent = await page.api((tx) =>
      inbox.replies.send(tx, { ...input, seenUpTo: seen.id, sendAnyway: true, clientMutationId: key() }),
    );
    expect((await find('comment:c1')).permalink).toBe(LINK);
    if ('message' in sent) await page.ingest([page.sendNews(sent.message.id, 'failed')]);
    expect((await find('comment:c1')).permalink).toBe(LINK);
  });

  it('is open at once where nothing can be read here', async () => {
    await page.ingest([page.dm(1, 'ann', 'd1', { encrypted: true, text: '', permalink: LINK })]);
    expect(await find('d1')).toMatchObject({ encrypted: true, permalink: LINK, text: '' });
  });
});

describe('a message that only devices can decrypt', () => {
  it('waits as any other does, and has no words to show', async () => {
    await page.ingest([page.dm(1, 'ann', 'd1', { encrypted: true, text: '', permalink: LINK })]);
    const { agentId, conversationId } = await take();
    const [facts] = await page.api((tx) => readConversations(tx, agentId, [conversationId]));
    expect(facts).toMatchObject({ preview: '', waitState: 'offered' });
  });

  it('of ours is an answer', async () => {
    await page.ingest([page.dm(1, 'ann', 'd1'), page.answer(2, 'ann', 'a1', { encrypted: true, text: '' })]);
    const waits = await page.rows(`select 1 from inbox.waits where workspace_id = $1 and state <> 'ended'`, [page.id]);
    expect(waits).toEqual([]);
  });
});

it('puts the commitments to what is sealed into the record, each in a field of its own, and nowhere else', async () => {
  const commitments = { followers: 'a'.repeat(64), verified: 'b'.repeat(64) };
  await page.ingest([{ ...page.dm(1, 'ann', 'd1'), commitments }]);
  const entries = await page.rows<{ fields: Record<string, unknown> }>(
    `select fields from record.entries where workspace_id = $1 and kind = 'message.received'`,
    [page.id],
  );
  expect(entries[0]!.fields).toMatchObject({ sealed_followers: 'a'.repeat(64), sealed_verified: 'b'.repeat(64) });
  const rows = await page.rows('select 1 from inbox.messages m where m.workspace_id = $1 and m::text like $2', [
    page.id,
    `%${'a'.repeat(64)}%`,
  ]);
  expect(rows).toEqual([]);
});

it('counts a public answer as its platform counts, and a private one in units', async () => {
  await page.ingest([
    page.account({ version: 2, publicLength: 280, publicCounting: 'weighted', maxLength: 10_000, privateReply: true }),
    page.comment(1, 'ann', 'c1'),
  ]);
  const [account] = await page.api((tx) => readAccounts(tx, [page.accountId]));
  expect(account).toMatchObject({ publicCounting: 'weighted', publicLength: 280 });
  const { agentId, conversationId } = await take();
  const send = async (text: string) => {
    const input = { agentId, conversationId, text, attachmentIds: [], replyKind: 'holding' as const };
    const seenUpTo = (await find('comment:c1')).id;
    return page.api((tx) => inbox.replies.send(tx, { ...input, seenUpTo, sendAnyway: true, clientMutationId: key() }));
  };
  const address = `https://example.org/${'long/'.repeat(60)}`;
  expect(await send(`${address} ${'x'.repeat(256)}`)).toMatchObject({
    message: { text: expect.any(String) as string },
  });
  expect(await send(`${address} ${'x'.repeat(257)}`)).toEqual({ error: 'too-long', max: 280 });
  expect(await send('日'.repeat(141))).toEqual({ error: 'too-long', max: 280 });
});
