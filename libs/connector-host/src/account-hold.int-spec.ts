import { AccountHeld, CredentialsRejected, Transient, type OutboundMessage } from '@app/channel';
import { PushingWorld, type RunningPlatform } from '../../../test/support/pushing-platform';

const QUARTER = 15 * 60_000;
const TRIES = 5;

let world: PushingWorld;
let platform: RunningPlatform;
let accountId: string;
/** Texts of all that was handed to the platform, taken or not. */
let tried: string[];

beforeEach(async () => {
  world = await PushingWorld.open();
  const retries = { waits: [20], giveUpMs: 3_600_000, jitter: 0 };
  platform = await world.platform({ sends: { lookUpAfterMs: 0, waitMs: 20, rejectedMs: QUARTER, retries } });
  accountId = await world.connect(platform, '1001');
  tried = [];
});
afterEach(() => world.close());

/** The platform does this with whatever is handed to it; undefined: takes it. */
function on(answer: (text: string) => Error | undefined): void {
  platform.connector.onSend = ({ text }) => {
    tried.push(text);
    const error = answer(text);
    if (error) throw error;
    return undefined;
  };
}

async function send(text: string): Promise<OutboundMessage> {
  const message = world.outbound(accountId, platform.connector, { text });
  await world.send(platform.jobs, message);
  return message;
}

/** Waits until a job has looked at the message after now, and left it waiting. */
async function lookedAt({ id }: OutboundMessage): Promise<void> {
  const due = async () => {
    const sql = 'select run_at as "runAt" from jobs.jobs where key = $1';
    return (await world.database.query<{ runAt: Date }>(sql, [id]))[0]?.runAt.getTime() ?? 0;
  };
  const before = await due();
  await world.until(async () => (await due()) > before, 'another look at the message');
}

const account = async () => platform.host.accounts.get(accountId);

describe('an account on which the platform lets nothing be sent', () => {
  it('is shown with the reason; its messages wait, and are tried once in a quarter of an hour', async () => {
    on(() => new AccountHeld('too many complaints'));
    const first = await send('one');
    expect((await world.state(first, 'queued')).failure).toMatchObject({
      code: 'REFUSED',
      detail: 'too many complaints',
    });
    expect(await account()).toMatchObject({ status: 'degraded', hold: 'too many complaints' });
    const second = await send('two');
    expect((await world.state(second, 'queued')).failure?.detail).toContain('too many complaints');
    await lookedAt(first);
    expect(tried).toEqual(['one']);

    world.clock.advance(QUARTER);
    await world.until(async () => tried.length > 1, 'another try');
    await lookedAt(first);
    await lookedAt(second);
    expect((await account()).hold).toBe('too many complaints');
  });

  it('is free again when a try succeeds', async () => {
    on(() => new AccountHeld('too many complaints'));
    const message = await send('one');
    await world.state(message, 'queued');
    on(() => undefined);
    world.clock.advance(QUARTER);
    await world.state(message, 'sent');
    expect(await account()).toMatchObject({ status: 'connected', detail: '', hold: '' });
  });

  it('is free again when the platform says so, or the account is connected again', async () => {
    on(() => new AccountHeld('too many complaints'));
    const [one, two] = [await send('one'), await send('two')];
    await world.state(one, 'queued');
    await world.state(two, 'queued');
    on((text) => (text === 'two' ? new AccountHeld('again') : undefined));
    const at = new Date(world.clock.now().getTime() + 1_000).toISOString();
    await world.push(platform, [{ to: '1001', id: 'n1', kind: 'allowed', at }]);
    await world.state(one, 'sent');
    world.clock.advance(QUARTER);
    await world.until(async () => (await account()).hold === 'again', 'the hold');

    on(() => undefined);
    await platform.host.accounts.reconnect(accountId, {}, {});
    await world.state(two, 'sent');
  });

  it('stays so although a message that had begun before goes through', async () => {
    let through = (): void => undefined;
    const open = new Promise<void>((resolve) => (through = resolve));
    platform.connector.onSend = async ({ text }) => {
      if (text === 'slow') await open;
      else throw new AccountHeld('too many complaints');
      return undefined;
    };
    const slow = await send('slow');
    await world.state(slow, 'sending');
    world.clock.advance(1_000);
    const refused = { ...world.outbound(accountId, platform.connector, { text: 'one' }) };
    await world.database.transaction('system', (tx) =>
      platform.jobs.enqueue(tx, 'messenger.messageSend', { outbound: refused }, { key: refused.id }),
    );
    await world.state(refused, 'queued');
    through();
    await world.state(slow, 'sent');
    expect((await account()).hold).toBe('too many complaints');
  });
});

describe('a message on whose failure the platform says no more than that it may pass', () => {
  const passing = () => new Transient('a moment', { maxTries: TRIES });

  it('fails after so many tries, and gets as many more when a person decides so', async () => {
    on(passing);
    const message = await send('one');
    expect((await world.state(message, 'failed')).failure).toMatchObject({ code: 'PROVIDER_DOWN', retryable: true });
    expect(tried).toHaveLength(TRIES);
    await platform.jobs.idle();
    await world.send(platform.jobs, message, true);
    await world.until(async () => tried.length === 2 * TRIES, 'as many tries again');
    await platform.jobs.idle();
    expect((await world.events('send')).filter(({ state }) => state === 'failed')).toHaveLength(2);
  });

  it('is not charged with what was wrong with the account', async () => {
    let n = 0;
    on(() => {
      n += 1;
      if (n > TRIES + 2) return undefined;
      return n <= TRIES ? new CredentialsRejected('connect again') : passing();
    });
    const message = await send('one');
    for (let i = 1; i <= TRIES; i++) {
      await world.until(async () => n >= i && (await account()).sendProblem !== '', `try ${i}`);
      await lookedAt(message);
      world.clock.advance(QUARTER);
    }
    await world.state(message, 'sent');
  });
});
