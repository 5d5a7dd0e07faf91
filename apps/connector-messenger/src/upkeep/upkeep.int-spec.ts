import { Clock } from '@app/runtime';
import type { RunningHost } from '../../../../test/support/host-world';
import type { MessengerConnector } from '../connector';
import { WEBHOOK_FIELDS } from '../page-subscription';
import { PageWorld, type TestPage } from '../testing/page-world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let world: PageWorld;
let running: RunningHost<MessengerConnector>;
let page: TestPage;
let marie: string;

beforeEach(async () => {
  world = await PageWorld.open();
  running = await world.host();
  page = await world.page();
  marie = world.simulator.person({ name: 'Marie' });
});
afterEach(() => world.close());

/** Texts of messages in the order in which they were stored. */
async function texts(): Promise<string[]> {
  return (await world.events('message')).map(({ text }) => text);
}

async function arrived(...wanted: string[]): Promise<void> {
  await world.until(
    async () => {
      const found = await texts();
      return wanted.every((text) => found.includes(text));
    },
    `the messages ${wanted.join(', ')}`,
  );
}

async function account(accountId: string) {
  return running.host.accounts.get(accountId);
}

/** The upkeep has looked once at least: it has noted how far it read. */
async function looked(accountId: string): Promise<void> {
  await world.until(async () => {
    const rows = await world.database.query('select from intake.cursors where account_id = $1', [accountId]);
    return rows.length > 0;
  }, 'the first look');
}

function graphCalls(path: string): number {
  return world.simulator.journal().filter((entry) => entry.kind === 'graph' && entry.path.includes(path)).length;
}

test('a Page that was unsubscribed is subscribed to everything again, and what was missed is fetched', async () => {
  const accountId = await world.connect(running, page);
  await looked(accountId);
  world.simulator.unsubscribePage(page.metaAppId, page.pageId);
  world.clock.advance(HOUR);
  world.simulator.writeAs(marie, page.pageId, { text: 'while nobody listened' });
  await arrived('while nobody listened');
  const { subscriptions } = world.simulator.world.page(page.pageId);
  expect([...subscriptions[page.metaAppId]!].sort()).toEqual([...WEBHOOK_FIELDS].sort());
  await world.until(async () => (await account(accountId)).status === 'connected', 'the account to work');
});

test('a field that is missing is asked for again, and the account says so until it is there', async () => {
  const accountId = await world.connect(running, page);
  await looked(accountId);
  world.simulator.subscribePage(page.metaAppId, page.pageId, ['messages']);
  world.simulator.faults.set({ graph: [{ kind: 'error', code: 2, on: 'subscribed_apps', often: 3 }] });
  world.clock.advance(5 * MINUTE);
  await world.until(async () => (await account(accountId)).status === 'degraded', 'the account to say so');
  await world.until(
    async () => world.simulator.world.page(page.pageId).subscriptions[page.metaAppId]!.length === WEBHOOK_FIELDS.length,
    'the whole list',
  );
  await world.until(async () => (await account(accountId)).status === 'connected', 'the account to work');
});

test('messages that no webhook brings are found although the Page is subscribed', async () => {
  const accountId = await world.connect(running, page);
  await looked(accountId);
  world.clock.advance(MINUTE);
  world.simulator.writeAs(marie, page.pageId, { text: 'unheard' });
  world.clock.advance(5 * MINUTE);
  await arrived('unheard');
});

test('what was written while no process ran is fetched at the start, oldest first, each once', async () => {
  const accountId = await world.connect(running, page);
  await looked(accountId);
  await running.stop();
  const wanted = Array.from({ length: 25 }, (_, i) => `line ${i}`);
  for (const text of wanted) {
    world.clock.advance(1_000);
    world.simulator.writeAs(marie, page.pageId, { text });
  }
  running = await world.host();
  await arrived(...wanted.slice(5));
  // older ones have no details; walking again adds nothing
  await running.stop();
  const walks = graphCalls('feed');
  running = await world.host();
  // comments come after conversations
  await world.until(async () => graphCalls('feed') > walks, 'another walk');
  await running.stop();
  expect(await texts()).toEqual(wanted.slice(5));
  const events = await world.events('message', accountId);
  expect(events.every(({ history, direction }) => !history && direction === 'inbound')).toBe(true);
});

test('short and empty pages of the list do not end it', async () => {
  const accountId = await world.connect(running, page);
  await looked(accountId);
  await running.stop();
  const people = Array.from({ length: 24 }, (_, i) => world.simulator.person({ name: `Person ${i}` }));
  for (const [i, person] of people.entries()) world.simulator.writeAs(person, page.pageId, { text: `from ${i}` });
  world.simulator.faults.set({
    graph: [
      { kind: 'empty-page', on: 'conversations', often: 1 },
      { kind: 'short-page', on: 'conversations', often: 4 },
    ],
  });
  running = await world.host();
  await arrived(...people.map((_, i) => `from ${i}`));
  expect(await texts()).toHaveLength(24);
});

test.each([
  ['none', ['after']],
  ['days:30', ['a week before', 'after']],
  ['all', ['a year before', 'a week before', 'after']],
])('with history %s the Page’s older messages are taken accordingly, and open no wait', async (history, wanted) => {
  world.simulator.writeAs(marie, page.pageId, { text: 'a year before' });
  world.clock.advance(358 * DAY);
  world.simulator.writeAs(marie, page.pageId, { text: 'a week before' });
  world.clock.advance(7 * DAY);
  page = { ...page, token: world.simulator.token({ appId: page.metaAppId, userId: page.userId, pageId: page.pageId }) };
  const accountId = await world.connect(running, page, history);
  await looked(accountId);
  world.simulator.writeAs(marie, page.pageId, { text: 'after' });
  world.clock.advance(10 * MINUTE);
  await arrived(...wanted);
  const events = await world.events('message', accountId);
  expect(events.map(({ text }) => text).sort()).toEqual([...wanted].sort());
  expect(events.filter((event) => event.history).map(({ text }) => text)).toEqual(
    events.map(({ text }) => text).filter((text) => text !== 'after'),
  );
});

test('comments that no webhook brought are fetched, and answers of the Page among them', async () => {
  const accountId = await world.connect(running, page);
  await looked(accountId);
  await running.stop();
  const { postId } = world.simulator.post(page.pageId, 'Spring offers');
  world.clock.advance(MINUTE);
  const { commentId } = world.simulator.comment(page.pageId, marie, { post: postId, text: 'How much?' });
  world.simulator.comment(page.pageId, null, { parent: commentId, text: 'Ten euros' });
  running = await world.host();
  await arrived('How much?', 'Ten euros');
  const events = await world.events('message', accountId);
  expect(events.map(({ visibility, direction }) => [visibility, direction])).toEqual([
    ['public', 'inbound'],
    ['public', 'outbound'],
  ]);
});

test('a token that has expired asks for somebody, and after connecting again what was missed comes', async () => {
  const accountId = await world.connect(running, page);
  await looked(accountId);
  world.simulator.expireToken(page.token);
  world.clock.advance(HOUR);
  await world.until(async () => (await account(accountId)).status === 'reconnect_needed', 'the account to ask');
  expect((await account(accountId)).detail).toMatch(/Connect the Page again/);
  world.simulator.writeAs(marie, page.pageId, { text: 'meanwhile' });
  const pageToken = world.simulator.token({ appId: page.metaAppId, userId: page.userId, pageId: page.pageId });
  const settings = { pageId: page.pageId, userId: page.userId, history: 'none' };
  await running.host.accounts.reconnect(accountId, settings, { pageToken });
  await arrived('meanwhile');
  await world.until(async () => (await account(accountId)).status === 'connected', 'the account to work');
});

test('the end of the permission is told: of the token, or of access to data where that ends first', async () => {
  page = {
    ...page,
    token: world.simulator.token({
      appId: page.metaAppId,
      userId: page.userId,
      pageId: page.pageId,
      expiresInMs: 10 * DAY,
    }),
  };
  const connectedAt = world.clock.now().getTime();
  const accountId = await world.connect(running, page);
  const ends = await world.until(async () => (await account(accountId)).tokenExpiresAt ?? undefined, 'the end');
  expect(Math.abs(ends.getTime() - connectedAt - 10 * DAY)).toBeLessThan(MINUTE);
  const lasting = world.simulator.token({ appId: page.metaAppId, userId: page.userId, pageId: page.pageId });
  const settings = { pageId: page.pageId, userId: page.userId, history: 'none' };
  await running.host.accounts.reconnect(accountId, settings, { pageToken: lasting });
  await world.until(async () => {
    const { tokenExpiresAt } = await account(accountId);
    return tokenExpiresAt !== null && Math.abs(tokenExpiresAt.getTime() - connectedAt - 90 * DAY) < MINUTE;
  }, 'the end of access to data');
});

test('a limit of the platform pauses the upkeep until it is over, and nothing is asked meanwhile', async () => {
  await running.stop();
  let looks = 0;
  const clock = Object.assign(new Clock(), {
    now: () => {
      looks += 1;
      return world.clock.now();
    },
  });
  running = await world.host({ parts: { clock } });
  /** One look follows the other: after two more what was asked before has been answered. */
  const lookedTwice = async (): Promise<void> => {
    const enough = looks + 3;
    await world.until(async () => looks > enough, 'the upkeep to look whether something is due');
  };
  const accountId = await world.connect(running, page);
  await looked(accountId);
  await lookedTwice();
  world.simulator.faults.set({ usage: { percent: 100, regainMinutes: 30 } });
  world.clock.advance(5 * MINUTE);
  await world.until(async () => {
    const last = world.simulator.journal().at(-1);
    return last?.kind === 'graph' && last.code === 80_006;
  }, 'the limit');
  await lookedTwice();
  const asked = graphCalls('');
  world.clock.advance(20 * MINUTE);
  world.simulator.writeAs(marie, page.pageId, { text: 'during the limit' });
  await lookedTwice();
  expect(graphCalls('')).toBe(asked);
  world.simulator.faults.set({});
  world.clock.advance(15 * MINUTE);
  await arrived('during the limit');
});

test('what comes by webhook and by back-fill at once is stored once', async () => {
  await world.subscribe(page);
  const accountId = await world.connect(running, page);
  await looked(accountId);
  const wanted = Array.from({ length: 12 }, (_, i) => `both ways ${i}`);
  // each delivery of the platform comes twice, late, and out of order, while the lists are walked again and again
  world.simulator.faults.set({
    webhooks: [
      { kind: 'twice', often: { rate: 0.3 } },
      { kind: 'reorder', often: { rate: 0.3 } },
    ],
  });
  for (const text of wanted) {
    world.simulator.writeAs(marie, page.pageId, { text });
    await running.stop();
    running = await world.host();
    world.clock.advance(MINUTE);
  }
  await arrived(...wanted);
  await world.simulator.settled();
  expect((await texts()).sort()).toEqual([...wanted].sort());
  expect(new Set((await world.events('message')).map(({ externalId }) => externalId)).size).toBe(12);
});
