import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MailSimulator } from '../../apps/simulator/src';
import { ApiClient } from '../support/api-client';
import { built } from '../support/built';
import { evenhand } from '../support/operator';
import { ProductProcess, until } from '../support/product';
import { TcpGate } from '../support/tcp-gate';
import { testDatabase, type TestDatabase } from '../support/test-database';

const MAILBOX = 'help@shop.example';
const SMALL_DISK = 'mount -t tmpfs -o size=256k tmpfs "$0" && exec "$@"';
/** Whether a disk of our own, small enough to fill, can be mounted for the product. */
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', SMALL_DISK, '/mnt', 'true']).status === 0;

let dir: string;
let database: TestDatabase;
let gate: TcpGate;
let provider: MailSimulator;
let product: ProductProcess;
let ada: ApiClient;
let files: string;

beforeAll(async () => {
  await built();
  dir = mkdtempSync(join(tmpdir(), 'evenhand-bad-servers-'));
  files = join(dir, 'data', 'blobs');
  mkdirSync(files, { recursive: true });
  provider = await MailSimulator.start({ dir: join(dir, 'provider') });
  provider.addMailbox(MAILBOX, { password: 'right', storesSent: true });
  database = await testDatabase();
  const through = await TcpGate.before(database.ownerUrl);
  ({ gate } = through);
  const env = {
    DATABASE_URL: through.url,
    EVENHAND_DATA_DIR: join(dir, 'data'),
    EVENHAND_DEMO: 'off',
    EVENHAND_PORT: '0',
    EVENHAND_LOG_LEVEL: 'warn',
  };
  const under = canMount ? ['unshare', '-rm', 'sh', '-c', SMALL_DISK, files] : [];
  product = ProductProcess.start('all-in-one', env, [], under);
  ada = new ApiClient((await product.prints(/Evenhand +(http\S+?)\/\n/))[1]!);
  await ada.call(`mutation { workspaceSetUp(input: { workspaceName: "Shop", displayName: "Ada", email: "ada@shop.example",
    password: "a long enough password", locale: "en", timeZone: "UTC", clientMutationId: "1" }) { userErrors { message } } }`);
  const urls = ['--imap', `imap://127.0.0.1:${provider.imapPort}`, '--smtp', `smtp://127.0.0.1:${provider.smtpPort}`];
  const added = await evenhand(
    env,
    ['account', 'add', 'email', '--address', MAILBOX, ...urls, '--password-stdin'],
    'right',
  );
  if (added.code !== 0) throw new Error(added.output);
  await write('first');
  await arrived(1);
});
afterAll(async () => {
  await product.stop();
  await gate.close();
  await provider.stop();
  await database.drop();
  rmSync(dir, { recursive: true, force: true });
});

afterEach(async () => {
  provider.faults = {};
  await provider.settled();
});

let written = 0;

async function write(name: string, content?: Buffer): Promise<void> {
  written += 1;
  const attachments = content ? [{ filename: 'photo.bin', content }] : [];
  await provider.writeAs({
    from: { address: `${name}@customers.test` },
    to: MAILBOX,
    subject: name,
    text: name,
    attachments,
  });
}

/** All that was written is in the queue, once each. */
async function arrived(count = written): Promise<void> {
  await until(`${count} wait in the queue`, async () => {
    const { queue } = await ada.call<{ queue: { waiting: number } }>('{ queue { waiting } }');
    expect(queue.waiting).toBeLessThanOrEqual(count);
    return queue.waiting === count;
  });
}

interface AccountState {
  readonly id: string;
  readonly status: string;
  readonly advice: string;
}

async function account(): Promise<AccountState> {
  const { accounts } = await ada.call<{ accounts: { nodes: AccountState[] } }>(
    '{ accounts { nodes { id status advice: detail } } }',
  );
  return accounts.nodes[0]!;
}

async function becomes(status: string, advice = /^/): Promise<AccountState> {
  let now: AccountState | undefined;
  return until(`the account is ${status} and says ${String(advice)}`, async () => {
    now = await account();
    if (now.status === status && advice.test(now.advice)) return now;
    throw new Error(`it is ${now.status}: ${now.advice}`);
  });
}

async function ready(): Promise<{ status: number; checks: Record<string, { status: string; detail?: string }> }> {
  const response = await fetch(`${ada.baseUrl}/health/ready`);
  const { checks } = (await response.json()) as { checks: Record<string, { status: string; detail?: string }> };
  return { status: response.status, checks };
}

it('says that the mail server is away, and reads what came meanwhile when it is back', async () => {
  await becomes('CONNECTED');
  provider.faults = { down: true };
  await provider.settled();

  await becomes(
    'DEGRADED',
    /cannot be read \(IMAP, 127\.0\.0\.1:\d+\): nothing answers there; check host and port, or wait/,
  );
  expect(await ready()).toMatchObject({
    status: 200,
    checks: {
      'connector-email email accounts': {
        status: 'degraded',
        detail: expect.stringMatching(/^1 of 1 accounts/) as string,
      },
    },
  });
  await write('while-the-server-is-away');
  provider.faults = {};
  await provider.settled();
  await becomes('CONNECTED', /^$/);
  await arrived();
});

it('asks for the new password when the old one is refused, and goes on once it has it', async () => {
  provider.addMailbox(MAILBOX, { password: 'changed' });
  provider.dropConnections();

  const { id } = await becomes(
    'RECONNECT_NEEDED',
    /refuses the user name or password \(IMAP, 127\.0\.0\.1:\d+\)\. Give the mailbox its present password/,
  );
  await write('while-the-password-is-wrong');
  const { accountReconnect } = await ada.call<{ accountReconnect: { connectUrl: string } }>(
    'mutation ($id: ID!) { accountReconnect(input: { accountId: $id, clientMutationId: "r" }) { connectUrl userErrors { message } } }',
    { id },
  );
  const servers = { imapHost: '127.0.0.1', imapPort: String(provider.imapPort), imapTls: 'none', imapUser: '' };
  const form = (password: string): Promise<Response> =>
    ada.fetch(accountReconnect.connectUrl, {
      method: 'POST',
      headers: { 'accept-language': 'en' },
      body: new URLSearchParams({
        ...servers,
        smtpHost: '127.0.0.1',
        smtpPort: String(provider.smtpPort),
        smtpTls: 'none',
        smtpUser: '',
        name: 'Shop',
        password,
      }),
    });
  const wrong = await form('still wrong');
  expect(wrong.status).toBe(422);
  expect(await wrong.text()).toMatch(/user name or password/i);
  expect((await form('changed')).status).toBe(200);
  await becomes('CONNECTED', /^$/);
  await arrived();
});

it('answers with a clear fault while PostgreSQL is away, and goes on by itself when it is back', async () => {
  const again = await gate.shut();
  try {
    const report = await until('it says that it is not ready', async () => {
      const now = await ready();
      return now.status === 503 && now;
    });
    expect(report.checks['api database']).toMatchObject({ status: 'down', detail: expect.any(String) as string });
    const { status, body } = await ada.raw({
      query: 'mutation { offerNext(input: { clientMutationId: "next" }) { offer { id } } }',
    });
    expect(JSON.stringify(body)).toMatch(/"code":"INTERNAL"/);
    expect(JSON.stringify(body)).not.toMatch(/ECONN|postgres|at \w+.*\.js/i);
    expect(status).toBeGreaterThanOrEqual(500);
    expect((await fetch(`${ada.baseUrl}/health/live`)).status).toBe(200);
    await write('while-postgres-is-away');
  } finally {
    await again();
  }
  await until('it is ready', async () => (await ready()).status === 200);
  expect(product.running).toBe(true);
  await arrived();
  await becomes('CONNECTED');
});

it('says that the disk is full, keeps the mail with the provider, and stores it when there is room', async () => {
  if (!canMount) return console.warn('SKIPPED: a small disk cannot be mounted here (unshare -rm)');
  const filler = join('/proc', String(product.pid), 'root', files, 'filler');
  expect(() => writeFileSync(filler, Buffer.alloc(400_000))).toThrow(/ENOSPC/);

  await write('with-a-photo', Buffer.alloc(100_000, 7));

  await becomes('DEGRADED', /the disk is full: free some space/);
  const { checks } = await ready();
  expect(checks['connector-email files']!.status).not.toBe('ok');
  expect(checks['connector-email files']!.detail).toMatch(/free some space, or move/);
  const upload = await ada.fetch('/attachments', {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', 'x-file-name': 'bill.pdf' },
    body: Buffer.alloc(50_000),
  });
  expect([upload.status, await upload.json()]).toEqual([
    503,
    { error: 'files cannot be stored now; please tell your administrator' },
  ]);
  rmSync(filler);
  await becomes('CONNECTED');
  await arrived();
});
