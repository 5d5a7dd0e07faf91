import { messageSendJob, type SendEvent } from '@app/channel';
import { TestInbox, minuteOf } from '../testing/test-workspace';
import { TestPage, windowFrom } from '../testing/test-page';

let inbox: TestInbox;
let page: TestPage;
let lea: string;
let calls = 0;
beforeAll(async () => {
  inbox = await TestInbox.start();
});
afterAll(() => inbox.stop());
beforeEach(async () => {
  page = await TestPage.open(inbox);
  lea = await page.agent('Léa');
  inbox.jobs.length = 0;
});

/** What is next is answered. @returns the reply's id. */
async function answer(more: { readonly outsideWindow?: boolean } = { outsideWindow: true }) {
  const given = await page.api((tx) =>
    inbox.queue.offerNext(tx, { agentId: lea, clientMutationId: `take ${++calls}` }),
  );
  if ('error' in given) throw new Error(given.error);
  const { conversationId } = given.offer;
  const [seen] = await page.rows<{ id: string }>(
    'select id from inbox.messages where conversation_id = $1 order by number desc limit 1',
    [conversationId],
  );
  const reply = { agentId: lea, conversationId, text: 'x', attachmentIds: [], replyKind: 'answer' as const };
  return page.api((tx) =>
    inbox.replies.send(tx, { ...reply, ...more, seenUpTo: seen!.id, clientMutationId: `reply ${++calls}` }),
  );
}
async function answered(): Promise<string> {
  const result = await answer();
  if ('error' in result) throw new Error(result.error);
  return result.message.id;
}
async function state(id: string): Promise<string> {
  const [row] = await page.rows<{ state: string }>('select send_state as state from inbox.messages where id = $1', [
    id,
  ]);
  return row!.state;
}
const sent = (id: string, minute: number, more: Partial<SendEvent> = {}): SendEvent =>
  page.sendNews(id, 'sent', 1, { nativeIds: [`mid.${id}`], platformAt: minuteOf(minute), ...more });

describe('a receipt', () => {
  it('says of all we sent until then that it arrived, and was read; what is read is never again only delivered', async () => {
    await page.ingest([page.dm(0, 'ann', 'a')]);
    const id = await answered();
    await page.ingest([sent(id, 5), page.thread(6, 'ann', { deliveredUpTo: minuteOf(4) })]);
    expect(await state(id)).toBe('sent');
    await page.ingest([page.thread(7, 'ann', { deliveredUpTo: minuteOf(5) })]);
    expect(await state(id)).toBe('delivered');
    await page.ingest([page.thread(8, 'ann', { readUpTo: minuteOf(5) })]);
    expect(await state(id)).toBe('read');
    await page.ingest([page.thread(9, 'ann', { deliveredUpTo: minuteOf(9) }), sent(id, 5, { attempt: 2 })]);
    expect(await state(id)).toBe('read');
  });

  it('that comes before we know that the message went out counts once we do', async () => {
    await page.ingest([page.dm(0, 'ann', 'a')]);
    const id = await answered();
    await page.ingest([page.thread(8, 'ann', { readUpTo: minuteOf(6) })]);
    expect(await state(id)).toBe('queued');
    await page.ingest([sent(id, 5)]);
    expect(await state(id)).toBe('read');
  });

  it('says nothing of another thread, nor of what was not sent', async () => {
    await page.ingest([page.dm(0, 'ann', 'a'), page.dm(1, 'bob', 'b')]);
    const [toAnn, toBob] = [await answered(), await answered()];
    await page.ingest([sent(toBob, 5), page.sendNews(toAnn, 'uncertain')]);
    await page.ingest([page.thread(8, 'ann', { readUpTo: new Date().toISOString() })]);
    expect([await state(toAnn), await state(toBob)]).toEqual(['uncertain', 'sent']);
  });
});

describe('a reply that goes out in parts', () => {
  it('is sent once every part is, failed when one failed, and its retry goes on from there', async () => {
    await page.ingest([page.dm(0, 'ann', 'a')]);
    const id = await answered();
    const part = (n: number, to: SendEvent['state'], attempt = 1): SendEvent =>
      page.sendNews(id, to, attempt, { part: n, parts: 2, externalId: `${id}:${n}:${attempt}:${to}` });
    await page.ingest([part(0, 'sent')]);
    expect(await state(id)).toBe('sending');
    await page.ingest([part(1, 'failed')]);
    expect(await state(id)).toBe('failed');
    const open = `select state from inbox.waits where workspace_id = $1 and state <> 'ended'`;
    expect(await page.rows(open, [page.id])).toEqual([{ state: 'queued' }]);
    await page.api((tx) => inbox.replies.retry(tx, { agentId: lea, messageId: id }));
    await page.ingest([part(1, 'failed')]);
    expect(await state(id)).toBe('queued');
    await page.ingest([part(1, 'sent', 2), part(1, 'sending', 2)]);
    expect(await state(id)).toBe('sent');
    expect(await page.rows(open, [page.id])).toEqual([]);
  });
});

describe('the time for answers', () => {
  it('goes with the reply, the latest of what opened it', async () => {
    await page.ingest([
      page.dm(0, 'ann', 'a'),
      page.thread(9, 'ann', { window: windowFrom(9) }),
      page.thread(3, 'ann', { window: windowFrom(3) }),
    ]);
    await answered();
    expect(messageSendJob.parse(inbox.jobs[0]!.payload).outbound).toMatchObject({
      visibility: 'private',
      threadKey: 'ann',
      privateReplyTo: null,
      window: windowFrom(9),
      to: [{ value: 'ann' }],
      automated: false,
    });
  });

  it('that is over is said before anything is sent, and the customer waits on; whoever insists sends', async () => {
    await page.ingest([page.dm(0, 'ann', 'a')]);
    expect(await answer({})).toEqual({ error: 'window-closed' });
    expect(inbox.jobs).toEqual([]);
    const open = await page.rows(`select state from inbox.waits where workspace_id = $1`, [page.id]);
    expect(open).toEqual([{ state: 'offered' }]);
  });

  it('is over when the platform has said so, until the customer opens it again', async () => {
    const now = Date.now();
    const window = {
      openedAt: new Date(now - 60_000).toISOString(),
      closesAt: new Date(now + 60_000).toISOString(),
      humanClosesAt: new Date(now + 120_000).toISOString(),
    };
    await page.ingest([page.dm(0, 'ann', 'a', { window })]);
    const first = await answer({});
    if ('error' in first) throw new Error(first.error);
    const failure = { code: 'REPLY_WINDOW_CLOSED' as const, detail: '(#10)', retryable: false };
    await page.ingest([page.sendNews(first.message.id, 'failed', 1, { failure })]);
    expect(await answer({})).toEqual({ error: 'window-closed' });
    const again = new Date(now + 30_000).toISOString();
    await page.ingest([page.thread(1, 'ann', { window: { ...window, openedAt: again } })]);
    const offers = await page.rows<{ conversation: string }>(
      `select conversation_id as conversation from inbox.offers where workspace_id = $1 and state in ('open', 'taken')`,
      [page.id],
    );
    const reply = { agentId: lea, conversationId: offers[0]!.conversation, text: 'x', attachmentIds: [] };
    const result = await page.api((tx) =>
      inbox.replies.send(tx, {
        ...reply,
        replyKind: 'answer',
        seenUpTo: first.message.id,
        clientMutationId: `reply ${++calls}`,
      }),
    );
    expect(result).toHaveProperty('message');
  });
});

it('remembers who answers in a thread, whichever word comes last', async () => {
  await page.ingest([page.thread(5, 'ann', { handledBy: { who: 'us', app: '' } })]);
  await page.ingest([page.thread(3, 'ann', { handledBy: { who: 'other', app: '2630' } })]);
  const threads = 'select handled_by as who, handled_at as at from inbox.threads where workspace_id = $1';
  expect(await page.rows(threads, [page.id])).toEqual([{ who: 'us', at: new Date(minuteOf(5)) }]);
});
