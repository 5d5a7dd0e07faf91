import type { RunningHost } from '../../../../test/support/host-world';
import type { XConnector } from '../connector';
import { HandleWorld, type TestHandle } from '../testing/handle-world';
import { ACTIVITIES } from './subscriptions';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let world: HandleWorld;
let running: RunningHost<XConnector>;
let shop: TestHandle;
let ada: string;

beforeEach(async () => {
  world = await HandleWorld.open();
  running = await world.start();
  shop = await world.handle();
  ada = world.simulator.addUser({ username: 'ada', name: 'Ada' }).userId;
});
afterEach(() => world.close());

/** What was said in the messages, in the order in which they were stored. */
async function texts(): Promise<string[]> {
  return (await world.events('message')).map(said);
}

const said = ({ text }: { text: string }): string => text.replace(/^@shop /, '');

async function arrived(...wanted: string[]): Promise<void> {
  await world.until(
    async () => {
      const found = await texts();
      return wanted.every((text) => found.some((each) => each.includes(text)));
    },
    `the messages ${wanted.join(', ')}`,
  );
}

const account = (accountId: string) => running.host.accounts.get(accountId);

/** Calls of the API by endpoint, such as `GET /2/users/:id/mentions`. */
function calls(endpoint: string): number {
  return world.simulator.journal().filter((entry) => entry.kind === 'call' && entry.endpoint === endpoint).length;
}

/** Every list was read once at least. */
async function looked(lists = 3): Promise<void> {
  await world.until(
    async () => calls('GET /2/users/:id/tweets') > 0 && calls('GET /2/dm_events') > 0,
    'the first look',
  );
  await world.until(async () => {
    const rows = await world.database.query('select from intake.cursors');
    return rows.length >= lists;
  }, 'the first cursors');
}

const mention = (text: string, more: object = {}): string =>
  world.simulator.writePost({ author: ada, text: `@shop ${text}`, ...more }).postId;

test('mentions, direct messages and answers written on X itself come without any webhook', async () => {
  await world.connect(running, shop);
  await looked();
  world.clock.advance(MINUTE);
  const asked = mention('is it open?');
  world.simulator.writeDirect({ from: ada, to: shop.userId, text: 'my number is 12' });
  world.clock.advance(SECOND);
  world.simulator.writePost({ author: shop.userId, text: 'Until six', inReplyTo: asked });
  world.clock.advance(3 * MINUTE);
  await arrived('is it open?', 'my number is 12', 'Until six');
  const events = await world.events('message');
  expect(events.map(({ visibility, direction, threading }) => [visibility, direction, threading.threadKey])).toEqual(
    expect.arrayContaining([
      ['private', 'inbound', `dm:${ada}`],
      ['public', 'inbound', `${asked}/${ada}`],
      // where it belongs follows from what it answers
      ['public', 'outbound', undefined],
    ]),
  );
});

test('several pages are stored oldest first, each once, and the cursor moves with the last of them', async () => {
  await world.connect(running, shop);
  await looked();
  await running.stop();
  const wanted = Array.from({ length: 230 }, (_, i) => `line ${i}.`);
  for (const text of wanted) {
    world.clock.advance(SECOND);
    mention(text);
  }
  running = await world.start();
  await arrived(...wanted);
  expect(await texts()).toEqual(wanted);
});

test('while a limit interrupts a long list nothing of it is taken, and then all of it, oldest first', async () => {
  await world.connect(running, shop);
  await looked();
  await running.stop();
  const wanted = Array.from({ length: 120 }, (_, i) => `line ${i}.`);
  for (const text of wanted) {
    world.clock.advance(SECOND);
    mention(text);
  }
  const before = calls('GET /2/users/:id/mentions');
  world.simulator.setFaults({ calls: [{ kind: 'edge-limit', on: 'mentions', often: 3 }] });
  running = await world.start();
  await world.until(async () => calls('GET /2/users/:id/mentions') > before, 'the limit');
  expect(await texts()).toEqual([]);
  world.simulator.setFaults({ calls: [] });
  await world.until(async () => {
    world.clock.advance(MINUTE);
    return (await texts()).length === 120;
  }, 'all of them');
  expect(await texts()).toEqual(wanted);
});

test('a post that X lists late, under a lower id than others read before, is not missed', async () => {
  await world.connect(running, shop);
  await looked();
  world.clock.advance(MINUTE);
  mention('listed late', { indexedAfterMs: 4 * MINUTE });
  world.clock.advance(SECOND);
  mention('listed at once');
  world.clock.advance(MINUTE);
  await arrived('listed at once');
  world.clock.advance(5 * MINUTE);
  await arrived('listed late');
});

test('answers in a conversation of ours that do not mention us are found', async () => {
  await world.connect(running, shop);
  await looked();
  world.clock.advance(MINUTE);
  const asked = mention('where is it?');
  world.simulator.writePost({ author: shop.userId, text: 'Which order?', inReplyTo: asked });
  world.clock.advance(3 * MINUTE);
  await arrived('Which order?');
  const bob = world.simulator.addUser({ username: 'bob' }).userId;
  world.simulator.writePost({ author: bob, text: 'Mine never came either', inReplyTo: asked, leading: 'none' });
  await world.until(async () => {
    world.clock.advance(MINUTE);
    return (await texts()).some((text) => text.includes('never came'));
  }, 'the answer without a mention');
});

test('more mentions than X tells of are said to be missing, with the time', async () => {
  world.simulator.setRules({ mostMentions: 790 });
  const accountId = await world.connect(running, shop);
  await looked();
  mention('the first');
  world.clock.advance(3 * MINUTE);
  await arrived('the first');
  await running.stop();
  for (let i = 0; i < 900; i += 1) {
    world.clock.advance(SECOND);
    mention(`line ${i}.`);
  }
  running = await world.start();
  await world.until(async () => (await account(accountId)).status === 'degraded', 'the account to say so');
  expect((await account(accountId)).detail).toMatch(/more mentions than X tells of.*look for them on X/);
  expect(await texts()).toHaveLength(791);
  world.clock.advance(DAY + MINUTE);
  await world.until(async () => (await account(accountId)).status === 'connected', 'the words to go');
});

test.each([
  ['none', ['after']],
  ['days:7', ['days before', 'after']],
  ['all', ['weeks before', 'days before', 'after']],
])('with history %s older posts are taken accordingly, and open no wait', async (history, wanted) => {
  mention('weeks before');
  world.simulator.writeDirect({ from: ada, to: shop.userId, text: 'weeks before' });
  world.clock.advance(20 * DAY);
  mention('days before');
  world.clock.advance(3 * DAY);
  await world.connect(running, shop, { history });
  // of an empty list with all of it wanted there is nothing to note
  await looked(history === 'all' ? 2 : 3);
  world.clock.advance(MINUTE);
  mention('after');
  world.clock.advance(2 * MINUTE);
  await arrived(...wanted);
  const events = await world.events('message');
  expect([...new Set(events.map(said))].sort()).toEqual([...wanted].sort());
  expect(events.filter(({ history: old }) => !old).map(said)).toEqual(['after']);
});

test('while the credit is used up nothing is asked, people are told, and afterwards what was written meanwhile comes', async () => {
  const accountId = await world.connect(running, shop);
  await looked();
  world.simulator.setCredit(shop.xAppId, 0);
  world.clock.advance(2 * MINUTE);
  await world.until(async () => /credit/.test((await account(accountId)).detail), 'the account to say so');
  mention('without credit');
  const asked = calls('GET /2/users/:id/mentions');
  world.clock.advance(10 * MINUTE);
  expect(calls('GET /2/users/:id/mentions')).toBe(asked);
  world.simulator.setCredit(shop.xAppId, 10);
  await world.until(async () => {
    world.clock.advance(MINUTE);
    return (await texts()).includes('without credit');
  }, 'what was written meanwhile');
});

test('a list with few calls left is read more slowly, the account says so, and it gets faster by itself', async () => {
  const accountId = await world.connect(running, shop);
  await looked();
  world.simulator.setFaults({ calls: [{ kind: 'edge-limit', on: 'dm_events', often: 1 }] });
  world.clock.advance(MINUTE);
  await world.until(async () => (await account(accountId)).status === 'degraded', 'the account to say so');
  expect((await account(accountId)).detail).toMatch(/limits how often.*direct messages every/);
  mention('meanwhile');
  world.clock.advance(MINUTE);
  await arrived('meanwhile');
  await world.until(async () => {
    world.clock.advance(MINUTE);
    return (await account(accountId)).status === 'connected';
  }, 'the account to work');
});

test('without the permission for direct messages posts still come, and the account says what is missing', async () => {
  const scopes = ['tweet.read', 'tweet.write', 'users.read', 'offline.access'];
  const accountId = await world.connect(running, shop, { credentials: world.permission(shop, scopes) });
  await world.until(
    async () => /X does not let us read direct messages/.test((await account(accountId)).detail),
    'the account to say so',
  );
  world.clock.advance(MINUTE);
  mention('in public');
  world.clock.advance(MINUTE);
  await arrived('in public');
  expect((await account(accountId)).status).toBe('degraded');
});

test('tokens that end are renewed, and no end of the permission is told', async () => {
  const accountId = await world.connect(running, shop);
  await looked();
  for (let hour = 0; hour < 5; hour += 1) {
    world.clock.advance(HOUR);
    mention(`at hour ${hour}`);
    await arrived(`at hour ${hour}`);
  }
  expect(await account(accountId)).toMatchObject({ detail: '', status: 'connected', tokenExpiresAt: null });
  expect(calls('POST /2/oauth2/token')).toBeGreaterThanOrEqual(2);
});

test('a permission that was taken back asks for somebody, and after connecting again what was missed comes', async () => {
  const accountId = await world.connect(running, shop);
  await looked();
  world.simulator.revoke(shop.userId, shop.xAppId);
  await world.until(async () => {
    world.clock.advance(MINUTE);
    return (await account(accountId)).status === 'reconnect_needed';
  }, 'the account to ask');
  mention('meanwhile');
  const { settings } = await running.host.accounts.open(accountId);
  await running.host.accounts.reconnect(accountId, settings, world.permission(shop));
  await world.until(async () => {
    world.clock.advance(MINUTE);
    return (await texts()).includes('meanwhile');
  }, 'what was missed');
});

describe('where X reaches us', () => {
  beforeEach(async () => {
    await running.stop();
    running = await world.start({ parts: { publicUrl: world.publicUrl } });
  });

  /** What X delivers for the handle. */
  const subscribed = (): string[] =>
    world.simulator.pushing.subscriptions
      .listOf(shop.xAppId)
      .map(({ eventType }) => eventType)
      .sort();

  async function delivering(): Promise<void> {
    await world.until(async () => subscribed().length === ACTIVITIES.length, 'the subscriptions');
  }

  test('the webhook and all subscriptions are made, and what X delivers is stored at once', async () => {
    const accountId = await world.connect(running, shop);
    await delivering();
    expect(subscribed()).toEqual(ACTIVITIES.map(({ type }) => type).sort());
    await looked();
    mention('at once');
    await arrived('at once');
    expect(await account(accountId)).toMatchObject({ status: 'connected', detail: '' });
    const [row] = await world.database.query<{ origin: string }>('select origin from intake.deliveries');
    expect(row).toEqual({ origin: 'push' });
  });

  test('subscriptions that went are made again, and what was missed meanwhile is found by asking', async () => {
    await world.connect(running, shop);
    await delivering();
    await looked();
    for (const { id } of world.simulator.pushing.subscriptions.listOf(shop.xAppId)) {
      world.simulator.pushing.subscriptions.unsubscribe(id);
    }
    mention('unheard');
    world.clock.advance(HOUR);
    await delivering();
    await arrived('unheard');
  });

  test('what comes by webhook and by asking is one message', async () => {
    await world.connect(running, shop);
    await delivering();
    await looked();
    world.simulator.setFaults({ webhooks: [{ kind: 'duplicate', often: { rate: 0.3 } }] });
    const wanted = Array.from({ length: 12 }, (_, i) => `both ways ${i}.`);
    for (const text of wanted) {
      mention(text);
      world.clock.advance(MINUTE);
    }
    await arrived(...wanted);
    world.clock.advance(5 * MINUTE);
    await world.simulator.settled();
    expect((await texts()).sort()).toEqual([...wanted].sort());
  });

  test('after hours without a process X is asked to deliver again what nobody heard', async () => {
    await world.connect(running, shop);
    await delivering();
    await looked();
    await world.until(async () => (await world.database.query(`select from intake.cursors where stream = 'push'`)).length > 0, 'the note'); // prettier-ignore
    await running.stop();
    const post = mention('deleted while nobody listened');
    world.clock.advance(MINUTE);
    world.simulator.deletePost(post);
    world.clock.advance(2 * HOUR);
    running = await world.start({ parts: { publicUrl: world.publicUrl } });
    await world.until(async () => calls('POST /2/webhooks/replay') > 0, 'the replay to be asked for');
    await world.until(async () => (await world.events('change')).length > 0, 'the deletion, which no list tells');
  });

  test('where X cannot deliver it is said so, and everything comes by asking', async () => {
    await running.stop();
    running = await world.start({ parts: { publicUrl: 'http://127.0.0.1:9' } });
    const accountId = await world.connect(running, shop);
    await world.until(async () => (await account(accountId)).status === 'degraded', 'the account to say so');
    expect((await account(accountId)).detail).toMatch(/cannot deliver.*EVENHAND_PUBLIC_URL/);
    mention('all the same');
    world.clock.advance(MINUTE);
    await arrived('all the same');
  });
});
