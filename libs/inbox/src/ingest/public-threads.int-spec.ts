import { TestInbox, minuteOf } from '../testing/test-workspace';
import { TestPage } from '../testing/test-page';

let inbox: TestInbox;
let page: TestPage;
beforeAll(async () => {
  inbox = await TestInbox.start();
});
afterAll(() => inbox.stop());
beforeEach(async () => {
  page = await TestPage.open(inbox);
});

/** Names of the messages of each conversation, in order of time. */
async function threads(): Promise<string[][]> {
  const rows = await page.rows<{ names: string[] }>(
    `select array_agg(m.external_id order by m.at, m.external_id) as names from inbox.messages m
      where m.workspace_id = $1 group by m.conversation_id order by min(m.at), min(m.external_id)`,
    [page.id],
  );
  return rows.map((row) => row.names);
}
const open = async (): Promise<string[]> =>
  (
    await page.rows<{ since: Date }>(
      `select waiting_since as since from inbox.waits where workspace_id = $1 and state <> 'ended' order by 1`,
      [page.id],
    )
  ).map((row) => row.since.toISOString());
const parked = async (): Promise<unknown[]> =>
  page.rows('select external_id as id from inbox.parked where workspace_id = $1', [page.id]);

it('makes a public conversation of each person below a comment', async () => {
  await page.ingest([
    page.comment(0, 'ann', 'c1'),
    page.comment(1, 'bob', 'c2', 'c1'),
    page.comment(2, 'ann', 'c3', 'c1'),
  ]);
  expect(await threads()).toEqual([['comment:c1', 'comment:c3'], ['comment:c2']]);
  const rows = await page.rows('select distinct visibility from inbox.conversations where workspace_id = $1', [
    page.id,
  ]);
  expect(rows).toEqual([{ visibility: 'public' }]);
  expect(await open()).toEqual([minuteOf(0), minuteOf(1)]);
});

describe('what the page itself wrote in public', () => {
  it('belongs to what it answers, and answers it', async () => {
    await page.ingest([page.comment(0, 'ann', 'c1'), page.comment(1, 'bob', 'c2', 'c1')]);
    await page.ingest([page.ownComment(2, 'o1', 'c2'), page.ownComment(3, 'o2', 'o1')]);
    expect(await threads()).toEqual([['comment:c1'], ['comment:c2', 'comment:o1', 'comment:o2']]);
    expect(await open()).toEqual([minuteOf(0)]);
  });

  it('waits for what it answers, through any number of answers to answers, and then answers it at once', async () => {
    await page.ingest([page.ownComment(3, 'o2', 'o1')]);
    await page.ingest([page.ownComment(2, 'o1', 'c1')]);
    expect(await threads()).toEqual([]);
    expect(await parked()).toHaveLength(2);
    await page.ingest([page.comment(0, 'ann', 'c1')]);
    expect(await threads()).toEqual([['comment:c1', 'comment:o1', 'comment:o2']]);
    expect([await parked(), await open()]).toEqual([[], []]);
  });

  it('finds what it answers in the same batch and of the same second, behind it', async () => {
    await page.ingest([page.ownComment(0, 'o1', 'c1'), page.comment(0, 'ann', 'c1')]);
    expect(await threads()).toEqual([['comment:c1', 'comment:o1']]);
  });

  it('finds what we answered through Evenhand once the platform has named it', async () => {
    await page.ingest([page.comment(0, 'ann', 'c1')]);
    const agentId = await page.agent('Léa');
    const given = await page.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: 'take' }));
    if ('error' in given) throw new Error(given.error);
    const { conversationId } = given.offer;
    const [seen] = await page.rows<{ id: string }>('select id from inbox.messages where conversation_id = $1', [
      conversationId,
    ]);
    const reply = { agentId, conversationId, text: 'x', attachmentIds: [], replyKind: 'answer' as const };
    const result = await page.api((tx) =>
      inbox.replies.send(tx, { ...reply, seenUpTo: seen!.id, clientMutationId: 'reply' }),
    );
    if ('error' in result) throw new Error(result.error);
    expect(inbox.jobs.at(-1)!.payload).toMatchObject({
      outbound: { visibility: 'public', inReplyTo: 'c1', threadKey: 'comment:c1:ann', window: null },
    });
    await page.ingest([page.ownComment(5, 'o2', 'o1')]);
    expect(await parked()).toHaveLength(1);
    await page.ingest([page.sendNews(result.message.id, 'sent', 1, { nativeIds: ['o1'] })]);
    expect(await parked()).toEqual([]);
    const [row] = await page.rows(
      'select conversation_id as id from inbox.messages where account_id = $1 and external_id = $2',
      [page.accountId, 'comment:o2'],
    );
    expect(row).toEqual({ id: conversationId });
  });
});
