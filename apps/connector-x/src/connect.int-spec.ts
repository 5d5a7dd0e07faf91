import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
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
import { XSimulator } from '../../simulator/src';
import { testDatabase, type TestDatabase } from '../../../test/support/test-database';
import { xApp, xSettings } from './index';
import { ACTIVITIES } from './upkeep/subscriptions';

const workspaceId = randomUUID();
const clock = new Clock();
const server = createLimitedServer();

let testing: TestDatabase;
let app: RunningApp;
let simulator: XSimulator;
let dir: string;
let base: string;
let api: string;
let shop: string;
let keys: ReturnType<XSimulator['addApp']>;

beforeAll(async () => {
  testing = await testDatabase();
  dir = await mkdtemp(join(tmpdir(), 'evenhand-connect-x-'));
  simulator = await XSimulator.start({ clock, seed: 7 });
  api = `${await simulator.listen()}/sim/x/api`;
  base = `http://127.0.0.1:${await listen(server, '127.0.0.1', 0)}`;
  const env = {
    DATABASE_URL: testing.ownerUrl,
    EVENHAND_DATA_DIR: dir,
    EVENHAND_LOG_LEVEL: 'silent',
    EVENHAND_PUBLIC_URL: base,
    EVENHAND_CONNECTOR_KEY: randomBytes(32).toString('hex'),
  };
  const config = readConfig({ ...runtimeSettings, ...xSettings }, env) as AppConfig<typeof xSettings>;
  app = await startApp(xApp, { config, server, clock });
  serve(server, [app]);
});

afterAll(async () => {
  await closeServer(server);
  await app?.stop();
  await simulator?.stop();
  await testing?.drop();
  await rm(dir, { recursive: true, force: true });
});

beforeEach(() => {
  shop = simulator.addUser({ username: `shop_${randomBytes(3).toString('hex')}`, name: 'Shop "Nord" <b>' }).userId;
  keys = simulator.addApp({ ownerId: shop, redirectUris: [`${base}/connect/x/callback`] });
});

afterEach(() => app.context.database.query('update intake.accounts set disconnected_at = now()'));

async function issue(accountId: string | null = null): Promise<string> {
  const ticket = randomBytes(24).toString('base64url');
  const until = new Date(clock.now().getTime() + 60_000);
  const params = [workspaceId, 'x', accountId, null, createHash('sha256').update(ticket).digest(), until];
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
  async submit(step: string, values: Record<string, string> = {}): Promise<this> {
    if (!this.html.includes(`name="step" value="${step}"`)) {
      throw new Error(`the page has no form "${step}": ${this.html}`);
    }
    const body = new URLSearchParams({ step, ...values });
    return this.take(await fetch(this.url, { method: 'POST', body, headers: { origin: new URL(this.url).origin } }));
  }

  signInAddress(): string {
    return /href="([^"]*oauth2\/authorize[^"]*)"/.exec(this.html)![1]!.replaceAll('&amp;', '&');
  }

  /** Follows "Continue with X" and agrees there as somebody, or leaves. */
  async signIn(userId: string): Promise<this> {
    return this.open(await agree(this.signInAddress(), userId));
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

/** What X's page does when somebody agrees; gives where the browser is sent. */
async function agree(address: string, userId: string): Promise<string> {
  const url = new URL(address);
  const body = new URLSearchParams([...url.searchParams, ['user', userId]]);
  const answer = await fetch(`${url.origin}${url.pathname}`, { method: 'POST', body, redirect: 'manual' });
  return answer.headers.get('location')!;
}

const entered = () => ({
  app: '',
  clientId: keys.clientId,
  clientSecret: keys.clientSecret ?? '',
  consumerKey: keys.consumerKey,
  consumerSecret: keys.consumerSecret,
  plan: 'summoned',
  apiUrl: api,
  authorizeUrl: api.replace(/\/api$/, ''),
});

async function begin(ticket: string): Promise<Visitor> {
  const visitor = await new Visitor().open(`${base}/connect/x/${ticket}`);
  return visitor.submit('app', entered());
}

interface AccountRow {
  id: string;
  address: string;
  name: string;
  simulated: boolean;
  settings: Record<string, unknown>;
}

async function accounts(): Promise<AccountRow[]> {
  return app.context.database.query<AccountRow>(
    'select id, address, name, simulated, settings from intake.accounts where disconnected_at is null order by id',
  );
}

test('keys, signing in and one click connect a handle, to which X then delivers', async () => {
  const visitor = await begin(await issue());
  expect([visitor.status, visitor.told]).toEqual([200, '']);
  expect(visitor.html).toContain('X delivers what happens here at once.');
  await visitor.signIn(shop);
  expect(visitor.html).toContain('Shop &quot;Nord&quot; &lt;b&gt;');
  await visitor.submit('handle', { history: 'days:7' });
  expect([visitor.status, visitor.told]).toEqual([200, '']);
  const [account] = await accounts();
  expect(account).toMatchObject({ address: shop, simulated: true, settings: { userId: shop, history: 'days:7' } });
  expect(visitor.html).toContain(account!.name);
  const told = simulator.pushing.subscriptions.listOf(keys.appId).map(({ eventType }) => eventType);
  expect(told.sort()).toEqual(ACTIVITIES.map(({ type }) => type).sort());
  // the link has served
  expect((await new Visitor().open(visitor.url)).status).toBe(410);
});

test('pasted access tokens connect the handle they are of', async () => {
  const visitor = await begin(await issue());
  const { token, tokenSecret } = simulator.oldToken({ appId: keys.appId, userId: shop });
  await visitor.submit('token', { token, tokenSecret });
  await visitor.submit('handle');
  expect(visitor.status).toBe(200);
  expect((await accounts()).map(({ address }) => address)).toEqual([shop]);
});

test('wrong keys are told at once, and nothing is kept', async () => {
  const visitor = await new Visitor().open(`${base}/connect/x/${await issue()}`);
  await visitor.submit('app', { ...entered(), consumerSecret: 'wrong' });
  expect(visitor.status).toBe(422);
  expect(visitor.told).toMatch(/API key and its secret/);
  expect(visitor.html).not.toContain(keys.clientSecret);
  expect(visitor.html).not.toContain('value="wrong"');
});

test('wrong access tokens are told, and the page stays where it is', async () => {
  const visitor = await begin(await issue());
  await visitor.submit('token', { token: '1-wrong', tokenSecret: 'wrong' });
  expect(visitor.status).toBe(422);
  expect(visitor.told).toMatch(/X refused/);
  expect(await accounts()).toEqual([]);
});

test('whoever leaves X’s page without agreeing is told so, and may try again', async () => {
  const visitor = await begin(await issue());
  await visitor.signIn('');
  expect(visitor.told).toMatch(/left X’s page/);
  await visitor.signIn(shop);
  expect(visitor.html).toContain('name="step" value="handle"');
});

test('a sign-in counts once, and one of another page not at all', async () => {
  const visitor = await begin(await issue());
  const back = await agree(visitor.signInAddress(), shop);
  await visitor.open(back);
  const again = await new Visitor().open(back);
  expect(again.told).toMatch(/used already/);
  const forged = new URL(back);
  forged.searchParams.set('state', 'made-up');
  expect((await new Visitor().open(forged.href)).status).toBe(410);
});

test('a code that came back too late asks to sign in again', async () => {
  const visitor = await begin(await issue());
  const back = await agree(visitor.signInAddress(), shop);
  clock.advance(31_000);
  await visitor.open(back);
  expect(visitor.told).toMatch(/30 seconds/);
});

test('a handle that is connected again stays the same account, and another handle is refused', async () => {
  const visitor = await begin(await issue());
  await visitor.signIn(shop);
  await visitor.submit('handle', { history: 'days:7' });
  const [before] = await accounts();
  const again = await new Visitor().open(`${base}/connect/x/${await issue(before!.id)}`);
  expect(again.html).toContain('Connect the X account again');
  const other = simulator.addUser({ username: `other_${randomBytes(3).toString('hex')}` }).userId;
  await again.signIn(other);
  expect(again.told).toMatch(/You signed in as @other/);
  await again.signIn(shop);
  await again.submit('handle');
  expect(again.status).toBe(200);
  const after = await accounts();
  expect(after.map(({ id }) => id)).toEqual([before!.id]);
  expect(after[0]!.settings).toMatchObject({ history: 'days:7' });
});

test('an app that delivers elsewhere is told, and taken from there only when asked to', async () => {
  const elsewhere = createLimitedServer();
  elsewhere.on('request', (request, response) => {
    const token = new URL(request.url!, 'http://localhost').searchParams.get('crc_token') ?? '';
    const mac = createHmac('sha256', keys.consumerSecret).update(token).digest('base64');
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ response_token: `sha256=${mac}` }));
  });
  const url = `http://127.0.0.1:${await listen(elsewhere, '127.0.0.1', 0)}/hook`;
  await simulator.addWebhook(keys.appId, url);
  const visitor = await begin(await issue());
  expect(visitor.told).toContain(url);
  await visitor.submit('webhook');
  expect(visitor.html).toContain('X delivers what happens here at once.');
  await closeServer(elsewhere);
});

test('the pages speak French to whoever asks for it', async () => {
  const visitor = new Visitor();
  await visitor.open(`${base}/connect/x/${await issue()}?lang=fr`);
  expect(visitor.html).toContain('Connecter un compte X');
  expect(visitor.html).toContain('lang="fr"');
});

test('a link that is unknown or used opens nothing', async () => {
  expect((await new Visitor().open(`${base}/connect/x/${randomBytes(24).toString('base64url')}`)).status).toBe(410);
});
