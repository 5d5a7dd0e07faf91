import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Platform } from '../../testing/platform';
import { isSigned, Receiver } from '../../testing/receiver';
import type { JournalEntry } from './journal';
import { ODDITIES } from './oddities';

const MINUTE = 60_000;

let platform: Platform;

beforeEach(async () => {
  platform = await Platform.start();
});

afterEach(() => platform.stop());

function write(text: string, person = platform.person, page = platform.pageId): string {
  return platform.simulator.writeAs(person, page, { text }).mid;
}

/** Mids in the order in which deliveries with them came. */
function mids(): string[] {
  return platform.receiver.of('message').map(({ message }) => (message as { mid: string }).mid);
}

function journal<K extends JournalEntry['kind']>(kind: K): Extract<JournalEntry, { kind: K }>[] {
  return platform.simulator
    .journal()
    .filter((entry): entry is Extract<JournalEntry, { kind: K }> => entry.kind === kind);
}

/** Moves product time and waits for what falls due by it. */
async function pass(ms: number): Promise<void> {
  platform.clock.advance(ms);
  await platform.simulator.settled();
}

describe('a webhook of the simulated platform', () => {
  it('tells of a message in escaped bytes, signed over exactly those', async () => {
    const { simulator, psid, pageId, receiver, appSecret } = platform;
    const mid = write('où ? 😀 a/b \u0000 \ud83d');
    await simulator.settled();
    const [one] = receiver.received;
    const wire = one!.body.toString('latin1');
    expect(wire).toContain('o\\u00f9 ? \\ud83d\\ude00 a\\/b \\u0000 \\ud83d');
    expect(isSigned(one!, appSecret)).toBe(true);
    expect(isSigned({ ...one!, body: Buffer.from(JSON.stringify(JSON.parse(wire))) }, appSecret)).toBe(false);
    expect(one!.headers['x-hub-signature']).toMatch(/^sha1=[0-9a-f]{40}$/);
    expect(receiver.bodies[0]).toMatchObject({
      object: 'page',
      entry: [{ id: pageId, messaging: [{ sender: { id: psid }, recipient: { id: pageId }, message: { mid } }] }],
    });
  });

  it('echoes, delivers and reads what the Page sends, with the app and its metadata', async () => {
    const { simulator, person, pageId, receiver } = platform;
    simulator.chats.receipts = 'read';
    write('Bonjour');
    const { status, body } = await platform.say('Bonjour Zoé', { message: { metadata: 'out:1' } });
    expect(status).toBe(200);
    await simulator.settled();
    const [, echo, delivery, read] = receiver.elements as { message: Record<string, unknown> }[];
    expect(echo!.message).toMatchObject({ is_echo: true, metadata: 'out:1', mid: body['message_id'] });
    expect(String(echo!.message['app_id'])).toBe(platform.appId);
    expect(delivery).toHaveProperty('delivery.watermark');
    expect(read).toHaveProperty('read.watermark');
    expect(simulator.visibleTo(person, pageId)).toMatchObject([{ text: 'Bonjour Zoé', metadata: 'out:1' }]);
  });

  it('echoes an answer from the page inbox with its app and without metadata', async () => {
    write('Bonjour');
    platform.simulator.pageInboxReply(platform.pageId, platform.person, 'Par ici');
    await platform.simulator.settled();
    const { message } = platform.receiver.elements.at(-1) as { message: Record<string, unknown> };
    expect(String(message['app_id'])).toBe('263902037430900');
    expect(message).not.toHaveProperty('metadata');
  });

  it('tells only what both the app and the Page are subscribed to', async () => {
    const { simulator, appId, pageId, person } = platform;
    simulator.subscribePage(appId, pageId, ['messages']);
    const mid = write('Bonjour');
    simulator.react(mid, 'love');
    simulator.comment(pageId, person, { text: 'Public' });
    await simulator.settled();
    expect(platform.receiver.elements).toHaveLength(1);
    simulator.unsubscribePage(appId, pageId);
    write('encore');
    await simulator.settled();
    expect(platform.receiver.elements).toHaveLength(1);
  });

  it('knows one person by another id on each Page, and tells of both Pages', async () => {
    const { simulator, appId, person } = platform;
    const { pageId: other } = simulator.addPage({ name: 'Other' });
    simulator.subscribePage(appId, other);
    simulator.faults.set({ batch: 10 });
    write('a');
    write('b', person, other);
    await simulator.settled();
    expect(platform.receiver.bodies).toHaveLength(1);
    const senders = platform.receiver.elements.map(({ sender }) => (sender as { id: string }).id);
    expect(senders).toEqual([platform.psid, simulator.psid(person, other)]);
    expect(new Set(senders).size).toBe(2);
  });
});

describe('what the platform sends in shapes of its own', () => {
  it.each(Object.keys(ODDITIES))('%s comes signed, as JSON', async (name) => {
    const { simulator, person, pageId, receiver, appSecret } = platform;
    write('Bonjour');
    await simulator.settled();
    receiver.received.length = 0;
    ODDITIES[name]!(simulator, person, pageId);
    await simulator.settled();
    expect(receiver.elements.length).toBeGreaterThan(0);
    expect(receiver.received.every((one) => isSigned(one, appSecret))).toBe(true);
  });

  it('has ids as numbers with all their digits', async () => {
    ODDITIES['numeric-ids']!(platform.simulator, platform.person, platform.pageId);
    await platform.simulator.settled();
    expect(BigInt(platform.psid)).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER));
    expect(platform.receiver.received[0]!.body.toString()).toContain(`"sender":{"id":${platform.psid}}`);
  });
});

describe('a receiver that the app names', () => {
  it('is asked for its challenge, and refused where it answers another', async () => {
    const { graph, appId, appSecret } = platform;
    const named = (url: string, verifyToken: string) =>
      fetch(`${graph}/${appId}/subscriptions`, {
        method: 'POST',
        body: new URLSearchParams({
          object: 'page',
          callback_url: url,
          verify_token: verifyToken,
          fields: 'messages,message_echoes',
          access_token: `${appId}|${appSecret}`,
        }),
      });
    const right = await named(platform.receiver.url, platform.receiver.verifyToken);
    expect(await right.json()).toEqual({ success: true });
    const wrong = await named(platform.receiver.url, 'a guess');
    expect(await wrong.json()).toMatchObject({ error: { code: 2200 } });
    const told = await fetch(`${graph}/${appId}/subscriptions?access_token=${appId}|${appSecret}`);
    const listed = { callback_url: platform.receiver.url, active: true };
    expect(await told.json()).toMatchObject({ data: [listed] });
    expect(journal('handshake').map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'refused']);
  });

  it('is refused where the challenge comes in quotes', async () => {
    const quoting = createServer((request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://x');
      response.end(`"${searchParams.get('hub.challenge')}"`);
    });
    await new Promise<void>((resolve) => quoting.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(quoting.address() as AddressInfo).port}/`;
    await expect(platform.simulator.subscribeApp(platform.appId, { url, verifyToken: 'x' })).rejects.toMatchObject({
      code: 2200,
    });
    quoting.close();
    quoting.closeAllConnections();
  });

  it('is refused when it is not on this machine', async () => {
    const away = platform.simulator.subscribeApp(platform.appId, { url: 'https://example.com/', verifyToken: 'x' });
    await expect(away).rejects.toThrow('not on this machine');
  });
});

describe('a delivery that fails', () => {
  it('is tried three more times at once, then after growing pauses of product time', async () => {
    platform.receiver.answer = () => ({ status: 500 });
    const mid = write('Bonjour');
    await platform.simulator.settled();
    expect(platform.receiver.received).toHaveLength(4);
    await pass(9_000);
    expect(platform.receiver.received).toHaveLength(4);
    await pass(2_000);
    expect(platform.receiver.received).toHaveLength(5);
    platform.receiver.answer = () => ({ status: 200 });
    await pass(31_000);
    expect(platform.receiver.received).toHaveLength(6);
    expect(new Set(platform.receiver.received.map(({ body }) => body.toString())).size).toBe(1);
    expect(platform.simulator.idle).toBe(true);
    expect(new Set(mids())).toEqual(new Set([mid]));
  });

  it('counts nothing but 200 as success', async () => {
    platform.receiver.answer = () => ({ status: platform.receiver.received.length === 1 ? 204 : 200 });
    write('Bonjour');
    await platform.simulator.settled();
    expect(journal('delivery').map(({ outcome, status }) => [outcome, status])).toEqual([
      ['refused', 204],
      ['accepted', 200],
    ]);
  });

  it('comes again when the receiver answers after the deadline', async () => {
    await platform.stop();
    platform = await Platform.start({ deadlineMs: 60 });
    const { receiver } = platform;
    receiver.answer = async () => {
      // the first answer waits for the second try
      if (receiver.received.length === 1) await receiver.until(2);
      return { status: 200 };
    };
    write('Bonjour');
    await platform.simulator.settled();
    expect(journal('delivery').map(({ outcome }) => outcome)).toEqual(['late', 'accepted']);
  });

  it('is told to the developers after 15 minutes and ends the subscription after an hour, with what was not delivered', async () => {
    const { simulator, pageId, receiver } = platform;
    receiver.answer = () => ({ status: 503 });
    const lost = write('nobody reads this');
    await simulator.settled();
    await pass(14 * MINUTE);
    expect(journal('alert')).toHaveLength(0);
    await pass(2 * MINUTE);
    expect(journal('alert')).toMatchObject([{ pageId }]);
    await pass(45 * MINUTE);
    expect(journal('disabled')).toMatchObject([{ pageId }]);
    expect(journal('lost')).toMatchObject([{ about: [lost] }]);
    expect((await platform.call('GET', `${pageId}/subscribed_apps`)).body).toEqual({ data: [] });
    receiver.answer = () => ({ status: 200 });
    const before = receiver.received.length;
    write('nor this');
    await pass(15 * MINUTE);
    expect(receiver.received).toHaveLength(before);
    expect(simulator.truth(pageId)).toHaveLength(2);
  });

  it('does not unsubscribe when one delivery in between succeeds', async () => {
    platform.receiver.answer = () => ({ status: 503 });
    write('a');
    await platform.simulator.settled();
    await pass(50 * MINUTE);
    platform.receiver.answer = () => ({ status: 200 });
    await pass(9 * MINUTE);
    platform.receiver.answer = () => ({ status: 503 });
    write('b');
    await platform.simulator.settled();
    await pass(20 * MINUTE);
    expect(journal('disabled')).toHaveLength(0);
  });

  it('comes again after the receiver was killed in the middle of a batch', async () => {
    const { simulator, receiver } = platform;
    const { port, verifyToken } = receiver;
    simulator.faults.set({ batch: 50 });
    receiver.answer = () => undefined;
    const sent = Array.from({ length: 20 }, (_, n) => write(`message ${n}`));
    await receiver.until(1);
    await receiver.close();
    await simulator.settled();
    platform.receiver = await Receiver.open(verifyToken, port);
    await pass(11_000);
    expect(new Set(mids())).toEqual(new Set(sent));
  });
});

describe('deliveries under faults', () => {
  it('hold up to a thousand updates of several conversations', async () => {
    const { simulator, pageId, receiver } = platform;
    simulator.faults.set({ batch: 1_000 });
    for (let n = 0; n < 40; n += 1) {
      const person = simulator.person({ name: `Person ${n}` });
      for (let i = 0; i < 30; i += 1) write(`${n} ${i}`, person);
    }
    await simulator.settled();
    const sizes = receiver.bodies.map(({ entry }) => entry.length);
    expect([sizes[0], sizes.length < 5]).toEqual([1_000, true]);
    expect(new Set(mids()).size).toBe(1_200);
    expect(simulator.truth(pageId)).toHaveLength(1_200);
  });

  it('keep the order of a conversation, and lose it only where a fault says so', async () => {
    const sent = Array.from({ length: 30 }, (_, n) => write(`${n}`));
    await platform.simulator.settled();
    expect(mids()).toEqual(sent);
    platform.receiver.received.length = 0;
    platform.simulator.faults.set({ webhooks: [{ kind: 'reorder', often: { rate: 0.3 } }] });
    const shuffled = Array.from({ length: 30 }, (_, n) => write(`${n}`));
    await platform.simulator.settled();
    expect(mids()).not.toEqual(shuffled);
    expect([...mids()].sort()).toEqual([...shuffled].sort());
  });

  it('bring the edit before the message where the message is held back', async () => {
    platform.simulator.faults.set({ webhooks: [{ kind: 'delay', on: 'messages', often: 1, ms: 5_000 }] });
    const mid = write('teh');
    platform.simulator.edit(mid, 'the');
    await platform.simulator.settled();
    expect(platform.receiver.elements.map((element) => Object.keys(element).at(-1))).toEqual(['message_edit']);
    await pass(6_000);
    expect(mids()).toEqual([mid]);
  });

  it('come twice: the same body again, on two connections at once, or the same message in another body', async () => {
    const { simulator, receiver } = platform;
    const kinds = ['duplicate', 'twice', 'repeat'] as const;
    for (const kind of kinds) {
      simulator.faults.set({ webhooks: [{ kind, often: 1 }] });
      receiver.received.length = 0;
      const mid = write(kind);
      await simulator.settled();
      expect([kind, mids()]).toEqual([kind, [mid, mid]]);
      const bodies = new Set(receiver.received.map(({ body }) => body.toString()));
      expect([kind, bodies.size]).toEqual([kind, kind === 'repeat' ? 2 : 1]);
    }
  });

  it('are wrongly signed in every way, and come right in the end', async () => {
    const { simulator, receiver, appSecret } = platform;
    receiver.answer = (request) => ({ status: isSigned(request, appSecret) ? 200 : 401 });
    const kinds = ['wrong-secret', 'no-signature', 'sha1-only', 'upper-case-signature', 'changed-byte'] as const;
    for (const kind of kinds) {
      simulator.faults.set({ webhooks: [{ kind, often: 1 }] });
      receiver.received.length = 0;
      write(kind);
      await simulator.settled();
      expect([kind, receiver.received.map((one) => isSigned(one, appSecret))]).toEqual([kind, [false, true]]);
    }
    expect(simulator.idle).toBe(true);
  });

  it('break off, lose their end or have strange neighbours, and nothing is lost by it', async () => {
    const { simulator, receiver } = platform;
    receiver.answer = ({ body }) => ({ status: isJson(body) ? 200 : 400 });
    const kinds = ['cut', 'half-body', 'truncated', 'odd-entries', 'test-form'] as const;
    simulator.faults.set({ webhooks: kinds.map((kind) => ({ kind, often: 1 })) });
    const sent = kinds.map((kind) => write(kind));
    await simulator.settled();
    const whole = receiver.received.filter(({ body }) => isJson(body)).map(({ body }) => body.toString());
    for (const mid of sent) expect(whole.some((text) => text.includes(mid))).toBe(true);
    expect(receiver.received.length).toBeGreaterThan(whole.length);
    expect(whole.some((text) => text.includes('"field":"messages","value":{"sender"'))).toBe(true);
    expect(whole.some((text) => text.includes('{},{"id"'))).toBe(true);
  });

  it('are never sent where the platform loses them, and the journal says so', async () => {
    platform.simulator.faults.set({ webhooks: [{ kind: 'lose', often: 1 }] });
    const lost = write('a');
    const told = write('b');
    await platform.simulator.settled();
    expect(mids()).toEqual([told]);
    expect(journal('lost')).toMatchObject([{ about: [lost] }]);
  });

  it('strike alike with the same seed', async () => {
    const run = async (): Promise<unknown> => {
      const one = await Platform.start({ seed: 42 });
      one.simulator.faults.set({ webhooks: [{ kind: 'lose', often: { rate: 0.5 } }] });
      for (let n = 0; n < 20; n += 1) one.simulator.writeAs(one.person, one.pageId, { text: `${n}` });
      await one.simulator.settled();
      const texts = one.receiver.of('message').map(({ message }) => (message as { text: string }).text);
      await one.stop();
      return texts;
    };
    const first = await run();
    expect(first).not.toHaveLength(20);
    expect(await run()).toEqual(first);
  });
});

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
