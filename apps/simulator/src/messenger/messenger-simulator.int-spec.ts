import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clock } from '@app/runtime';
import { Platform } from '../../testing/platform';
import { MessengerSimulator } from './messenger-simulator';
import { ODDITIES } from './oddities';
import { DAY } from './world';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'evenhand-messenger-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the simulated platform with a directory', () => {
  it('has the same Pages, tokens, chats and files after it is opened again', async () => {
    const first = await Platform.start({ dir });
    const { mid } = first.simulator.writeAs(first.person, first.pageId, {
      text: 'Bonjour \ud83d',
      attachments: [{ type: 'file', bytes: Buffer.from('kept'), name: 'a.txt', mime: 'text/plain' }],
    });
    first.simulator.edit(mid, 'Bonsoir');
    ODDITIES['relative-reel']!(first.simulator, first.person, first.pageId);
    await first.simulator.settled();
    const truth = first.simulator.truth(first.pageId);
    await first.stop();
    const again = await MessengerSimulator.start({ dir, clock: first.clock });
    const origin = await again.listen();
    expect(again.truth(first.pageId)).toEqual(truth);
    expect(truth[0]).toMatchObject({ id: mid, text: 'Bonsoir', written: 'Bonjour \ud83d', attachments: 1 });
    const [, reel] = [...again.world.messages.values()];
    expect(reel!.attachments[0]!.payload).toMatchObject({ reel_video_id: 9007199254740993n });
    const headers = { authorization: `Bearer ${first.pageToken}` };
    const me = await fetch(`${origin}/sim/graph/v25.0/me`, { headers });
    expect(await me.json()).toMatchObject({ id: first.pageId });
    expect(again.psid(first.person, first.pageId)).toBe(first.psid);
    const fields = 'messages{attachments}';
    const kept = await fetch(`${origin}/sim/graph/v25.0/${first.pageId}/conversations?fields=${fields}`, { headers });
    const [conversation] = ((await kept.json()) as { data: { messages: { data: { attachments: { data: { file_url: string }[] } }[] } }[] }).data; // prettier-ignore
    expect(await (await fetch(conversation!.messages.data[1]!.attachments.data[0]!.file_url)).text()).toBe('kept');
    await again.stop();
  });

  it('delivers after it is opened again what it could not deliver before', async () => {
    const first = await Platform.start({ dir });
    first.receiver.answer = () => ({ status: 503 });
    first.simulator.writeAs(first.person, first.pageId, { text: 'late' });
    await first.simulator.settled();
    await first.simulator.stop();
    first.receiver.answer = () => ({ status: 200 });
    const before = first.receiver.received.length;
    const again = await MessengerSimulator.start({ dir, clock: first.clock });
    await again.settled();
    expect(first.receiver.received).toHaveLength(before + 1);
    await again.stop();
    await first.receiver.close();
    const third = await MessengerSimulator.start({ dir, clock: first.clock });
    expect(third.idle).toBe(true);
    await third.stop();
  });

  it('keeps the time that it was moved on to, once, with the clock of a new process or the old one', async () => {
    const first = await MessengerSimulator.start({ dir, clock: new Clock() });
    first.world.advance(9 * DAY);
    await first.stop();
    for (const clock of [new Clock(), first.world.clock]) {
      const again = await MessengerSimulator.start({ dir, clock });
      expect(clock.aheadMs).toBe(9 * DAY);
      await again.stop();
    }
  });

  it('leaves out a last line that a crash cut short, and names a line that is broken', async () => {
    const first = await MessengerSimulator.start({ dir, clock: new Clock() });
    first.addPage({ id: '1001', name: 'Kept' });
    await first.stop();
    const path = join(dir, 'platform.jsonl');
    appendFileSync(path, '{"kind":"page","value":{"id":"10');
    const second = await MessengerSimulator.start({ dir, clock: first.world.clock });
    expect(second.world.page('1001').name).toBe('Kept');
    await second.stop();
    expect(readFileSync(path, 'utf8')).not.toContain('"id":"10"');
    appendFileSync(path, 'nonsense\n');
    await expect(MessengerSimulator.start({ dir, clock: first.world.clock })).rejects.toThrow(/line \d+/);
  });
});

describe('the control API of the simulated platform', () => {
  let platform: Platform;

  beforeEach(async () => {
    platform = await Platform.start();
  });

  afterEach(() => platform.stop());

  const act = async (name: string, body: object): Promise<{ status: number; body: Record<string, string> }> => {
    const answer = await fetch(`${platform.origin}/sim/api/messenger/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, string> };
  };
  const ask = async (path: string): Promise<unknown> =>
    (await fetch(`${platform.origin}/sim/api/messenger/${path}`)).json();

  it('writes as a person, moves time and tells the truth', async () => {
    const { pageId } = platform;
    const { personId } = (await act('person', { name: 'Ben', language: 'en' })).body;
    const { mid } = (await act('writeAs', { person: personId, page: pageId, text: 'Hi' })).body;
    await act('react', { mid, reaction: 'love' });
    await act('settled', {});
    expect(await ask(`truth/${pageId}`)).toMatchObject([{ id: mid, text: 'Hi', reaction: '❤️' }]);
    expect(platform.receiver.received).toHaveLength(2);
    const before = platform.clock.now().getTime();
    await act('advance', { ms: 86_400_000 });
    expect(platform.clock.now().getTime() - before).toBeGreaterThanOrEqual(86_400_000);
    expect(await ask('state')).toMatchObject({ idle: true, pages: [{ id: pageId }] });
    expect(JSON.stringify([await ask('state'), await ask('journal')])).not.toContain(platform.appSecret);
  });

  it('says what is wrong with a request, and does nothing for another web site', async () => {
    expect((await act('writeAs', { person: 'nobody', page: platform.pageId })).body['error']).toContain('No person');
    expect((await act('faults', { webhooks: [{ kind: 'gremlins' }] })).body['error']).toContain('must be one of');
    expect((await act('hasOwnProperty', {})).status).toBe(404);
    const foreign = await fetch(`${platform.origin}/sim/api/messenger/policy`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'http://evil.example' },
      body: '{}',
    });
    expect(foreign.status).toBe(403);
  });
});
