import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Uncertain, type OutboundMessage } from '@app/channel';
import { GuardedHttp, HostGuard } from '@app/connector-host';
import { Clock, DiskBlobs } from '@app/runtime';
import { MessengerSimulator, type MessengerFaults } from '../../simulator/src';
import type { Page } from './config';
import { lookUp } from './look-up';
import { moderate } from './moderate';
import { nameOf } from './names';
import { RateLimits } from './rate-limits';
import { sendPrepared } from './send';
import { failureOf } from './testing/graph-world';
import { sampleFile, samplePage, sampleReply } from './testing/messenger-samples';
import { prepareRequest, splitReply } from './write';

const DAY = 24 * 60 * 60_000;
const { signal } = new AbortController();
const clock = new Clock();
const now = (): Date => clock.now();
const http = new GuardedHttp(new HostGuard(true));
const parts = { http, limits: new RateLimits(now), now };
let simulator: MessengerSimulator;
let page: Page;
let blobs: DiskBlobs;
let dir: string;
let customer: string;
let psid: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'evenhand-messenger-'));
  blobs = new DiskBlobs(dir);
  simulator = await MessengerSimulator.start({ clock, seed: 7 });
  const origin = await simulator.listen();
  const { appId, appSecret } = simulator.addApp({ requireProof: true });
  const { pageId } = simulator.addPage({ name: 'Lumen' });
  const { userId } = simulator.addUser({ pages: [pageId] });
  const token = simulator.token({ appId, userId, pageId });
  const sample = samplePage(`${origin}/sim/graph`);
  page = { ...sample, pageId, token, app: { ...sample.app, appId, appSecret } };
});
beforeEach(() => {
  customer = simulator.person({ name: 'Ada Lovelace' });
  psid = simulator.psid(customer, page.pageId);
  simulator.writeAs(customer, page.pageId, { text: 'Bonjour' });
});
afterEach(() => {
  simulator.faults.set({});
  // what one test asked is not counted against the next
  clock.advance(5_000);
});
afterAll(async () => {
  http.close();
  await simulator.stop();
  await rm(dir, { recursive: true });
});

const reply = (more: Partial<OutboundMessage> = {}): OutboundMessage => sampleReply({ to: [{ value: psid }], ...more });
const send = (outbound: OutboundMessage) => sendPrepared(prepareRequest(outbound), outbound, page, { ...parts, blobs });
const find = (outbound: OutboundMessage, startedAt: Date) =>
  lookUp({ outbound, startedAt, claimed: async () => new Set<string>(), signal }, page, parts);
const seen = () => simulator.visibleTo(customer, page.pageId).map(({ text }) => text);

describe('on the platform', () => {
  it('a long reply with files is seen in order, each piece once', async () => {
    const { sha256, size } = await blobs.put(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), { maxBytes: 100 });
    const text = `${'x'.repeat(1_999)}\n${'y'.repeat(10)}`;
    const whole = reply({ text, attachments: [sampleFile({ sha256, size })] });
    for (const part of splitReply(whole)) await send(reply(part));
    expect(seen()).toEqual(['x'.repeat(1_999), 'y'.repeat(10), '']);
    const [, , file] = simulator.visibleTo(customer, page.pageId);
    expect(file!.attachments).toBe(1);
  });

  it('a reply is taken for seven days from a person and for one from a machine', async () => {
    const window = {
      openedAt: now().toISOString(),
      closesAt: new Date(now().getTime() + DAY).toISOString(),
      humanClosesAt: new Date(now().getTime() + 7 * DAY).toISOString(),
    };
    clock.advance(2 * DAY);
    expect(await failureOf(send(reply({ window, automated: true })))).toMatchObject({ code: 'REPLY_WINDOW_CLOSED' });
    await send(reply({ window }));
    clock.advance(6 * DAY);
    expect(await failureOf(send(reply({ window })))).toMatchObject({ code: 'REPLY_WINDOW_CLOSED' });
    expect(seen()).toHaveLength(1);
  });

  it.each<NonNullable<MessengerFaults['graph']>[number]['kind']>(['no-answer', 'answer-500', 'half-answer'])(
    'a message whose answer is lost (%s) is found, not sent again',
    async (kind) => {
      simulator.faults.set({ graph: [{ kind, often: 1, on: '/messages' }] });
      const startedAt = now();
      const outbound = reply({ text: `Oui (${kind})` });
      expect(await failureOf(send(outbound))).toBeInstanceOf(Uncertain);
      expect(await find(outbound, startedAt)).toMatchObject({ found: true });
      expect(seen()).toHaveLength(1);
    },
  );

  it('a message that never arrived is surely not there', async () => {
    simulator.faults.set({ graph: [{ kind: 'html', often: 1, on: '/messages' }] });
    const startedAt = now();
    const outbound = reply();
    expect(await failureOf(send(outbound))).toBeInstanceOf(Uncertain);
    expect(await find(outbound, startedAt)).toEqual({ found: false, authoritative: true });
    expect(seen()).toEqual([]);
  });

  it('a comment is answered in public and in private, once, and its author is known by the answer', async () => {
    const { commentId } = simulator.comment(page.pageId, customer, { text: 'Combien ?' });
    const { nativeIds } = await send(reply({ visibility: 'public', inReplyTo: commentId, text: 'En message privé' }));
    expect(
      simulator
        .truth(page.pageId)
        .map((entry) => JSON.stringify(entry))
        .join(),
    ).toContain(nativeIds[0]);
    const inPrivate = reply({ privateReplyTo: commentId, to: [{ value: '8123' }], text: '12 €' });
    expect(await send(inPrivate)).toMatchObject({ threadKey: psid, alsoKnownAs: psid });
    expect(await failureOf(send(reply({ privateReplyTo: commentId })))).toMatchObject({
      message: expect.stringMatching(/already had a private answer/),
    });
    expect(seen()).toEqual(['12 €']);
  });

  it('a comment whose answer is lost is found under the comment', async () => {
    const { commentId } = simulator.comment(page.pageId, customer, { text: 'Combien ?' });
    const outbound = reply({ visibility: 'public', inReplyTo: commentId, text: '12 €' });
    const startedAt = now();
    expect(await find(outbound, startedAt)).toEqual({ found: false, authoritative: true });
    simulator.faults.set({ graph: [{ kind: 'no-answer', often: 1, on: '/comments' }] });
    expect(await failureOf(send(outbound))).toBeInstanceOf(Uncertain);
    expect(await find(outbound, startedAt)).toMatchObject({ found: true });
  });

  it('tells the name of whoever wrote, and hides and deletes a comment, twice too', async () => {
    expect(await nameOf(psid, page, parts, signal)).toBe('Ada Lovelace');
    const { commentId } = simulator.comment(page.pageId, customer, { text: 'Spam' });
    for (const action of ['hide', 'hide', 'show', 'delete', 'delete', 'hide'] as const) {
      await moderate(commentId, action, page, parts, signal);
    }
    expect(await failureOf(moderate(commentId, 'show', page, parts, signal))).toMatchObject({ code: 'REFUSED' });
  });
});
