import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signature } from '../../../testing/x-receiver';
import { XStage } from '../../../testing/x-stage';
import type { JournalEntry } from '../journal';
import { XSimulator } from '../x-simulator';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let stage: XStage;

beforeEach(async () => {
  stage = await XStage.start();
});

afterEach(() => stage.stop());

function mention(text = '@shop is it open?'): string {
  return stage.simulator.writePost({ author: stage.ada, text }).postId;
}

function journal<K extends JournalEntry['kind']>(kind: K): Extract<JournalEntry, { kind: K }>[] {
  return stage.simulator.journal().filter((entry): entry is Extract<JournalEntry, { kind: K }> => entry.kind === kind);
}

async function listed(): Promise<unknown> {
  return (await stage.call('GET', '/2/webhooks')).body.data ?? [];
}

describe('a webhook of the simulated X', () => {
  it('is made once its receiver answers the challenge, listed, and taken away', async () => {
    const { receiver } = stage;
    const made = await stage.call('POST', '/2/webhooks', { url: receiver.url });
    expect(made.body.data).toMatchObject({ url: receiver.url, valid: true });
    expect(receiver.challenges).toHaveLength(1);
    expect(await listed()).toMatchObject([{ id: made.body.data!.id, valid: true }]);
    expect((await stage.call('DELETE', `/2/webhooks/${made.body.data!.id}`)).body).toEqual({ data: { deleted: true } });
    expect((await stage.call('GET', '/2/webhooks')).body).toEqual({ meta: { result_count: 0 } });
  });

  it('is refused with X’s own reasons', async () => {
    const { receiver } = stage;
    const reason = async (url: string): Promise<string> => {
      const { status, body } = await stage.call('POST', '/2/webhooks', { url });
      expect(status).toBe(400);
      return body.detail!.split(':')[0]!;
    };
    expect(await reason('https://elsewhere.example/hook')).toBe('UrlValidationFailed');
    receiver.challenge = () => ({ status: 200, body: '{"response_token":"sha256=wrong"}' });
    expect(await reason(receiver.url)).toBe('CrcValidationFailed');
    receiver.challenge = () => ({ status: 302, headers: { location: receiver.url } });
    expect(await reason(receiver.url)).toBe('CrcValidationFailed');
    expect(await listed()).toEqual([]);
  });

  it('is refused where there is one with its address, or as many as the plan has', async () => {
    await stage.hook();
    const { url } = stage.receiver;
    expect((await stage.call('POST', '/2/webhooks', { url })).body.detail).toContain('DuplicateUrlFailed');
    const second = await stage.call('POST', '/2/webhooks', { url: `${url}2` });
    expect(second.body.detail).toContain('WebhookLimitExceeded');
  });

  it('takes the app’s own token and nobody else’s webhook', async () => {
    const id = await stage.hook();
    expect((await stage.call('GET', '/2/webhooks', undefined, stage.shopToken)).status).toBe(403);
    const other = stage.simulator.addApp({ name: 'Other' });
    expect((await stage.call('DELETE', `/2/webhooks/${id}`, undefined, other.bearerToken)).status).toBe(400);
    expect(await listed()).toHaveLength(1);
  });

  it('is checked every half hour where the last success is a day old, and not before', async () => {
    await stage.hook();
    await stage.pass(23 * HOUR);
    expect(stage.receiver.challenges).toHaveLength(1);
    await stage.pass(HOUR);
    expect(stage.receiver.challenges).toHaveLength(2);
    await stage.pass(HOUR);
    expect(stage.receiver.challenges).toHaveLength(2);
  });

  it('ends at once with a wrong answer, delivers nothing, and lives again after a PUT that succeeds', async () => {
    const { receiver } = stage;
    const id = await stage.hear('post.mention.create');
    const right = receiver.challenge;
    receiver.challenge = () => ({ status: 200, body: '{}' });
    await stage.pass(25 * HOUR);
    expect(await listed()).toMatchObject([{ valid: false }]);
    mention();
    await stage.simulator.settled();
    expect(receiver.received).toHaveLength(0);
    expect(journal('lost')).toHaveLength(1);
    expect((await stage.call('PUT', `/2/webhooks/${id}`)).status).toBe(400);
    receiver.challenge = right;
    expect((await stage.call('PUT', `/2/webhooks/${id}`)).body).toEqual({ data: { valid: true } });
    mention();
    await stage.simulator.settled();
    expect(receiver.received).toHaveLength(1);
  });

  it('outlives failures that may pass, for 28 hours', async () => {
    await stage.hook();
    stage.receiver.challenge = () => ({ status: 503 });
    await stage.pass(24 * HOUR);
    await stage.pass(27 * HOUR);
    expect(await listed()).toMatchObject([{ valid: true }]);
    await stage.pass(HOUR);
    expect(await listed()).toMatchObject([{ valid: false }]);
  });
});

describe('a delivery of the simulated X', () => {
  it('is signed in base64 over exactly its bytes', async () => {
    await stage.hear('post.mention.create');
    mention('@shop où ? 😀 a/b');
    await stage.simulator.settled();
    const [one] = stage.receiver.received;
    expect(one!.headers['x-twitter-webhooks-signature']).toBe(signature(stage.app.consumerSecret, one!.body));
    expect(one!.body.toString('utf8')).toContain('où ? 😀 a/b');
  });

  it('is tried few times, and then lost', async () => {
    await stage.hear('dm.received');
    stage.receiver.answer = () => ({ status: 500 });
    stage.simulator.writeDirect({ from: stage.ada, to: stage.shop, text: 'hello' });
    await stage.simulator.settled();
    await stage.pass(5_000);
    await stage.pass(15_000);
    await stage.pass(HOUR);
    expect(stage.receiver.received).toHaveLength(3);
    expect(journal('delivery').map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
      [1, 'refused'],
      [2, 'refused'],
      [3, 'refused'],
    ]);
    expect(journal('lost')).toMatchObject([{ eventType: 'dm.received' }]);
    expect(stage.simulator.idle).toBe(true);
  });

  it('that is answered too late counts as failed', async () => {
    await stage.stop();
    stage = await XStage.start({ deadlineMs: 50 });
    await stage.hear('dm.received');
    stage.receiver.answer = () => undefined;
    stage.simulator.writeDirect({ from: stage.ada, to: stage.shop, text: 'hello' });
    await stage.simulator.settled();
    expect(journal('delivery')).toMatchObject([{ outcome: 'late' }]);
  });

  it.each([
    ['cut', 0],
    ['wrong-secret', 1],
    ['no-signature', 1],
    ['hex-signature', 1],
    ['changed-byte', 1],
    ['truncated', 2],
    ['duplicate', 2],
    ['twice', 2],
    ['odd-event', 2],
  ] as const)('suffers %s when it is told to', async (kind, count) => {
    await stage.hear('dm.received');
    stage.simulator.setFaults({ webhooks: [{ kind, often: 1 }] });
    stage.simulator.writeDirect({ from: stage.ada, to: stage.shop, text: 'hello' });
    await stage.simulator.settled();
    expect(stage.receiver.received).toHaveLength(count);
    const signed = stage.receiver.received.map(
      ({ headers, body }) => headers['x-twitter-webhooks-signature'] === signature(stage.app.consumerSecret, body),
    );
    expect(signed).toEqual(Array<boolean>(count).fill(!/signature|secret|byte/.test(kind)));
    if (kind === 'duplicate' || kind === 'twice') {
      expect(new Set(stage.receiver.events().map(({ event_uuid }) => event_uuid)).size).toBe(1);
    }
  });

  it('comes late, out of order or never when it is told to', async () => {
    await stage.hear('dm.received');
    const say = (text: string): void => void stage.simulator.writeDirect({ from: stage.ada, to: stage.shop, text });
    const texts = (): string[] =>
      stage.receiver.events().map((e) => e.payload.direct_message_events[0]!.message_create.message_data.text);
    stage.simulator.setFaults({ webhooks: [{ kind: 'reorder', often: 1 }] });
    say('first');
    say('second');
    await stage.simulator.settled();
    expect(texts()).toEqual(['second', 'first']);
    stage.simulator.setFaults({
      webhooks: [
        { kind: 'lose', often: 1 },
        { kind: 'delay', often: 1, ms: HOUR },
      ],
    });
    say('never');
    say('late');
    await stage.simulator.settled();
    expect(texts()).toHaveLength(2);
    expect(stage.simulator.idle).toBe(false);
    await stage.pass(HOUR);
    expect(texts()).toEqual(['second', 'first', 'late']);
    expect(() => stage.simulator.setFaults({ webhooks: [{ kind: 'gremlins' as 'cut' }] })).toThrow('must be one of');
  });
});

describe('a replay', () => {
  const stamp = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replaceAll(/\D/g, '');
  const ask = (webhookId: string, from: number, to: number) => {
    const now = stage.clock.now().getTime();
    const span = { from_date: stamp(now - from), to_date: stamp(now - to) };
    return stage.call('POST', '/2/webhooks/replay', { webhook_id: webhookId, ...span });
  };

  it('delivers again what was lost, with the ids it had, and says when it is done', async () => {
    const webhookId = await stage.hear('post.mention.create');
    stage.simulator.setFaults({ webhooks: [{ kind: 'lose', often: 1 }] });
    mention('@shop lost');
    mention('@shop heard');
    await stage.simulator.settled();
    await stage.pass(45 * MINUTE);
    const { status, body } = await ask(webhookId, 50 * MINUTE, 20 * MINUTE);
    expect([status, Object.keys(body.data!)]).toEqual([200, ['job_id', 'created_at']]);
    await stage.simulator.settled();
    const uuids = stage.receiver.events().map(({ event_uuid }) => event_uuid);
    expect(uuids).toHaveLength(3);
    expect(new Set(uuids).size).toBe(2);
    expect(stage.receiver.bodies.at(-1)).toEqual({
      replay_job_status: {
        webhook_id: webhookId,
        job_state: 'Complete',
        job_state_description: expect.any(String),
        job_id: body.data!.job_id,
      },
    });
  });

  it('is incomplete where an event could not be delivered, and one at a time', async () => {
    const webhookId = await stage.hear('post.mention.create');
    mention();
    await stage.simulator.settled();
    await stage.pass(45 * MINUTE);
    stage.receiver.answer = ({ body }) => ({ status: body.includes('replay_job_status') ? 200 : 500 });
    expect((await ask(webhookId, 50 * MINUTE, 20 * MINUTE)).status).toBe(200);
    expect((await ask(webhookId, 50 * MINUTE, 20 * MINUTE)).body).toMatchObject({ title: 'ReplayConflictError' });
    await stage.pass(5_000);
    await stage.pass(15_000);
    expect(stage.receiver.bodies.at(-1)!.replay_job_status).toMatchObject({ job_state: 'Incomplete' });
  });

  it.each([
    ['more than 24 hours ago', 25 * HOUR, 20 * MINUTE],
    ['less than 31 minutes ago', 20 * MINUTE, 15 * MINUTE],
    ['until now', 50 * MINUTE, 0],
    ['backwards', 40 * MINUTE, 50 * MINUTE],
  ])('is refused for a span %s', async (_, from, to) => {
    const { status, body } = await ask(await stage.hook(), from, to);
    expect([status, body.detail]).toEqual([400, expect.stringContaining('QueryParamInvalid')]);
  });
});

describe('a restart', () => {
  it('keeps webhooks, subscriptions and what was not delivered yet', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'evenhand-x-'));
    await stage.stop();
    stage = await XStage.start({ dir });
    await stage.hear('dm.received');
    stage.simulator.setFaults({ webhooks: [{ kind: 'delay', ms: HOUR }] });
    stage.simulator.writeDirect({ from: stage.ada, to: stage.shop, text: 'hello' });
    await stage.simulator.stop();
    stage.simulator = await XSimulator.start({ dir, clock: stage.clock });
    await stage.simulator.settled();
    await stage.pass(HOUR);
    expect(stage.receiver.events('dm.received')).toHaveLength(1);
    rmSync(dir, { recursive: true, force: true });
  });
});
