import { join } from 'node:path';
import type { OutboundMessage } from '@app/channel';
import { HostGuard } from '@app/connector-host';
import { MailSimulator, type MailboxSettings } from '../../simulator/src';
import { connectImap } from './imap-client';
import { MailboxWorld } from './testing/mailbox-world';

const ADDRESS = 'support@example.test';
const CUSTOMER = 'jeanne@customers.test';

let world: MailboxWorld;
let simulator: MailSimulator;

beforeEach(async () => {
  world = await MailboxWorld.open();
  simulator = await MailSimulator.start({ dir: join(world.dir, 'provider') });
});

afterEach(async () => {
  await world.close();
  await simulator.stop();
});

async function start(mailbox: MailboxSettings = {}, settings = {}) {
  simulator.addMailbox(ADDRESS, { password: 'secret', ...mailbox });
  const running = await world.host();
  const { host, jobs } = running;
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
  const send = async (more: Partial<OutboundMessage> = {}) => {
    const outbound = world.outbound(accountId, running.connector, more);
    await world.send(jobs, outbound);
    return outbound;
  };
  const received = () => simulator.mailbox(CUSTOMER).inbox;
  return { ...running, accountId, send, received };
}

test('a reply reaches the customer once, in its thread and signed', async () => {
  const { send, received } = await start();
  const outbound = await send({ inReplyTo: 'first@customers.test', references: ['first@customers.test'] });
  const sent = await world.state(outbound, 'sent');
  expect(sent.nativeIds).toHaveLength(1);
  const [mail, ...more] = received();
  expect(more).toEqual([]);
  const text = mail!.raw.toString();
  expect(text).toContain(`Message-ID: <${sent.nativeIds[0]}>`);
  expect(text).toMatch(/^In-Reply-To: <first@customers\.test>$/m);
  expect(text.replace(/\r\n\s+/g, ' ')).toMatch(/^References: <c\.[a-z2-7.]+@example\.test> <first@customers\.test>$/m);
  expect(text).toMatch(/^X-Evenhand-Id: [a-z2-7]{26}\.[a-z][a-z2-7]{16}$/im);
});

test('a mail taken without an answer counts as sent when the Sent folder has it', async () => {
  const { send, received } = await start({ storesSent: true });
  simulator.faults = { cutAfterData: 1 };
  const outbound = await send();
  await world.state(outbound, 'sent');
  expect(received()).toHaveLength(1);
});

test('a mail that an authoritative Sent folder does not have goes out again', async () => {
  const { send, received } = await start({ storesSent: true }, { sentIsAuthoritative: true });
  simulator.faults = { cutDuringData: 1 };
  const outbound = await send();
  await world.state(outbound, 'sent');
  expect(received()).toHaveLength(1);
});

test('a recipient who asks for patience does not hold up the others of the mailbox', async () => {
  const { send, received } = await start();
  simulator.faults = { rcpt: { code: 451, text: '4.7.1 greylisted, try later', often: 1 } };
  const [slow, next] = [await send({ subject: 'slow' }), await send({ subject: 'next' })];
  await world.state(next, 'sent');
  await world.state(slow, 'sent');
  expect(received()).toHaveLength(2);
});

test('our own copy in the Sent folder settles a message that was uncertain, and is no message of a colleague', async () => {
  const { send, received, accountId } = await start({ storesSent: false }, { readSent: true });
  simulator.faults = { cutAfterData: 1 };
  const outbound = await send();
  await world.state(outbound, 'uncertain');
  // a provider that files late
  const copy = received()[0]!.raw;
  const client = await connectImap(
    { host: '127.0.0.1', port: simulator.imapPort, tls: 'none', user: ADDRESS },
    'secret',
    new HostGuard(true),
    new AbortController().signal,
  );
  await client.append('Sent', copy, ['\\Seen']);
  client.close();
  await world.state(outbound, 'sent');
  expect(await world.events('message', accountId)).toEqual([]);
});

test('a customer’s answer to a message that was uncertain settles it', async () => {
  const { send, received } = await start({ storesSent: false });
  simulator.faults = { cutAfterData: 1 };
  const outbound = await send();
  await world.state(outbound, 'uncertain');
  const from = { name: 'Jeanne', address: CUSTOMER };
  await simulator.writeAs({ from, to: ADDRESS, subject: 'Re: x', text: 'Merci', inReplyTo: received()[0]!.messageId! });
  await world.state(outbound, 'sent');
});

test('a mailbox whose provider keeps no copy gets one from us, once', async () => {
  const { send } = await start({ storesSent: false }, { appendSent: true, readSent: true });
  const outbound = await send();
  await world.state(outbound, 'sent');
  const sent = await world.until(async () => simulator.mailbox(ADDRESS).sent[0], 'the copy');
  expect(sent.raw.toString()).toContain(`Message-ID: <m.`);
});

test('a process that ends between acceptance and settling leads to a look-up, never to a second mail', async () => {
  const { accountId, stop } = await start({ storesSent: true });
  await stop();
  // what a killed process leaves: started, taken by the provider, not settled
  const { host, connector, jobs } = await world.host();
  const outbound = world.outbound(accountId, connector);
  const account = await host.accounts.open(accountId);
  await connector.send(await connector.prepare(outbound, account), outbound, account);
  await world.database.query(
    'insert into intake.sends (outbound_id, attempt, workspace_id, account_id, started_at) values ($1, 1, $2, $3, now())',
    [outbound.id, world.workspaceId, accountId],
  );
  await world.send(jobs, outbound);
  await world.state(outbound, 'sent');
  expect(simulator.mailbox(CUSTOMER).inbox).toHaveLength(1);
});
