import { createHash } from 'node:crypto';
import { deliveryReprocessJobName } from '@app/channel';
import { Client } from 'pg';
import { Logger } from '@app/runtime';
import { PushingWorld, type Happening, type RunningPlatform } from '../../../test/support/pushing-platform';
import { readDeliveries } from './read-deliveries';
import type { SealedValue } from './sealed-reach';

/** Counts that would be recognised wherever they stood. */
const FOLLOWERS = 987_654_321;

let world: PushingWorld;
let platform: RunningPlatform;
let accountId: string;

beforeEach(async () => {
  world = await PushingWorld.open();
  platform = await world.platform();
  accountId = await world.connect(platform, '1001');
});
afterEach(() => world.close());

interface Sealed {
  readonly account: string;
  readonly channel: string;
  readonly id: string;
  readonly author: string;
  readonly values: Record<string, SealedValue>;
}

/** As the owner of the database: a connector may put there and not look. */
async function asOwner<T>(sql: string): Promise<T[]> {
  const client = new Client({ connectionString: world.testing.ownerUrl });
  await client.connect();
  try {
    return (await client.query(sql)).rows as T[];
  } finally {
    await client.end();
  }
}
const sealed = () =>
  asOwner<Sealed>(
    `select account_id as account, channel, external_id as id, author, values from sealed.reach order by external_id`,
  );
const happening = (id: string, more: Partial<Happening> = {}): Happening => ({
  to: '1001',
  id,
  text: `text of ${id}`,
  reach: { followers: FOLLOWERS },
  ...more,
});

/** Each message has one row, and its commitment opens with it. */
async function expectOpened(...ids: string[]): Promise<void> {
  const rows = await sealed();
  expect(rows.map(({ id }) => id)).toEqual(ids);
  const events = await world.events('message');
  for (const { id, values } of rows) {
    const { value, salt, commitment } = values['followers']!;
    expect(salt).toMatch(/^[0-9a-f]{32}$/);
    const bytes = Buffer.concat([Buffer.from('fair/v1/followers\0'), Buffer.from(salt, 'hex'), Buffer.from(value)]);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(commitment);
    expect(events.find(({ externalId }) => externalId === id)?.commitments).toEqual({ followers: commitment });
  }
  expect(new Set(rows.map(({ values }) => values['followers']!.salt)).size).toBe(ids.length);
}

describe('what a platform tells of fame', () => {
  it('is sealed when its message arrives, rounded, with a commitment in the event', async () => {
    await world.push(platform, [
      happening('m1', { from: 'u7' }),
      happening('m2', { reach: { followers: 20, likes: 7 } }),
    ]);
    await expectOpened('m1', 'm2');
    const [first, second] = await sealed();
    expect(first).toMatchObject({ account: accountId, channel: 'messenger', author: 'u7' });
    expect(first!.values['followers']).toMatchObject({ value: '9.0', band: '10000+' });
    expect(second!.values).toEqual({ followers: expect.objectContaining({ value: '1.3', band: '0-99' }) as unknown });
  });

  it('is committed to where it tells nothing, too, and not for what we wrote', async () => {
    await world.push(platform, [{ to: '1001', id: 'm1' }, happening('m2', { kind: 'out', from: '1001' })]);
    await expectOpened('m1');
    expect((await sealed())[0]!.values['followers']!.value).toBe('');
    const ours = (await world.events('message')).find(({ direction }) => direction === 'outbound');
    expect(ours!.commitments).toEqual({});
  });

  it('is sealed once per message, however often and by whatever ways it comes', async () => {
    await world.push(platform, [happening('m1')]);
    const [before] = await sealed();
    await world.push(platform, [happening('m1')]);
    await world.push(platform, [happening('m1', { reach: { followers: 5 } })]);
    await world.push(platform, [happening('m1'), happening('m2'), happening('m2')], { 'x-source': 'once more' });
    await expectOpened('m1', 'm2');
    expect((await sealed())[0]).toEqual(before);
  });

  it('is sealed when a delivery is taken in for an account that was connected after it', async () => {
    await world.push(platform, [happening('m1', { to: '1002' })]);
    expect(await sealed()).toEqual([]);
    await world.connect(platform, '1002');
    await platform.host.webhooks!.adopt();
    await expectOpened('m1');
  });

  it('is sealed when a delivery is read that could not be read before', async () => {
    platform.connector.onRead = () => {
      throw new Error('a fault of ours');
    };
    await world.push(platform, [happening('m1')]);
    await world.push(platform, [happening('m2')]);
    platform.connector.onRead = () => undefined;
    await world.push(platform, [happening('m2')], { 'x-source': 'by another way' });
    const rows = await world.database.query<{ id: string }>(
      `select id from intake.deliveries where state = 'unreadable'`,
    );
    const jobs = rows.map(({ id: deliveryId }) => ({
      payload: { workspaceId: world.workspaceId, accountId, deliveryId },
    }));
    await world.database.transaction('system', (tx) =>
      platform.jobs.enqueueAll(tx, deliveryReprocessJobName('messenger'), jobs),
    );
    await platform.jobs.idle();
    await expectOpened('m1', 'm2');
  });
});

describe('two worlds that differ in fame alone', () => {
  /** Every row of what connectors write, without what is new each time. */
  async function told(followers: number): Promise<string[]> {
    await world.push(platform, [happening('m1', { reach: { followers } })], { 'x-source': `${'x'.repeat(8)}` });
    await world.push(platform, [happening('m1', { to: '1003', reach: { followers } })]);
    const rows = await asOwner<{ row: string }>(
      `select to_jsonb(d) - 'id' - 'received_at' - 'read_at' - 'arrived_at' - 'source' - 'account_id' - 'workspace_id' - 'app_id' as row from intake.deliveries d
       union all select jsonb_build_object('bytes', length(bytes)) from intake.raw_bytes
       union all select e.body #- '{commitments,followers}' from intake.events e where kind = 'message'`,
    );
    return rows.map(({ row }) => JSON.stringify(row)).toSorted();
  }

  it('leave the same rows, of the same sizes', async () => {
    const plain = await told(0);
    await world.close();
    world = await PushingWorld.open();
    platform = await world.platform();
    await world.connect(platform, '1001');
    expect(await told(5_000_000)).toEqual(plain);
    expect(plain.join()).toContain('"size":null');
  });
});

it('is in no log when reading it fails by a fault of ours', async () => {
  const lines: string[] = [];
  const logger = Logger.create({
    level: 'debug',
    app: 'test',
    destination: { write: (line) => void lines.push(line) },
  });
  const account = await platform.host.accounts.open(accountId);
  const raw = Buffer.from(`followers: ${FOLLOWERS}`);
  platform.connector.onRead = () => void JSON.parse(raw.toString());
  const delivery = { source: 's', raw, arrivedAt: new Date(), context: {} };
  await readDeliveries(platform.connector, account, [delivery], logger);
  expect(lines.join()).toContain('SyntaxError');
  expect(lines.join()).not.toContain('ollower');
});
