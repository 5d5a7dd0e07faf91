import { once } from 'node:events';
import { Platform } from '../../testing/platform';
import { Random } from './random';

let platform: Platform;

beforeEach(async () => {
  platform = await Platform.start({ receipts: 'delivered' });
});

afterEach(() => platform.stop());

describe('the demo on Messenger', () => {
  it('is made once, and connects with what it returns', async () => {
    const demo = platform.simulator.seedDemo();
    expect(platform.simulator.seedDemo()).toEqual(demo);
    platform.simulator.expireToken(demo.pageToken);
    expect(platform.simulator.seedDemo().pageToken).not.toBe(demo.pageToken);
    const { appId, appSecret, pageId } = demo;
    const token = platform.simulator.seedDemo().pageToken;
    const debug = await platform.call('GET', `debug_token?input_token=${token}`, undefined, `${appId}|${appSecret}`);
    expect(debug.body['data']).toMatchObject({ is_valid: true, profile_id: pageId, expires_at: 0 });
  });

  it('tells its chats by webhook, in the order in which they were written, and once only', async () => {
    const { simulator, receiver } = platform;
    const { appId, pageId } = simulator.seedDemo();
    await simulator.subscribeApp(appId, { url: receiver.url, verifyToken: receiver.verifyToken });
    simulator.subscribePage(appId, pageId);
    const written = simulator.writeDemoChats();
    expect(simulator.writeDemoChats()).toBe(0);
    await simulator.settled();
    expect(receiver.elements).toHaveLength(written);
    const truth = simulator.truth(pageId);
    expect(truth).toHaveLength(written);
    expect(new Set(truth.map(({ kind }) => kind))).toEqual(new Set(['message', 'comment']));
    expect(truth.at(-1)!.at).toBeLessThan(platform.clock.now().getTime());
  });
});

describe('life on Messenger', () => {
  it('goes on to its limit, in private and in public', async () => {
    const { simulator } = platform;
    const { pageId } = simulator.seedDemo();
    const life = simulator.startLife({ everyMs: 1, limit: 30, random: seeded(3) });
    while (life.running) await Promise.race([once(simulator, 'message'), once(simulator, 'change')]);
    const kinds = simulator.truth(pageId).map(({ kind }) => kind);
    expect(kinds.length).toBeGreaterThanOrEqual(30);
    expect(kinds).toContain('comment');
    expect(kinds).toContain('message');
  });

  it('reads an answer and sometimes answers it', async () => {
    const { simulator } = platform;
    const { pageId } = simulator.seedDemo();
    const life = simulator.startLife({ everyMs: 1, readAfterMs: 1, limit: 200, random: seeded(5) });
    const [first] = (await once(simulator, 'message')) as [{ threadId: string }];
    const thread = simulator.world.threads.get(first.threadId)!;
    simulator.pageInboxReply(pageId, thread.personId, 'Bonjour');
    while (thread.readUpTo === 0) await once(simulator, 'change');
    expect(thread.readUpTo).toBeGreaterThan(0);
    life.stop();
    expect(simulator.life).toBeUndefined();
  });
});

function seeded(seed: number): () => number {
  const random = new Random(seed);
  return () => random.next();
}
