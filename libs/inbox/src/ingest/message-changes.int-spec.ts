import { tombstoneOf } from '@app/channel';
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

async function message(externalId: string): Promise<Record<string, unknown>> {
  const [row] = await page.rows(
    /* sql */ `
    select text, html, edited_at as "editedAt", withdrawn_at as "withdrawnAt", withdrawn_by as "withdrawnBy", hidden, reactions,
           pending_files as pending,
           (select coalesce(array_agg(name order by position), '{}') from inbox.attachments a where a.message_id = m.id) as files
      from inbox.messages m where workspace_id = $1 and external_id = $2`,
    [page.id, externalId],
  );
  return row!;
}
async function waits(): Promise<unknown[]> {
  const rows = await page.rows<{ since: Date; state: string; end: string | null }>(
    'select waiting_since as since, state, end_kind as end from inbox.waits where workspace_id = $1 order by created_at, waiting_since',
    [page.id],
  );
  return rows.map(({ since, state, end }) => [since.toISOString(), end ?? state]);
}
const kinds = async (): Promise<string[]> =>
  (
    await page.rows<{ kind: string }>('select kind from record.entries where workspace_id = $1 order by seq', [page.id])
  ).map((row) => row.kind);
const file = { sha256: 'a'.repeat(64), name: 'a.png', mime: 'image/png', size: 9, inline: false };
const back = { type: 'withdrawn', by: 'author' } as const;

describe('a message that is edited', () => {
  it('says what the edit with the greatest number says, also when edits come before it and in the wrong order', async () => {
    await page.ingest([page.change(5, 'a', { type: 'edited', text: 'second', number: 2 })]);
    await page.ingest([page.dm(0, 'ann', 'a', { html: '<p>first</p>' })]);
    await page.ingest([page.change(3, 'a', { type: 'edited', text: 'first', number: 1 })]);
    expect(await message('a')).toMatchObject({ text: 'second', html: null, editedAt: new Date(minuteOf(5)) });
    expect(await waits()).toEqual([[minuteOf(0), 'queued']]);
  });
});

describe('a message that its author took back', () => {
  it('leaves nothing of its text and its files, and nobody waits for an answer to it', async () => {
    await page.ingest([
      page.dm(0, 'ann', 'a', { pendingFiles: [{ position: 0, kind: 'image' }] }),
      page.change(1, 'a', { type: 'file', position: 0, file }),
      page.change(2, 'a', { type: 'edited', text: 'secret edit', number: 1 }),
      page.change(2, 'a', { type: 'reaction', by: 'ann', emoji: '❤' }),
    ]);
    expect(await message('a')).toMatchObject({ files: ['a.png'], pending: [] });
    await page.ingest([page.change(3, 'a', back)]);
    expect(await message('a')).toMatchObject({
      text: '',
      withdrawnBy: 'author',
      withdrawnAt: new Date(minuteOf(3)),
      files: [],
      reactions: [{ by: 'ann', emoji: '❤' }],
    });
    const kept = await page.rows('select change from inbox.message_changes where workspace_id = $1', [page.id]);
    expect(JSON.stringify(kept)).not.toMatch(/secret|a\.png/);
    expect(await waits()).toEqual([[minuteOf(0), 'withdrawn']]);
    expect(await kinds()).toEqual(['message.received', 'wait.opened', 'message.withdrawn', 'wait.ended']);
    await page.ingest([page.change(9, 'a', { type: 'edited', text: 'late edit', number: 9 })]);
    expect(await message('a')).toMatchObject({ text: '', files: [] });
  });

  it('keeps the place of one who had written again before, and no longer', async () => {
    await page.ingest([page.dm(0, 'ann', 'a'), page.dm(2, 'ann', 'b'), page.change(5, 'a', back)]);
    expect(await waits()).toEqual([[minuteOf(0), 'queued']]);
    await page.ingest([page.change(6, 'b', back)]);
    expect(await waits()).toEqual([[minuteOf(0), 'withdrawn']]);
    await page.ingest([page.dm(8, 'ann', 'c')]);
    expect(await waits()).toEqual([
      [minuteOf(0), 'withdrawn'],
      [minuteOf(8), 'queued'],
    ]);
  });

  it('takes the offer from the agent who had it, who is not blamed', async () => {
    await page.ingest([page.dm(0, 'ann', 'a')]);
    const agentId = await page.agent('Léa');
    await page.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: 'a' }));
    await page.ingest([page.change(1, 'a', back)]);
    expect(await page.rows('select state from inbox.offers where workspace_id = $1', [page.id])).toEqual([
      { state: 'withdrawn' },
    ]);
  });

  it('waits on when it was a colleague who deleted it', async () => {
    await page.ingest([page.comment(0, 'ann', 'c1'), page.change(1, 'comment:c1', { type: 'withdrawn', by: 'us' })]);
    expect(await message('comment:c1')).toMatchObject({ text: '', withdrawnBy: 'us' });
    expect(await waits()).toEqual([[minuteOf(0), 'queued']]);
    await page.ingest([page.change(2, 'comment:c1', back)]);
    expect(await waits()).toEqual([[minuteOf(0), 'queued']]);
  });
});

it.each([[['gone', 'sent']], [['sent', 'gone']]])(
  'what we wrote and is gone from the page was taken back by us, not by a customer: %s',
  async (order) => {
    await page.ingest([page.comment(0, 'ann', 'c1')]);
    const [c1] = await page.rows<{ id: string; conversationId: string }>(
      'select id, conversation_id as "conversationId" from inbox.messages where workspace_id = $1',
      [page.id],
    );
    const agentId = await page.agent('Léa');
    await page.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: 'o' }));
    const given = { agentId, conversationId: c1!.conversationId, text: '12 €', attachmentIds: [], seenUpTo: c1!.id };
    const reply = await page.api((tx) =>
      inbox.replies.send(tx, { ...given, replyKind: 'answer', clientMutationId: 'r' }),
    );
    const id = 'message' in reply ? reply.message.id : '';
    const news = {
      sent: page.sendNews(id, 'sent', 1, { nativeIds: ['c2', 'comment:c2'] }),
      gone: page.change(2, 'comment:c2', back),
    };
    for (const what of order) await page.ingest([news[what as keyof typeof news]]);
    const [ours] = await page.rows('select text, withdrawn_by as by from inbox.messages where id = $1', [id]);
    expect(ours).toEqual({ text: '', by: 'us' });
  },
);

it('shows the last reaction of each person, also on what we sent, and nobody waits for one', async () => {
  await page.ingest([page.dm(0, 'ann', 'a'), page.answer(1, 'ann', 'b')]);
  await page.ingest([
    page.change(3, 'b', { type: 'reaction', by: 'ann', emoji: '😮' }),
    page.change(2, 'b', { type: 'reaction', by: 'ann', emoji: '👍' }),
    page.change(4, 'b', { type: 'reaction', by: 'bob', emoji: '👍' }),
    page.change(5, 'b', { type: 'reaction', by: 'bob', emoji: null }),
  ]);
  expect(await message('b')).toMatchObject({ reactions: [{ by: 'ann', emoji: '😮' }] });
  expect(await waits()).toEqual([]);
});

it('says why a file will not come, until it comes all the same', async () => {
  await page.ingest([
    page.change(1, 'a', { type: 'file', position: 1, file: null, problem: 'it is gone' }),
    page.dm(0, 'ann', 'a', {
      pendingFiles: [
        { position: 0, kind: 'image' },
        { position: 1, kind: 'video' },
      ],
    }),
  ]);
  expect(await message('a')).toMatchObject({
    pending: [
      { position: 0, kind: 'image' },
      { position: 1, kind: 'video', problem: 'it is gone' },
    ],
  });
  await page.ingest([page.change(2, 'a', { type: 'file', position: 1, file })]);
  expect(await message('a')).toMatchObject({ pending: [{ position: 0, kind: 'image' }], files: ['a.png'] });
});

it('tells those who watch of each change, once', async () => {
  await page.ingest([page.dm(0, 'ann', 'a')]);
  await page.rows('delete from inbox.changes where workspace_id = $1', [page.id]);
  const like = page.change(1, 'a', { type: 'reaction', by: 'ann', emoji: '❤' });
  await page.ingest([like]);
  expect(await page.ingest([like])).toMatchObject({ repeated: 1 });
  const told = await page.rows('select kind from inbox.changes where workspace_id = $1', [page.id]);
  expect(told).toEqual([{ kind: 'message' }]);
});

it('keeps out what was erased, and what happens to it', async () => {
  const hash = tombstoneOf(page.accountId, 'a');
  await page.rows(
    'insert into inbox.tombstones (account_id, hash, workspace_id, erased_at) values ($1, $2, $3, now())',
    [page.accountId, hash, page.id],
  );
  await page.ingest([
    page.dm(0, 'ann', 'a'),
    page.dm(1, 'ann', 'b'),
    page.change(2, 'a', { type: 'edited', text: 'again', number: 1 }),
  ]);
  const messages = await page.rows('select external_id as id from inbox.messages where workspace_id = $1', [page.id]);
  expect(messages).toEqual([{ id: 'b' }]);
  expect(await page.rows('select 1 from inbox.message_changes where workspace_id = $1', [page.id])).toEqual([]);
});
