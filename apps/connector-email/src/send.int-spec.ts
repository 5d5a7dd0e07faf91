import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageSendJobName, type OutboundMessage, type SendEvent } from '@app/channel';
import { Ids } from '@app/runtime';
import { MailSimulator, type MailboxSettings } from '../../simulator/src';
import { MailboxWorld } from './testing/mailbox-world';

const ADDRESS = 'support@example.test';
const CUSTOMER = 'jeanne@customers.test';
const ids = new Ids();
/** Quick enough for a test, slow enough to be told apart. */
const sends = { lookUpAfterMs: 0, waitMs: 50, rejectedMs: 50, retries: { waits: [20], giveUpMs: 60_000, jitter: 0 } };

let world: MailboxWorld;
let simulator: MailSimulator;
let dir: string;

beforeEach(async () => {
  world = await MailboxWorld.open();
  dir = await mkdtemp(join(tmpdir(), 'evenhand-sim-'));
  simulator = await MailSimulator.start({ dir });
});

afterEach(async () => {
  await world.close();
  await simulator.stop();
  await rm(dir, { recursive: true, force: true });
});

async function start(mailbox: MailboxSettings = {}, settings = {}) {
  simulator.addMailbox(ADDRESS, { password: 'secret', ...mailbox });
  const { host, jobs, stop } = await world.host({ host: { sends } });
  const accountId = await host.accounts.add({
    workspaceId: world.workspaceId,
    address: ADDRESS,
    name: 'Lumen',
    settings: world.settings(simulator, ADDRESS, {
      sentIsAuthoritative: false,
      appendSent: false,
      readSent: false,
      ...settings,
    }),
    credentials: world.credentials('secret'),
  });
  const send = async (more: Partial<OutboundMessage> = {}, again = false) => {
    const outbound: OutboundMessage = {
      id: ids.next(),
      workspaceId: world.workspaceId,
      accountId,
      channel: 'email',
      conversationId: ids.next(),
      at: new Date().toISOString(),
      authorName: 'Léa',
      to: [{ value: CUSTOMER, name: 'Jeanne' }],
      subject: 'Re: Ma machine',
      text: 'Bonjour,\n\nC’est réparé.',
      attachments: [],
      inReplyTo: null,
      references: [],
      ...more,
    };
    await world.database.transaction('system', (tx) =>
      jobs.enqueue(tx, messageSendJobName('email'), { outbound, again }, { key: outbound.id, lane: accountId }),
    );
    return outbound;
  };
  const state = (outbound: OutboundMessage, wanted: SendEvent['state']) =>
    world.until(async () => {
      const events = await world.events('send', accountId);
      return events.find((event) => event.outboundId === outbound.id && event.state === wanted);
    }, `the message to be ${wanted}`);
  const received = () => simulator.mailbox(CUSTOMER).inbox;
  return { host, jobs, accountId, send, state, received, stop };
}

test('a reply reaches the customer once, in its thread and signed', async () => {
  const { send, state, received } = await start();
  const outbound = await send({ inReplyTo: 'first@customers.test', references: ['first@customers.test'] });
  const sent = await state(outbound, 'sent');
  expect(sent.nativeIds).toHaveLength(1);
  const [mail, ...more] = received();
  expect(more).toEqual([]);
  const text = mail!.raw.toString();
  expect(text).toContain(`Message-ID: <${sent.nativeIds[0]}>`);
  expect(text).toMatch(/^In-Reply-To: <first@customers\.test>$/m);
  expect(text.replace(/\r\n\s+/g, ' ')).toMatch(/^References: <c\.[a-z2-7.]+@example\.test> <first@customers\.test>$/m);
  expect(text).toMatch(/^X-Evenhand-Id: [a-z2-7]{26}\.[a-z][a-z2-7]{16}$/im);
});

test('a mail taken without an answer is not sent again, and a person decides', async () => {
  const { send, state, received } = await start({ storesSent: false });
  simulator.faults = { cutAfterData: 1 };
  const outbound = await send();
  expect((await state(outbound, 'uncertain')).failure?.detail).toMatch(/without an answer/);
  expect(received()).toHaveLength(1);
  await send({ ...outbound }, true);
  await state(outbound, 'sent');
  const [first, second] = received();
  // the same bytes under the same Message-ID, but for the trace headers of the receiving server
  expect(body(second!.raw)).toEqual(body(first!.raw));
});

test('a mail taken without an answer counts as sent when the Sent folder has it', async () => {
  const { send, state, received } = await start({ storesSent: true });
  simulator.faults = { cutAfterData: 1 };
  const outbound = await send();
  await state(outbound, 'sent');
  expect(received()).toHaveLength(1);
});

test('a mail that an authoritative Sent folder does not have goes out again', async () => {
  const { send, state, received } = await start({ storesSent: true }, { sentIsAuthoritative: true });
  simulator.faults = { cutDuringData: 1 };
  const outbound = await send();
  await state(outbound, 'sent');
  expect(received()).toHaveLength(1);
});

test('a refusal for good fails the message with the server’s words', async () => {
  const { send, state, received } = await start();
  simulator.faults = { rcpt: { code: 550, text: '5.1.1 no such user here' } };
  const outbound = await send();
  expect((await state(outbound, 'failed')).failure).toMatchObject({
    code: 'RECIPIENT_REFUSES',
    detail: expect.stringContaining('no such user'),
  });
  expect(received()).toHaveLength(0);
});

test('a refusal for now is tried again and does not hold up other messages', async () => {
  const { send, state, received } = await start();
  simulator.faults = { rcpt: { code: 451, text: '4.7.1 greylisted, try later', often: 1 } };
  const outbound = await send();
  expect((await state(outbound, 'queued')).nextAt).toBeDefined();
  await state(outbound, 'sent');
  expect(received()).toHaveLength(1);
});

test('a rejected password asks for a new one and the message goes out after it', async () => {
  const { host, accountId, send, state, received } = await start();
  simulator.addMailbox(ADDRESS, { password: 'changed' });
  const outbound = await send();
  await state(outbound, 'queued');
  expect((await host.accounts.get(accountId)).status).toBe('reconnect_needed');
  await host.accounts.reconnect(
    accountId,
    world.settings(simulator, ADDRESS, { readSent: false }),
    world.credentials('changed'),
  );
  await state(outbound, 'sent');
  expect(received()).toHaveLength(1);
  await world.until(
    async () => (await host.accounts.get(accountId)).status === 'connected',
    'the account to work again',
  );
});

test('a process that ends between acceptance and settling leads to a look-up, never to a second mail', async () => {
  const { accountId, stop } = await start({ storesSent: true });
  await stop();
  // what a killed process leaves: started, taken by the provider, not settled
  const { host, connector, jobs } = await world.host({ host: { sends } });
  const outbound: OutboundMessage = {
    id: ids.next(),
    workspaceId: world.workspaceId,
    accountId,
    channel: 'email',
    conversationId: randomUUID(),
    at: new Date().toISOString(),
    authorName: 'Léa',
    to: [{ value: CUSTOMER }],
    subject: 'x',
    text: 'y',
    attachments: [],
    inReplyTo: null,
    references: [],
  };
  const account = await host.accounts.open(accountId);
  await connector.send(await connector.prepare(outbound, account), outbound, account);
  await world.database.query(
    'insert into intake.sends (outbound_id, attempt, workspace_id, account_id, started_at) values ($1, 1, $2, $3, now())',
    [outbound.id, world.workspaceId, accountId],
  );
  await world.database.transaction('system', (tx) =>
    jobs.enqueue(tx, messageSendJobName('email'), { outbound }, { key: outbound.id, lane: accountId }),
  );
  await world.until(
    async () => (await world.events('send', accountId)).some(({ state }) => state === 'sent'),
    'the look-up',
  );
  expect(simulator.mailbox(CUSTOMER).inbox).toHaveLength(1);
});

function body(raw: Buffer): string {
  const text = raw.toString('latin1');
  return text.slice(text.search(/^From:/m));
}
