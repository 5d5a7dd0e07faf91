import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Clock,
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
import { MessengerSimulator } from '../../simulator/src';
import { testDatabase, type TestDatabase } from '../../../test/support/test-database';
import { WEBHOOK_FIELDS } from './page-subscription';
import { messengerApp, messengerSettings } from './index';

const workspaceId = randomUUID();
const clock = new Clock();
const server = createLimitedServer();

let testing: TestDatabase;
let app: RunningApp;
let simulator: MessengerSimulator;
let dir: string;
let base: string;
let platform: string;
let lumen: string;
let atelier: string;
let ada: string;
let appId: string;
let appSecret: string;

beforeAll(async () => {
  testing = await testDatabase();
  dir = await mkdtemp(join(tmpdir(), 'evenhand-connect-page-'));
  simulator = await MessengerSimulator.start({ clock, seed: 7 });
  platform = await simulator.listen();
  const env = {
    DATABASE_URL: testing.ownerUrl,
    EVENHAND_DATA_DIR: dir,
    EVENHAND_LOG_LEVEL: 'silent',
    EVENHAND_CONNECTOR_KEY: randomBytes(32).toString('hex'),
  };
  const config = readConfig({ ...runtimeSettings, ...messengerSettings }, env) as AppConfig<typeof messengerSettings>;
  app = await startApp(messengerApp, { config, server, clock });
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

beforeEach(() => {
  ({ appId, appSecret } = simulator.addApp({ requireProof: true }));
  lumen = simulator.addPage({ name: 'Lumen' }).pageId;
  atelier = simulator.addPage({ name: 'Atelier "Nord" <b>' }).pageId;
  ada = simulator.addUser({ name: 'Ada', pages: [lumen, atelier] }).userId;
});

afterEach(() => app.context.database.query('update intake.accounts set disconnected_at = now()'));

async function issue(accountId: string | null = null): Promise<string> {
  const ticket = randomBytes(24).toString('base64url');
  const until = new Date(clock.now().getTime() + 60_000);
  const params = [workspaceId, 'messenger', accountId, null, createHash('sha256').update(ticket).digest(), until];
  await app.context.database.query(
    `insert into intake.tickets (workspace_id, channel, account_id, issued_by, hash, expires_at) values ($1, $2, $3, $4, $5, $6)`,
    params,
  );
  return ticket;
}

/** The operator's browser: one page, whose forms and links are what can be done next. Keeps no cookie. */
class Visitor {
  html = '';
  status = 0;
  url = '';

  async open(url: string): Promise<this> {
    return this.take(await fetch(url, { headers: { 'accept-language': 'en' } }));
  }

  /** Sends the form of this step as the page gave it. */
  async submit(step: string, values: Record<string, string | string[]> = {}): Promise<this> {
    if (!this.html.includes(`name="step" value="${step}"`))
      throw new Error(`the page has no form "${step}": ${this.html}`);
    const body = new URLSearchParams({ step });
    for (const [name, value] of Object.entries(values)) for (const each of [value].flat()) body.append(name, each);
    return this.take(await fetch(this.url, { method: 'POST', body, headers: { origin: new URL(this.url).origin } }));
  }

  /** Follows "Continue with Facebook" and agrees there as somebody, or leaves. */
  async signIn(userId: string): Promise<this> {
    const back = await agree(this.signInAddress(), userId);
    return this.open(back);
  }

  signInAddress(): string {
    const href = /href="([^"]*dialog\/oauth[^"]*)"/.exec(this.html)?.[1];
    return href!.replaceAll('&amp;', '&');
  }

  /** What the alert says. */
  get told(): string {
    return /role="alert">(.*?)<\/div>/s.exec(this.html)?.[1]?.replaceAll(/<[^>]+>/g, ' ') ?? '';
  }

  private async take(response: Response): Promise<this> {
    this.status = response.status;
    this.url = response.url;
    this.html = await response.text();
    return this;
  }
}

/** What the dialog of the platform does when somebody presses "Continue as …"; gives where the browser is sent. */
async function agree(address: string, userId: string): Promise<string> {
  const url = new URL(address);
  const body = new URLSearchParams([...url.searchParams, ['user', userId]]);
  const answer = await fetch(`${url.origin}${url.pathname}`, { method: 'POST', body, redirect: 'manual' });
  return answer.headers.get('location')!;
}

async function begin(ticket: string): Promise<Visitor> {
  const visitor = await new Visitor().open(`${base}/connect/messenger/${ticket}`);
  return visitor.submit('app', {
    app: '',
    appId,
    appSecret,
    graphUrl: `${platform}/sim/graph`,
    dialogUrl: `${platform}/sim/facebook`,
  });
}

interface AccountRow {
  id: string;
  address: string;
  name: string;
  simulated: boolean;
  connection_version: number;
  settings: object;
  app: string;
}

function accounts(): Promise<AccountRow[]> {
  return app.context.database.query<AccountRow>(
    `select a.id, a.address, a.name, a.simulated, a.connection_version, a.settings, p.settings->>'appId' as app
       from intake.accounts a join intake.platform_apps p on p.id = a.app_id where a.disconnected_at is null order by a.id`,
  );
}

function subscribed(pageId: string): readonly string[] {
  return simulator.world.page(pageId).subscriptions[appId] ?? [];
}

test('Pages are connected by a one-time link: app, permission, Pages', async () => {
  const ticket = await issue();
  const visitor = await begin(ticket);
  expect(visitor.html).toContain('Meta sends this app’s webhooks here.');
  expect(visitor.html).toContain(`${base}/webhooks/messenger/`);
  await visitor.signIn(ada);
  expect(visitor.url).toBe(`${base}/connect/messenger/${ticket}`);
  expect(visitor.html).toContain('Atelier &quot;Nord&quot; &lt;b&gt;');
  await visitor.submit('pages', { page: [lumen, atelier], history: 'days:30' });
  expect(visitor.status).toBe(200);
  expect(await accounts()).toMatchObject([
    { address: lumen, name: 'Lumen', simulated: true, app: appId, settings: { history: 'days:30', userId: ada } },
    { address: atelier, name: 'Atelier "Nord" <b>', simulated: true, app: appId },
  ]);
  for (const page of [lumen, atelier]) expect([...subscribed(page)].sort()).toEqual([...WEBHOOK_FIELDS].sort());
  // it has served
  expect((await visitor.open(`${base}/connect/messenger/${ticket}`)).status).toBe(410);
});

test('no token is ever in a page, an address or in the clear in the database', async () => {
  const visitor = await begin(await issue());
  const seen = [visitor.html];
  const address = visitor.signInAddress();
  await visitor.signIn(ada);
  seen.push(visitor.html, address, visitor.url);
  await visitor.submit('pages', { page: lumen });
  seen.push(visitor.html);
  const stored = await app.context.database.query<{ row: string }>(
    `select t::text as row from intake.tickets t union all select a::text from intake.accounts a union all select p::text from intake.platform_apps p`,
  );
  const secrets = [...simulator.world.tokens.values()].map(({ id }) => id).concat(appSecret);
  expect(secrets.length).toBeGreaterThan(2);
  const all = seen.concat(stored.map(({ row }) => row)).join('\n');
  expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
});

test('a Page token may be pasted instead; one of another app is refused', async () => {
  const visitor = await begin(await issue());
  const other = simulator.addApp();
  await visitor.submit('token', { token: simulator.token({ appId: other.appId, userId: ada, pageId: lumen }) });
  expect([visitor.status, visitor.told]).toEqual([422, expect.stringContaining('does not accept this token')]);
  await visitor.submit('token', { token: simulator.token({ appId, userId: ada, pageId: lumen }) });
  expect(visitor.html).toContain('Lumen');
  await visitor.submit('pages', { page: lumen });
  expect((await accounts()).map(({ address }) => address)).toEqual([lumen]);
});

test('a wrong app secret is told before anything is stored, and is not given back', async () => {
  appSecret = 'mistyped-secret';
  const visitor = await begin(await issue());
  expect(visitor.status).toBe(422);
  expect(visitor.told).toContain('check App ID and app secret');
  expect(visitor.html).not.toContain('mistyped-secret');
  expect(
    await app.context.database.query('select from intake.platform_apps where settings->>$1 = $2', ['appId', appId]),
  ).toEqual([]);
});

test('whoever leaves Facebook’s page without agreeing is told so, and can go on', async () => {
  const visitor = await begin(await issue());
  await visitor.signIn('');
  expect([visitor.status, visitor.told]).toEqual([200, expect.stringContaining('Nothing was changed')]);
  await visitor.signIn(ada);
  expect(visitor.html).toContain('name="page"');
});

test('a sign-in is good once, and only for the link it was begun with', async () => {
  const visitor = await begin(await issue());
  const address = visitor.signInAddress();
  const back = await agree(address, ada);
  await visitor.open(back);
  expect(visitor.html).toContain('name="page"');
  await visitor.open(await agree(address, ada));
  expect(visitor.told).toContain('was used already');
  const forged = new URL(back);
  forged.searchParams.set('state', `${forged.searchParams.get('state')!.slice(0, -2)}AA`);
  expect((await visitor.open(forged.href)).status).toBe(410);
  expect((await visitor.open(`${base}/connect/messenger/callback?code=x`)).status).toBe(410);
});

test('webhooks that go elsewhere are left alone until somebody says otherwise', async () => {
  const visitor = await begin(await issue());
  const url = simulator.world.app(appId).webhook!.url;
  simulator.world.app(appId).webhook = { url: 'http://127.0.0.1:1/elsewhere', verifyToken: 'theirs', fields: [] };
  await visitor.submit('restart');
  const [, known = ''] =
    new RegExp(`name="app" value="([0-9a-f-]{36})"[^>]*> <span><span[^>]*>App ${appId}<`).exec(visitor.html) ?? [];
  await visitor.submit('app', { app: known, appId: '', appSecret: '' });
  expect(visitor.told).toContain('another address');
  expect(simulator.world.app(appId).webhook!.url).toBe('http://127.0.0.1:1/elsewhere');
  await visitor.submit('webhook');
  expect(visitor.told).toBe('');
  expect(simulator.world.app(appId).webhook!.url).toBe(url);
});

test('somebody who may not moderate a Page cannot choose it', async () => {
  const helper = simulator.addUser({ name: 'Helper', pages: { [lumen]: ['MESSAGING'] } }).userId;
  const visitor = await begin(await issue());
  await visitor.signIn(helper);
  expect(visitor.html).toContain('you lack the task MODERATE');
  await visitor.submit('pages', {});
  expect(visitor.told).toContain('Tick at least one Page');
  await visitor.submit('pages', { page: lumen });
  expect(visitor.status).toBe(422);
  expect(await accounts()).toEqual([]);
});

test('a Page that is connected again keeps what it was, and needs somebody who manages it', async () => {
  const first = await begin(await issue());
  await first.signIn(ada);
  await first.submit('pages', { page: lumen, history: 'all' });
  const [{ id }] = (await accounts()) as [AccountRow];
  const stranger = simulator.addUser({ name: 'Stranger', pages: [atelier] }).userId;
  const visitor = await new Visitor().open(`${base}/connect/messenger/${await issue(id)}`);
  expect(visitor.html).toContain('Connect the Page again');
  await visitor.signIn(stranger);
  expect(visitor.told).toContain('does not manage the Page “Lumen”');
  await visitor.signIn(ada);
  expect(visitor.html).not.toContain('Atelier');
  await visitor.submit('pages');
  expect(await accounts()).toMatchObject([{ id, address: lumen, connection_version: 2, settings: { history: 'all' } }]);
});

test('a form of another site is refused, and an address of a metadata service too', async () => {
  const ticket = await issue();
  const elsewhere = await fetch(`${base}/connect/messenger/${ticket}`, {
    method: 'POST',
    body: new URLSearchParams({ step: 'restart' }),
    headers: { origin: 'https://elsewhere.example' },
  });
  expect(elsewhere.status).toBe(403);
  platform = 'http://169.254.169.254';
  try {
    const visitor = await begin(ticket);
    expect([visitor.status, visitor.told]).toEqual([422, expect.stringContaining('169.254.169.254 cannot be used')]);
  } finally {
    platform = simulator.origin;
  }
});
