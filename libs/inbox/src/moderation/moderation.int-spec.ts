import { messageModerateJob, type ModerationAction } from '@app/channel';
import { minuteOf, TestInbox } from '../testing/test-workspace';
import { TestPage } from '../testing/test-page';

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
  await page.ingest([page.comment(0, 'ann', 'c1')]);
  await page.api((tx) => inbox.queue.offerNext(tx, { agentId: lea, clientMutationId: 'take' }));
});

async function ask(action: ModerationAction, more: { agentId?: string; clientMutationId?: string } = {}) {
  const [message] = await page.rows<{ id: string }>(
    `select id from inbox.messages where workspace_id = $1 and direction = 'inbound' order by number desc limit 1`,
    [page.id],
  );
  const call = { agentId: lea, messageId: message!.id, action, clientMutationId: `ask ${++calls}`, ...more };
  return page.api((tx) => inbox.moderation.ask(tx, call));
}
async function moderation(): Promise<Record<string, unknown>> {
  const [row] = await page.rows(
    'select moderation, hidden, withdrawn_by as "withdrawnBy" from inbox.messages where workspace_id = $1',
    [page.id],
  );
  return row!;
}
const later = (): number => (inbox.clock.now().getTime() - Date.parse(minuteOf(0))) / 60_000 + 1;
const openWaits = () =>
  page.rows(`select state from inbox.waits where workspace_id = $1 and state <> 'ended'`, [page.id]);

it('asks the platform once for each wish, in the order of the wishes, and puts it on record without a word of it', async () => {
  await ask('hide', { clientMutationId: 'same' });
  await ask('hide', { clientMutationId: 'same' });
  await ask('show');
  expect(inbox.jobs.map((job) => [job.name, messageModerateJob.parse(job.payload).action])).toEqual([
    ['messenger.messageModerate', 'hide'],
    ['messenger.messageModerate', 'show'],
  ]);
  expect(new Set(inbox.jobs.map((job) => job.lane)).size).toBe(1);
  expect(inbox.jobs[0]!.payload).toMatchObject({ target: 'comment:c1', nativeId: 'c1', accountId: page.accountId });
  expect(await moderation()).toMatchObject({ moderation: { action: 'show', state: 'asked' }, hidden: false });
  const record = await page.rows<{ kind: string }>(
    'select kind, fields from record.entries where workspace_id = $1 order by seq',
    [page.id],
  );
  expect(record.map((entry) => entry.kind).slice(-3)).toEqual([
    'offer.taken',
    'message.moderationAsked',
    'message.moderationAsked',
  ]);
  expect(JSON.stringify(record)).not.toContain('text of');
});

it('is done when the platform has done it, and refused in its words', async () => {
  await ask('hide');
  await page.ingest([page.change(later(), 'comment:c1', { type: 'hidden', hidden: true })]);
  expect(await moderation()).toMatchObject({ hidden: true, moderation: { action: 'hide', state: 'done' } });
  await ask('delete');
  await page.ingest([page.change(later(), 'comment:c1', { type: 'refused', action: 'delete', detail: 'not yours' })]);
  expect(await moderation()).toMatchObject({
    withdrawnBy: null,
    moderation: { action: 'delete', state: 'refused', detail: 'not yours' },
  });
});

it('lets the customer wait on whose comment we deleted, whoever the platform says has removed it', async () => {
  await ask('delete');
  await page.ingest([page.change(later(), 'comment:c1', { type: 'withdrawn', by: 'author' })]);
  expect(await moderation()).toMatchObject({ withdrawnBy: 'us', moderation: { state: 'done' } });
  expect(await openWaits()).toEqual([{ state: 'taken' }]);
  expect(await ask('hide')).toEqual({ error: 'not-moderatable' });
});

it('is for who holds the wait, for public messages, on channels that have it', async () => {
  expect(await ask('hide', { agentId: await page.agent('Max') })).toEqual({ error: 'not-held' });
  await page.ingest([page.account({ version: 2, moderates: false })]);
  expect(await ask('hide')).toEqual({ error: 'not-moderatable' });
  await page.ingest([page.account({ version: 3, moderates: true }), page.dm(1, 'ann', 'd1')]);
  await page.api((tx) => inbox.queue.offerNext(tx, { agentId: lea, clientMutationId: 'take more' }));
  expect(await ask('hide')).toEqual({ error: 'not-moderatable' });
  expect(inbox.jobs).toEqual([]);
});
