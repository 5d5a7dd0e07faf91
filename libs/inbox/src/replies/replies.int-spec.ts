import { messageSendJob, type SendEvent } from '@app/channel';
import { Ids } from '@app/runtime';
import * as fc from 'fast-check';
import { minuteOf, TestInbox, type TestWorkspace } from '../testing/test-workspace';
import type { Offer } from '../queue/offer';
import type { ReplyInput } from './replies';

let inbox: TestInbox;
let ws: TestWorkspace;
let lea: string;
const key = () => new Ids().next();

beforeAll(async () => {
  inbox = await TestInbox.start();
});
afterAll(() => inbox.stop());
beforeEach(async () => {
  ws = await inbox.workspace();
  lea = await ws.agent('Léa');
  inbox.jobs.length = 0;
});

async function take(agentId = lea): Promise<Offer> {
  const result = await ws.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: key() }));
  if ('error' in result) throw new Error(result.error);
  return result.offer;
}
/** Newest message of a conversation, as an agent has it on screen. */
async function newest(conversationId: string): Promise<string> {
  const [row] = await ws.rows<{ id: string }>(
    'select id from inbox.messages where conversation_id = $1 order by number desc limit 1',
    [conversationId],
  );
  return row?.id ?? key();
}
async function reply(conversationId: string, more: Partial<ReplyInput> = {}) {
  const input: ReplyInput = {
    agentId: lea,
    conversationId,
    text: 'Dear Ann, done.',
    attachmentIds: [],
    replyKind: 'answer',
    seenUpTo: await newest(conversationId),
    clientMutationId: key(),
    ...more,
  };
  return ws.api((tx) => inbox.replies.send(tx, input));
}
async function sent(conversationId: string, more: Partial<ReplyInput> = {}) {
  const result = await reply(conversationId, more);
  if ('error' in result) throw new Error(result.error);
  return result.message;
}
async function waits() {
  const rows = await ws.rows<{ state: string; since: Date; end: string | null; by: string | null }>(
    `select state, waiting_since as since, end_kind as end, ended_by as by from inbox.waits where workspace_id = $1 order by created_at, id`,
    [ws.id],
  );
  return rows.map((row) => ({ ...row, since: row.since.toISOString() }));
}

describe('an answer', () => {
  it('is stored with its job, ends the wait and the offer, throws the draft away and is on record', async () => {
    await ws.ingest([
      ws.mail(0, 'ann@x.org', {
        subject: 'RE: Re: Parcel',
        participants: [
          { value: 'ann@x.org', role: 'from' },
          { value: 'ann@home.org', role: 'replyTo' },
        ],
      }),
    ]);
    const offer = await take();
    const { conversationId } = offer;
    await ws.api((tx) =>
      inbox.drafts.save(tx, { agentId: lea, conversationId, text: 'Dea', attachmentIds: [], revision: 1 }),
    );
    const file = await ws.api((tx) =>
      inbox.attachments.create(tx, {
        sha256: 'a'.repeat(64),
        name: 'label.pdf',
        mime: 'application/pdf',
        size: 9,
        inline: false,
        uploadedBy: lea,
      }),
    );
    const message = await sent(conversationId, { attachmentIds: [file.id] });
    expect(message).toMatchObject({ sendState: 'queued', replyKind: 'answer', subject: 'Re: Parcel', agentId: lea });
    expect(await waits()).toEqual([{ state: 'ended', since: minuteOf(0), end: 'answered', by: lea }]);
    expect(await ws.rows('select state from inbox.offers where id = $1', [offer.id])).toEqual([{ state: 'answered' }]);
    expect(await ws.api((tx) => inbox.drafts.find(tx, { agentId: lea, conversationId }))).toBeUndefined();
    expect(inbox.jobs).toHaveLength(1);
    expect(inbox.jobs[0]).toMatchObject({ name: 'email.messageSend', key: message.id, lane: ws.accountId });
    expect(messageSendJob.parse(inbox.jobs[0]!.payload)).toMatchObject({
      again: false,
      outbound: {
        id: message.id,
        authorName: 'Léa',
        to: [{ value: 'ann@home.org' }],
        subject: 'Re: Parcel',
        text: 'Dear Ann, done.',
        inReplyTo: '<ann@x.org/0>',
        references: ['<ann@x.org/0>'],
        attachments: [{ name: 'label.pdf', sha256: 'a'.repeat(64), size: 9, inline: false, mime: 'application/pdf' }],
      },
    });
    const record = await ws.rows<{ kind: string }>(
      'select kind from record.entries where workspace_id = $1 order by seq',
      [ws.id],
    );
    expect(record.map((entry) => entry.kind).slice(-3)).toEqual(['offer.taken', 'message.replied', 'wait.ended']);
  });

  it('is stored and enqueued once when the call is repeated', async () => {
    await ws.ingest([ws.mail(0, 'ann@x.org')]);
    const { conversationId } = await take();
    const more = { clientMutationId: key(), seenUpTo: await newest(conversationId) };
    const all = await Promise.all([sent(conversationId, more), sent(conversationId, more)]);
    expect(all[0].id).toBe(all[1].id);
    expect(inbox.jobs).toHaveLength(1);
  });

  it('is refused when something came that was not on the screen, and covers only what was when sent all the same', async () => {
    await ws.ingest([ws.mail(0, 'ann@x.org')]);
    const { conversationId, id } = await take();
    const seenUpTo = await newest(conversationId);
    await ws.ingest([ws.mail(7, 'ann@x.org', { refs: ['ann@x.org/0'] })]);
    const newer = await newest(conversationId);
    expect(await reply(conversationId, { seenUpTo })).toEqual({ error: 'collision', newer: [newer] });
    await sent(conversationId, { seenUpTo, sendAnyway: true });
    // the second message waits on, from its own arrival, in the same hands
    expect(await waits()).toEqual([{ state: 'taken', since: minuteOf(7), end: null, by: null }]);
    expect(await ws.rows('select state from inbox.offers where id = $1', [id])).toEqual([{ state: 'taken' }]);
  });

  it('is refused to those who do not hold the wait, without text, too long, with a foreign file, on a dead account', async () => {
    await ws.ingest([ws.mail(0, 'ann@x.org')]);
    const { conversationId } = await take();
    const max = await ws.agent('Max');
    expect(await reply(conversationId, { agentId: max })).toEqual({ error: 'not-held' });
    expect(await reply(key(), { seenUpTo: key() })).toEqual({ error: 'not-held' });
    expect(await reply(conversationId, { text: ' \n' })).toEqual({ error: 'empty' });
    expect(await reply(conversationId, { attachmentIds: [key()] })).toEqual({ error: 'unknown-attachment' });
    await ws.ingest([ws.account({ version: 2, maxLength: 5 })]);
    expect(await reply(conversationId)).toEqual({ error: 'too-long', max: 5 });
    await ws.ingest([ws.account({ version: 3, status: 'reconnect_needed', detail: 'wrong password' })]);
    expect(await reply(conversationId)).toEqual({ error: 'reconnect-needed', detail: 'wrong password' });
    expect(inbox.jobs).toEqual([]);
    expect(await waits()).toEqual([{ state: 'offered', since: minuteOf(0), end: null, by: null }]);
  });
});

it('a holding reply goes out and changes nothing for the customer', async () => {
  await ws.ingest([ws.mail(0, 'ann@x.org')]);
  const { conversationId } = await take();
  await sent(conversationId, { replyKind: 'holding' });
  expect(await waits()).toEqual([{ state: 'taken', since: minuteOf(0), end: null, by: null }]);
  expect(inbox.jobs).toHaveLength(1);
});

describe('a reply that failed', () => {
  it('lets its customer wait again, at the old place, and a retry answers once more', async () => {
    await ws.ingest([ws.mail(0, 'ann@x.org'), ws.mail(1, 'bob@x.org')]);
    const { conversationId, waitId } = await take();
    const message = await sent(conversationId);
    await ws.ingest([ws.sendNews(message.id, 'failed')]);
    expect((await waits())[0]).toEqual({ state: 'queued', since: minuteOf(0), end: null, by: null });
    const max = await ws.agent('Max');
    const again = await take(max);
    expect(again.waitId).toBe(waitId);

    const retry = () => ws.api((tx) => inbox.replies.retry(tx, { agentId: lea, messageId: message.id }));
    expect(await retry()).toEqual({ error: 'not-held' });
    await ws.api((tx) => inbox.queue.decline(tx, { agentId: max, offerId: again.id, reason: 'leaving' }));
    expect(await retry()).toMatchObject({ message: { id: message.id, sendState: 'queued', failure: null } });
    expect(inbox.jobs[1]).toMatchObject({ key: message.id, payload: { again: true } });
    expect((await waits())[0]).toMatchObject({ state: 'ended', end: 'answered', by: lea });
    expect(await retry()).toEqual({ error: 'not-failed' });
    // old news of the failed attempt comes again: the person's decision stands
    await ws.ingest([ws.sendNews(message.id, 'failed')]);
    expect((await waits())[0]).toMatchObject({ state: 'ended' });
    await ws.ingest([ws.sendNews(message.id, 'sent', 2, { nativeIds: ['<x@provider>'] })]);
    expect(await ws.rows('select send_state from inbox.messages where id = $1', [message.id])).toEqual([
      { send_state: 'sent' },
    ]);
  });

  it('lets all that waits in the conversation wait together, from the earlier time', async () => {
    await ws.ingest([ws.mail(0, 'ann@x.org')]);
    const { conversationId } = await take();
    const message = await sent(conversationId);
    await ws.ingest([ws.mail(20, 'ann@x.org', { refs: ['ann@x.org/0'] })]);
    expect(await waits()).toMatchObject([{ state: 'ended' }, { state: 'queued', since: minuteOf(20) }]);
    await ws.ingest([ws.sendNews(message.id, 'failed')]);
    expect(await waits()).toMatchObject([{ state: 'ended' }, { state: 'queued', since: minuteOf(0) }]);
  });
});

describe('news of a send', () => {
  it.each([
    ['in order', ['sending', 'uncertain', 'sent']],
    ['backwards', ['sent', 'uncertain', 'sending']],
    ['failure first', ['failed', 'sent', 'sending']],
  ] as const)('ends as sent when that was said, %s', async (_name, states) => {
    await ws.ingest([ws.mail(0, 'ann@x.org')]);
    const { conversationId } = await take();
    const message = await sent(conversationId);
    for (const state of states) await ws.ingest([ws.sendNews(message.id, state)]);
    expect(await ws.rows('select send_state, failure from inbox.messages where id = $1', [message.id])).toEqual([
      { send_state: 'sent', failure: null },
    ]);
    expect(await waits()).toEqual([{ state: 'ended', since: minuteOf(0), end: 'answered', by: lea }]);
  });

  it('comes out the same in whatever order it is told, and told twice', async () => {
    const story = [
      ['sending', 1],
      ['queued', 1],
      ['sending', 2],
      ['uncertain', 2],
      ['sending', 3],
      ['failed', 3],
      ['sent', 2],
    ] as const;
    const outcome = async (news: readonly (readonly [SendEvent['state'], number])[]): Promise<unknown> => {
      const world = await inbox.workspace();
      await world.ingest([world.mail(0, 'ann@x.org')]);
      const agentId = await world.agent('Léa');
      const given = await world.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: key() }));
      if ('error' in given) throw new Error(given.error);
      const { conversationId } = given.offer;
      const input = { agentId, conversationId, text: 'x', attachmentIds: [], replyKind: 'answer' as const };
      const seenUpTo = await newest(conversationId);
      const reply = await world.api((tx) => inbox.replies.send(tx, { ...input, seenUpTo, clientMutationId: key() }));
      if ('error' in reply) throw new Error(reply.error);
      for (const [state, attempt] of news) await world.ingest([world.sendNews(reply.message.id, state, attempt)]);
      return world.rows(
        `select a.send_state, a.send_attempt, m.covered_by is null as waits, w.state, w.waiting_since as since
           from inbox.messages a join inbox.messages m on m.conversation_id = a.conversation_id and m.direction = 'inbound'
           join inbox.waits w on w.id = m.wait_id where a.id = $1`,
        [reply.message.id],
      );
    };
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...story.keys()], { minLength: 1 }), fc.nat(6), async (order, again) => {
        const straight = order.toSorted((a, b) => a - b).map((i) => story[i]!);
        const mixed = [...order, order[again % order.length]!].map((i) => story[i]!);
        expect(await outcome(mixed)).toEqual(await outcome(straight));
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  it('leaves an uncertain message to a person, who says that it went out or sends it again', async () => {
    await ws.ingest([ws.mail(0, 'ann@x.org')]);
    const { conversationId } = await take();
    const message = await sent(conversationId);
    const settle = (outcome: 'sent' | 'send-again') =>
      ws.api((tx) => inbox.replies.settle(tx, { agentId: lea, messageId: message.id, outcome }));
    expect(await settle('sent')).toEqual({ error: 'not-uncertain' });
    await ws.ingest([ws.sendNews(message.id, 'uncertain')]);
    expect(await settle('send-again')).toMatchObject({ message: { sendState: 'queued' } });
    expect(inbox.jobs[1]).toMatchObject({ payload: { again: true } });
    await ws.ingest([ws.sendNews(message.id, 'uncertain', 2)]);
    expect(await settle('sent')).toMatchObject({ message: { sendState: 'sent' } });
  });

  it('finds a reply to our message by the id that the platform gave it, even in the same batch', async () => {
    await ws.ingest([ws.mail(0, 'ann@x.org')]);
    const { conversationId } = await take();
    const message = await sent(conversationId);
    await ws.ingest([
      ws.mail(30, 'ann@x.org', { refs: ['given@provider'] }),
      ws.sendNews(message.id, 'sent', 1, { nativeIds: ['<given@provider>'] }),
    ]);
    const rows = await ws.rows('select distinct conversation_id as id from inbox.messages where workspace_id = $1', [
      ws.id,
    ]);
    expect(rows).toEqual([{ id: conversationId }]);
  });

  it('takes our own copy seen coming back as proof, not as a message', async () => {
    await ws.ingest([ws.mail(0, 'ann@x.org')]);
    const { conversationId } = await take();
    const message = await sent(conversationId);
    await ws.ingest([ws.sendNews(message.id, 'uncertain')]);
    await ws.ingest([
      ws.elsewhere(5, 'ann@x.org', { class: 'own', references: [{ kind: 'message', id: message.id }] }),
    ]);
    const rows = await ws.rows(
      `select send_state from inbox.messages where workspace_id = $1 and direction = 'outbound'`,
      [ws.id],
    );
    expect(rows).toEqual([{ send_state: 'sent' }]);
  });
});

describe('no reply needed', () => {
  it('ends a wait for a closed reason and can be taken back for ten seconds, with its old place', async () => {
    await ws.ingest([ws.mail(0, 'ann@x.org')]);
    const offer = await take();
    const result = await ws.api((tx) =>
      inbox.waits.dismiss(tx, { agentId: lea, waitId: offer.waitId, reason: 'thanks', note: 'ok' }),
    );
    expect(result).toMatchObject({
      wait: { endKind: 'dismissed', endReason: 'thanks', endedBy: lea },
      undoToken: offer.waitId,
    });
    inbox.clock.advance(9_000);
    const undone = await ws.api((tx) => inbox.waits.undoDismiss(tx, { agentId: lea, waitId: offer.waitId }));
    expect(undone).toMatchObject({ wait: { id: offer.waitId, state: 'taken', waitingSince: new Date(minuteOf(0)) } });
    await sent(offer.conversationId);
    expect(await waits()).toMatchObject([{ state: 'ended', end: 'answered' }]);
  });

  it('cannot be taken back later, nor said by one who does not hold the wait', async () => {
    await ws.ingest([ws.mail(0, 'ann@x.org')]);
    const offer = await take();
    const max = await ws.agent('Max');
    const dismiss = (agentId: string) =>
      ws.api((tx) => inbox.waits.dismiss(tx, { agentId, waitId: offer.waitId, reason: 'spam' }));
    expect(await dismiss(max)).toEqual({ error: 'not-held' });
    await dismiss(lea);
    expect(await dismiss(lea)).toEqual({ error: 'not-held' });
    inbox.clock.advance(10_001);
    const undo = await ws.api((tx) => inbox.waits.undoDismiss(tx, { agentId: lea, waitId: offer.waitId }));
    expect(undo).toEqual({ error: 'too-late' });
  });

  it('opens a new wait for what comes later, and taken back both wait from the earlier time', async () => {
    await ws.ingest([ws.mail(0, 'ann@x.org')]);
    const offer = await take();
    await ws.api((tx) => inbox.waits.dismiss(tx, { agentId: lea, waitId: offer.waitId, reason: 'thanks' }));
    await ws.ingest([ws.mail(3, 'ann@x.org', { refs: ['ann@x.org/0'] })]);
    expect(await waits()).toMatchObject([{ end: 'dismissed' }, { state: 'queued', since: minuteOf(3) }]);
    await ws.api((tx) => inbox.waits.undoDismiss(tx, { agentId: lea, waitId: offer.waitId }));
    expect(await waits()).toMatchObject([{ end: 'dismissed' }, { state: 'queued', since: minuteOf(0) }]);
  });
});

describe('drafts and notes', () => {
  it('ignores a save that comes after a newer one', async () => {
    await ws.ingest([ws.mail(0, 'ann@x.org')]);
    const { conversationId } = await take();
    const save = (text: string, revision: number) =>
      ws.api((tx) => inbox.drafts.save(tx, { agentId: lea, conversationId, text, attachmentIds: [], revision }));
    await save('two', 2);
    expect(await save('one', 1)).toMatchObject({ draft: { text: 'two', revision: 2 } });
    expect(await save('three', 3)).toMatchObject({ draft: { text: 'three' } });
    await ws.api((tx) => inbox.drafts.discard(tx, { agentId: lea, conversationId }));
    expect(await ws.api((tx) => inbox.drafts.find(tx, { agentId: lea, conversationId }))).toBeUndefined();
  });

  it('keeps a note among ourselves: no job, and the customer waits on', async () => {
    await ws.ingest([ws.mail(0, 'ann@x.org')]);
    const { conversationId } = await take();
    const note = { agentId: lea, conversationId, text: 'she called', clientMutationId: key() };
    const first = await ws.api((tx) => inbox.notes.create(tx, note));
    expect(await ws.api((tx) => inbox.notes.create(tx, note))).toEqual(first);
    expect(first).toMatchObject({ message: { direction: 'note', text: 'she called' } });
    expect(inbox.jobs).toEqual([]);
    expect(await waits()).toMatchObject([{ state: 'taken', since: minuteOf(0) }]);
  });

  it('lets nobody write on a conversation whose customer stands in the queue', async () => {
    await ws.ingest([ws.mail(0, 'ann@x.org')]);
    const [{ id: conversationId } = { id: '' }] = await ws.rows<{ id: string }>(
      'select id from inbox.conversations where workspace_id = $1',
      [ws.id],
    );
    const draft = { agentId: lea, conversationId, text: 'x', attachmentIds: [], revision: 1 };
    expect(await ws.api((tx) => inbox.drafts.save(tx, draft))).toEqual({ error: 'not-held' });
    const note = { agentId: lea, conversationId, text: 'x', clientMutationId: key() };
    expect(await ws.api((tx) => inbox.notes.create(tx, note))).toEqual({ error: 'not-held' });
  });
});
