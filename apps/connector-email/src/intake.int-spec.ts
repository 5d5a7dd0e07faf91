import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageEvent } from '@app/channel';
import { BlobStoreUnavailable, DiskBlobs, Ids } from '@app/runtime';
import { MailSimulator } from '../../simulator/src';
import { MailboxWorld } from './testing/mailbox-world';
import { MailTokens } from './tokens';

const ADDRESS = 'support@example.test';
const ids = new Ids();

let world: MailboxWorld;
let simulator: MailSimulator;
let dir: string;

beforeEach(async () => {
  world = await MailboxWorld.open();
  dir = await mkdtemp(join(tmpdir(), 'evenhand-sim-'));
  simulator = await MailSimulator.start({ dir });
  simulator.addMailbox(ADDRESS, { password: 'secret', name: 'Support' });
});

afterEach(async () => {
  await world.close();
  await simulator.stop();
  await rm(dir, { recursive: true, force: true });
});

type Host = Awaited<ReturnType<MailboxWorld['host']>>['host'];

async function connect(host: Host, more = {}, address = ADDRESS): Promise<string> {
  const settings = world.settings(simulator, address, more);
  const credentials = world.credentials('secret');
  return host.accounts.add({ workspaceId: world.workspaceId, address, name: 'Support', settings, credentials });
}

/** A mail as bytes; each has its own Message-ID unless given. */
function mail(fields: Record<string, string> = {}, text = 'Bonjour'): string {
  const all = {
    From: 'Jeanne <jeanne@customers.test>',
    To: ADDRESS,
    Date: 'Sun, 22 Nov 2026 08:00:00 +0000',
    'Message-ID': `<${ids.next()}@customers.test>`,
    Subject: 'Ma machine',
    ...fields,
  };
  return `${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\r\n')}\r\n\r\n${text}\r\n`;
}

function messages(account: string, count: number): Promise<MessageEvent[]> {
  return world.until(async () => {
    const found = await world.events('message', account);
    return found.length >= count && found;
  }, `${count} messages`);
}

/** All folders are read up to where the server stands, and nothing is under way. */
async function settled(account: string): Promise<void> {
  await world.until(async () => {
    const rows = await world.database.query<{ stream: string; next: number }>(
      `select stream, (cursor->>'nextUid')::integer as next from intake.cursors where account_id = $1`,
      [account],
    );
    const boxes = simulator.mailbox(ADDRESS);
    const next = (mails: readonly { uid: number }[]): number => Math.max(0, ...mails.map(({ uid }) => uid)) + 1;
    const at = new Map(rows.map((row) => [row.stream, row.next]));
    return at.get('INBOX') === next(boxes.inbox) && at.get('Sent') === next(boxes.sent);
  }, 'the cursors to reach the end');
}

test('a mail that arrives becomes one event, with its raw bytes kept encrypted', async () => {
  const { host } = await world.host();
  const account = await connect(host);
  await simulator.writeAs({
    from: { name: 'Jeanne', address: 'jeanne@customers.test' },
    to: ADDRESS,
    subject: 'Ma machine',
    text: 'Elle fuit.',
  });
  const events = await messages(account, 1);
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    direction: 'inbound',
    class: 'ordinary',
    subject: 'Ma machine',
    author: { value: 'jeanne@customers.test' },
    history: false,
  });
  expect(events[0]!.text).toContain('Elle fuit.');
  const [row] = await world.database.query<{ id: string; raw: Buffer }>(
    'select delivery_id as id, bytes as raw from intake.raw_bytes',
  );
  expect(row!.raw.includes('Elle fuit')).toBe(false);
  expect(world.vault.open('delivery', row!.id, row!.raw).toString()).toContain('Elle fuit.');
});

test('what stood in the mailbox before it was connected is left, or read as history', async () => {
  const yesterday = new Date(Date.now() - 86_400_000);
  simulator.deliver(mail({ Subject: 'old' }), { to: ADDRESS, internalDate: yesterday });
  const { host } = await world.host();
  const account = await connect(host);
  await settled(account);
  simulator.deliver(mail({ Subject: 'new' }), { to: ADDRESS });
  expect((await messages(account, 1)).map(({ subject }) => subject)).toEqual(['new']);
  await host.accounts.disconnect(account);
  // IMAP knows whole seconds only
  world.clock.advance(2_000);
  const again = await connect(host, { history: 'all' });
  const events = await messages(again, 2);
  expect(events.map(({ subject, history }) => ({ subject, history }))).toEqual([
    { subject: 'old', history: true },
    { subject: 'new', history: true },
  ]);
});

test('each mail is stored once while connections are cut and processes come and go', async () => {
  let current = await world.host();
  const account = await connect(current.host);
  for (let i = 0; i < 120; i++) {
    simulator.deliver(mail({ Subject: `mail ${i}` }), { to: ADDRESS });
    if (i % 20 === 10) simulator.dropConnections();
    if (i % 40 === 30) {
      await current.stop();
      current = await world.host();
    }
  }
  await messages(account, 120);
  await settled(account);
  const events = await world.events('message', account);
  expect(new Set(events.map(({ subject }) => subject)).size).toBe(120);
  expect(events).toHaveLength(120);
});

test('two processes do not read one mailbox at once, and the second takes over when the first ends', async () => {
  const first = await world.host();
  const account = await connect(first.host);
  await settled(account);
  const holder = async () =>
    (
      await world.database.query<{ holder: string; number: number }>(
        'select lease_holder as holder, lease_number as number from intake.accounts',
      )
    )[0]!;
  const before = await holder();
  const second = await world.host();
  await second.host.look();
  expect(await holder()).toEqual(before);
  await first.stop();
  await second.host.look();
  expect((await holder()).number).toBe(before.number + 1);
  simulator.deliver(mail(), { to: ADDRESS });
  await messages(account, 1);
});

test('a folder that counts anew is read again without a second message', async () => {
  const { host } = await world.host();
  const account = await connect(host, { history: 'all' });
  for (let i = 0; i < 5; i++) simulator.deliver(mail({ Subject: `mail ${i}` }), { to: ADDRESS });
  await messages(account, 5);
  simulator.renewUidValidity(ADDRESS);
  simulator.deliver(mail({ Subject: 'after' }), { to: ADDRESS });
  await messages(account, 6);
  await settled(account);
  // the whole folder was read, lest other mails stand under the same UIDs
  expect(await world.database.query('select from intake.deliveries')).toHaveLength(11);
  expect(await world.events('message', account)).toHaveLength(6);
});

test('a server that lost its mailbox and counts from 1 under the same UIDVALIDITY loses us no mail', async () => {
  const { host, stop } = await world.host();
  const account = await connect(host, { history: 'all' });
  for (let i = 0; i < 5; i++) simulator.deliver(mail({ Subject: `mail ${i}` }), { to: ADDRESS });
  await messages(account, 5);
  await stop();
  // the mail that will come has a UID under which another one is stored
  await world.database.query(`update intake.deliveries set source = replace(source, ';UID=5', ';UID=6')`);
  // as if the server's store were gone: our cursor stands above what it will say
  await world.database.query(
    `update intake.cursors set cursor = jsonb_set(cursor, '{nextUid}', '500') where stream = 'INBOX'`,
  );
  simulator.deliver(mail({ Subject: 'after' }), { to: ADDRESS });
  await world.host();
  await messages(account, 6);
  await settled(account);
  expect(await world.events('message', account)).toHaveLength(6);
  const [{ lost }] = (await world.database.query<{ lost: number }>(
    'select count(*) as lost from intake.events e where delivery_id is not null and not exists (select from intake.deliveries d where d.id = e.delivery_id)',
  )) as [{ lost: number }];
  expect(lost).toBe(0);
});

test('a mail that reading missed is found by the daily comparison', async () => {
  const gaps: number[] = [];
  const parts = { folders: { gapCheckMs: 50, sweepMs: 100 }, onGap: (mails: number) => void gaps.push(mails) };
  const { host } = await world.host({ parts });
  const account = await connect(host, { history: 'all' });
  simulator.deliver(mail({ Subject: 'one' }), { to: ADDRESS });
  await messages(account, 1);
  await world.database.transaction('system', async (tx) => {
    await tx.execute('delete from intake.events where kind = $1', ['message']);
    await tx.execute('delete from intake.deliveries');
  });
  await messages(account, 1);
  expect(gaps).toEqual([1]);
});

test('the same mail to two of our mailboxes is a message in each', async () => {
  simulator.addMailbox('sales@example.test', { password: 'secret' });
  const { host } = await world.host();
  const [support, sales] = [await connect(host), await connect(host, {}, 'sales@example.test')];
  const raw = mail({ To: `${ADDRESS}, sales@example.test` });
  simulator.deliver(raw, { to: ADDRESS });
  simulator.deliver(raw, { to: 'sales@example.test' });
  const [one] = await messages(support, 1);
  const [other] = await messages(sales, 1);
  expect(one!.externalId).toBe(other!.externalId);
});

test('a mail twice in one mailbox is one message with both deliveries kept', async () => {
  const { host } = await world.host();
  const account = await connect(host);
  const raw = mail();
  simulator.deliver(raw, { to: ADDRESS });
  simulator.deliver(raw, { to: ADDRESS });
  await messages(account, 1);
  await settled(account);
  expect(await world.events('message', account)).toHaveLength(1);
  expect(await world.database.query('select from intake.deliveries')).toHaveLength(2);
});

test('an answer written in another mail program is read from Sent as an answer by a person', async () => {
  const { host } = await world.host();
  const account = await connect(host);
  simulator.deliver(mail({ 'Message-ID': '<question@customers.test>' }), { to: ADDRESS });
  await messages(account, 1);
  await simulator.writeAs({
    from: { name: 'Support', address: ADDRESS },
    to: 'jeanne@customers.test',
    subject: 'Re: Ma machine',
    text: 'Réparé.',
    inReplyTo: '<question@customers.test>',
  });
  const [, answer] = await messages(account, 2);
  expect(answer).toMatchObject({ direction: 'outbound', class: 'ordinary', author: { value: ADDRESS } });
  expect(answer!.threading.references[0]).toEqual({ kind: 'native', id: 'question@customers.test', direct: true });
});

test('a reply to our address or our Message-ID names its conversation, a forged one does not', async () => {
  const { host, connector } = await world.host();
  const account = await connect(host, { plusAddressing: true });
  const tokens = new MailTokens(world.vault.signingKeys, ADDRESS);
  const [conversation, outbound] = [ids.next(), ids.next()];
  const message = {
    id: outbound,
    workspaceId: world.workspaceId,
    accountId: account,
    channel: 'email' as const,
    conversationId: conversation,
    at: new Date().toISOString(),
    authorName: 'Léa',
    to: [{ value: 'jeanne@customers.test' }],
    subject: 'Re: x',
    text: 'y',
    attachments: [],
    visibility: 'private' as const,
    threadKey: null,
    privateReplyTo: null,
    window: null,
    automated: false,
    inReplyTo: null,
    references: [],
  };
  const prepared = await connector.prepare(message, await host.accounts.open(account));
  const replyTo = /^Reply-To: (\S+)/m.exec(prepared.toString())![1]!;
  expect(replyTo).toBe(tokens.replyAddress(conversation));

  simulator.deliver(mail({ Subject: 'by address', To: replyTo }), { to: replyTo });
  simulator.deliver(mail({ Subject: 'by id', 'In-Reply-To': `<${tokens.messageId(outbound)}>` }), { to: ADDRESS });
  const forged = tokens.messageId(outbound).replace(/.@/, (end) => (end === 'a@' ? 'b@' : 'a@'));
  simulator.deliver(mail({ Subject: 'forged id', 'In-Reply-To': `<${forged}>` }), { to: ADDRESS });
  const forgedAddress = replyTo.replace(/.@/, (end) => (end === 'a@' ? 'e@' : 'a@'));
  simulator.deliver(mail({ Subject: 'forged address', To: forgedAddress }), { to: forgedAddress });
  const found = new Map((await messages(account, 4)).map((event) => [event.subject, event.threading]));
  expect(found.get('by address')!.token).toBe(conversation);
  expect(found.get('by id')!.references).toEqual([{ kind: 'message', id: outbound }]);
  expect(found.get('forged id')!.references).toEqual([{ kind: 'native', id: forged, direct: true }]);
  expect(found.get('forged address')!.token).toBeUndefined();
});

test('bounces, automatic answers, lists and our own mail are told apart from people', async () => {
  const { host } = await world.host();
  const account = await connect(host);
  const bounce = mail(
    {
      From: 'MAILER-DAEMON@relay.test',
      Subject: 'Undelivered Mail',
      'Content-Type': 'multipart/report; report-type=delivery-status; boundary=b',
      'MIME-Version': '1.0',
    },
    '--b\r\nContent-Type: text/plain\r\n\r\nfailed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.test\r\n\r\nFinal-Recipient: rfc822; x@y.test\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--',
  );
  simulator.deliver(bounce, { to: ADDRESS });
  simulator.deliver(mail({ 'Auto-Submitted': 'auto-replied', Subject: 'away' }), { to: ADDRESS });
  simulator.deliver(mail({ 'List-Id': '<news.example.org>', Subject: 'news' }), { to: ADDRESS });
  simulator.deliver(mail({ From: ADDRESS, Subject: 'to ourselves' }), { to: ADDRESS });
  simulator.deliver(mail({ From: ADDRESS, 'Reply-To': 'jeanne@customers.test', Subject: 'form on our site' }), {
    to: ADDRESS,
  });
  const events = await messages(account, 5);
  expect(Object.fromEntries(events.map((event) => [event.subject, event.class]))).toEqual({
    'Undelivered Mail': 'bounce',
    away: 'auto-reply',
    news: 'list',
    'to ourselves': 'own',
    'form on our site': 'ordinary',
  });
  expect(events.find(({ subject }) => subject === 'form on our site')!.author.value).toBe('jeanne@customers.test');
});

test('a password that no longer works asks to connect again, and a new one goes on where it stopped', async () => {
  const { host } = await world.host();
  const account = await connect(host);
  simulator.deliver(mail({ Subject: 'before' }), { to: ADDRESS });
  await messages(account, 1);
  simulator.addMailbox(ADDRESS, { password: 'changed' });
  simulator.dropConnections();
  simulator.deliver(mail({ Subject: 'between' }), { to: ADDRESS });
  await world.until(async () => (await host.accounts.get(account)).status === 'reconnect_needed', 'the account to ask');
  const told = await world.events('account', account);
  expect(told.at(-1)).toMatchObject({ status: 'reconnect_needed', detail: expect.stringMatching(/password/) });
  await host.accounts.reconnect(account, world.settings(simulator, ADDRESS), world.credentials('changed'));
  expect((await messages(account, 2)).map(({ subject }) => subject)).toEqual(['before', 'between']);
});

test('mail without Message-ID, Date, From or body, and bytes that are no mail, are all there', async () => {
  const { host } = await world.host();
  const account = await connect(host);
  const shapes = [
    '',
    '\r\n',
    'no headers at all',
    'Subject: only a header\r\n\r\n',
    'From: a@b.test\r\n\r\nno id',
    Buffer.from([0, 255, 254, 13, 10]),
  ];
  for (const shape of shapes) simulator.deliver(shape, { to: ADDRESS });
  await settled(account);
  const stored = await world.database.query<{ state: string }>('select state from intake.deliveries');
  expect(stored).toHaveLength(shapes.length);
  expect(stored.map(({ state }) => state)).not.toContain('ignored');
  expect(await world.events('message', account)).toHaveLength(shapes.length);
});

test('a mail whose files cannot be stored waits until there is room, and the operator reads why', async () => {
  let full = true;
  class SmallDisk extends DiskBlobs {
    override async put(...given: Parameters<DiskBlobs['put']>) {
      if (full) throw new BlobStoreUnavailable('the disk is full: free some space', undefined);
      return super.put(...given);
    }
  }
  const { host } = await world.host({ parts: { blobs: new SmallDisk(dir) } });
  const account = await connect(host);
  const from = { name: 'Jeanne', address: 'jeanne@customers.test' };
  const attachments = [{ filename: 'photo.png', contentType: 'image/png', content: Buffer.from('png') }];
  await simulator.writeAs({ from, to: ADDRESS, subject: 'Photo', text: 'La voici', attachments });
  await world.until(async () => (await host.accounts.get(account)).detail.includes('disk is full'), 'the advice');
  expect(await world.database.query('select from intake.deliveries')).toHaveLength(0);
  full = false;
  const [event] = await messages(account, 1);
  expect(event!.attachments).toHaveLength(1);
});

test('our own mail that a stranger sends back, ids and all, is shown as theirs', async () => {
  const { host, connector } = await world.host();
  const account = await connect(host);
  const outbound = world.outbound(account, connector);
  const prepared = (await connector.prepare(outbound, await host.accounts.open(account))).toString();
  simulator.deliver(prepared.replace(/^From: .*$/m, 'From: Jeanne <jeanne@customers.test>'), { to: ADDRESS });
  const [event] = await messages(account, 1);
  expect(event).toMatchObject({ direction: 'inbound', author: { value: 'jeanne@customers.test' }, nativeIds: [] });
});
