import { tombstoneOf, type PollSession, type Polls } from '@app/channel';
import { PushingPlatform, PushingWorld } from '../../../test/support/pushing-platform';

/** Hands out the session in which it reads. */
class PollingPlatform extends PushingPlatform implements Polls {
  readonly session: Promise<PollSession>;
  private begin!: (session: PollSession) => void;

  constructor() {
    super();
    this.session = new Promise((resolve) => (this.begin = resolve));
  }

  async poll(session: PollSession): Promise<void> {
    this.begin(session);
    await new Promise((resolve) => session.signal.addEventListener('abort', resolve));
  }
}

let world: PushingWorld;
let session: PollSession;
let accountId: string;
let status: () => Promise<{ tokenExpiresAt: string | null; status: string }>;

beforeEach(async () => {
  world = await PushingWorld.open();
  const { host, connector } = await world.run(new PollingPlatform(), { blobs: world.blobs });
  const given = { address: '1001', name: 'Page', settings: {}, credentials: {} };
  accountId = await host.accounts.add({ workspaceId: world.workspaceId, ...given });
  await host.look();
  session = await connector.session;
  status = async () => (await world.events('account', accountId)).at(-1)!;
});
afterEach(() => world.close());

it('knows what was stored, however it came, and what was erased; what it does not know may be filled in', async () => {
  const found = (id: string) => ({
    source: `conversation:${id}`,
    origin: 'fill' as const,
    raw: Buffer.from(JSON.stringify([{ to: '1001', id }])),
    arrivedAt: new Date(),
    context: {},
  });
  await session.commit([found('m1')], null);
  await world.database.query('insert into intake.tombstones values ($1, $2, now())', [
    accountId,
    tombstoneOf(accountId, 'gone'),
  ]);
  expect(await session.knownMessages(['m1', 'gone', 'm2'])).toEqual(new Set(['m1', 'gone']));
  expect(await world.database.query('select origin from intake.deliveries')).toEqual([{ origin: 'fill' }]);
});

it('tells until when the permission lasts, and keeps it where a report says nothing of it', async () => {
  const until = new Date('2027-01-20T00:00:00.000Z');
  await session.report('connected', '', until);
  expect(await status()).toMatchObject({ status: 'connected', tokenExpiresAt: until.toISOString() });
  await session.report('degraded', 'the subscription is being mended');
  expect(await status()).toMatchObject({ status: 'degraded', tokenExpiresAt: until.toISOString() });
  await session.report('connected', '', null);
  expect(await status()).toMatchObject({ status: 'connected', tokenExpiresAt: null });
});
