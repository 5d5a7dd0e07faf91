import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  RateLimited,
  Refused,
  Uncertain,
  type LookUpResult,
  type OutboundMessage,
  type SendReceipt,
} from '@app/channel';
import { GuardedHttp, HostGuard } from '@app/connector-host';
import { Clock, DiskBlobs } from '@app/runtime';
import { XSimulator } from '../../simulator/src';
import { XClient } from './client';
import type { Handle, HandleCredentials } from './config';
import { lookUp } from './look-up';
import { moderate } from './moderate';
import { XRateLimits } from './rate-limits';
import { sendPrepared } from './send';
import { sampleApp, sampleDirect, sampleFile, sampleReply } from './testing/x-samples';
import { failureOf } from './testing/x-world';
import { Tokens } from './tokens';
import { prepareRequest } from './write';

const MINUTE = 60_000;
const http = new GuardedHttp(new HostGuard(true));
const clock = new Clock();
let dir: string;
let blobs: DiskBlobs;
let x: XSimulator;
let client: XClient;
let handle: Handle;
let customer: string;
let stored: HandleCredentials;
/** What the platform charged, and what we thought it would: millionths of a dollar. */
let paid = 0;
let thought = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'evenhand-x-'));
  blobs = new DiskBlobs(dir);
});
beforeEach(async () => {
  x = await XSimulator.start({ clock, seed: 7 });
  await x.listen();
  const { userId, username } = x.addUser({ username: 'shop' });
  const { appId, clientSecret, ...keys } = x.addApp();
  const { accessToken, refreshToken, expiresAt, scopes } = x.token({ appId, userId });
  stored = {
    kind: 'oauth2',
    accessToken,
    refreshToken: refreshToken ?? '',
    expiresAt: expiresAt.toISOString(),
    scopes,
  };
  const app = sampleApp(`${x.origin}/sim/x/api`, {
    ...keys,
    ...(typeof clientSecret === 'string' && { clientSecret }),
  });
  handle = {
    accountId: 'account',
    workspaceId: 'workspace',
    userId,
    username,
    settings: { userId, username, longPosts: false, history: 'none' },
    credentials: stored,
    app,
  };
  const now = (): Date => clock.now();
  const renew = async (_: string, make: (current: unknown) => Promise<unknown>) => {
    stored = ((await make(stored)) as HandleCredentials | undefined) ?? stored;
    return stored;
  };
  paid = thought = 0;
  client = new XClient({
    http,
    limits: new XRateLimits(now, async (ms) => void clock.advance(ms)),
    tokens: new Tokens(renew, { http, now }),
    meter: {
      add: (_, charges) => {
        for (const { count, microUsd } of charges) thought += count * microUsd;
      },
    },
    now,
  });
  x.on('call', ({ cost }) => void (paid += cost));
  customer = x.addUser({ username: 'ada' }).userId;
});
afterEach(async () => x.stop());
afterAll(async () => {
  http.close();
  await rm(dir, { recursive: true });
});

const question = (text = '@shop Where is my parcel?'): string => x.writePost({ author: customer, text }).postId;
const answer = (more: Partial<OutboundMessage> = {}): OutboundMessage =>
  sampleReply({ at: clock.now().toISOString(), to: [{ value: customer }], text: 'Tomorrow & surely', ...more });
const direct = (more: Partial<OutboundMessage> = {}): OutboundMessage =>
  sampleDirect({ at: clock.now().toISOString(), to: [{ value: customer }], threadKey: `dm:${customer}`, ...more });
const send = async (outbound: OutboundMessage): Promise<SendReceipt> => {
  const wait = async (ms: number): Promise<void> => void clock.advance(ms);
  return sendPrepared(prepareRequest(outbound, handle.settings), outbound, handle, { client, blobs, wait });
};
const find = async (
  outbound: OutboundMessage,
  startedAt: Date,
  claimed: readonly string[] = [],
): Promise<LookUpResult> => {
  const signal = new AbortController().signal;
  return lookUp({ outbound, startedAt, signal, claimed: async () => new Set(claimed) }, handle, client);
};
const visible = () => x.visibleOf(handle.userId, customer);

describe('on the platform', () => {
  it('answers stand under what they answer, and messages with whom they are for', async () => {
    const asked = question();
    const post = await send(answer({ inReplyTo: asked }));
    const message = await send(direct({ text: 'Here is the number.', privateReplyTo: asked }));
    expect(visible()).toMatchObject([
      { kind: 'post', id: post.nativeIds[0], replyTo: asked, text: 'Tomorrow & surely' },
      { kind: 'direct', id: message.nativeIds[0], text: 'Here is the number.' },
    ]);
    expect(Math.abs(post.platformAt!.getTime() - clock.now().getTime())).toBeLessThan(MINUTE);
    expect(thought).toBe(paid);
  });

  it.each(['answer-503', 'no-answer', 'half-answer'] as const)(
    'what was taken without a whole answer (%s) is found, once, and never sent twice',
    async (kind) => {
      for (const outbound of [answer({ inReplyTo: question() }), direct({ text: 'Bonjour & merci' })]) {
        const startedAt = clock.now();
        x.setFaults({ calls: [{ kind, often: 1, on: 'POST /2/' }] });
        expect(await failureOf(send(outbound))).toBeInstanceOf(Uncertain);
        const there = visible().at(-1)!;
        expect(await find(outbound, startedAt)).toMatchObject({ found: true, nativeIds: [there.id] });
        expect(await find(outbound, startedAt, [there.id])).toMatchObject({ found: false });
      }
      expect(visible()).toHaveLength(2);
    },
  );

  it.each(['html', 'empty-body', 'problem'] as const)(
    'what was not taken although nobody knew (%s) is known to be absent, and goes out then',
    async (kind) => {
      for (const outbound of [answer({ inReplyTo: question() }), direct({ text: 'Bonjour' })]) {
        const startedAt = clock.now();
        x.setFaults({ calls: [{ kind, often: 1, on: 'POST /2/' }] });
        expect(await failureOf(send(outbound))).toBeInstanceOf(Uncertain);
        expect(await find(outbound, startedAt)).toEqual({ found: false, authoritative: true });
        await send(outbound);
      }
      expect(visible()).toHaveLength(2);
    },
  );

  it('a repetition that X refuses is looked up where it is this answer, and refused where it is another', async () => {
    const asked = question();
    const outbound = answer({ inReplyTo: asked });
    await send(outbound);
    expect(await failureOf(send(outbound))).toBeInstanceOf(Uncertain);
    clock.advance(10 * MINUTE);
    expect(await failureOf(send(answer({ inReplyTo: question('@shop And mine?') })))).toMatchObject({
      code: 'DUPLICATE',
    });
    expect(visible()).toHaveLength(1);
  });

  it('says why X takes no answer', async () => {
    const refusal = async (outbound: OutboundMessage): Promise<unknown> =>
      ((await failureOf(send(outbound))) as Refused).code;
    expect(await refusal(answer({ inReplyTo: question('I like tea') }))).toBe('REPLY_NOT_ALLOWED');
    const gone = question();
    x.deletePost(gone);
    expect(await refusal(answer({ inReplyTo: gone }))).toBe('TARGET_GONE');
    x.setUser(customer, { directs: 'nobody' });
    expect(await refusal(direct())).toBe('RECIPIENT_REFUSES');
  });

  it('pictures, GIFs and videos arrive', async () => {
    const asked = question();
    const kinds = [
      ['a.png', 'image/png', '\x89PNG\r\n\x1a\n....'],
      ['a.gif', 'image/gif', 'GIF89a......'],
      ['a.mp4', 'video/mp4', '\x00\x00\x00\x18ftypmp42....'],
    ] as const;
    for (const [name, mime, bytes] of kinds) {
      const { sha256, size } = await blobs.put(Buffer.from(bytes, 'latin1'), { maxBytes: 1_000 });
      const file = sampleFile({ name, mime, sha256, size });
      await send(answer({ inReplyTo: asked, text: name, attachments: [file] }));
      await send(direct({ text: '', attachments: [file] }));
    }
    expect(visible().map(({ kind, files }) => `${kind} ${files}`)).toEqual(kinds.flatMap(() => ['post 1', 'direct 1']));
  });

  it('tokens that end are renewed, and an outage is outlasted', async () => {
    const asked = question();
    x.expireTokens(handle.userId);
    await send(answer({ inReplyTo: asked }));
    clock.advance(3 * 60 * MINUTE);
    await send(answer({ inReplyTo: asked, text: 'Still tomorrow' }));
    x.outage(5 * MINUTE);
    await failureOf(send(answer({ inReplyTo: asked, text: 'Again' })));
    clock.advance(6 * MINUTE);
    await send(answer({ inReplyTo: asked, text: 'Again' }));
    expect(visible()).toHaveLength(3);
  });

  it('nothing is called between a limit and its reset', async () => {
    const early: boolean[] = [];
    x.on('call', ({ tooEarly }) => void early.push(tooEarly));
    const startedAt = clock.now();
    let limited: RateLimited | undefined;
    for (let n = 0; n < 25; n += 1) {
      const outcome = await send(direct({ text: `message ${n}` })).catch((error: unknown) => error);
      if (outcome instanceof RateLimited) limited = outcome;
    }
    expect(visible()).toHaveLength(15);
    expect(early).not.toContain(true);
    clock.advance(limited!.until.getTime() - clock.now().getTime());
    await send(direct({ text: 'at last' }));
    expect(early).not.toContain(true);
    expect(clock.now().getTime() - startedAt.getTime()).toBeLessThanOrEqual(15 * MINUTE + 5_000);
  });

  it('answers under our posts can be hidden and shown', async () => {
    const ours = x.writePost({ author: handle.userId, text: 'New hours' }).postId;
    const rude = x.writePost({ author: customer, text: 'Rude', inReplyTo: ours }).postId;
    const { signal } = new AbortController();
    await moderate(rude, 'hide', handle, client, signal);
    expect(x.truth(handle.userId).find(({ id }) => id === rude)?.hidden).toBe(true);
    await moderate(rude, 'show', handle, client, signal);
    expect(x.truth(handle.userId).find(({ id }) => id === rude)?.hidden).toBe(false);
  });
});
