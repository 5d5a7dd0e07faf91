import { customerForgetJobName, messageModerateJobName, type CustomerForgetJob } from '@app/channel';
import { PushingWorld, type Happening, type RunningPlatform } from '../../../test/support/pushing-platform';
import { Intake } from './intake';
import { readDeliveries } from './read-deliveries';

const CANARY = 'canary-4711';

let world: PushingWorld;
let platform: RunningPlatform;
let accountId: string;

beforeEach(async () => {
  world = await PushingWorld.open();
  platform = await world.platform();
  accountId = await world.connect(platform, '1001');
});
afterEach(() => world.close());

const wrote: Happening = { to: '1001', id: 'm1', text: CANARY, name: 'Zoé' };
const edited: Happening = { to: '1001', id: 'e1', kind: 'edit', of: 'm1', text: `${CANARY} edited` };
const takenBack: Happening = { to: '1001', id: 'd1', kind: 'withdrawn', of: 'm1' };
const other: Happening = { to: '1001', id: 'm2', text: 'of another', name: 'Ada' };
const again = (text: string) => ({ 'x-source': text });

/** Every row of `intake` and every raw delivery, opened, in which the text stands. */
async function whereItStands(text = CANARY): Promise<string[]> {
  const rows = await world.database.query<{ row: string }>(
    `select 'event ' || e::text as row from intake.events e union all select 'delivery ' || d::text from intake.deliveries d
     union all select 'job ' || j::text from jobs.jobs j`,
  );
  const sealed = [
    ...(await world.database.query<{ id: string; bytes: Buffer; what: string }>(
      `select delivery_id as id, bytes, 'delivery' as what from intake.raw_bytes
       union all select outbound_id, bytes, 'prepared' from intake.prepared`,
    )),
  ].map(({ id, bytes, what }) => `${what} ${world.vault.open(what, id, bytes).toString()}`);
  return [...rows.map(({ row }) => row), ...sealed].filter((row) => row.includes(text));
}
const events = async () => (await world.events('message')).map(({ externalId, text }) => [externalId, text]);
const states = async () =>
  (await world.database.query<{ state: string }>('select state from intake.deliveries')).map(({ state }) => state);

describe('what its author took back', () => {
  const ways: [string, () => Promise<unknown>][] = [
    ['after it came', async () => [await world.push(platform, [wrote]), await world.push(platform, [takenBack])]],
    ['before it comes', async () => [await world.push(platform, [takenBack]), await world.push(platform, [wrote])]],
    ['together with it', async () => world.push(platform, [wrote, takenBack])],
    ['together, and told of first', async () => world.push(platform, [takenBack, wrote])],
    [
      'at the same moment',
      async () => {
        const elsewhere = await world.platform();
        await Promise.all([world.push(platform, [wrote]), world.push(elsewhere, [takenBack])]);
      },
    ],
    [
      'after it came by two ways, and an edit',
      async () => {
        await world.push(platform, [wrote]);
        await world.push(platform, [wrote], again('once more'));
        await world.push(platform, [edited]);
        await world.push(platform, [edited], again('once more'));
        await world.push(platform, [takenBack]);
      },
    ],
    [
      'between two ways by which it comes, and an edit',
      async () => {
        await world.push(platform, [wrote]);
        await world.push(platform, [takenBack]);
        await world.push(platform, [edited]);
        await world.push(platform, [wrote], again('once more'));
      },
    ],
  ];

  it.each(ways)('stands nowhere any more, taken back %s', async (_, happen) => {
    await happen();
    expect(await whereItStands()).toEqual([]);
    expect(await events()).toEqual([['m1', '']]);
    expect(new Set(await states())).toEqual(new Set(['read']));
    // a repeat is known, and brings nothing back
    await world.push(platform, [wrote]);
    await world.push(platform, [wrote], again('once again'));
    expect(await whereItStands()).toEqual([]);
    expect(await events()).toEqual([['m1', '']]);
  });

  it('takes nothing of others with it but the bytes of a delivery they came in together', async () => {
    await world.push(platform, [wrote, other]);
    await world.push(platform, [{ ...other, id: 'm3' }]);
    await world.push(platform, [takenBack]);
    expect(await whereItStands()).toEqual([]);
    expect(await events()).toEqual([
      ['m1', ''],
      ['m2', 'of another'],
      ['m3', 'of another'],
    ]);
    expect((await whereItStands('m3')).some((row) => row.startsWith('delivery [{'))).toBe(true);
  });

  it('has no file fetched that is still to be fetched', async () => {
    await platform.jobs.stop(0);
    await world.push(platform, [{ ...wrote, files: [`https://cdn.example/${CANARY}`] }]);
    await world.push(platform, [{ ...other, files: ['https://cdn.example/2'] }]);
    await world.push(platform, [takenBack]);
    expect(await whereItStands()).toEqual([]);
    expect(await world.database.query('select from jobs.jobs')).toHaveLength(1);
  });

  it('goes, too, where we deleted it', async () => {
    await world.push(platform, [wrote]);
    const payload = { workspaceId: world.workspaceId, accountId, target: 'm1', nativeId: '1', action: 'delete' };
    await world.database.transaction('system', (tx) =>
      platform.jobs.enqueue(tx, messageModerateJobName('messenger'), payload),
    );
    await world.until(async () => (await world.events('change')).length > 0, 'the change');
    expect(await whereItStands()).toEqual([]);
  });
});

describe('what is taken back while it is being stored, or stored while it is taken back', () => {
  const somebodyWaits = async () =>
    (
      await world.database.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
    ).length > 0;

  it.each([
    [wrote, takenBack],
    [takenBack, wrote],
  ])('stands nowhere any more (%#)', async (first, second) => {
    let meanwhile: Promise<unknown> | undefined;
    let done = false;
    // called when the first is stored and not yet committed
    const slow = new Intake(
      world.database,
      world.vault,
      () => undefined,
      async () => {
        meanwhile = world.push(platform, [second]).then(() => (done = true));
        await world.until(async () => done || (await somebodyWaits()), 'the other');
      },
    );
    const account = await platform.host.accounts.open(accountId);
    const delivery = { source: 's', raw: Buffer.from(JSON.stringify([first])), arrivedAt: new Date(), context: {} };
    const read = await readDeliveries(platform.connector, account, [delivery], world.logger);
    await slow.commit(account, null, read, null);
    await meanwhile;
    expect(await whereItStands()).toEqual([]);
    expect(await events()).toEqual([['m1', '']]);
  });
});

describe('what we sent and took back', () => {
  const send = async (text: string) => {
    const message = world.outbound(accountId, platform.connector, { text });
    await world.send(platform.jobs, message);
    await world.state(message, 'sent');
    return message;
  };
  const echo = ({ id }: { id: string }): Happening => ({
    to: '1001',
    id: `native:${id}`,
    kind: 'echo',
    of: id,
    text: CANARY,
  });

  it.each(['after its copy came', 'before its copy comes'])(
    'is prepared no more, and in no copy of it, %s',
    async (when) => {
      const [ours, left] = [await send(CANARY), await send('another')];
      const gone: Happening = { ...takenBack, of: `native:${ours.id}` };
      if (when.startsWith('before')) await world.push(platform, [gone]);
      await world.push(platform, [echo(ours)]);
      await world.push(platform, [echo(ours)], again('once more'));
      await world.push(platform, [gone]);
      expect(await whereItStands()).toEqual([]);
      expect(await world.database.query('select outbound_id as id from intake.prepared')).toEqual([{ id: left.id }]);
      expect(await world.database.query('select from intake.sends')).toHaveLength(2);
    },
  );
});

it('a customer who is erased leaves no bytes in what brought the same message once more', async () => {
  await world.push(platform, [wrote]);
  await world.push(platform, [wrote], again('once more'));
  await world.push(platform, [other]);
  const forget: CustomerForgetJob = {
    workspaceId: world.workspaceId,
    erasureId: world.ids.next(),
    step: 'messenger',
    values: ['u1'],
    conversationIds: [],
    messages: [{ accountId, externalIds: ['m1'], outboundIds: [] }],
  };
  await world.database.transaction('system', (tx) =>
    platform.jobs.enqueue(tx, customerForgetJobName('messenger'), forget),
  );
  await platform.jobs.idle();
  expect(await whereItStands()).toEqual([]);
  expect(await whereItStands('of another')).not.toEqual([]);
});
