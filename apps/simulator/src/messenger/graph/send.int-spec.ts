import { Platform } from '../../../testing/platform';
import { appsecretProof } from '../webhooks/signatures';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let platform: Platform;

beforeEach(async () => {
  platform = await Platform.start();
});

afterEach(() => platform.stop());

type Answer = Awaited<ReturnType<Platform['call']>>;

function errorOf({ status, body }: Answer): unknown[] {
  const { code, error_subcode: subcode } = (body.error ?? {}) as { code?: number; error_subcode?: number };
  return status === 200 ? [200] : subcode === undefined ? [code] : [code, subcode];
}

function customerWrites(): void {
  platform.simulator.writeAs(platform.person, platform.pageId, { text: 'Bonjour' });
}

describe('the Send API of the simulated platform', () => {
  it('takes an answer within 24 hours, a human one within 7 days, and none later', async () => {
    customerWrites();
    const human = { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' };
    platform.clock.advance(DAY - HOUR);
    expect(errorOf(await platform.say('in time'))).toEqual([200]);
    platform.clock.advance(2 * HOUR);
    expect(errorOf(await platform.say('too late'))).toEqual([10, 2018278]);
    expect(errorOf(await platform.say('by hand', human))).toEqual([200]);
    platform.clock.advance(6 * DAY);
    expect(errorOf(await platform.say('by hand', human))).toEqual([10, 2018278]);
    expect(platform.simulator.visibleTo(platform.person, platform.pageId).map(({ text }) => text)).toEqual([
      'in time',
      'by hand',
    ]);
  });

  it('lets a reaction open the window for a day but not the days of a human', async () => {
    const { simulator } = platform;
    customerWrites();
    const { mid } = simulator.pageInboxReply(platform.pageId, platform.person, 'Hello');
    platform.clock.advance(8 * DAY);
    expect(errorOf(await platform.say('closed'))).toEqual([10, 2018278]);
    simulator.react(mid, 'like');
    expect(errorOf(await platform.say('open'))).toEqual([200]);
    const human = await platform.say('by hand', { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' });
    expect(errorOf(human)).toEqual([10, 2018278]);
  });

  it('keeps the window open for 7 days after an ad', async () => {
    const { simulator, person, pageId } = platform;
    simulator.writeAs(person, pageId, { text: 'Hi', referral: { source: 'ADS', type: 'OPEN_THREAD', ad_id: '6100' } });
    platform.clock.advance(6 * DAY);
    expect(errorOf(await platform.say('still open'))).toEqual([200]);
  });

  it.each([
    ['a text of 2,001 characters', { message: { text: 'x'.repeat(2_001) } }, [100]],
    ['an empty text', { message: { text: ' ' } }, [100]],
    ['a message together with an action', { message: { text: 'a' }, sender_action: 'typing_on' }, [100, 2018014]],
    ['a tag that was removed', { messaging_type: 'MESSAGE_TAG', tag: 'ACCOUNT_UPDATE', message: { text: 'a' } }, [100]],
    ['an unknown type', { messaging_type: 'HELLO', message: { text: 'a' } }, [100]],
    ['a person who never wrote', { recipient: { id: '24000000000000001' }, message: { text: 'a' } }, [100, 2018001]],
    ['text and attachment at once', { message: { text: 'a', attachment: { type: 'image', payload: {} } } }, [100]],
    [
      'an upload that is not the Page’s',
      { message: { attachment: { type: 'image', payload: { attachment_id: '7' } } } },
      [100, 2018074],
    ],
    ['metadata of 1,001 characters', { message: { text: 'a', metadata: 'x'.repeat(1_001) } }, [100]],
  ])('refuses %s', async (_, body, expected) => {
    customerWrites();
    const answer = await platform.call('POST', `${platform.pageId}/messages`, {
      recipient: { id: platform.psid },
      messaging_type: 'RESPONSE',
      ...body,
    });
    expect(errorOf(answer)).toEqual(expected);
    expect(platform.simulator.visibleTo(platform.person, platform.pageId)).toEqual([]);
  });

  it('refuses whoever blocked the Page, and a Page that is restricted or blocked by policy', async () => {
    const { simulator, person, pageId } = platform;
    customerWrites();
    simulator.block(person, pageId);
    expect(errorOf(await platform.say('a'))).toEqual([551, 1545041]);
    simulator.block(person, pageId, false);
    simulator.restrict(pageId);
    expect(errorOf(await platform.say('b'))).toEqual([10, 1893063]);
    simulator.policy(pageId, 'block', 'Spam');
    expect(errorOf(await platform.say('c'))).toEqual([368, 1390008]);
    simulator.policy(pageId, 'unblock');
    expect(errorOf(await platform.say('d'))).toEqual([200]);
    await simulator.settled();
    const told = platform.receiver.of('policy_enforcement') as { sender?: unknown; policy_enforcement: object }[];
    expect(told.map(({ policy_enforcement: enforcement }) => enforcement)).toEqual([
      { action: 'block', reason: 'Spam' },
      { action: 'unblock' },
    ]);
    expect(told[0]).not.toHaveProperty('sender');
  });

  it('knows tokens and why they are dead, and asks for the proof where the app demands it', async () => {
    const { simulator, userId, appId, appSecret, pageToken } = platform;
    customerWrites();
    expect(errorOf(await platform.call('GET', 'me', undefined, 'EAAnonsense'))).toEqual([190, 467]);
    simulator.addApp({ appId, requireProof: true });
    expect(errorOf(await platform.say('no proof'))).toEqual([100]);
    expect(errorOf(await platform.say('wrong proof', { appsecret_proof: 'x' }))).toEqual([100]);
    const proof = appsecretProof(appSecret, pageToken);
    expect(errorOf(await platform.say('proof', { appsecret_proof: proof }))).toEqual([200]);
    for (const subcode of [460, 463, 467, 492] as const) {
      simulator.invalidate(userId, subcode);
      expect(errorOf(await platform.say('dead', { appsecret_proof: proof }))).toEqual([190, subcode]);
    }
  });

  it('expires a token by product time', async () => {
    const { simulator, appId, userId, pageId } = platform;
    const token = simulator.token({ appId, userId, pageId, expiresInMs: HOUR });
    expect(errorOf(await platform.call('GET', 'me', undefined, token))).toEqual([200]);
    platform.clock.advance(HOUR);
    expect(errorOf(await platform.call('GET', 'me', undefined, token))).toEqual([190, 463]);
  });

  it('uploads a file, sends it by its id until 90 days later, and shows it to the person', async () => {
    const { simulator, pageId, person, graph, pageToken } = platform;
    customerWrites();
    const form = new FormData();
    form.set('message', JSON.stringify({ attachment: { type: 'image', payload: { is_reusable: true } } }));
    form.set('filedata', new Blob([Buffer.from('a picture')], { type: 'image/png' }), 'permis.png');
    const headers = { authorization: `Bearer ${pageToken}` };
    const uploaded = await fetch(`${graph}/${pageId}/message_attachments`, { method: 'POST', headers, body: form });
    const { attachment_id: id } = (await uploaded.json()) as { attachment_id: string };
    const send = () =>
      platform.call('POST', `${pageId}/messages`, {
        recipient: { id: platform.psid },
        message: { attachment: { type: 'image', payload: { attachment_id: id } } },
      });
    expect(errorOf(await send())).toEqual([200]);
    const [shown] = simulator.visibleTo(person, pageId);
    expect(await (await fetch(shown!.files[0]!)).text()).toBe('a picture');
    platform.clock.advance(91 * DAY);
    customerWrites();
    expect(errorOf(await send())).toEqual([100, 2018074]);
  });

  it('refuses a file that is no image as an image, and one above 25 MB', async () => {
    const { pageId, graph, pageToken } = platform;
    const upload = async (type: string, size: number): Promise<unknown> => {
      const form = new FormData();
      form.set('message', JSON.stringify({ attachment: { type: 'image', payload: { is_reusable: true } } }));
      form.set('filedata', new Blob([Buffer.alloc(size)], { type }), 'x');
      const headers = { authorization: `Bearer ${pageToken}` };
      const answer = await fetch(`${graph}/${pageId}/message_attachments`, { method: 'POST', headers, body: form });
      return ((await answer.json()) as { error: { error_subcode: number } }).error.error_subcode;
    };
    expect(await upload('application/pdf', 10)).toBe(2018047);
    expect(await upload('image/png', 25 * 1024 * 1024 + 1)).toBe(2018109);
  });

  it('shows typing only as an action of its own', async () => {
    customerWrites();
    const answer = await platform.call('POST', `${platform.pageId}/messages`, {
      recipient: { id: platform.psid },
      sender_action: 'typing_on',
    });
    expect(answer.body).toEqual({ recipient_id: platform.psid });
    const thread = platform.simulator.world.findThread(platform.pageId, platform.psid)!;
    expect(thread.typingUntil).toBeGreaterThan(platform.clock.now().getTime());
  });
});

describe('a send that goes wrong on the way', () => {
  it.each(['no-answer', 'answer-500', 'half-answer'] as const)('is taken and echoed once although %s', async (kind) => {
    const { simulator } = platform;
    customerWrites();
    simulator.faults.set({ graph: [{ kind, on: '/messages', often: 1 }] });
    await expect(platform.say('once', { message: { metadata: 'out:9' } })).rejects.toThrow();
    await simulator.settled();
    expect(simulator.visibleTo(platform.person, platform.pageId)).toHaveLength(1);
    const echoes = platform.receiver.of('message').filter(({ message }) => (message as { metadata?: string }).metadata);
    expect(echoes).toHaveLength(1);
  });

  it.each(['reset', 'html'] as const)('is not taken with %s', async (kind) => {
    customerWrites();
    platform.simulator.faults.set({ graph: [{ kind, on: '/messages', often: 1 }] });
    await expect(platform.say('never')).rejects.toThrow();
    expect(platform.simulator.visibleTo(platform.person, platform.pageId)).toEqual([]);
    expect(errorOf(await platform.say('now'))).toEqual([200]);
  });

  it('is echoed before it is answered, where the fault says so', async () => {
    customerWrites();
    await platform.simulator.settled();
    platform.simulator.faults.set({ graph: [{ kind: 'echo-first', often: 1 }] });
    await platform.say('echo');
    expect(platform.receiver.of('message').at(-1)).toMatchObject({ message: { is_echo: true, text: 'echo' } });
  });

  it('fails with any error on demand, and then goes through', async () => {
    customerWrites();
    platform.simulator.faults.set({
      graph: [
        { kind: 'error', often: 1, code: 200, subcode: 2018028, status: 403 },
        { kind: 'error', often: 2, code: 2 },
      ],
    });
    const answers = [];
    for (let n = 0; n < 4; n += 1) answers.push(errorOf(await platform.say('x')));
    expect(answers).toEqual([[200, 2018028], [2], [2], [200]]);
  });

  it('is slowed down by usage that climbs, and refused at 100 % until it has been regained', async () => {
    customerWrites();
    platform.simulator.faults.set({ usage: { percent: 80, climb: 10, regainMinutes: 5 } });
    const usage = ({ headers }: Answer): unknown =>
      (JSON.parse(headers.get('x-business-use-case-usage')!) as Record<string, unknown[]>)[platform.pageId]![0];
    expect(usage(await platform.say('a'))).toMatchObject({ type: 'messenger', call_count: 80 });
    expect(usage(await platform.say('b'))).toMatchObject({ call_count: 90 });
    const refused = await platform.say('c');
    expect(errorOf(refused)).toEqual([80006]);
    expect(usage(refused)).toMatchObject({ call_count: 100, estimated_time_to_regain_access: 5 });
    expect(refused.headers.has('retry-after')).toBe(false);
    platform.clock.advance(4 * 60_000);
    expect(errorOf(await platform.say('d'))).toEqual([80006]);
    platform.clock.advance(60_000);
    expect(errorOf(await platform.say('e'))).toEqual([200]);
  });
});

describe('comments on the simulated platform', () => {
  it('tell of adding, editing, hiding and removing, under an id that is no PSID', async () => {
    const { simulator, pageId, person } = platform;
    const { commentId } = simulator.comment(pageId, person, { text: 'Combien ?' });
    simulator.editComment(commentId, 'Combien coûte-t-il ?');
    expect((await platform.call('POST', commentId, { is_hidden: true })).body).toEqual({ success: true });
    await platform.call('POST', commentId, { is_hidden: false });
    expect((await platform.call('DELETE', commentId)).body).toEqual({ success: true });
    await simulator.settled();
    const values = platform.receiver.elements.map(({ value }) => value as Record<string, unknown>);
    expect(values.map(({ verb }) => verb)).toEqual(['add', 'edited', 'hide', 'unhide', 'remove']);
    expect(values[0]).toMatchObject({ item: 'comment', comment_id: commentId, message: 'Combien ?' });
    expect((values[0]!['from'] as { id: string }).id).toBe(simulator.commenterId(person, pageId));
    expect(simulator.commenterId(person, pageId)).not.toBe(platform.psid);
    expect(values.at(-1)).not.toHaveProperty('message');
    expect(simulator.truth(pageId)).toMatchObject([{ id: commentId, withdrawn: true, text: '' }]);
  });

  it('are answered in public, and the answer of the Page comes in the feed', async () => {
    const { simulator, pageId, person } = platform;
    const { commentId } = simulator.comment(pageId, person, { text: 'Combien ?' });
    const { body } = await platform.call('POST', `${commentId}/comments`, { message: '300 €' });
    await simulator.settled();
    expect(platform.receiver.elements.at(-1)).toMatchObject({
      value: { verb: 'add', comment_id: body['id'], parent_id: commentId, from: { id: pageId }, message: '300 €' },
    });
    const listed = await platform.call('GET', `${commentId}/comments?fields=id,message,parent,from`);
    expect(listed.body['data']).toMatchObject([{ id: body['id'], parent: { id: commentId } }]);
  });

  it('are answered in private once, within 7 days, and the answer tells the PSID but opens no window', async () => {
    const { simulator, pageId, person } = platform;
    const { commentId } = simulator.comment(pageId, person, { text: 'Combien ?' });
    const privately = () =>
      platform.call('POST', `${pageId}/messages`, { recipient: { comment_id: commentId }, message: { text: 'Ici' } });
    const first = await privately();
    expect(first.body['recipient_id']).toBe(platform.psid);
    expect(errorOf(await privately())).toEqual([10900]);
    expect(errorOf(await platform.say('more'))).toEqual([10, 2018278]);
    const { commentId: old } = simulator.comment(pageId, person, { text: 'Et là ?' });
    platform.clock.advance(7 * DAY + 1);
    const late = await platform.call('POST', `${pageId}/messages`, {
      recipient: { comment_id: old },
      message: { text: 'Trop tard' },
    });
    expect(errorOf(late)).toEqual([10, 2018278]);
  });
});

describe('a conversation that another app has', () => {
  it('is heard on standby without payloads, cannot be written into, and changes hands', async () => {
    const { simulator, pageId, person, psid } = platform;
    const { appId: bot } = simulator.addApp({ name: 'Bot' });
    customerWrites();
    simulator.routing(pageId, person, bot);
    simulator.postback(person, pageId, { title: 'Start', payload: 'SECRET' });
    expect(errorOf(await platform.say('mine?'))).toEqual([2018300]);
    await simulator.settled();
    const last = platform.receiver.bodies.at(-1)!.entry[0] as unknown as { standby: { postback: object }[] };
    expect(last.standby[0]!.postback).toMatchObject({ title: 'Start' });
    expect(last.standby[0]!.postback).not.toHaveProperty('payload');
    const recipient = { id: psid };
    expect((await platform.call('GET', `${pageId}/thread_owner?recipient=${psid}`)).body).toMatchObject({
      data: [{ thread_owner: { expiration: expect.any(Number) } }],
    });
    await platform.call('POST', `${pageId}/take_thread_control`, { recipient, metadata: 'ours' });
    expect(errorOf(await platform.say('mine'))).toEqual([200]);
    await platform.call('POST', `${pageId}/release_thread_control`, { recipient });
    expect((await platform.call('GET', `${pageId}/thread_owner?recipient=${psid}`)).body).toEqual({ data: [] });
    simulator.routing(pageId, person, platform.appId);
    await simulator.settled();
    expect(platform.receiver.elements.at(-1)).toMatchObject({
      pass_thread_control: { previous_owner_app_id: null, new_owner_app_id: platform.appId },
    });
  });
});
