import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '@app/runtime';
import { MailSimulator } from '../../apps/simulator/src';
import { ApiClient } from '../support/api-client';
import { built } from '../support/built';
import { evenhand, type Ran } from '../support/operator';
import { ProductProcess, until } from '../support/product';
import { testDatabase, type TestDatabase } from '../support/test-database';

const MAILBOX = 'help@shop.example';
const PASSWORD = 'a long enough password';

let dir: string;
let database: TestDatabase;
let provider: MailSimulator;
let env: Record<string, string>;
let product: ProductProcess | undefined;

beforeAll(async () => {
  await built();
  dir = await mkdtemp(join(tmpdir(), 'evenhand-operator-'));
  database = await testDatabase();
  provider = await MailSimulator.start({ dir: join(dir, 'provider') });
  provider.addMailbox(MAILBOX, { password: 'right', storesSent: true });
  env = {
    DATABASE_URL: database.ownerUrl,
    EVENHAND_DATA_DIR: join(dir, 'data'),
    EVENHAND_DEMO: 'off',
    EVENHAND_PORT: '0',
    EVENHAND_LOG_LEVEL: 'warn',
  };
});
afterAll(async () => {
  await product?.stop();
  await provider.stop();
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

async function running(): Promise<ApiClient> {
  product ??= ProductProcess.start('all-in-one', env);
  const [, url] = await product.prints(/Evenhand +(http:\/\/127\.0\.0\.1:\d+)/);
  return new ApiClient(url!);
}

function addUser(email: string, role: string, password = PASSWORD): Promise<Ran> {
  return evenhand(env, ['user', 'add', '--email', email, '--role', role, '--password-stdin'], `${password}\n`);
}

function addMailbox(ports: { imap: number; smtp: number }, password: string, address = MAILBOX): Promise<Ran> {
  const user = encodeURIComponent(address);
  const urls = ['--imap', `imap://${user}@127.0.0.1:${ports.imap}`, '--smtp', `smtp://${user}@127.0.0.1:${ports.smtp}`];
  return evenhand(env, ['account', 'add', 'email', '--address', address, ...urls, '--password-stdin'], password);
}

const ports = (): { imap: number; smtp: number } => ({ imap: provider.imapPort, smtp: provider.smtpPort });

it('asks for a person first, when a mailbox is added to nothing', async () => {
  const { code, output } = await addMailbox(ports(), 'right');

  expect(output).toMatch(/there is no workspace yet: add a person first/);
  expect(code).toBe(2);
});

it('adds people while the product is stopped and while it runs, and each can sign in', async () => {
  expect(await addUser('ada@shop.example', 'admin')).toEqual({
    code: 0,
    output: 'ada@shop.example can sign in as admin.\n',
  });
  expect((await addUser('short@shop.example', 'agent', 'short')).output).toMatch(/has 5 characters; at least 10/);
  const page = await running();
  expect((await addUser('Lea@Shop.example', 'agent')).code).toBe(0);

  const again = await addUser('lea@shop.example', 'admin');

  expect(again).toEqual({ code: 1, output: 'lea@shop.example has a place here already.\n' });
  const lea = new ApiClient(page.baseUrl);
  await lea.signIn('lea@shop.example', PASSWORD);
  await page.signIn('ada@shop.example', PASSWORD);
  const { viewer } = await page.call<{ viewer: unknown }>('{ viewer { agent { role } workspace { name demo } } }');
  expect(viewer).toEqual({ agent: { role: 'ADMIN' }, workspace: { name: 'Evenhand', demo: false } });
});

it('tries a mailbox before it is connected, and then reads it without a restart', async () => {
  const refused = await addMailbox(ports(), 'wrong');
  expect(refused.output).toMatch(/refuses the user name or password \(IMAP, 127\.0\.0\.1:\d+\)\. Give the mailbox its/);
  expect(refused.output).not.toMatch(/wrong$|\n {4}at /m);
  expect(refused.code).toBe(1);
  const nobody = await addMailbox({ imap: 1, smtp: 1 }, 'right');
  expect(nobody.output).toMatch(/cannot be read \(IMAP, 127\.0\.0\.1:1\): nothing answers there; check host and port/);

  expect(await addMailbox(ports(), 'right')).toMatchObject({
    code: 0,
    output: expect.stringContaining('is connected'),
  });

  const page = await running();
  await page.signIn('ada@shop.example', PASSWORD);
  // from now on means from now on: before anybody has looked into the mailbox
  await provider.writeAs({ from: { address: 'zoe@customers.test' }, to: MAILBOX, subject: 'Hello', text: 'My lamp?' });
  await until('the mailbox is on the page', async () => {
    const { accounts } = await page.call<{ accounts: { nodes: { address: string; status: string }[] } }>(
      '{ accounts { nodes { address status } } }',
    );
    return accounts.nodes.some(({ address, status }) => address === MAILBOX && status === 'CONNECTED');
  });
  await until('the mail waits in the queue', async () => {
    const { queue } = await page.call<{ queue: { waiting: number } }>('{ queue { waiting } }');
    return queue.waiting === 1;
  });
  const twice = await addMailbox(ports(), 'right');
  expect(twice.output).toMatch(/help@shop\.example is connected already/);
  expect(twice.code).toBe(1);
});

it('finds what is wrong and says how to mend it', async () => {
  const well = await evenhand(env, ['doctor']);
  expect(well.output).toMatch(/ok {5}mailbox help@shop\.example: both servers let us in[\s\S]*Nothing is wrong\./);
  expect(well.code).toBe(0);

  provider.faults = { refuseLogin: true };
  const ill = await evenhand(env, ['doctor']);
  provider.faults = {};

  expect(ill.output).toMatch(/FAULT {2}mailbox help@shop\.example: .*refuses the user name or password.*\n +→ mend/);
  expect(ill.output).toMatch(/\d to mend\./);
  expect(ill.code).toBe(1);
  const away = await evenhand({ ...env, DATABASE_URL: 'postgres://owner@127.0.0.1:1/evenhand' }, ['doctor']);
  expect(away.output).toMatch(
    /FAULT {2}database: PostgreSQL cannot be reached \(.*127\.0\.0\.1:1\)\. Start it, or correct/,
  );
  const faults = await evenhand({ ...env, EVENHAND_PORT: 'x', REDIS_URL: 'http://r' }, ['doctor']);
  expect(faults.output).toMatch(/FAULT {2}configuration: .* 2 faults:[\s\S]*REDIS_URL[\s\S]*EVENHAND_PORT: got "x"/);
  const redis = await evenhand({ ...env, REDIS_URL: 'redis://127.0.0.1:1' }, ['doctor']);
  expect(redis.output).toMatch(/note {3}redis: 127\.0\.0\.1:1 does not answer; nothing is lost/);
});

it('leaves the passwords of login roles as the operator chose them', async () => {
  // roles belong to a whole server, and the run's is used by other tests
  const own = { EVENHAND_DATA_DIR: join(dir, 'own'), EVENHAND_ROLE_PASSWORD_API: 'chosen by hand' };
  const server = await startEmbeddedPostgres({ dataDir: own.EVENHAND_DATA_DIR });
  try {
    expect(await evenhand(own, ['migrate'])).toMatchObject({ code: 0 });

    const person = ['user', 'add', '--email', 'o@p.example', '--role', 'admin', '--password-stdin'];
    expect(await evenhand(own, person, PASSWORD)).toMatchObject({ code: 0 });

    const url = new URL(server.url);
    url.username = 'evenhand_api';
    url.password = encodeURIComponent(own.EVENHAND_ROLE_PASSWORD_API);
    const api = new Client({ connectionString: url.href });
    await api.connect();
    expect((await api.query('select current_user as name')).rows).toEqual([{ name: 'evenhand_api' }]);
    await api.end();
  } finally {
    await server.stop();
  }
});
