import { messageSendJob } from '@app/channel';
import { readAccess } from '../people/access';
import { minuteOf, TestInbox } from '../testing/test-workspace';
import { TestPage } from '../testing/test-page';
import type { ReplyInput } from './replies';

let inbox: TestInbox;
let page: TestPage;
let lea: string;
let calls = 0;
/** Minutes since the fixed hour at which the tests begin to count. */
const now = (): number => (inbox.clock.now().getTime() - Date.parse(minuteOf(0))) / 60_000;

beforeAll(async () => {
  inbox = await TestInbox.start();
});
afterAll(() => inbox.stop());
beforeEach(async () => {
  page = await TestPage.open(inbox);
  lea = await page.agent('Léa');
  inbox.jobs.length = 0;
});

async function take(agentId = lea): Promise<string> {
  const given = await page.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: `take ${++calls}` }));
  if ('error' in given) throw new Error(given.error);
  return given.offer.conversationId;
}
async function reply(conversationId: string, more: Partial<ReplyInput> = {}) {
  const [seen] = await page.rows<{ id: string }>(
    'select id from inbox.messages where conversation_id = $1 order by number desc limit 1',
    [conversationId],
  );
  const input = { agentId: lea, conversationId, text: 'x', attachmentIds: [], replyKind: 'answer' as const };
  const rest = { visibility: 'private' as const, seenUpTo: seen!.id, clientMutationId: `reply ${++calls}` };
  return page.api((tx) => inbox.replies.send(tx, { ...input, ...rest, ...more }));
}
async function replied(conversationId: string) {
  const result = await reply(conversationId);
  if ('error' in result) throw new Error(result.error);
  return result.message;
}
/** An answer to whoever wrote a message, which is given to Léa first. */
async function answerTo(external: string): Promise<ReplyInput> {
  await take();
  const [seen] = await page.rows<{ id: string; conversationId: string }>(
    'select id, conversation_id as "conversationId" from inbox.messages where account_id = $1 and external_id = $2',
    [page.accountId, external],
  );
  const { id: seenUpTo, conversationId } = seen!;
  const input = { agentId: lea, conversationId, text: 'x', attachmentIds: [], replyKind: 'answer' as const };
  return { ...input, outsideWindow: true, seenUpTo, clientMutationId: `reply ${++calls}` };
}
async function waits(): Promise<unknown[]> {
  const rows = await page.rows<{ state: string; end: string | null; by: string | null }>(
    'select state, end_kind as end, ended_by as by from inbox.waits where workspace_id = $1 order by created_at, id',
    [page.id],
  );
  return rows.map(({ state, end, by }) => (end ? [end, by] : [state]));
}
async function conversation(id: string): Promise<Record<string, unknown>> {
  const [row] = await page.rows(
    'select visibility, thread_key as thread, continues, customer_id as customer from inbox.conversations where id = $1',
    [id],
  );
  return row!;
}

describe('a private reply to a comment', () => {
  it('stands in a private conversation that continues the public one, and answers what waits there', async () => {
    await page.ingest([page.comment(now() - 5, 'ann', 'c1')]);
    const commented = await take();
    const message = await replied(commented);
    const { customer } = await conversation(commented);
    expect(await conversation(message.conversationId)).toEqual({
      visibility: 'private',
      thread: null,
      continues: commented,
      customer,
    });
    expect(messageSendJob.parse(inbox.jobs[0]!.payload).outbound).toMatchObject({
      conversationId: message.conversationId,
      visibility: 'private',
      privateReplyTo: 'c1',
      threadKey: null,
      inReplyTo: null,
      to: [{ value: 'ann' }],
    });
    expect(await waits()).toEqual([['answered', lea]]);
  });

  it('is where the customer is answered from then on, under whatever id the platform knows them there', async () => {
    await page.ingest([page.comment(now() - 5, 'ann', 'c1')]);
    const { id, conversationId } = await replied(await take());
    const sent = page.sendNews(id, 'sent', 1, { nativeIds: ['mid.1'], threadKey: '9001' });
    await page.ingest([sent, page.person(1, 'ann', { alsoKnownAs: '9001' })]);
    await page.ingest([page.dm(now() - 1, '9001', 'd1')]);
    expect(await take()).toBe(conversationId);
    expect(await conversation(conversationId)).toMatchObject({ thread: '9001' });
    const people = await page.rows(
      'select count(distinct customer_id) as n from inbox.identities where workspace_id = $1',
      [page.id],
    );
    expect(people).toEqual([{ n: 1 }]);
    await reply(conversationId);
    expect(inbox.jobs.at(-1)!.payload).toMatchObject({
      outbound: { threadKey: '9001', privateReplyTo: null, to: [{ value: '9001' }] },
    });
  });

  it('moves into the thread that the customer has with us already, once the platform says so, with what was done there', async () => {
    await page.ingest([page.dm(now() - 9, 'ann', 'd1')]);
    await page.api(async (tx) => inbox.replies.send(tx, await answerTo('d1')));
    await page.ingest([page.comment(now() - 5, 'ann', 'c1')]);
    const commented = await take();
    const { id, conversationId } = await replied(commented);
    await page.api((tx) =>
      inbox.drafts.save(tx, { agentId: lea, conversationId, text: 'and', attachmentIds: [], revision: 1 }),
    );
    await page.ingest([page.sendNews(id, 'sent', 1, { nativeIds: ['m1'], threadKey: 'ann' })]);
    const [there] = await page.rows<{ id: string; text: string }>(
      `select m.conversation_id as id, d.text from inbox.messages m join inbox.drafts d on d.conversation_id = m.conversation_id
        where m.account_id = $1 and m.external_id = 'd1'`,
      [page.accountId],
    );
    expect(there?.text).toBe('and');
    expect(await page.rows('select conversation_id as id from inbox.messages where id = $1', [id])).toEqual([
      { id: there?.id },
    ]);
    expect(await conversation(there!.id)).toMatchObject({ thread: 'ann', continues: commented });
    expect(await page.rows('select 1 from inbox.conversations where id = $1', [conversationId])).toEqual([]);
    expect(await waits()).toEqual([
      ['answered', lea],
      ['answered', lea],
    ]);
    await page.ingest([page.sendNews(id, 'failed', 2)]);
    expect(await waits()).toEqual([
      ['answered', lea],
      ['answered', lea],
    ]);
  });

  it('that failed lets the customer wait in public again, at the old place, and a retry answers once more', async () => {
    await page.ingest([page.comment(now() - 5, 'ann', 'c1')]);
    const message = await replied(await take());
    await page.ingest([page.sendNews(message.id, 'failed')]);
    expect(await waits()).toEqual([['queued']]);
    const retry = () => page.api((tx) => inbox.replies.retry(tx, { agentId: lea, messageId: message.id }));
    const max = await page.agent('Max');
    await take(max);
    expect(await retry()).toEqual({ error: 'not-held' });
    inbox.clock.advance(31 * 60_000);
    await page.triage((tx) => inbox.queue.expireLeases(tx));
    expect(await retry()).toMatchObject({ message: { sendState: 'queued' } });
    expect(await waits()).toEqual([['answered', lea]]);
  });

  it('is refused to a comment that has had one, that is too old, that was taken back, and where the channel has none', async () => {
    await page.ingest([page.comment(now() - 5, 'ann', 'c1')]);
    const commented = await take();
    await replied(commented);
    expect(await reply(commented)).toEqual({ error: 'private-reply-used' });
    await page.ingest([page.comment(now() - 8 * 24 * 60, 'bob', 'c2')]);
    const old = await take();
    expect(await reply(old)).toEqual({ error: 'private-reply-too-late' });
    await page.ingest([page.change(now(), 'comment:c2', { type: 'withdrawn', by: 'us' })]);
    expect(await reply(old)).toEqual({ error: 'private-reply-not-offered' });
    await page.ingest([page.account({ version: 2, privateReply: false }), page.comment(now() - 4, 'eve', 'c3')]);
    expect(await reply(await take())).toEqual({ error: 'private-reply-not-offered' });
    expect(inbox.jobs).toHaveLength(1);
  });

  it('is refused when it is longer than one message, and in public when it is longer than the platform takes there', async () => {
    await page.ingest([page.comment(now() - 5, 'ann', 'c1')]);
    const commented = await take();
    expect(await reply(commented, { text: 'x'.repeat(2_001) })).toEqual({ error: 'too-long', max: 2_000 });
    const inPublic = { visibility: undefined };
    expect(await reply(commented, { ...inPublic, text: 'x'.repeat(8_001) })).toEqual({ error: 'too-long', max: 8_000 });
    expect(await reply(commented, { ...inPublic, text: 'x'.repeat(2_001) })).toMatchObject({ message: {} });
  });

  it('is refused to those who do not hold what waits in public', async () => {
    await page.ingest([page.comment(now() - 5, 'ann', 'c1')]);
    const commented = await take();
    expect(await reply(commented, { agentId: await page.agent('Max') })).toEqual({ error: 'not-held' });
  });

  it('answers in private only what belonged to the same matter and had arrived before what its writer saw', async () => {
    await page.ingest([page.comment(now() - 9, 'ann', 'c1')]);
    const commented = await take();
    const { id } = await replied(commented);
    await page.ingest([page.sendNews(id, 'sent', 1, { threadKey: 'ann' }), page.dm(now() - 5, 'ann', 'd1')]);
    await page.ingest([page.comment(now() - 4, 'ann', 'c2', 'c1')]);
    const below = (
      await page.rows<{ id: string }>(
        `select conversation_id as id from inbox.messages where account_id = $1 and external_id = 'comment:c2'`,
        [page.accountId],
      )
    )[0]!.id;
    expect(await waits()).toEqual([['answered', lea], ['queued']]);
    await take();
    await page.ingest([page.dm(now() - 1, 'ann', 'd2')]);
    await replied(below);
    expect(await waits()).toEqual([['answered', lea], ['taken']]);
    const covered =
      'select external_id as id from inbox.messages where account_id = $1 and covered_by is not null order by at';
    expect(await page.rows(covered, [page.accountId])).toEqual([
      { id: 'comment:c1' },
      { id: 'd1' },
      { id: 'comment:c2' },
    ]);
  });

  it('of a public conversation in which nobody waits ends nothing that waits in private', async () => {
    await page.ingest([page.comment(now() - 9, 'ann', 'c1'), page.comment(now() - 8, 'bob', 'x1')]);
    const commented = await take();
    await reply(commented, { visibility: undefined });
    await page.ingest([page.dm(now() - 7, 'ann', 'd1')]);
    expect(await waits()).toEqual([['answered', lea], ['queued'], ['queued']]);
    await replied(commented);
    expect(await waits()).toEqual([['answered', lea], ['queued'], ['queued']]);
  });
});

it('opens both conversations of one matter to whoever was given one of them, and to nobody else who waits for a turn', async () => {
  await page.ingest([page.comment(now() - 5, 'ann', 'c1')]);
  const commented = await take();
  const { id, conversationId } = await replied(commented);
  await page.ingest([page.sendNews(id, 'sent', 1, { threadKey: 'ann' }), page.dm(now() - 1, 'ann', 'd1')]);
  const access = (agentId: string) =>
    page.api(async (tx) => [...(await readAccess(tx, agentId, [commented, conversationId])).values()]);
  expect(await access(lea)).toEqual([
    { offered: true, customerQueued: true },
    { offered: true, customerQueued: true },
  ]);
  const max = await page.agent('Max');
  expect(await access(max)).toEqual([
    { offered: false, customerQueued: true },
    { offered: false, customerQueued: true },
  ]);
});

it('knows one customer under both ids, whichever of them wrote first', async () => {
  await page.ingest([page.dm(now() - 9, '9001', 'd1')]);
  await page.ingest([page.person(1, 'ann', { alsoKnownAs: '9001' })]);
  await page.ingest([page.comment(now() - 8, 'ann', 'c1')]);
  const customers = 'select count(*) as n from inbox.customers where workspace_id = $1';
  expect(await page.rows(customers, [page.id])).toEqual([{ n: 1 }]);
});

it('links the conversations of two customers whom the platform says to be one, and leaves merging to people', async () => {
  await page.ingest([page.comment(now() - 9, 'ann', 'c1'), page.dm(now() - 8, '9001', 'd1')]);
  await page.ingest([page.person(1, 'ann', { alsoKnownAs: '9001' })]);
  const rows = await page.rows<{ linked: boolean; visibility: string }>(
    `select continues is not null as linked, visibility from inbox.conversations where workspace_id = $1 order by 2`,
    [page.id],
  );
  expect(rows).toEqual([
    { linked: true, visibility: 'private' },
    { linked: false, visibility: 'public' },
  ]);
  const people = await page.rows(
    'select count(distinct customer_id) as n from inbox.identities where workspace_id = $1',
    [page.id],
  );
  expect(people).toEqual([{ n: 2 }]);
});
