import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AccountHeld,
  CredentialsRejected,
  RateLimited,
  Refused,
  Transient,
  Uncertain,
  type OutboundMessage,
  type SendReceipt,
} from '@app/channel';
import { DiskBlobs } from '@app/runtime';
import { GRAPH_ERRORS } from './graph-errors';
import { RateLimits } from './rate-limits';
import { sendPrepared } from './send';
import { GraphWorld, failureOf } from './testing/graph-world';
import { sampleFile, samplePage, sampleReply } from './testing/messenger-samples';
import { graphFault, type Asked, type Reply } from './testing/scripted-graph';
import { prepareRequest } from './write';

let world: GraphWorld;
let dir: string;
let blobs: DiskBlobs;
beforeAll(async () => {
  world = await GraphWorld.open();
  dir = await mkdtemp(join(tmpdir(), 'evenhand-messenger-'));
  blobs = new DiskBlobs(dir);
});
afterEach(() => world.graph.reset());
afterAll(async () => {
  await world.close();
  await rm(dir, { recursive: true });
});

async function send(outbound: OutboundMessage): Promise<SendReceipt> {
  // limits of their own, so that no test waits for another's messages
  const parts = { ...world.parts, limits: new RateLimits(world.parts.now), blobs };
  return sendPrepared(prepareRequest(outbound), outbound, world.page, parts);
}
const taken: Reply = { body: { recipient_id: '9001', message_id: 'm_out' } };
const bodyOf = (asked: Asked | undefined): unknown => JSON.parse(asked?.body.toString() ?? '');
const windowEnding = (closesInMs: number) => {
  const closes = world.clock.now().getTime() + closesInMs;
  const instant = (ms: number): string => new Date(ms).toISOString();
  const day = 24 * 60 * 60_000;
  return { openedAt: instant(closes - day), closesAt: instant(closes), humanClosesAt: instant(closes + 6 * day) };
};
const CLOSED = graphFault(10, 2018278);
const typesAsked = (): unknown[] =>
  world.graph.asked.map((asked) => {
    const { messaging_type: type, tag } = bodyOf(asked) as Record<string, unknown>;
    return tag ?? type;
  });

describe('sending on Messenger', () => {
  it('sends a text with its id as metadata and tells the id that Meta gives it', async () => {
    world.graph.script = () => taken;
    const reply = sampleReply({ window: windowEnding(60_000) });
    expect(await send(reply)).toEqual({ nativeIds: ['m_out'] });
    expect(world.graph.asked.map(({ path }) => path)).toEqual(['/v25.0/1001/messages']);
    expect(bodyOf(world.graph.asked[0])).toEqual({
      recipient: { id: '9001' },
      message: { text: reply.text, metadata: reply.id },
      messaging_type: 'RESPONSE',
    });
  });

  it('uploads a file and sends it by the id it got', async () => {
    const { sha256, size } = await blobs.put(Buffer.from('\x89PNG....'), { maxBytes: 100 });
    world.graph.script = ({ path }) =>
      path.endsWith('/message_attachments') ? { body: '{"attachment_id":1857777774821032999}' } : taken;
    const reply = sampleReply({ text: '', attachments: [sampleFile({ sha256, size })] });
    await send(reply);
    expect(world.graph.asked.map(({ path }) => path)).toEqual([
      '/v25.0/1001/message_attachments',
      '/v25.0/1001/messages',
    ]);
    expect(world.graph.asked[0]!.body.toString('latin1')).toContain(
      'filename="photo.png"\r\nContent-Type: image/png\r\n\r\n',
    );
    expect(bodyOf(world.graph.asked[1])).toMatchObject({
      message: { attachment: { type: 'image', payload: { attachment_id: '1857777774821032999' } }, metadata: reply.id },
    });
  });

  it('tries again a file whose upload got no answer: nobody has seen it', async () => {
    const { sha256, size } = await blobs.put(Buffer.from('other'), { maxBytes: 100 });
    world.graph.script = () => 'cut';
    expect(
      await failureOf(send(sampleReply({ text: '', attachments: [sampleFile({ sha256, size })] }))),
    ).toBeInstanceOf(Transient);
  });

  it('says that a file is gone', async () => {
    const reply = sampleReply({ text: '', attachments: [sampleFile({ sha256: 'b'.repeat(64) })] });
    expect(await failureOf(send(reply))).toMatchObject({
      code: 'REFUSED',
      message: expect.stringMatching(/photo.png/),
    });
    expect(world.graph.asked).toHaveLength(0);
  });

  it('answers a comment in public under it', async () => {
    world.graph.script = () => ({ body: { id: '55_99' } });
    const reply = sampleReply({ visibility: 'public', inReplyTo: '55_77', text: 'Merci !' });
    expect(await send(reply)).toEqual({ nativeIds: ['55_99', 'comment:55_99'] });
    expect(world.graph.asked[0]!.path).toBe('/v25.0/55_77/comments');
    expect(bodyOf(world.graph.asked[0])).toEqual({ message: 'Merci !' });
  });

  it('answers a comment in private and tells who its author is on Messenger', async () => {
    world.graph.script = () => ({ body: { recipient_id: '9001', message_id: 'm_private' } });
    const reply = sampleReply({ privateReplyTo: '55_77', to: [{ value: '8123' }] });
    expect(await send(reply)).toEqual({ nativeIds: ['m_private'], threadKey: '9001', alsoKnownAs: '9001' });
    expect(bodyOf(world.graph.asked[0])).toMatchObject({
      recipient: { comment_id: '55_77' },
      messaging_type: 'RESPONSE',
    });
  });

  it('answers as a person when Meta has closed the window earlier than we thought', async () => {
    world.graph.inTurn(CLOSED, taken);
    expect(await send(sampleReply({ window: windowEnding(60_000) }))).toEqual({ nativeIds: ['m_out'] });
    expect(typesAsked()).toEqual(['RESPONSE', 'HUMAN_AGENT']);
    expect(bodyOf(world.graph.asked[1])).toMatchObject({ messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' });
  });

  it('answers as a person at once after the window, by product time', async () => {
    world.graph.script = () => taken;
    await send(sampleReply({ window: windowEnding(-1) }));
    expect(typesAsked()).toEqual(['HUMAN_AGENT']);
  });

  it('never lets a machine pass for a person', async () => {
    world.graph.script = () => CLOSED;
    const error = await failureOf(send(sampleReply({ window: windowEnding(-1), automated: true })));
    expect(error).toMatchObject({ code: 'REPLY_WINDOW_CLOSED' });
    expect(typesAsked()).toEqual(['RESPONSE']);
  });

  it.each([graphFault(10), graphFault(100), graphFault(200)])(
    'says what the app lacks where it may not answer as a person, and keeps the account',
    async (mayNot) => {
      world.graph.inTurn(mayNot, CLOSED);
      const error = await failureOf(send(sampleReply({ window: windowEnding(-1) })));
      expect(error).toMatchObject({ code: 'REPLY_WINDOW_CLOSED', message: expect.stringContaining('Human Agent') });
      expect(typesAsked()).toEqual(['HUMAN_AGENT', 'RESPONSE']);
    },
  );

  it('does not ask a second time when the first asking may have worked', async () => {
    world.graph.inTurn('cut', taken);
    expect(await failureOf(send(sampleReply({ window: windowEnding(60_000) })))).toBeInstanceOf(Uncertain);
    expect(world.graph.asked).toHaveLength(1);
  });

  it('does not know what became of a comment whose answer was lost', async () => {
    world.graph.script = () => 'cut';
    const error = await failureOf(send(sampleReply({ visibility: 'public', inReplyTo: '55_77' })));
    expect(error).toBeInstanceOf(Uncertain);
  });

  it('does not know what became of a message whose answer names no id', async () => {
    world.graph.script = () => ({ body: { recipient_id: '9001' } });
    expect(await failureOf(send(sampleReply()))).toBeInstanceOf(Uncertain);
  });

  it('sends nothing more once the allowance is nearly used up, until some of it is free again', async () => {
    const headers = {
      'x-business-use-case-usage': JSON.stringify({ '1001': [{ type: 'messenger', call_count: 96 }] }),
    };
    world.graph.script = () => ({ ...(taken as object), headers });
    const limits = new RateLimits(world.parts.now);
    const parts = { ...world.parts, limits, blobs };
    const again = (pageId = '1001') => {
      const reply = sampleReply();
      return sendPrepared(prepareRequest(reply), reply, { ...samplePage(world.graph.url), pageId }, parts);
    };
    await again();
    expect(await failureOf(again())).toBeInstanceOf(RateLimited);
    expect(world.graph.asked).toHaveLength(1);
    await again('1002');
    world.clock.advance(16 * 60_000);
    await again();
    expect(world.graph.asked).toHaveLength(3);
  });

  it('waits as long as Meta says after a limit', async () => {
    const usage = [{ type: 'messenger', call_count: 100, estimated_time_to_regain_access: 33 }];
    const headers = { 'x-business-use-case-usage': JSON.stringify({ '1001': usage }) };
    world.graph.script = () => ({ ...(graphFault(80006) as object), headers });
    const error = (await failureOf(send(sampleReply()))) as RateLimited;
    const minutes = (error.until.getTime() - world.clock.now().getTime()) / 60_000;
    expect(Math.round(minutes)).toBe(33);
  });
});

const OUTCOMES = {
  limited: RateLimited,
  transient: Transient,
  credentials: CredentialsRejected,
  held: AccountHeld,
  uncertain: Uncertain,
  refused: Refused,
};
/** The sheet of codes, as the platform's pages say what to do; written down apart from the table that is tested. */
const SHEET: Readonly<Record<keyof typeof OUTCOMES, string>> = {
  limited: '4 4/2018354 9/2018352 17 32 341 613 613/1996 613/2534040 80001 80002 80006 80014',
  transient: '1 1/99 2 2018321 100/2018321',
  credentials:
    '10 10/2534077 102 190 190/458 190/459 190/460 190/463 190/464 190/467 190/492 200 200/2018028 200/2534041',
  held: '10/1893063 368 368/1390008 368/4854002 368/1404082 2022',
  uncertain: '1/1357046 506',
  refused:
    '10/2018278 10/2534022 10/2018065 10/2018108 10/1893015 10/1404170 10/2018336 100 100/33 100/2018001 ' +
    '100/2018008 100/2018014 100/2018047 100/2018074 100/2018109 100/2018164 100/2018294 100/2534013 100/2534014 100/2534015 ' +
    '100/2534025 100/2534029 100/2534037 200/1545041 551 551/1545041 613/1893016 ' +
    '613/2018338 10303 10900 36103 9000001 1609005 2018218 2018247 2018300 100/2018300 555123',
};
const ROWS = Object.entries(SHEET).flatMap(([outcome, keys]) =>
  keys.split(' ').map((key): [string, keyof typeof OUTCOMES] => [key, outcome as keyof typeof OUTCOMES]),
);

describe('each error of Meta', () => {
  it('has a row in this test', () => {
    const tested = new Set(ROWS.map(([key]) => key));
    expect(Object.keys(GRAPH_ERRORS).filter((key) => !tested.has(key))).toEqual([]);
  });

  it.each(ROWS)('%s is %s to a message that a machine wrote', async (key, outcome) => {
    const [code, subcode] = key.split('/').map(Number);
    world.graph.script = () => graphFault(code!, subcode);
    const error = (await failureOf(send(sampleReply({ id: randomUUID(), automated: true })))) as Error;
    expect(error).toBeInstanceOf(OUTCOMES[outcome]);
    expect(error.message).toContain(`(${key}, AbcTrace1)`);
    expect(world.graph.asked).toHaveLength(1);
    if (error instanceof RateLimited) expect(error.until.getTime()).toBeGreaterThan(world.clock.now().getTime());
  });

  it.each([
    ['10/2018278', 'REPLY_WINDOW_CLOSED'],
    ['10/2018065', 'REPLY_WINDOW_CLOSED'],
    ['10/2018108', 'RECIPIENT_REFUSES'],
    ['551', 'RECIPIENT_REFUSES'],
    ['200/1545041', 'RECIPIENT_REFUSES'],
    ['100', 'REFUSED'],
  ])('%s is told to agents as %s', async (key, code) => {
    const [number, subcode] = key.split('/').map(Number);
    world.graph.script = () => graphFault(number!, subcode);
    expect(await failureOf(send(sampleReply({ automated: true })))).toMatchObject({ code });
  });

  it.each(['1', '1/99', '2'])(
    '%s, which is also said of whom the Page cannot reach, is tried five times',
    async (key) => {
      const [code, subcode] = key.split('/').map(Number);
      world.graph.script = () => graphFault(code!, subcode);
      expect(await failureOf(send(sampleReply()))).toMatchObject({ maxTries: 5 });
    },
  );

  it('takes a wrong proof for a wrong app secret, not for a wrong message', async () => {
    world.graph.script = () =>
      graphFault(100, undefined, { message: 'Invalid appsecret_proof provided in the API argument' });
    const error = await failureOf(send(sampleReply()));
    expect(error).toBeInstanceOf(CredentialsRejected);
    expect((error as Error).message).toMatch(/App Secret/);
  });
});
