import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RateLimited, Refused, Transient, Uncertain, type OutboundMessage, type SendReceipt } from '@app/channel';
import { DiskBlobs } from '@app/runtime';
import type { Handle } from './config';
import { idAt, timeOfId } from './ids';
import { sendPrepared } from './send';
import { problem, type Asked, type Reply } from './testing/scripted-x';
import { OUR_ID, QUESTION_ID, sampleDirect, sampleFile, sampleReply, THEIR_ID } from './testing/x-samples';
import { failureOf, XWorld } from './testing/x-world';
import { prepareRequest } from './write';

let world: XWorld;
let dir: string;
let blobs: DiskBlobs;
beforeAll(async () => {
  world = await XWorld.open();
  dir = await mkdtemp(join(tmpdir(), 'evenhand-x-'));
  blobs = new DiskBlobs(dir);
});
afterEach(() => world.reset());
afterAll(async () => {
  await world.close();
  await rm(dir, { recursive: true });
});

const waits: number[] = [];
afterEach(() => void (waits.length = 0));
async function send(outbound: OutboundMessage, handle: Handle = world.handle()): Promise<SendReceipt> {
  const prepared = prepareRequest(outbound, handle.settings);
  const wait = async (ms: number): Promise<void> => void waits.push(ms);
  return sendPrepared(prepared, outbound, handle, { client: world.client, blobs, wait });
}
const json = (asked: Asked | undefined): unknown => JSON.parse(asked?.body.toString() ?? 'null');
const steps = (): string[] => world.x.asked.map(({ method, path }) => `${method} ${path}`);
const formIn = async ({ body, headers }: Asked): Promise<FormData> =>
  new Response(new Uint8Array(body), { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();

const OUT = '2123929381893046999';
const posted: Reply = { status: 201, body: { data: { id: OUT, text: 'x', edit_history_tweet_ids: [OUT] } } };
const sent: Reply = { status: 201, body: { data: { dm_conversation_id: '111-222', dm_event_id: OUT } } };
const DUPLICATE = problem(403, 'You are not allowed to create a Tweet with duplicate content.');

async function stored(bytes: Buffer, more: Parameters<typeof sampleFile>[0]) {
  const { sha256, size } = await blobs.put(bytes, { maxBytes: 30_000_000 });
  return sampleFile({ sha256, size, ...more });
}

describe('sending on X', () => {
  it('answers a post under it, and tells its id and its time', async () => {
    world.x.script = () => posted;
    expect(await send(sampleReply({ text: 'Merci !' }))).toEqual({ nativeIds: [OUT], platformAt: timeOfId(OUT) });
    expect(steps()).toEqual(['POST /2/tweets']);
    expect(json(world.x.asked[0])).toEqual({ text: 'Merci !', reply: { in_reply_to_tweet_id: QUESTION_ID } });
  });

  it('writes to a person and to a group', async () => {
    world.x.script = () => sent;
    expect(await send(sampleDirect({ text: 'Merci !' }))).toMatchObject({ nativeIds: [OUT] });
    await send(sampleDirect({ threadKey: 'dm-group:1578398451921985538' }));
    expect(steps()).toEqual([
      `POST /2/dm_conversations/with/${THEIR_ID}/messages`,
      'POST /2/dm_conversations/1578398451921985538/messages',
    ]);
    expect(json(world.x.asked[0])).toEqual({ text: 'Merci !' });
  });

  it('answers in private what was written in public, and tells in which thread that is', async () => {
    world.x.script = () => sent;
    const receipt = await send(sampleDirect({ privateReplyTo: QUESTION_ID, threadKey: null }));
    expect(receipt).toMatchObject({ nativeIds: [OUT], threadKey: `dm:${THEIR_ID}` });
    expect((await send(sampleDirect())).threadKey).toBeUndefined();
  });

  it('uploads pictures for a post and for a direct message', async () => {
    let next = 70;
    world.x.script = ({ path }) =>
      path === '/2/media/upload'
        ? { body: { data: { id: String((next += 1)) } } }
        : path === '/2/tweets'
          ? posted
          : sent;
    const [a, b] = [
      await stored(Buffer.from('one'), { name: 'a.png' }),
      await stored(Buffer.from('two'), { name: 'b.png' }),
    ];
    await send(sampleReply({ attachments: [a, b] }));
    await send(sampleDirect({ text: '', attachments: [a] }));
    expect(steps()).toEqual([
      'POST /2/media/upload',
      'POST /2/media/upload',
      'POST /2/tweets',
      'POST /2/media/upload',
      `POST /2/dm_conversations/with/${THEIR_ID}/messages`,
    ]);
    const forms = await Promise.all([0, 1, 3].map((index) => formIn(world.x.asked[index]!)));
    expect(forms.map((form) => form.get('media_category'))).toEqual(['tweet_image', 'tweet_image', 'dm_image']);
    expect(await (forms[1]!.get('media') as File).text()).toBe('two');
    expect(json(world.x.asked[2])).toMatchObject({ media: { media_ids: ['71', '72'] } });
    expect(json(world.x.asked[4])).toEqual({ attachments: [{ media_id: '73' }] });
  });

  it('uploads a video in pieces and waits as long as X asks until it is worked through', async () => {
    const bytes = Buffer.alloc(9 * 1024 * 1024, 7);
    const video = await stored(bytes, { name: 'a.mp4', mime: 'video/mp4' });
    const states: Reply[] = [
      { body: { data: { processing_info: { state: 'in_progress', check_after_secs: 3, progress_percent: 40 } } } },
      { body: { data: { processing_info: { state: 'succeeded' } } } },
    ];
    world.x.script = ({ path, method }) => {
      if (path === '/2/media/upload/initialize') return { body: { data: { id: '71', media_key: '13_71' } } };
      if (path.endsWith('/append')) return { status: 204, body: '' };
      if (path.endsWith('/finalize'))
        return { body: { data: { id: '71', processing_info: { state: 'pending', check_after_secs: 1 } } } };
      return method === 'GET' ? states.shift()! : posted;
    };
    await send(sampleReply({ attachments: [video] }));
    expect(steps()).toEqual([
      'POST /2/media/upload/initialize',
      ...Array.from({ length: 3 }, () => 'POST /2/media/upload/71/append'),
      'POST /2/media/upload/71/finalize',
      'GET /2/media/upload',
      'GET /2/media/upload',
      'POST /2/tweets',
    ]);
    expect(json(world.x.asked[0])).toEqual({
      media_type: 'video/mp4',
      total_bytes: bytes.length,
      media_category: 'tweet_video',
    });
    const pieces = await Promise.all([1, 2, 3].map((index) => formIn(world.x.asked[index]!)));
    expect(pieces.map((form) => form.get('segment_index'))).toEqual(['0', '1', '2']);
    const whole = await Promise.all(
      pieces.map(async (form) => Buffer.from(await (form.get('media') as File).arrayBuffer())),
    );
    expect(Buffer.concat(whole).equals(bytes)).toBe(true);
    expect(waits).toEqual([1_000, 3_000]);
    expect(Object.fromEntries(world.x.asked[5]!.query)).toEqual({ command: 'STATUS', media_id: '71' });
  });

  it('says that X cannot use a file, and gives one up for now that takes too long', async () => {
    const gif = await stored(Buffer.from('GIF89a'), { name: 'a.gif', mime: 'image/gif' });
    const upload = (state: object) => {
      world.x.script = ({ path }) =>
        path.endsWith('/append') ? { status: 204, body: '' } : { body: { data: { id: '71', processing_info: state } } };
    };
    upload({ state: 'failed', error: { code: 1, name: 'InvalidMedia', message: 'Unsupported frame rate' } });
    const refused = (await failureOf(send(sampleReply({ attachments: [gif] })))) as Error;
    expect(refused).toBeInstanceOf(Refused);
    expect(refused.message).toMatch(/a\.gif.*frame rate/);
    upload({ state: 'in_progress', check_after_secs: 15 });
    expect(await failureOf(send(sampleReply({ attachments: [gif] })))).toBeInstanceOf(Transient);
    expect(steps().filter((step) => step === 'POST /2/tweets')).toEqual([]);
  });

  it('tries again a file whose upload got no answer: nobody has seen it', async () => {
    const picture = await stored(Buffer.from('one'), {});
    world.x.script = () => 'cut';
    expect(await failureOf(send(sampleReply({ attachments: [picture] })))).toBeInstanceOf(Transient);
  });

  it('uploads nothing for a message that may not go out now', async () => {
    const picture = await stored(Buffer.from('one'), {});
    const handle = world.handle();
    world.x.script = () => ({ status: 429, body: '' });
    await failureOf(send(sampleReply(), handle));
    expect(await failureOf(send(sampleReply({ attachments: [picture] }), handle))).toBeInstanceOf(RateLimited);
    expect(steps()).toEqual(['POST /2/tweets']);
  });

  it('says that a file is gone', async () => {
    const reply = sampleReply({ attachments: [sampleFile({ sha256: 'b'.repeat(64) })] });
    expect(await failureOf(send(reply))).toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('photo.png'),
    });
    expect(world.x.asked).toHaveLength(0);
  });

  it('does not know what became of a message whose answer names no id', async () => {
    world.x.script = () => ({ status: 201, body: { data: {} } });
    expect(await failureOf(send(sampleReply()))).toBeInstanceOf(Uncertain);
    expect(await failureOf(send(sampleDirect()))).toBeInstanceOf(Uncertain);
  });
});

describe('a text that X has had already', () => {
  const reply = sampleReply({ text: 'Merci !' });
  const at = Date.parse(reply.at);
  const timeline = (...posts: readonly { text?: string; parent?: string; afterMs: number }[]): void => {
    const data = posts.map(({ text = '@ada Merci !', parent = QUESTION_ID, afterMs }) => ({
      id: idAt(new Date(at + afterMs)),
      text,
      author_id: OUR_ID,
      created_at: new Date(at + afterMs).toISOString(),
      referenced_tweets: [{ type: 'replied_to', id: parent }],
    }));
    world.x.script = ({ method }) => (method === 'POST' ? DUPLICATE : { body: { data } });
  };

  it('is looked up where it may be this answer, sent before', async () => {
    timeline({ afterMs: 3_000 });
    expect(await failureOf(send(reply))).toBeInstanceOf(Uncertain);
    expect(steps()).toEqual(['POST /2/tweets', `GET /2/users/${OUR_ID}/tweets`]);
  });

  it('is refused where it is another answer of ours', async () => {
    timeline({ afterMs: 3_000, parent: '99' }, { afterMs: 4_000, text: '@ada Bonjour' });
    expect(await failureOf(send(reply))).toMatchObject({ code: 'DUPLICATE' });
    timeline({ afterMs: -60 * 60_000 });
    expect(await failureOf(send(reply))).toMatchObject({ code: 'DUPLICATE' });
  });

  it('is looked up later where X cannot be asked now', async () => {
    world.x.script = ({ method }) => (method === 'POST' ? DUPLICATE : { status: 503, body: '' });
    expect(await failureOf(send(reply))).toBeInstanceOf(Uncertain);
  });
});
