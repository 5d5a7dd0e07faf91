import { CredentialsRejected, Transient } from '@app/channel';
import { PushingWorld, type RunningPlatform } from '../../../test/support/pushing-platform';
import { Renewals } from './renewals';

let world: PushingWorld;
let platform: RunningPlatform;
let accountId: string;

beforeEach(async () => {
  world = await PushingWorld.open();
  platform = await world.platform();
  accountId = await world.connect(platform, '1001');
  await platform.host.accounts.reconnect(accountId, {}, { token: 1 });
});
afterEach(() => world.close());

const stored = async () => (await platform.host.accounts.open(accountId)).credentials;

/** Whether somebody waits for a row that another transaction holds. */
const somebodyWaits = async () =>
  (await world.database.query(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length > 0; // prettier-ignore

describe('credentials that change with every renewal', () => {
  it('are stored encrypted before anybody is handed them, and reading goes on where it was', async () => {
    const before = await platform.host.accounts.get(accountId);
    expect(await platform.host.accounts.renew(accountId, async () => ({ token: 'canary' }))).toEqual({
      token: 'canary',
    });
    expect(await stored()).toEqual({ token: 'canary' });
    const [row] = await world.database.query<{ bytes: Buffer }>('select credentials as bytes from intake.accounts');
    expect(row!.bytes.includes('canary')).toBe(false);
    expect((await platform.host.accounts.get(accountId)).connectionVersion).toBe(before.connectionVersion);
  });

  it('are spent once by two processes at once: the second is handed what the first stored', async () => {
    const other = await world.platform();
    const spent: number[] = [];
    let asking = 0;
    const unlessRenewed = async (current: unknown): Promise<unknown> => {
      const { token } = current as { token: number };
      if (token > 1) return undefined;
      spent.push(token);
      asking += 1;
      await world.until(async () => asking > 1 || (await somebodyWaits()), 'the other process');
      return { token: token + 1 };
    };
    const hosts = [platform.host, other.host, platform.host, other.host];
    const got = await Promise.all(hosts.map((host) => host.accounts.renew(accountId, unlessRenewed)));
    expect(got).toEqual(hosts.map(() => ({ token: 2 })));
    expect(spent).toEqual([1]);
    expect(await stored()).toEqual({ token: 2 });
  });

  it('do not hold up what the platform pushes meanwhile, nor what is sent', async () => {
    let through = (): void => undefined;
    const open = new Promise<void>((resolve) => (through = resolve));
    const renewing = platform.host.accounts.renew(accountId, async () => {
      await open;
      return { token: 2 };
    });
    expect(await world.push(platform, [{ to: '1001', id: 'm1' }])).toBe(200);
    const message = world.outbound(accountId, platform.connector);
    await world.send(platform.jobs, message);
    await world.state(message, 'sent');
    through();
    expect(await renewing).toEqual({ token: 2 });
  });

  it('stay as they are where the platform refuses, or takes too long', async () => {
    const refuse = async () => {
      throw new CredentialsRejected('no');
    };
    await expect(platform.host.accounts.renew(accountId, refuse)).rejects.toThrow(CredentialsRejected);
    const absent = () => new Error('absent');
    const impatient = new Renewals({ database: world.database, vault: world.vault, absent, limitMs: 1 });
    await expect(impatient.renew(accountId, () => new Promise(() => undefined))).rejects.toThrow(Transient);
    expect(await stored()).toEqual({ token: 1 });
    await expect(platform.host.accounts.renew(accountId, async () => ({ token: 2 }))).resolves.toEqual({ token: 2 });
  });

  it('are kept although they come after the wait for them is over', async () => {
    let give = (_: unknown): void => undefined;
    const late = new Promise<unknown>((resolve) => (give = resolve));
    const absent = () => new Error('absent');
    const impatient = new Renewals({ database: world.database, vault: world.vault, absent, limitMs: 1 });
    await expect(impatient.renew(accountId, () => late)).rejects.toThrow(Transient);
    give({ token: 2 });
    await world.until(async () => ((await stored()) as { token: number }).token === 2, 'the late credentials');
  });

  it('are kept although the transaction fails in which they were made', async () => {
    const got = await platform.host.accounts.renew(accountId, async () => {
      await world.database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction' and pid <> pg_backend_pid()
            and datname = current_database() and usename = current_user`,
      );
      return { token: 2 };
    });
    expect(got).toEqual({ token: 2 });
    expect(await stored()).toEqual({ token: 2 });
  });

  it('give way to what a person gave meanwhile', async () => {
    const got = await platform.host.accounts.renew(accountId, async () => {
      await platform.host.accounts.reconnect(accountId, {}, { token: 'new' });
      return { token: 2 };
    });
    expect(got).toEqual({ token: 'new' });
    expect(await stored()).toEqual({ token: 'new' });
  });
});
