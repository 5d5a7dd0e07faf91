import { createHash } from 'node:crypto';
import { AccountHeld, messageModerateJobName, RateLimited, Refused, Transient } from '@app/channel';
import { PushingWorld, type RunningPlatform } from '../../../../test/support/pushing-platform';

let world: PushingWorld;
let platform: RunningPlatform;
let accountId: string;

beforeEach(async () => {
  world = await PushingWorld.open();
  platform = await world.platform();
  accountId = await world.connect(platform, '1001');
});
afterEach(() => world.close());

const changes = async () => (await world.events('change')).map(({ target, change }) => ({ target, ...change }));
const change = (type: string) =>
  world.until(async () => (await changes()).find((one) => one.type === type), `a change that is ${type}`);

describe('files', () => {
  const push = () => world.push(platform, [{ to: '1001', id: 'm1', files: ['https://cdn.example/1'] }]);
  const bytes = Buffer.from('the bytes of a picture');

  it('of new messages are fetched once, kept, and told of', async () => {
    let fetched = 0;
    platform.connector.onFile = () => ({ bytes, name: `${++fetched}.png`, mime: 'image/png' });
    await push();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(await change('file')).toMatchObject({
      target: 'm1',
      position: 0,
      file: { sha256, name: '1.png', size: 22 },
    });
    expect(await world.blobs.read(sha256, 1_000)).toEqual(bytes);
    await push();
    await platform.jobs.idle();
    expect(fetched).toBe(1);
  });

  it('are asked for again while the platform does not answer', async () => {
    let asked = 0;
    platform.connector.onFile = () => {
      if (++asked === 1) throw new Transient('not now');
      if (asked === 2) throw new RateLimited('later', world.clock.now());
      return { bytes, name: 'a.png', mime: 'image/png' };
    };
    await push();
    await world.until(async () => asked === 1, 'the first try');
    world.clock.advance(60_000);
    expect(await change('file')).toMatchObject({ file: { name: 'a.png' } });
  });

  it('that will never come are told of, with the reason', async () => {
    platform.connector.onFile = () => {
      throw new Refused('REFUSED', 'The file is gone.');
    };
    await push();
    expect(await change('file')).toMatchObject({ file: null, problem: 'The file is gone.' });
  });

  it('at an address nobody could ask for do not hold up the message', async () => {
    await world.push(platform, [{ to: '1001', id: 'm2', files: [`https://cdn.example/${'x'.repeat(20_000)}`] }]);
    expect((await world.events('message')).map(({ externalId }) => externalId)).toEqual(['m2']);
    expect(await changes()).toMatchObject([{ target: 'm2', file: null }]);
  });
});

it('asks once for the name of whoever writes in private and has none', async () => {
  const asked: string[] = [];
  platform.connector.onName = (value) => {
    asked.push(value);
    return value === 'u1' ? 'Zoé' : undefined;
  };
  await world.push(platform, [
    { to: '1001', id: 'm1', from: 'u1' },
    { to: '1001', id: 'm2', from: 'u1' },
    { to: '1001', id: 'm3', from: 'u2' },
    { to: '1001', id: 'm4', from: 'u3', name: 'Known' },
    { to: '1001', id: 'm5', from: 'u4', fingerprint: 'in public' },
    { to: '1001', id: 'm6', from: 'page', kind: 'out' },
  ]);
  await world.until(async () => (await world.events('person')).length > 0, 'a name');
  await world.push(platform, [{ to: '1001', id: 'm7', from: 'u1' }]);
  await platform.jobs.idle();
  expect(asked.toSorted()).toEqual(['u1', 'u2']);
  expect(await world.events('person')).toMatchObject([{ person: { value: 'u1', name: 'Zoé' } }]);
});

it.each([
  ['hide', { type: 'hidden', hidden: true }],
  ['show', { type: 'hidden', hidden: false }],
  ['delete', { type: 'withdrawn', by: 'us' }],
])('tells that it could %s a public message, or why not', async (action, told) => {
  const done: string[] = [];
  platform.connector.onModerate = (nativeId, what) => {
    done.push(`${what} ${nativeId}`);
    if (done.length > 1) throw new Refused('REFUSED', 'It is somebody else’s.');
  };
  const payload = { workspaceId: world.workspaceId, accountId, target: 'comment:1', nativeId: '1', action };
  const ask = () =>
    world.database.transaction('system', (tx) =>
      platform.jobs.enqueue(tx, messageModerateJobName('messenger'), payload),
    );
  await ask();
  expect(await change(told.type)).toEqual({ target: 'comment:1', ...told });
  await ask();
  expect(await change('refused')).toEqual({
    target: 'comment:1',
    type: 'refused',
    action,
    detail: 'It is somebody else’s.',
  });
  expect(done).toEqual([`${action} 1`, `${action} 1`]);
});

it('tells at once that nothing can be moderated on an account that the platform holds', async () => {
  platform.connector.onModerate = () => {
    throw new AccountHeld('too many complaints');
  };
  const payload = { workspaceId: world.workspaceId, accountId, target: 'comment:1', nativeId: '1', action: 'hide' };
  await world.database.transaction('system', (tx) =>
    platform.jobs.enqueue(tx, messageModerateJobName('messenger'), payload),
  );
  expect(await change('refused')).toMatchObject({ action: 'hide', detail: 'too many complaints' });
});
