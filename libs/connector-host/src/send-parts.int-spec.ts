import { Refused, Uncertain } from '@app/channel';
import { PushingWorld, type RunningPlatform } from '../../../test/support/pushing-platform';
import { partId } from './part';

let world: PushingWorld;
let platform: RunningPlatform;
let accountId: string;

beforeEach(async () => {
  world = await PushingWorld.open();
  platform = await world.platform();
  accountId = await world.connect(platform, '1001');
});
afterEach(() => world.close());

const reply = (text: string) => world.outbound(accountId, platform.connector, { text });
const texts = () => platform.connector.taken.map(({ text }) => text);
const told = async () =>
  (await world.events('send')).map(({ part, parts, attempt, state }) => [part, parts, attempt, state]);

/** Waits until a part of the message has been told to be in a state. */
async function state(id: string, part: number, wanted: string) {
  return world.until(async () => {
    const events = await world.events('send', accountId);
    return events.find((event) => event.outboundId === id && event.part === part && event.state === wanted);
  }, `part ${part} to be ${wanted}`);
}

it('sends the parts of a reply one after the other, under ids of their own, and tells of each', async () => {
  const message = reply('one | two | three');
  await world.send(platform.jobs, message);
  await state(message.id, 2, 'sent');
  expect(platform.connector.taken).toEqual([
    { id: message.id, text: 'one' },
    { id: partId(message.id, 1), text: 'two' },
    { id: partId(message.id, 2), text: 'three' },
  ]);
  expect(await told()).toEqual(
    [0, 1, 2].flatMap((part) => [
      [part, 3, 1, 'sending'],
      [part, 3, 1, 'sent'],
    ]),
  );
  await platform.jobs.idle();
  expect(await world.database.query('select from jobs.jobs')).toEqual([]);
});

it('stops at a part that is refused, and a person’s retry goes on there', async () => {
  const message = reply('one | two | three');
  platform.connector.onSend = ({ text }) => {
    if (text === 'two') throw new Refused('REFUSED', 'not this one');
    return undefined;
  };
  await world.send(platform.jobs, message);
  expect((await state(message.id, 1, 'failed')).failure?.detail).toBe('not this one');
  await platform.jobs.idle();
  expect(texts()).toEqual(['one']);
  platform.connector.onSend = () => undefined;
  await world.send(platform.jobs, message, true);
  await state(message.id, 2, 'sent');
  expect(texts()).toEqual(['one', 'two', 'three']);
});

it('sends nothing of a reply when one of its parts cannot be prepared', async () => {
  const message = reply('one | two');
  const prepare = platform.connector.prepare.bind(platform.connector);
  platform.connector.prepare = async (outbound) => {
    if (outbound.text === 'two') throw new Refused('TOO_LONG', 'this is too long');
    return prepare(outbound);
  };
  await world.send(platform.jobs, message);
  expect((await state(message.id, 0, 'failed')).failure).toMatchObject({ code: 'TOO_LONG', retryable: false });
  await platform.jobs.idle();
  expect(texts()).toEqual([]);
});

it('asks the platform about the part in which the process died, and sends the rest', async () => {
  const message = reply('one | two | three');
  const begun = (part: number, outcome: string | null) =>
    world.database.query(
      `insert into intake.sends (outbound_id, attempt, workspace_id, account_id, started_at, message_id, part, parts, outcome)
       values ($1, 1, $2, $3, now(), $4, $5, 3, $6)`,
      [partId(message.id, part), world.workspaceId, accountId, part === 0 ? null : message.id, part, outcome],
    );
  await begun(0, 'sent');
  await begun(1, null);
  const asked: string[] = [];
  platform.connector.onLookUp = ({ id, text }) => {
    asked.push(`${id} ${text}`);
    return { found: true, nativeIds: ['native:found'] };
  };
  await world.send(platform.jobs, message);
  await state(message.id, 2, 'sent');
  expect(asked).toEqual([`${partId(message.id, 1)} two`]);
  expect(texts()).toEqual(['three']);
  expect((await state(message.id, 1, 'sent')).nativeIds).toEqual(['native:found']);
});

it('sends a part again that surely did not go out, with the same bytes and no other part', async () => {
  const message = reply('one | two');
  let lost = true;
  platform.connector.onSend = ({ text }) => {
    if (text === 'two' && lost) {
      lost = false;
      throw new Uncertain('no answer');
    }
    return undefined;
  };
  await world.send(platform.jobs, message);
  await state(message.id, 1, 'sent');
  expect(texts()).toEqual(['one', 'two']);
  expect(platform.connector.prepares).toBe(2);
});

it('settles a part by its echo, so that it is not asked about any more', async () => {
  const message = reply('one | two');
  platform.connector.onLookUp = () => ({ found: false, authoritative: false });
  platform.connector.onSend = async ({ id, text }) => {
    if (text !== 'one') return undefined;
    // the echo is quicker than the answer, which never comes
    await world.push(platform, [{ to: '1001', id: 'mid.1', kind: 'echo', of: id }]);
    throw new Uncertain('no answer');
  };
  await world.send(platform.jobs, message);
  await state(message.id, 1, 'sent');
  const first = await state(message.id, 0, 'sent');
  expect(first).toMatchObject({ outboundId: message.id, parts: 2, attempt: 1, nativeIds: ['mid.1'] });
  expect(first.platformAt).toBeDefined();
  expect(texts()).toEqual(['two']);
});

it('tells what only the platform could tell: the thread, the time and another id of the person', async () => {
  const message = reply('one');
  const platformAt = new Date('2026-11-21T10:11:12.000Z');
  platform.connector.onSend = () => ({ nativeIds: ['m1'], threadKey: 'thread-9', platformAt, alsoKnownAs: 'psid-9' });
  await world.send(platform.jobs, message);
  expect(await world.state(message, 'sent')).toMatchObject({
    threadKey: 'thread-9',
    platformAt: platformAt.toISOString(),
    parts: 1,
  });
  expect(await world.events('person')).toMatchObject([
    { person: { value: message.to[0]!.value }, alsoKnownAs: 'psid-9' },
  ]);
});
