import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACCOUNT_PURGE, accountPurgeJob, type FileRef } from '@app/channel';
import { DiskBlobs, Ids, Jobs, Logger } from '@app/runtime';
import { until } from '../../../../test/support/product';
import { TestPage } from '../testing/test-page';
import { TestInbox, TestWorkspace } from '../testing/test-workspace';
import { Accounts, defineDisconnect } from './accounts';
import { PurgeAccounts } from './purge-accounts';

/** Met nowhere else. */
const CANARY = 'qz8Vk3tLmW';
const logger = Logger.create({ app: 'test', level: 'silent' });
const key = () => new Ids().next();

let inbox: TestInbox;
let page: TestPage;
let lea: string;
let dir: string;
let blobs: DiskBlobs;
beforeEach(async () => {
  inbox = await TestInbox.start(6);
  page = await TestPage.open(inbox);
  lea = await page.agent('Léa');
  dir = await mkdtemp(join(tmpdir(), 'evenhand-purge-'));
  blobs = new DiskBlobs(dir);
});
afterEach(async () => {
  await inbox.stop();
  await rm(dir, { recursive: true, force: true });
});

async function file(text: string, name: string): Promise<FileRef> {
  const { sha256, size } = await blobs.put(Buffer.from(text), { maxBytes: 1_000 });
  const old = new Date(Date.now() - 3_600_000);
  await utimes(join(dir, sha256.slice(0, 2), sha256.slice(2, 4), sha256), old, old);
  return { sha256, size, name, mime: 'text/plain', inline: false };
}

/** What stands anywhere in the tables that the inbox owns, as text. */
async function dump(): Promise<string[]> {
  const tables = await page.rows<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('inbox', 'record') order by 1`,
  );
  const rows: string[] = [];
  for (const { name } of tables) {
    const found = await page.rows<{ row: string }>(`select t::text as row from ${name} t order by 1`);
    rows.push(...found.map(({ row }) => `${name} ${row}`));
  }
  return rows;
}
async function traces(): Promise<string[]> {
  return (await dump()).filter((row) => row.includes(CANARY));
}

/** Everything that can come through an account, with the canary in each word of it. */
async function fill(): Promise<{ own: FileRef; upload: FileRef; shared: FileRef }> {
  const own = await file(`a ${CANARY}`, `${CANARY}.txt`);
  const shared = await file('both sent it', `${CANARY}.png`);
  const upload = await file(`u ${CANARY}`, `up-${CANARY}.txt`);
  const person = `ann-${CANARY}`;
  await page.ingest([
    page.account({ version: 2, address: `@${CANARY}`, name: `Acme ${CANARY}` }),
    page.dm(1, person, `d-${CANARY}`, {
      author: { value: person, name: `Ann ${CANARY}` },
      text: CANARY,
      attachments: [own, shared],
    }),
    { ...page.comment(2, person, `c-${CANARY}`), permalink: `https://x.com/i/web/status/${CANARY}` },
    page.comment(3, `bob-${CANARY}`, `x-${CANARY}`),
    page.ownComment(4, `o-${CANARY}`, `never-${CANARY}`),
    page.change(5, `d-${CANARY}`, { type: 'edited', text: `edited ${CANARY}`, number: 1 }),
    page.change(6, `unknown-${CANARY}`, { type: 'edited', text: CANARY, number: 1 }),
    page.thread(7, person, { handledBy: { who: 'other', app: CANARY } }),
    page.person(8, `eve-${CANARY}`, { name: `Eve ${CANARY}` }),
  ]);
  const given = await page.api((tx) => inbox.queue.offerNext(tx, { agentId: lea, clientMutationId: key() }));
  if ('error' in given) throw new Error(given.error);
  const { conversationId } = given.offer;
  await page.api((tx) =>
    inbox.notes.create(tx, { agentId: lea, conversationId, text: `note ${CANARY}`, clientMutationId: key() }),
  );
  const attachment = await page.api((tx) => inbox.attachments.create(tx, { ...upload, uploadedBy: lea }));
  await page.api((tx) =>
    inbox.drafts.save(tx, { agentId: lea, conversationId, text: CANARY, attachmentIds: [attachment.id], revision: 1 }),
  );
  return { own, upload, shared };
}

async function disconnect(): Promise<void> {
  const accounts = new Accounts(inbox.changes, { enqueue: async (tx) => tx.newId() });
  await page.api((tx) => accounts.disconnect(tx, { agentId: lea, accountId: page.accountId, clientMutationId: key() }));
}

/** As a triage process works until nothing is left to do for it. @returns what others are asked to do. */
async function purge(times = 1): Promise<string[]> {
  const database = inbox.pool('triage');
  const jobs = new Jobs({ database, logger, pollMs: 20 });
  new PurgeAccounts({ database, jobs, blobs, changes: inbox.changes, filesRestMs: 1_000 }).serve();
  const payload = accountPurgeJob.parse({ workspaceId: page.id, accountId: page.accountId, channel: 'messenger' });
  for (let i = 0; i < times; i++) {
    await database.transaction({ workspaceId: page.id }, (tx) =>
      jobs.enqueue(tx, ACCOUNT_PURGE, payload, { key: `${i}` }),
    );
  }
  await jobs.start();
  const names = () => page.rows<{ name: string }>('select name from jobs.jobs order by name');
  await until('nothing is left to do for triage', async () =>
    (await names()).every(({ name }) => !['account.purge', 'account.filesForget'].includes(name)),
  );
  await jobs.stop(0);
  return (await names()).map(({ name }) => name);
}

it('leaves no word of what came through an account that was disconnected, and asks the others to do the same', async () => {
  const files = await fill();
  const mails = new TestWorkspace(inbox, page.id, key());
  await mails.ingest([
    mails.account(),
    mails.mail(1, 'zoe@y.org', { attachments: [{ ...files.shared, name: 'z.png' }] }),
  ]);
  const before = (await dump()).filter((row) => row.includes('zoe@y.org') || row.includes('z.png'));
  expect((await traces()).length).toBeGreaterThan(15);
  await disconnect();

  expect(await purge()).toEqual(['messenger.accountForget', 'sealed.accountForget']);

  expect(await traces()).toEqual([]);
  const exist = await Promise.all([files.own, files.upload, files.shared].map(({ sha256 }) => blobs.exists(sha256)));
  expect(exist).toEqual([false, false, true]);
  const after = await dump();
  expect(before.filter((row) => !after.includes(row))).toEqual([]);
  const counts = await page.rows(
    /* sql */ `
    select (select count(*) from inbox.conversations where workspace_id = $1) as conversations,
           (select count(*) from inbox.customers where workspace_id = $1) as customers,
           (select coalesce(sum(waiting), 0) from inbox.queue_lengths where workspace_id = $1) as waiting,
           (select array_agg(concat_ws(' ', status, name, address) order by status desc) from inbox.accounts where workspace_id = $1) as accounts`,
    [page.id],
  );
  expect(counts).toEqual([
    {
      conversations: 1,
      customers: 1,
      waiting: '1',
      accounts: ['disconnected messenger ', 'connected Support support@example.org'],
    },
  ]);
});

it('takes nothing in any more, nor its own address, until it is connected again', async () => {
  await fill();
  await disconnect();
  await purge();
  await page.ingest([
    page.dm(20, `ann-${CANARY}`, `d2-${CANARY}`),
    page.account({ version: 3, status: 'disconnected', address: `@${CANARY}` }),
    page.person(21, `eve-${CANARY}`, { name: `Eve ${CANARY}` }),
  ]);
  expect(await traces()).toEqual([]);
  await page.ingest([page.account({ version: 4 }), page.dm(22, 'ann', 'd3')]);
  const messages = await page.rows('select external_id as id from inbox.messages where account_id = $1', [
    page.accountId,
  ]);
  expect(messages).toEqual([{ id: 'd3' }]);
});

it('does it once, however often it is asked for, and goes on where it was stopped', async () => {
  await page.ingest(Array.from({ length: 130 }, (_, i) => page.dm(i, `p${i}`, `d${i}`)));
  await disconnect();
  // an earlier try came this far
  await page.triage((tx) =>
    tx.query('update inbox.accounts set purged_at = $2 where id = $1', [page.accountId, tx.now]),
  );
  await purge(2);
  const entries = await page.rows<{ kind: string; n: number }>(
    `select kind, count(*) as n from record.entries where workspace_id = $1 and kind in ('account.purged', 'wait.ended') group by 1 order by 1`,
    [page.id],
  );
  expect(entries).toEqual([
    { kind: 'account.purged', n: 1 },
    { kind: 'wait.ended', n: 130 },
  ]);
  expect(await page.rows('select 1 from inbox.customers where workspace_id = $1', [page.id])).toEqual([]);
});

it('touches nothing of an account that is in use', async () => {
  await fill();
  const before = await traces();
  const database = inbox.pool('triage');
  const jobs = new Jobs({ database, logger, pollMs: 20 });
  new PurgeAccounts({ database, jobs, blobs, changes: inbox.changes }).serve();
  const payload = { workspaceId: page.id, accountId: page.accountId, channel: 'messenger' };
  await page.triage((tx) => jobs.enqueue(tx, ACCOUNT_PURGE, payload, { key: 'in use' }));
  await jobs.start();
  await until('it was tried', async () => {
    const [job] = await page.rows<{ error: string | null }>('select last_error as error from jobs.jobs');
    return job?.error?.includes('in use') === true;
  });
  await jobs.stop(0);
  expect(await traces()).toEqual(before);
});

describe('disconnecting an account', () => {
  it('stops it for people at once and asks its connector once, with an entry in the record', async () => {
    const asked: unknown[] = [];
    const accounts = new Accounts(inbox.changes, {
      enqueue: async (tx, name, payload) => {
        asked.push([name, payload]);
        return tx.newId();
      },
    });
    const call = { agentId: lea, accountId: page.accountId, clientMutationId: key() };
    for (const clientMutationId of [call.clientMutationId, call.clientMutationId, key()]) {
      const answer = await page.api((tx) => accounts.disconnect(tx, { ...call, clientMutationId }));
      expect(answer).toEqual({ accountId: page.accountId });
    }
    expect(asked).toEqual([['messenger.accountDisconnect', { workspaceId: page.id, accountId: page.accountId }]]);
    expect(await page.rows('select status from inbox.accounts where id = $1', [page.accountId])).toEqual([
      { status: 'disconnected' },
    ]);
    const entries = await page.rows(
      `select fields from record.entries where workspace_id = $1 and kind like 'account.%'`,
      [page.id],
    );
    expect(entries).toEqual([{ fields: { account: page.accountId, by: lea } }]);
  });

  it('is refused for one that is not there, and to whoever types another name', async () => {
    const jobs = new Jobs({ database: inbox.pool('api'), logger });
    defineDisconnect(jobs);
    const accounts = new Accounts(inbox.changes, jobs);
    const ask = (accountId: string, confirm: string) =>
      page.api((tx) => accounts.disconnect(tx, { agentId: lea, accountId, confirm, clientMutationId: key() }));
    expect(await ask(key(), 'x')).toEqual({ error: 'unknown-account' });
    expect(await ask(page.accountId, 'another')).toEqual({ error: 'confirmation-wrong' });
    expect(await ask(page.accountId, ' support ')).toEqual({ accountId: page.accountId });
    expect(await page.rows('select name from jobs.jobs')).toEqual([{ name: 'messenger.accountDisconnect' }]);
  });
});
