import { Ids } from '@app/runtime';
import { minuteOf, TestInbox, type TestWorkspace } from '../testing/test-workspace';

let inbox: TestInbox;
let ws: TestWorkspace;
beforeAll(async () => {
  inbox = await TestInbox.start();
});
afterAll(() => inbox.stop());
beforeEach(async () => {
  ws = await inbox.workspace();
});

/** Names of the messages of each conversation, in order of time. */
async function threads(): Promise<string[][]> {
  const rows = await ws.rows<{ names: string[] }>(
    `select array_agg(m.external_id order by m.at, m.external_id) as names from inbox.messages m
      where m.workspace_id = $1 group by m.conversation_id order by min(m.at), min(m.external_id)`,
    [ws.id],
  );
  return rows.map((row) => row.names);
}
async function openWaits(): Promise<string[]> {
  const rows = await ws.rows<{ since: Date }>(
    `select waiting_since as since from inbox.waits where workspace_id = $1 and state <> 'ended' order by 1`,
    [ws.id],
  );
  return rows.map((row) => row.since.toISOString());
}
async function conversationId(externalId: string): Promise<string> {
  const [row] = await ws.rows<{ id: string }>(
    'select conversation_id as id from inbox.messages where workspace_id = $1 and external_id = $2',
    [ws.id, externalId],
  );
  return row!.id;
}
async function newSender(externalId: string): Promise<boolean> {
  const [row] = await ws.rows<{ new: boolean }>(
    'select new_sender as new from inbox.messages where workspace_id = $1 and external_id = $2',
    [ws.id, externalId],
  );
  return row!.new;
}
const ann = 'ann@x.org';
const eve = 'eve@evil.org';

describe('a mail finds its conversation', () => {
  it('by a verified token, even from a new sender, who is marked', async () => {
    await ws.ingest([ws.mail(0, ann)]);
    const token = await conversationId(`${ann}/0`);
    await ws.ingest([ws.mail(5, ann, { token }), ws.mail(6, eve, { token })]);
    expect(await threads()).toEqual([[`${ann}/0`, `${ann}/5`, `${eve}/6`]]);
    expect([await newSender(`${ann}/5`), await newSender(`${eve}/6`)]).toEqual([false, true]);
  });

  it('by a verified id of ours before any platform id', async () => {
    await ws.ingest([ws.mail(0, ann), ws.mail(1, ann, { subject: 'Other' })]);
    const ours = { kind: 'conversation' as const, id: await conversationId(`${ann}/1`) };
    await ws.ingest([ws.mail(5, ann, { references: [{ kind: 'native', id: '<nobody/0>', direct: true }, ours] })]);
    expect(await threads()).toEqual([[`${ann}/0`], [`${ann}/1`, `${ann}/5`]]);
  });

  it('by the thread key of a platform that has one', async () => {
    const chat = (minute: number, threadKey: string) => ws.mail(minute, ann, { threadKey, nativeIds: [] });
    await ws.ingest([chat(0, 'psid-1'), chat(1, 'psid-2')]);
    await ws.ingest([chat(2, 'psid-1')]);
    expect(await threads()).toEqual([[`${ann}/0`, `${ann}/2`], [`${ann}/1`]]);
  });

  it('by what it answers, when its writer takes part; a stranger who knows the id gets no further than a hint', async () => {
    await ws.ingest([ws.mail(0, ann)]);
    await ws.ingest([ws.mail(5, ann, { refs: [`${ann}/0`] }), ws.mail(6, eve, { refs: [`${ann}/0`] })]);
    expect(await threads()).toEqual([[`${ann}/0`, `${ann}/5`], [`${eve}/6`]]);
    const [hint] = await ws.rows('select may_belong_to as id from inbox.conversations where id = $1', [
      await conversationId(`${eve}/6`),
    ]);
    expect(hint).toEqual({ id: await conversationId(`${ann}/0`) });
  });

  it('not by a stranger who names a token or an id of ours that another account or nobody has', async () => {
    const other = await inbox.workspace();
    await other.ingest([other.mail(0, ann)]);
    const [foreign] = await other.rows<{ id: string; message: string }>(
      'select c.id, m.id as message from inbox.conversations c join inbox.messages m on m.conversation_id = c.id where c.workspace_id = $1',
      [other.id],
    );
    await ws.ingest([
      ws.mail(1, eve, { token: foreign!.id }),
      ws.mail(2, eve, { token: new Ids().next() }),
      ws.mail(3, eve, { references: [{ kind: 'message', id: foreign!.message }] }),
    ]);
    expect(await threads()).toEqual([[`${eve}/1`], [`${eve}/2`], [`${eve}/3`]]);
  });

  it('by a recycled list of references only under an equal subject, marks of reply aside', async () => {
    await ws.ingest([ws.mail(0, ann, { subject: 'Parcel' })]);
    await ws.ingest([
      ws.mail(1, ann, { recycled: [`${ann}/0`], subject: 'AW: Re: parcel' }),
      ws.mail(2, ann, { recycled: [`${ann}/0`], subject: 'Invoice' }),
    ]);
    expect(await threads()).toEqual([[`${ann}/0`, `${ann}/1`], [`${ann}/2`]]);
  });

  it('never by subject or sender alone', async () => {
    await ws.ingest([ws.mail(0, ann, { subject: 'Order' }), ws.mail(1, ann, { subject: 'Order' })]);
    expect(await threads()).toHaveLength(2);
  });
});

describe('what comes late', () => {
  it('finds those that answered it, and the wait takes the earlier time', async () => {
    await ws.ingest([ws.mail(9, ann, { refs: [`${ann}/0`] })]);
    await ws.ingest([ws.mail(0, ann)]);
    expect(await threads()).toEqual([[`${ann}/0`, `${ann}/9`]]);
    expect(await openWaits()).toEqual([minuteOf(0)]);
  });

  it('lets two answers to what nobody has seen meet, unless their writers do not know each other', async () => {
    await ws.ingest([ws.mail(5, ann, { refs: ['unseen'] })]);
    await ws.ingest([ws.mail(6, ann, { refs: ['unseen'] }), ws.mail(7, eve, { refs: ['unseen'] })]);
    expect(await threads()).toEqual([[`${ann}/5`, `${ann}/6`], [`${eve}/7`]]);
  });

  it('brings two conversations together when it shows that they are one', async () => {
    await ws.ingest([ws.mail(0, ann), ws.mail(9, ann, { refs: [`${ann}/5`] })]);
    expect(await openWaits()).toEqual([minuteOf(0), minuteOf(9)]);
    await ws.ingest([ws.mail(5, ann, { refs: [`${ann}/0`] })]);
    expect(await threads()).toEqual([[`${ann}/0`, `${ann}/5`, `${ann}/9`]]);
    expect(await openWaits()).toEqual([minuteOf(0)]);
    const [counted] = await ws.rows('select count(*) as n from inbox.conversations where workspace_id = $1', [ws.id]);
    expect(counted).toEqual({ n: 1 });
  });

  it('takes along the hints of strangers when it brings together what came in the same batch', async () => {
    await ws.ingest([
      ws.mail(0, ann),
      ws.mail(9, ann, { refs: [`${ann}/12`] }),
      ws.mail(10, eve, { refs: [`${ann}/9`] }),
      ws.mail(12, ann, { refs: [`${ann}/0`] }),
    ]);
    expect(await threads()).toEqual([[`${ann}/0`, `${ann}/9`, `${ann}/12`], [`${eve}/10`]]);
    const [hint] = await ws.rows('select may_belong_to as id from inbox.conversations where id = $1', [
      await conversationId(`${eve}/10`),
    ]);
    expect(hint).toEqual({ id: await conversationId(`${ann}/0`) });
  });

  it('leaves a conversation that people have worked on as they know it', async () => {
    await ws.ingest([ws.mail(0, ann), ws.mail(9, ann, { refs: [`${ann}/5`] })]);
    const agentId = await ws.agent('Léa');
    for (const clientMutationId of ['a', 'b']) {
      await ws.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId }));
    }
    await ws.ingest([ws.mail(5, ann, { refs: [`${ann}/0`] })]);
    expect(await threads()).toEqual([[`${ann}/0`, `${ann}/5`], [`${ann}/9`]]);
  });
});

describe('an answer written elsewhere', () => {
  it('ends the wait of everything that had arrived by then, whichever is heard of first', async () => {
    await ws.ingest([ws.mail(0, ann)]);
    await ws.ingest([ws.elsewhere(5, ann, { refs: [`${ann}/0`] })]);
    expect(await openWaits()).toEqual([]);
    const [wait] = await ws.rows('select end_kind, end_reason, ended_by from inbox.waits where workspace_id = $1', [
      ws.id,
    ]);
    expect(wait).toEqual({ end_kind: 'answered', end_reason: 'elsewhere', ended_by: null });
    await ws.ingest([ws.mail(3, ann, { refs: [`${ann}/0`] })]);
    expect(await openWaits()).toEqual([]);
    await ws.ingest([ws.mail(8, ann, { refs: ['us/5'] })]);
    expect(await openWaits()).toEqual([minuteOf(8)]);
  });

  it('is no answer when it was sent automatically', async () => {
    await ws.ingest([ws.mail(0, ann)]);
    await ws.ingest([ws.elsewhere(5, ann, { refs: [`${ann}/0`], class: 'auto-reply' })]);
    expect(await openWaits()).toEqual([minuteOf(0)]);
  });

  it('takes the wait out of the hands of whoever had it', async () => {
    await ws.ingest([ws.mail(0, ann)]);
    const agentId = await ws.agent('Léa');
    await ws.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: 'a' }));
    await ws.ingest([ws.elsewhere(5, ann, { refs: [`${ann}/0`] })]);
    expect(await ws.rows('select state from inbox.offers where workspace_id = $1', [ws.id])).toEqual([
      { state: 'answered' },
    ]);
  });
});

describe('an unreadable mail', () => {
  const unreadable = { unreadable: true, text: '', problems: ['cannot be read'] };

  it('waits like any other, and when it can be read the words take its place', async () => {
    await ws.ingest([ws.mail(0, ann, { externalId: 'raw-1', nativeIds: [], ...unreadable })]);
    await ws.ingest([ws.mail(0, ann, { externalId: 'key-1', replaces: 'raw-1' })]);
    expect(await threads()).toEqual([['key-1']]);
    expect(await openWaits()).toEqual([minuteOf(0)]);
    const [message] = await ws.rows('select text, unreadable from inbox.messages where workspace_id = $1', [ws.id]);
    expect(message).toEqual({ text: 'text of key-1', unreadable: false });
  });

  it('does not come back once it was read', async () => {
    await ws.ingest([ws.mail(0, ann, { externalId: 'key-1', replaces: 'raw-1' })]);
    await ws.ingest([ws.mail(0, ann, { externalId: 'raw-1', nativeIds: [], ...unreadable })]);
    expect(await threads()).toEqual([['key-1']]);
  });
});

it('accounts show the newest that was told of them, in whatever order', async () => {
  await ws.ingest([ws.account({ version: 5, name: 'New' })]);
  await ws.ingest([ws.account({ version: 3, name: 'Old' })]);
  expect(await ws.rows('select name, version from inbox.accounts where id = $1', [ws.accountId])).toEqual([
    { name: 'New', version: 5 },
  ]);
});
