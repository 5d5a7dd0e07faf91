import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MailSimulator } from '../../simulator/src';
import { MailboxWorld } from './testing/mailbox-world';

const ADDRESS = 'support@example.test';

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

async function connect(host: Awaited<ReturnType<MailboxWorld['host']>>['host'], more = {}): Promise<string> {
  const settings = world.settings(simulator, ADDRESS, more);
  const credentials = world.credentials('secret');
  return host.accounts.add({
    workspaceId: world.workspaceId,
    address: ADDRESS,
    name: 'Support',
    settings,
    credentials,
  });
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
  const events = await world.until(async () => {
    const found = await world.events('message', account);
    return found.length > 0 && found;
  }, 'the mail');
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    direction: 'inbound',
    class: 'ordinary',
    subject: 'Ma machine',
    author: { value: 'jeanne@customers.test' },
    history: false,
  });
  expect(events[0]!.text).toContain('Elle fuit.');
  const [row] = await world.database.query<{ id: string; raw: Buffer }>('select id, raw from intake.deliveries');
  expect(row!.raw.includes('Elle fuit')).toBe(false);
  expect(world.vault.open('delivery', row!.id, row!.raw).toString()).toContain('Elle fuit.');
});
