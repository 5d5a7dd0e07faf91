import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  closeServer,
  createLimitedServer,
  listen,
  readConfig,
  runtimeSettings,
  serve,
  startApp,
  type AppConfig,
  type RunningApp,
} from '@app/runtime';
import { MailSimulator } from '../../simulator/src';
import { testDatabase, type TestDatabase } from '../../../test/support/test-database';
import { emailApp, emailSettings } from './index';

const ADDRESS = 'support@example.test';
const workspaceId = randomUUID();

let testing: TestDatabase;
let app: RunningApp;
let simulator: MailSimulator;
let dir: string;
let base: string;
const server = createLimitedServer();

beforeAll(async () => {
  testing = await testDatabase();
  dir = await mkdtemp(join(tmpdir(), 'evenhand-connect-'));
  simulator = await MailSimulator.start({ dir });
  simulator.addMailbox(ADDRESS, { password: 'secret' });
  const env = {
    DATABASE_URL: testing.ownerUrl,
    EVENHAND_DATA_DIR: dir,
    EVENHAND_LOG_LEVEL: 'silent',
    EVENHAND_CONNECTOR_KEY: randomBytes(32).toString('hex'),
  };
  const config = readConfig({ ...runtimeSettings, ...emailSettings }, env) as AppConfig<typeof emailSettings>;
  app = await startApp(emailApp, { config, server });
  serve(server, [app]);
  base = `http://127.0.0.1:${await listen(server, '127.0.0.1', 0)}`;
});

afterAll(async () => {
  await closeServer(server);
  await app?.stop();
  await simulator?.stop();
  await testing?.drop();
  await rm(dir, { recursive: true, force: true });
});

async function issue(accountId: string | null = null, until = new Date(Date.now() + 60_000)): Promise<string> {
  const ticket = randomBytes(24).toString('base64url');
  const params = [workspaceId, 'email', accountId, null, createHash('sha256').update(ticket).digest(), until];
  await app.context.database.query(
    `insert into intake.tickets (workspace_id, channel, account_id, issued_by, hash, expires_at) values ($1, $2, $3, $4, $5, $6)`,
    params,
  );
  return ticket;
}

function filledIn(more: Record<string, string> = {}): Record<string, string> {
  return {
    address: ADDRESS,
    name: 'Lumen',
    password: 'secret',
    history: 'none',
    imapHost: '127.0.0.1',
    imapPort: String(simulator.imapPort),
    imapTls: 'none',
    imapUser: '',
    smtpHost: '127.0.0.1',
    smtpPort: String(simulator.smtpPort),
    smtpTls: 'none',
    smtpUser: '',
    ...more,
  };
}

function post(ticket: string, values: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${base}/connect/email/${ticket}`, { method: 'POST', body: new URLSearchParams(values), headers });
}

async function addresses(): Promise<string[]> {
  const rows = await app.context.database.query<{ address: string }>(
    'select address from intake.accounts where disconnected_at is null',
  );
  return rows.map(({ address }) => address);
}

afterEach(() => app.context.database.query('update intake.accounts set disconnected_at = now()'));

test('a mailbox is connected by a one-time link, and its secrets are stored encrypted', async () => {
  const ticket = await issue();
  const form = await fetch(`${base}/connect/email/${ticket}`, { headers: { 'accept-language': 'fr-FR,fr' } });
  expect(form.status).toBe(200);
  expect(form.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await form.text()).toContain('Connecter un compte');
  const done = await post(ticket, filledIn());
  expect([done.status, await addresses()]).toEqual([200, [ADDRESS]]);
  const [row] = await app.context.database.query<{ settings: unknown; credentials: Buffer }>(
    'select settings, credentials from intake.accounts where disconnected_at is null',
  );
  expect(JSON.stringify(row!.settings)).not.toContain('secret');
  expect(row!.credentials.includes('secret')).toBe(false);
  expect((await post(ticket, filledIn())).status).toBe(410);
});

test('a wrong password is told in words, is not given back, and may be corrected with the same link', async () => {
  const ticket = await issue();
  const refused = await post(ticket, filledIn({ password: 'mistyped-password', lang: 'fr' }));
  const text = await refused.text();
  expect(refused.status).toBe(422);
  expect(text).toContain('a été refusé');
  expect(text).not.toContain('mistyped-password');
  expect(await addresses()).toEqual([]);
  expect((await post(ticket, filledIn())).status).toBe(200);
});

test.each([
  ['a port that nobody listens on', { smtpPort: '1' }, /nothing answers there/],
  ['a port that is no number', { imapPort: 'x' }, /imap\.port is wrong/],
  ['an address that is none', { address: 'support' }, /address is wrong/],
  ['markup in a field', { imapHost: '"><script>alert(1)</script>' }, /imap\.host is wrong/],
  ['a metadata service', { imapHost: '169.254.169.254' }, /no server for us/],
])('%s is told by name', async (_, values, words) => {
  const refused = await post(await issue(), filledIn(values));
  const text = await refused.text();
  expect(refused.status).toBe(422);
  expect(text).toMatch(words);
  expect(text).not.toContain('<script');
});

test('an unknown, an old and a worn-out link open nothing', async () => {
  expect((await fetch(`${base}/connect/email/unknown`)).status).toBe(410);
  const old = await issue(null, new Date(Date.now() - 1));
  expect((await post(old, filledIn())).status).toBe(410);
  const worn = await issue();
  await app.context.database.query('update intake.tickets set tries = 20 where used_at is null');
  expect((await post(worn, filledIn())).status).toBe(410);
  expect(await addresses()).toEqual([]);
});

test('a form of another site is refused', async () => {
  const ticket = await issue();
  expect((await post(ticket, filledIn(), { origin: 'https://elsewhere.example' })).status).toBe(403);
  expect((await post(ticket, filledIn(), { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect(await addresses()).toEqual([]);
});

test('an account that is connected again keeps its address and goes on with the new password', async () => {
  await post(await issue(), filledIn());
  const [{ id }] = (await app.context.database.query<{ id: string }>(
    'select id from intake.accounts where disconnected_at is null',
  )) as [{ id: string }];
  const again = await post(await issue(id), filledIn({ address: 'other@example.test', name: 'Lumen France' }));
  expect(again.status).toBe(200);
  const rows = await app.context.database.query(
    'select id, address, name, connection_version from intake.accounts where disconnected_at is null',
  );
  expect(rows).toEqual([{ id, address: ADDRESS, name: 'Lumen France', connection_version: 2 }]);
});
