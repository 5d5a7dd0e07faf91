import { Uncertain } from '@app/channel';
import { PushingWorld, type Happening, type RunningPlatform } from '../../../test/support/pushing-platform';

let world: PushingWorld;
let platform: RunningPlatform;
let accountId: string;

beforeEach(async () => {
  world = await PushingWorld.open();
  platform = await world.platform();
  accountId = await world.connect(platform, '1001');
});
afterEach(() => world.close());

const comment = (text: string) => world.outbound(accountId, platform.connector, { text, visibility: 'public' });
/** Our own comment, as the platform shows it: without any mark of ours. */
const shown = (id: string, text: string, at = world.clock.now()): Happening => ({
  to: '1001',
  id,
  kind: 'out',
  text,
  from: '1001',
  fingerprint: `print:${text}`,
  at: at.toISOString(),
});
const messages = async () => (await world.events('message')).map(({ externalId }) => externalId);
const sent = async (id: string) =>
  (await world.events('send')).filter((event) => event.outboundId === id && event.state === 'sent');

it('recognises an own message by its id, after the answer that named it', async () => {
  const reply = comment('merci');
  platform.connector.onSend = () => ({ nativeIds: ['c1'] });
  await world.send(platform.jobs, reply);
  await world.state(reply, 'sent');
  expect(await world.push(platform, [shown('c1', 'merci, edited by the platform')])).toBe(200);
  expect(await messages()).toEqual([]);
});

it('recognises an own message by its text, before any answer named it, and sends nothing more', async () => {
  const reply = comment('merci');
  platform.connector.onSend = async () => {
    await world.push(platform, [shown('c1', 'merci')]);
    throw new Uncertain('no answer');
  };
  await world.send(platform.jobs, reply);
  expect(await world.state(reply, 'sent')).toMatchObject({ nativeIds: ['c1'], attempt: 1 });
  await platform.jobs.idle();
  // what comes again is recognised by its id
  await world.push(platform, [shown('c1', 'merci'), shown('c2', 'another')]);
  expect([await messages(), platform.connector.taken, (await sent(reply.id)).length]).toEqual([['c2'], [], 1]);
});

it('takes what was written before it for a colleague’s, although the text is the same', async () => {
  const reply = comment('merci');
  platform.connector.onSend = () => ({ nativeIds: [] });
  await world.send(platform.jobs, reply);
  await world.state(reply, 'sent');
  await world.push(platform, [shown('c1', 'merci', new Date(world.clock.now().getTime() - 60_000))]);
  expect(await messages()).toEqual(['c1']);
});

it('takes each of two equal texts for one copy, and a third for a colleague’s', async () => {
  const [first, second] = [comment('merci'), comment('merci')];
  platform.connector.onSend = () => ({ nativeIds: [] });
  for (const reply of [first, second]) {
    await world.send(platform.jobs, reply);
    await world.state(reply, 'sent');
  }
  await world.push(platform, [shown('c1', 'merci'), shown('c2', 'merci'), shown('c3', 'merci')]);
  expect(await messages()).toEqual(['c3']);
  const ids = await Promise.all([first, second].map(async ({ id }) => (await sent(id)).flatMap((e) => e.nativeIds)));
  expect(ids).toEqual([['c1'], ['c2']]);
});

it('does not take a message of an equal text for ours when no attempt is open', async () => {
  const reply = comment('merci');
  platform.connector.onSend = () => ({ nativeIds: ['c1'] });
  await world.send(platform.jobs, reply);
  await world.state(reply, 'sent');
  await world.push(platform, [shown('c2', 'merci')]);
  expect(await messages()).toEqual(['c2']);
});

it('has the row of an attempt before its copy can come', async () => {
  const reply = comment('merci');
  let attempts = -1;
  platform.connector.onSend = async () => {
    attempts = (await world.database.query('select from intake.sends where fingerprint is not null')).length;
    return undefined;
  };
  await world.send(platform.jobs, reply);
  await world.state(reply, 'sent');
  expect(attempts).toBe(1);
});
