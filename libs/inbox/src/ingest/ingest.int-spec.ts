import { TestInbox, minuteOf, type TestWorkspace } from '../testing/test-workspace';

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

describe('Ingest', () => {
  it('makes a conversation, a customer and a wait of a first mail, and puts it on record', async () => {
    const report = await ws.ingest([ws.mail(0, 'ann@x.org', { author: { value: 'ann@x.org', name: 'Ann Smith' } })]);
    expect(report).toEqual({ messages: 1, repeated: 0, conversationsOpened: 1, waitsOpened: 1 });
    expect(await openWaits()).toEqual([minuteOf(0)]);
    const [conversation] = await ws.rows(
      `select c.number, c.subject, u.pseudonym, i.value, p.name from inbox.conversations c
         join inbox.customers u on u.id = c.customer_id join inbox.identities i on i.customer_id = u.id
         join inbox.profiles p on p.identity_id = i.id where c.workspace_id = $1`,
      [ws.id],
    );
    expect(conversation).toEqual({
      number: 1001,
      subject: 'Hello',
      pseudonym: expect.stringMatching(/^Customer [0-9A-F]{3}$/),
      value: 'ann@x.org',
      name: 'Ann Smith',
    });
    const record = await ws.rows<{ kind: string }>(
      'select kind, fields from record.entries where workspace_id = $1 order by seq',
      [ws.id],
    );
    expect(record.map((entry) => entry.kind)).toEqual(['message.received', 'wait.opened']);
    expect(JSON.stringify(record)).not.toMatch(/ann@|smith|hello|text of/i);
  });

  it('takes the same batch once, however often and however concurrently it comes', async () => {
    const batch = [
      ws.mail(0, 'ann@x.org'),
      ws.mail(1, 'bob@x.org'),
      ws.mail(2, 'ann@x.org', { refs: ['ann@x.org/0'] }),
    ];
    await Promise.all([1, 2, 3, 4].map(() => ws.ingest(batch)));
    const again = await ws.ingest(batch);
    expect(again).toMatchObject({ messages: 0, repeated: 3 });
    expect(await threads()).toEqual([['ann@x.org/0', 'ann@x.org/2'], ['bob@x.org/1']]);
    expect(await openWaits()).toEqual([minuteOf(0), minuteOf(1)]);
  });

  it('opens no wait for automatic mail, lists, bounces, our own copies and history', async () => {
    await ws.ingest([
      ws.mail(0, 'a@x.org', { class: 'bounce' }),
      ws.mail(1, 'b@x.org', { class: 'auto-reply' }),
      ws.mail(2, 'c@x.org', { class: 'list' }),
      ws.mail(3, 'd@x.org', { class: 'own' }),
      ws.mail(4, 'e@x.org', { history: true }),
    ]);
    expect(await threads()).toHaveLength(5);
    expect(await openWaits()).toEqual([]);
  });

  it('keeps the place of one who writes again', async () => {
    await ws.ingest([ws.mail(0, 'ann@x.org')]);
    await ws.ingest([ws.mail(30, 'ann@x.org', { refs: ['ann@x.org/0'] })]);
    expect(await openWaits()).toEqual([minuteOf(0)]);
  });
});
