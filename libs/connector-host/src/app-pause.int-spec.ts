import { messageModerateJobName, RateLimited, type OutboundMessage, type PollSession } from '@app/channel';
import { PushingPlatform, PushingWorld, type RunningPlatform } from '../../../test/support/pushing-platform';

const QUARTER = 15 * 60_000;
const WORDS = 'The credit of the app is used up. Add credit; nothing is lost.';

let world: PushingWorld;
let platform: RunningPlatform;
/** Two accounts of one app, and one of another. */
let one: string;
let two: string;
let other: string;

beforeEach(async () => {
  world = await PushingWorld.open();
  platform = await world.platform();
  one = await world.connect(platform, '1001');
  two = await world.connect(platform, '1002');
  const { apps } = platform.host.accounts;
  const app = await apps.add({ workspaceId: world.workspaceId, settings: {}, secrets: { secret: 'another' } });
  other = await world.connect({ ...platform, app }, '1003');
});
afterEach(() => world.close());

const limited = () => new RateLimited(WORDS, new Date(world.clock.now().getTime() + QUARTER), { scope: 'app' });
const paused = (id: string) =>
  world.until(async () => {
    const row = await platform.host.accounts.get(id);
    return row.status === 'rate_limited' && row;
  }, 'the pause');
const going = (id: string) =>
  world.until(async () => (await platform.host.accounts.get(id)).status === 'connected', 'the end of the pause');

async function send(accountId: string, text: string): Promise<OutboundMessage> {
  const message = world.outbound(accountId, platform.connector, { text });
  await world.send(platform.jobs, message);
  return message;
}

async function moderate(accountId: string, target: string): Promise<void> {
  const payload = { workspaceId: world.workspaceId, accountId, target, nativeId: target, action: 'hide' };
  await world.database.transaction('system', (tx) =>
    platform.jobs.enqueue(tx, messageModerateJobName('messenger'), payload),
  );
}

describe('a platform that takes nothing of an app for now', () => {
  it('is sent nothing on any of its accounts; people read why; then it goes on by itself, and other apps all the time', async () => {
    let open = false;
    platform.connector.onSend = ({ accountId }) => {
      if (!open && accountId !== other) throw limited();
      return undefined;
    };
    const refused = await send(one, 'first');
    expect((await world.state(refused, 'queued')).failure).toMatchObject({ code: 'RATE_LIMITED', detail: WORDS });
    expect(await paused(one)).toMatchObject({ detail: WORDS });
    expect(await paused(two)).toMatchObject({ detail: WORDS });
    const told = (await world.events('account', two)).at(-1)!;
    expect(told).toMatchObject({ status: 'rate_limited', detail: WORDS });
    expect(Date.parse(told.pausedUntil!) - world.clock.now().getTime()).toBeGreaterThan(QUARTER - 60_000);

    open = true;
    const waiting = await send(two, 'second');
    expect((await world.state(waiting, 'queued')).failure).toMatchObject({ code: 'RATE_LIMITED', detail: WORDS });
    await world.state(await send(other, 'third'), 'sent');
    await platform.jobs.idle();
    expect(platform.connector.taken.map(({ text }) => text)).toEqual(['third']);

    world.clock.advance(QUARTER);
    await world.state(refused, 'sent');
    await world.state(waiting, 'sent');
    await going(one);
    await going(two);
    expect((await platform.host.accounts.get(two)).detail).toBe('');
  });

  it('ends its pause by itself where nothing is to be sent', async () => {
    platform.connector.onSend = () => {
      throw limited();
    };
    await send(one, 'first');
    await paused(two);
    world.clock.advance(QUARTER);
    await going(two);
    const events = (await world.events('account', two)).slice(-2);
    expect(events.map(({ status, pausedUntil }) => [status, pausedUntil === null])).toEqual([
      ['rate_limited', false],
      ['connected', true],
    ]);
  });

  it.each([
    ['moderated', () => moderate(one, 'c1')],
    [
      'asked for a file',
      () => world.push(platform, [{ to: '1001', id: 'm1', name: 'Zoé', files: ['https://cdn.example/1'] }]),
    ],
    ['asked for a name', () => world.push(platform, [{ to: '1001', id: 'm1' }])],
    [
      'asked what became of a message',
      async () => {
        const message = world.outbound(one, platform.connector);
        await world.database.query(
          'insert into intake.sends (outbound_id, attempt, workspace_id, account_id, started_at) values ($1, 1, $2, $3, now())',
          [message.id, world.workspaceId, one],
        );
        await world.send(platform.jobs, message);
      },
    ],
  ])('says so when something is %s, and is asked nothing more on any account', async (_, ask) => {
    let asked = 0;
    const refuse = () => {
      asked += 1;
      throw limited();
    };
    Object.assign(platform.connector, { onModerate: refuse, onFile: refuse, onName: refuse, onLookUp: refuse });
    await ask();
    expect(await paused(two)).toMatchObject({ detail: WORDS });
    await moderate(two, 'c2');
    await world.push(platform, [{ to: '1002', id: 'm2', files: ['https://cdn.example/2'] }]);
    await platform.jobs.idle();
    expect(asked).toBe(1);
    Object.assign(platform.connector, { onModerate: () => undefined });
    world.clock.advance(QUARTER);
    await world.until(
      async () => (await world.events('change', two)).some(({ target }) => target === 'c2'),
      'the errand',
    );
  });

  it('says so when an account is read, and is not read before the pause is over', async () => {
    await platform.stop();
    const polls: { id: string; at: number }[] = [];
    class Polling extends PushingPlatform {
      async poll({ account, signal }: PollSession): Promise<void> {
        polls.push({ id: account.id, at: world.clock.now().getTime() });
        if (polls.length === 1) throw limited();
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      }
    }
    const began = world.clock.now().getTime();
    const { host } = await world.run(new Polling(), { blobs: world.blobs });
    const first = await world.until(async () => polls[0], 'the first look');
    const both = first.id === other ? [other] : [one, two];
    await world.until(async () => (await host.accounts.get(both[0]!)).status === 'rate_limited', 'the pause');
    const looks = jest.spyOn(host.accounts, 'get');
    await world.until(async () => looks.mock.calls.filter(([id]) => id === first.id).length > 2, 'it to be waiting');
    for (const id of both) expect((await host.accounts.get(id)).detail).toBe(WORDS);
    world.clock.advance(QUARTER);
    await world.until(async () => polls.filter(({ id }) => id === first.id).length === 2, 'the second look');
    expect(polls.findLast(({ id }) => id === first.id)!.at).toBeGreaterThanOrEqual(began + QUARTER);
  });
});
