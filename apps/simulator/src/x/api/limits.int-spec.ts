import { XApiStage } from '../../../testing/x-api';
import { PRICES } from '../credits';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let stage: XApiStage;

beforeEach(async () => {
  stage = await XApiStage.open();
});

afterEach(() => stage.stop());

async function times(n: number, path: string): Promise<number[]> {
  const codes: number[] = [];
  for (let i = 0; i < n; i += 1) codes.push((await stage.get(path)).status);
  return codes;
}

describe('the limits of calls', () => {
  it('count per endpoint and user, tell what is left, and begin anew when they say', async () => {
    const first = await stage.get('/2/dm_events');
    expect([first.headers.get('x-rate-limit-limit'), first.headers.get('x-rate-limit-remaining')]).toEqual([
      '15',
      '14',
    ]);
    const reset = Number(first.headers.get('x-rate-limit-reset')) * 1_000;
    expect(reset - stage.clock.now().getTime()).toBeGreaterThan(14 * MINUTE);
    expect(await times(15, '/2/dm_events')).toEqual([...Array.from({ length: 14 }, () => 200), 429]);
    const refused = await stage.get('/2/dm_events');
    expect([refused.status, refused.body]).toMatchObject([429, { title: 'Too Many Requests', type: 'about:blank' }]);
    expect(refused.headers.get('x-rate-limit-remaining')).toBe('0');
    expect(Number(refused.headers.get('x-rate-limit-reset')) * 1_000).toBe(reset);
    expect((await stage.get(`/2/dm_conversations/with/${stage.ada}/dm_events`)).status).toBe(200);
    stage.clock.advance(reset - stage.clock.now().getTime());
    expect((await stage.get('/2/dm_events')).status).toBe(200);
  });

  it('show which calls came between a refusal and its end', async () => {
    stage.platform.api.limits.exhaust('GET /2/dm_events', MINUTE);
    await times(2, '/2/dm_events');
    stage.clock.advance(MINUTE);
    await times(1, '/2/dm_events');
    expect(stage.calls.map(({ status, tooEarly }) => [status, tooEarly])).toEqual([[429, false], [429, true], [200, false]]); // prettier-ignore
    stage.platform.api.limits.exhaust('GET /2/dm_events', MINUTE);
    await times(1, '/2/dm_events');
    stage.platform.api.limits.exhaust('GET /2/dm_events', 0);
    await times(1, '/2/dm_events');
    expect(stage.calls.at(-1)).toMatchObject({ status: 200, tooEarly: false });
  });

  it('are other ones for the app and for its users, and per day have headers of their own', async () => {
    const app = await stage.get(`/2/users/${stage.shop}/mentions`, `Bearer ${stage.app.bearerToken}`);
    expect(app.headers.get('x-rate-limit-limit')).toBe('450');
    expect((await stage.get(`/2/users/${stage.shop}/mentions`)).headers.get('x-rate-limit-limit')).toBe('300');
    const sent = await stage.call('POST', `/2/dm_conversations/with/${stage.ada}/messages`, { text: 'Hi' });
    expect(sent.headers.get('x-user-limit-24hour-remaining')).toBe('1439');
    expect(sent.headers.get('x-app-limit-24hour-limit')).toBe('1440');
    expect(sent.headers.get('x-rate-limit-remaining')).toBe('14');
  });

  it('can be told in the old form, without headers, or by the edge', async () => {
    stage.platform.setRules({ limitShape: 'legacy', limitHeaders: false });
    stage.platform.api.limits.set('GET /2/dm_events', 0);
    const refused = await stage.get('/2/dm_events');
    expect(refused.body).toEqual({ errors: [{ code: 88, message: 'Rate limit exceeded' }] });
    expect([...refused.headers.keys()].filter((name) => name.includes('limit'))).toEqual([]);
    stage.platform.api.limits.set('GET /2/dm_events');
    stage.platform.api.faults.set([{ kind: 'edge-limit', often: 1 }]);
    const edge = await stage.get('/2/dm_events');
    expect([edge.status, edge.headers.get('x-rate-limit-reset')]).toEqual([429, null]);
    expect((await stage.get('/2/dm_events')).status).toBe(200);
  });

  it('of the month say so in a form of their own, and leave writing alone', async () => {
    const mention = stage.mention();
    stage.platform.setRules({ usageCappedUntil: stage.clock.now().getTime() + HOUR });
    const capped = await stage.get(`/2/users/${stage.shop}/mentions`);
    expect([capped.status, capped.body]).toMatchObject([
      429,
      { title: 'UsageCapExceeded', type: expect.stringContaining('usage-capped'), period: 'Monthly' },
    ]);
    const body = { text: 'Yes', reply: { in_reply_to_tweet_id: mention } };
    expect((await stage.call('POST', '/2/tweets', body)).status).toBe(201);
    stage.clock.advance(HOUR);
    expect((await stage.get(`/2/users/${stage.shop}/mentions`)).status).toBe(200);
  });
});

describe('the credit of an app', () => {
  const costs = (): number[] => stage.calls.map(({ cost }) => cost);
  const mentions = (): string => `/2/users/${stage.shop}/mentions?expansions=author_id`;
  const left = (): number | null => stage.platform.world.app(stage.app.appId).credit;

  it('pays for what is read, the same thing once in a UTC day', async () => {
    // the middle of a day: hours are not to carry it into the next
    stage.clock.advance(12 * HOUR - (stage.clock.now().getTime() % (24 * HOUR)) + 24 * HOUR);
    stage.token = stage.platform.token({
      appId: stage.app.appId,
      userId: stage.shop,
      expiresInMs: 72 * HOUR,
    }).accessToken;
    stage.mention('one');
    await stage.get(mentions());
    await stage.get(mentions());
    stage.mention('two');
    await stage.get(mentions());
    stage.clock.advance(24 * HOUR);
    await stage.get(mentions());
    const [post, user] = [PRICES['post.read'], PRICES['user.read']];
    expect(costs()).toEqual([post + user, 0, post, 2 * post + user]);
  });

  it('pays less for the own posts of whoever owns the app, and more for a post with an address', async () => {
    const id = stage.mention();
    stage.platform.addApp({ appId: stage.app.appId, ownerId: stage.shop });
    await stage.get(`/2/users/${stage.shop}/mentions`);
    const say = (text: string, more = {}): Promise<unknown> => stage.call('POST', '/2/tweets', { text, ...more });
    await say('News');
    await say('See example.com');
    await say('Yes', { reply: { in_reply_to_tweet_id: id } });
    expect(costs()).toEqual([1_000, 15_000, 200_000, 10_000]);
  });

  it('may fall a little below nothing; then everything is refused until there is more', async () => {
    stage.platform.setCredit(stage.app.appId, 0.001);
    stage.mention();
    expect((await stage.get(mentions())).status).toBe(200);
    expect(left()).toBeLessThan(0);
    const refused = await stage.get('/2/users/me');
    expect([refused.status, refused.body]).toEqual([
      402,
      { title: 'Payment Required', detail: 'credits depleted', type: 'https://api.x.com/2/problems/credits-depleted', status: 402 }, // prettier-ignore
    ]);
    stage.platform.setRules({ creditShape: 'account' });
    const other = await stage.call('POST', '/2/tweets', { text: 'Hi' });
    expect([other.status, other.body]).toMatchObject([402, { title: 'CreditsDepleted', account_id: expect.any(Number), type: 'https://api.twitter.com/2/problems/credits' }]); // prettier-ignore
    expect(other.body).not.toHaveProperty('status');
    stage.platform.setCredit(stage.app.appId, 5);
    expect((await stage.get('/2/users/me')).status).toBe(200);
  });

  it('is not looked at where it is not set', async () => {
    stage.mention();
    await stage.get(mentions());
    expect(left()).toBeNull();
    expect(stage.platform.world.app(stage.app.appId).spent).toBe(15_000);
    const usage = await stage.get('/2/usage/tweets', `Bearer ${stage.app.bearerToken}`);
    expect(usage.body).toMatchObject({ data: { project_usage: '1' } });
  });
});

describe('a call that a fault befalls', () => {
  it('is cut before or after it was done, or in the middle of its answer', async () => {
    const { faults } = stage.platform.api;
    const to = stage.mention();
    const say = (text: string): Promise<unknown> => stage.call('POST', '/2/tweets', { text, reply: { in_reply_to_tweet_id: to } }); // prettier-ignore
    faults.set([{ kind: 'reset', often: 1 }]);
    await expect(say('one')).rejects.toThrow();
    faults.set([{ kind: 'no-answer', often: 1 }]);
    await expect(say('two')).rejects.toThrow();
    faults.set([{ kind: 'half-answer', often: 1 }]);
    await expect(say('three')).rejects.toThrow();
    expect(stage.platform.visibleOf(stage.shop, stage.ada).map(({ text }) => text)).toEqual(['two', 'three']);
    expect(stage.calls.map(({ fault }) => fault)).toEqual(['reset', 'no-answer', 'half-answer']);
  });

  it('waits until those who listen were told, where it is to come after them', async () => {
    let told = false;
    stage.platform.api.settled = async () => void (told = true);
    stage.platform.api.faults.set([{ kind: 'pushed-first', often: 1 }]);
    await stage.call('POST', '/2/tweets', { text: 'Hi' });
    expect(told).toBe(true);
  });

  it('is of a known kind', () => {
    const set =
      (fault: object): (() => void) =>
      () =>
        stage.platform.api.faults.set([fault as never]);
    expect(set({ kind: 'nonsense' })).toThrow(/calls\[0\]\.kind/);
    expect(set({ kind: 'slow', ms: -1 })).toThrow(/calls\[0\]\.ms/);
    expect(() => stage.platform.setRules({ dialects: 'none' as never })).toThrow(/dialects/);
    expect(() => stage.platform.setRules({ nonsense: 1 } as never)).toThrow(/nonsense/);
  });
});
