import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from '../support/api-client';
import { built } from '../support/built';
import { evenhand } from '../support/operator';
import { ProductProcess } from '../support/product';

let dir: string;
let env: Record<string, string>;
let product: ProductProcess | undefined;

beforeAll(async () => {
  await built();
  dir = await mkdtemp(join(tmpdir(), 'evenhand-set-up-'));
  env = { EVENHAND_DATA_DIR: join(dir, 'data'), EVENHAND_PORT: '0', EVENHAND_LOG_LEVEL: 'warn' };
});
afterAll(async () => {
  await product?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function open(more: Record<string, string>): Promise<ApiClient> {
  product = ProductProcess.start('all-in-one', { ...env, ...more });
  await product.prints(/Ctrl-C stops/);
  return new ApiClient((await product.prints(/Evenhand +(http\S+?)\/\n/))[1]!);
}

const SET_UP = `mutation ($email: String!) {
  workspaceSetUp(input: { workspaceName: "Shop", displayName: "Ada", email: $email, password: "a long enough password",
    locale: "fr", timeZone: "Europe/Paris", clientMutationId: "1" }) { viewer { agent { role } workspace { name demo } } userErrors { message } }
}`;

it('starts empty without the demo, and lets the one at this machine make the first admin, once', async () => {
  const page = await open({ EVENHAND_DEMO: 'off' });
  expect(product!.output).toContain('No demo: open the page to make the first admin, then connect a mailbox.');
  expect(product!.output).not.toContain('/sim');
  const simulator = await page.fetch('/sim/api/state', { headers: { accept: 'application/json' } });
  expect(simulator.status).toBe(404);
  const installation = '{ installation { needsSetUp demoLogins { agentId } simulatorUrl } }';
  const empty = { needsSetUp: true, demoLogins: [], simulatorUrl: null };
  expect(await page.call(installation)).toEqual({ installation: empty });

  const fromOutside = await page.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.7' },
    body: JSON.stringify({ query: SET_UP, variables: { email: 'eve@evil.example' } }),
  });
  expect(await fromOutside.json()).toMatchObject({ data: { workspaceSetUp: { viewer: null } } });

  expect(await page.call(SET_UP, { email: 'ada@shop.example' })).toEqual({
    workspaceSetUp: { viewer: { agent: { role: 'ADMIN' }, workspace: { name: 'Shop', demo: false } }, userErrors: [] },
  });
  const connect = await page.call<{ accountConnect: { connectUrl: string } }>(
    'mutation { accountConnect(input: { channel: EMAIL, clientMutationId: "2" }) { connectUrl userErrors { message } } }',
  );
  const form = await page.fetch(connect.accountConnect.connectUrl, { headers: { accept: 'text/html' } });
  expect(await form.text()).toMatch(/<form[\s\S]*IMAP/);
  const late = new ApiClient(page.baseUrl);
  expect(await late.call(SET_UP, { email: 'eve@evil.example' })).toMatchObject({ workspaceSetUp: { viewer: null } });
  expect(await late.call(installation)).toEqual({ installation: { ...empty, needsSetUp: false } });
});

it('obeys the operator’s commands while it is stopped, with its own database, and leaves nothing running', async () => {
  await product!.stop();

  const colleague = ['user', 'add', '--email', 'lea@shop.example', '--role', 'agent', '--password-stdin'];
  expect(await evenhand(env, colleague, 'a long enough password')).toMatchObject({ code: 0 });
  const doctor = await evenhand(env, ['doctor']);

  expect(doctor.output).toMatch(/PostgreSQL 1\d\.\d+ \(embedded\), schema up to date/);
  expect(doctor.output).toMatch(/note {3}mailboxes: none is connected\n +→ connect one on the page, or/);
  expect(doctor.code).toBe(0);
  const cluster = (await readdir(env['EVENHAND_DATA_DIR']!)).find((name) => /^pg\d+$/.test(name))!;
  expect(await readdir(join(env['EVENHAND_DATA_DIR']!, cluster))).not.toContain('postmaster.pid');
});

it('shows no cards of a demo that people reach from outside', async () => {
  await open({ EVENHAND_DEMO: 'on', EVENHAND_PUBLIC_URL: 'https://inbox.example.org' });
  expect(product!.output).toMatch(/Evenhand +https:\/\/inbox\.example\.org\/\n/);
  const [, here] = await product!.prints(/Customers +(http:\/\/127\.0\.0\.1:\d+)\/sim/);

  const page = new ApiClient(here!);

  expect(await page.call('{ installation { demoLogins { agentId } simulatorUrl } }')).toEqual({
    installation: { demoLogins: [], simulatorUrl: null },
  });
});
