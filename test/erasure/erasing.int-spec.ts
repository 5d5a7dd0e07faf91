import type { InboundEvent, MessageEvent } from '@app/channel';
import { until } from '../support/product';
import { ErasureWorld } from './erasure-world';

/** Short, random-looking, and met nowhere else. */
const CANARY = 'zqx7Kw1vbN';
const ANN = `ann.${CANARY.toLowerCase()}@x.org`;
const BEN = 'ben@y.org';

let world: ErasureWorld;
beforeEach(async () => {
  world = await ErasureWorld.start();
});
afterEach(() => world.stop());

function mailOfAnn(minute: number, more: Parameters<ErasureWorld['ws']['mail']>[2] = {}): MessageEvent {
  const text = `My secret is ${CANARY}, minute ${minute}`;
  return world.ws.mail(minute, ANN, {
    author: { value: ANN, name: `Ann ${CANARY}` },
    text,
    subject: `Order ${CANARY}`,
    ...more,
  });
}

async function rowsWith(words: string): Promise<string[]> {
  const hex = Buffer.from(words).toString('hex');
  const wanted = [words.toLowerCase(), hex];
  return (await world.dump()).filter((row) => wanted.some((word) => row.toLowerCase().includes(word)));
}

async function queueLength(): Promise<number> {
  const [row] = await world.ws.rows<{ waiting: number; counted: number }>(
    `select (select coalesce(sum(waiting), 0) from inbox.queue_lengths) as waiting,
            (select count(*) from inbox.waits where state = 'queued') as counted`,
  );
  expect(Number(row!.waiting)).toBe(row!.counted);
  return row!.counted;
}

it('leaves no word of the customer in any table: text, name, note, draft, file, job, sealed value', async () => {
  const { ws, inbox } = world;
  const file = await world.file(Buffer.from(`bytes ${CANARY}`), `${CANARY}.txt`);
  await world.arrives(mailOfAnn(0, { attachments: [file] }), { reach: { followers: 20_000, handle: CANARY } });
  const agentId = await ws.agent('Léa');
  const given = await ws.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: 'a' }));
  const conversationId = 'offer' in given ? given.offer.conversationId : '';
  await ws.api((tx) =>
    inbox.notes.create(tx, { agentId, conversationId, text: `note ${CANARY}`, clientMutationId: 'n' }),
  );
  const upload = await world.file(Buffer.from(`upload ${CANARY}`), `up-${CANARY}`);
  const attachment = await ws.api((tx) => inbox.attachments.create(tx, { ...upload, uploadedBy: agentId }));
  await ws.api((tx) =>
    inbox.drafts.save(tx, {
      agentId,
      conversationId,
      text: `draft ${CANARY}`,
      attachmentIds: [attachment.id],
      revision: 1,
    }),
  );
  await ws.rows(
    `insert into jobs.jobs (id, name, payload, run_at, max_attempts, dead_at, last_error, created_at)
     values (gen_random_uuid(), 'email.messageSend', $1::jsonb, now(), 1, now(), 'gone', now())`,
    [JSON.stringify({ outbound: { id: ws.id, conversationId, text: `answer ${CANARY}` } })],
  );
  await world.arrives(mailOfAnn(1, { refs: [`${ANN}/0`] }), { later: true });
  expect((await rowsWith(CANARY)).length).toBeGreaterThan(10);

  const id = await world.erase(ANN);

  expect(await rowsWith(CANARY)).toEqual([]);
  expect(await world.erasure(id)).toMatchObject({ messages: 2, attachments: 2, sealed: 1 });
  expect([await world.blobs.exists(file.sha256), await world.blobs.exists(upload.sha256)]).toEqual([false, false]);
  expect(await queueLength()).toBe(0);
  await world.takeIn();
  expect(await rowsWith(CANARY)).toEqual([]);
});

it('touches nothing of anybody else', async () => {
  const shared = await world.file(Buffer.from('a picture that both sent'));
  await world.arrives(world.ws.mail(0, BEN, { attachments: [shared], text: 'Hello from Ben' }), {
    reach: { followers: 3 },
  });
  const before = await world.dump();
  await world.arrives(mailOfAnn(1, { attachments: [shared] }), { reach: { followers: 4 } });

  await world.erase(ANN);

  const after = new Set(await world.dump());
  const changing = /^(inbox\.(queue_lengths|workspaces|changes)|record\.heads) /;
  expect(before.filter((row) => !after.has(row) && !changing.test(row))).toEqual([]);
  expect(await world.blobs.exists(shared.sha256)).toBe(true);
  expect(await queueLength()).toBe(1);
});

it('does not let the erased come back: neither the same delivery, nor the same mail under another name', async () => {
  await world.arrives(mailOfAnn(0));
  await world.erase(ANN);
  const [before] = await world.ws.rows<{ n: number }>('select count(*) as n from intake.deliveries');

  await world.arrives(mailOfAnn(0));
  await world.arrives(mailOfAnn(0), { source: 'Archive;17' });

  expect(await rowsWith(CANARY)).toEqual([]);
  expect(await world.ws.rows('select 1 from inbox.messages')).toEqual([]);
  const states = await world.ws.rows<{ state: string; kept: number }>(
    'select d.state, (select count(*) from intake.raw_bytes r where r.delivery_id = d.id) as kept from intake.deliveries d',
  );
  expect(states.filter(({ kept }) => kept > 0)).toEqual([]);
  expect(before!.n).toBe(1);
});

it('does not let come back what we wrote to the customer, nor what is told of it afterwards', async () => {
  const { ws, inbox } = world;
  const threadKey = `psid-${CANARY}`;
  await world.arrives(mailOfAnn(0, { threadKey }), {
    also: [
      {
        kind: 'person',
        externalId: 'p1',
        at: mailOfAnn(0).at,
        person: { value: ANN, name: CANARY },
        about: `${ANN}/0`,
      },
      { kind: 'thread', externalId: 't1', at: mailOfAnn(0).at, threadKey: ANN, readUpTo: mailOfAnn(0).at },
    ],
  });
  const agentId = await ws.agent('Léa');
  const given = await ws.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: 'a' }));
  const conversationId = 'offer' in given ? given.offer.conversationId : '';
  const [seen] = await ws.rows<{ id: string }>('select id from inbox.messages');
  const reply = await ws.api((tx) =>
    inbox.replies.send(tx, {
      agentId,
      conversationId,
      text: `answer ${CANARY}`,
      attachmentIds: [],
      replyKind: 'answer',
      seenUpTo: seen!.id,
      clientMutationId: 'r',
    }),
  );
  const outboundId = 'message' in reply ? reply.message.id : '';
  await ws.ingest([ws.sendNews(outboundId, 'sent', 1, { nativeIds: ['m_ours'] })]);

  await world.erase(ANN);
  const copy = ws.elsewhere(1, ANN, { externalId: 'm_ours', nativeIds: ['m_ours'], threadKey, text: CANARY });
  const edited = { type: 'edited' as const, text: CANARY, number: 1 };
  await world.arrives(copy, {
    source: 'again',
    also: [{ kind: 'change', externalId: 'c1', target: `${ANN}/0`, at: copy.at, change: edited }],
  });

  expect(await rowsWith(CANARY)).toEqual([]);
  expect(await ws.rows('select 1 from inbox.messages')).toEqual([]);
});

it('lets nothing that is told of the customer later bring them back: neither a name, nor another id of theirs', async () => {
  const { ws, inbox } = world;
  await world.arrives(mailOfAnn(0));
  const agentId = await ws.agent('Léa');
  const given = await ws.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: 'a' }));
  const conversationId = 'offer' in given ? given.offer.conversationId : '';
  const [seen] = await ws.rows<{ id: string }>('select id from inbox.messages');
  const answer = { agentId, conversationId, text: 'x', attachmentIds: [], seenUpTo: seen!.id, clientMutationId: 'r' };
  const reply = await ws.api((tx) => inbox.replies.send(tx, { ...answer, replyKind: 'answer' }));
  const sent = 'message' in reply ? reply.message.id : '';
  const { at } = mailOfAnn(0);
  const told = (n: number): InboundEvent[] => [
    { kind: 'person', externalId: `name${n}`, at, person: { value: ANN, name: CANARY }, about: `${ANN}/0` },
    { kind: 'person', externalId: `same${n}`, at, person: { value: ANN }, alsoKnownAs: CANARY, about: sent },
  ];

  const id = await world.ask(ANN);
  await world.run('triage');
  await world.reaches(id, 'running');
  // the connector has not heard of it, and brings what it had asked for before
  await world.arrives(ws.mail(1, BEN), { also: told(1) });
  expect(await world.customerOf(ANN)).toBeUndefined();
  await world.run('connector', 'audit');
  await world.reaches(id, 'done');
  await world.arrives(ws.mail(2, BEN), { also: told(2) });

  expect(await world.customerOf(ANN)).toBeUndefined();
  expect(await rowsWith(CANARY)).toEqual([]);
});

it('takes a new mail of the same person for that of somebody new', async () => {
  await world.arrives(mailOfAnn(0));
  const old = await world.customerOf(ANN);
  await world.erase(ANN);

  await world.arrives(world.ws.mail(9, ANN, { text: 'Hello again', refs: [`${ANN}/0`] }));

  const customer = await world.customerOf(ANN);
  expect(customer).toBeDefined();
  expect(customer!.id).not.toBe(old!.id);
  expect(await world.ws.rows('select number from inbox.conversations')).toHaveLength(1);
  expect(await queueLength()).toBe(1);
});

it('blanks what the customer wrote to others and keeps what others wrote', async () => {
  await world.arrives(
    world.ws.mail(0, BEN, {
      text: 'Ben asks',
      participants: [
        { value: BEN, role: 'from' },
        { value: world.ws.address, role: 'to' },
        { value: ANN, role: 'cc' },
      ],
    }),
  );
  await world.arrives(mailOfAnn(1, { refs: [`${BEN}/0`] }));
  expect(await world.ws.rows('select 1 from inbox.conversations')).toHaveLength(1);

  await world.erase(ANN);

  expect(await rowsWith(CANARY)).toEqual([]);
  const messages = await world.ws.rows('select text, withdrawn_by as by from inbox.messages order by at');
  expect(messages).toEqual([
    { text: 'Ben asks', by: null },
    { text: '', by: 'author' },
  ]);
  expect(await queueLength()).toBe(1);
});

it('leaves a wait with the conversation that turned out to be of somebody else', async () => {
  const { ws, inbox } = world;
  const participants = [
    { value: ANN, role: 'from' as const },
    { value: ws.address, role: 'to' as const },
    { value: BEN, role: 'cc' as const },
  ];
  await world.arrives(mailOfAnn(5, { refs: [`${BEN}/0`], participants }));
  const agentId = await ws.agent('Léa');
  const given = await ws.api((tx) => inbox.queue.offerNext(tx, { agentId, clientMutationId: 'a' }));
  const waitId = 'offer' in given ? given.offer.waitId : '';
  await ws.api((tx) => inbox.waits.dismiss(tx, { agentId, waitId, reason: 'not-for-us' }));
  const toAnn = [
    { value: BEN, role: 'from' as const },
    { value: ws.address, role: 'to' as const },
    { value: ANN, role: 'cc' as const },
  ];
  await world.arrives(ws.mail(0, BEN, { text: 'Ben was first', participants: toAnn }));
  expect(await ws.rows('select 1 from inbox.conversations')).toHaveLength(1);

  await world.erase(ANN);

  expect(await rowsWith(CANARY)).toEqual([]);
  const waits = await ws.rows<{ id: string; value: string }>(
    'select w.id, i.value from inbox.waits w join inbox.identities i on i.customer_id = w.customer_id order by w.created_at',
  );
  expect(waits.map(({ value }) => value)).toEqual([BEN, BEN]);
  expect(await queueLength()).toBe(1);
});

it('goes on where it was killed, whichever process works first', async () => {
  await world.arrives(mailOfAnn(0), { reach: { followers: 1 } });
  const id = await world.ask(ANN);
  await world.run('triage');
  await world.reaches(id, 'running');
  await world.kill();
  expect((await world.erasure(id)).waitingFor.sort()).toEqual(['email', 'sealed']);
  expect(await world.ws.rows('select 1 from inbox.messages')).toEqual([]);

  await world.run('audit');
  await world.run('connector');
  await world.run('triage');
  await world.reaches(id, 'done');

  expect(await rowsWith(CANARY)).toEqual([]);
});

it('ends a wait in the record as withdrawn, by ids alone, and tells that the customer was erased', async () => {
  await world.arrives(mailOfAnn(0));
  const [wait] = await world.ws.rows<{ id: string }>('select id from inbox.waits');
  const id = await world.erase(ANN);

  const entries = await world.ws.rows<{ kind: string; wait: string | null; fields: Record<string, unknown> }>(
    'select kind, wait_id as wait, fields from record.entries order by seq',
  );
  expect(entries.map(({ kind }) => kind)).toEqual([
    'message.received',
    'wait.opened',
    'customer.erasureAsked',
    'wait.ended',
    'customer.erased',
  ]);
  expect(entries[3]).toMatchObject({ wait: wait!.id, fields: { how: 'withdrawn', reason: 'erased', by: null } });
  expect(entries[4]!.fields).toMatchObject({ erasure: id, messages: 1 });
});

it('leaves a file alone that somebody has just put, and deletes it once it has rested', async () => {
  const bytes = Buffer.from('just put');
  const file = await world.file(bytes);
  await world.arrives(mailOfAnn(0, { attachments: [file] }));
  const id = await world.ask(ANN);
  await world.blobs.put(bytes, { maxBytes: 100 });
  const put = Date.now();
  await world.run('triage', 'connector', 'audit');
  await world.reaches(id, 'done');

  expect(Date.now() - put).toBeGreaterThanOrEqual(1_000);
  expect(await world.blobs.exists(file.sha256)).toBe(false);
});

it('waits until nothing of the customer is on its way out', async () => {
  await world.arrives(mailOfAnn(0));
  const [conversation] = await world.ws.rows<{ id: string }>('select id from inbox.conversations');
  const payload = JSON.stringify({
    outbound: { id: conversation!.id, conversationId: conversation!.id, text: CANARY },
  });
  await world.ws.rows(
    `insert into jobs.jobs (id, name, payload, run_at, max_attempts, lease_until, lease_number, attempts, created_at)
     values ($1, 'email.messageSend', $2::jsonb, now(), 9, now() + interval '1 minute', 1, 1, now())`,
    [conversation!.id, payload],
  );
  const id = await world.ask(ANN);
  await world.run('triage', 'connector', 'audit');
  await world.reaches(id, 'running');
  await until('the connector waits', async () => {
    const [job] = await world.ws.rows<{ error: string | null }>(
      `select last_error as error from jobs.jobs where name = 'email.customerForget'`,
    );
    return job?.error?.includes('on its way out') === true;
  });

  await world.ws.rows('update jobs.jobs set lease_until = null where id = $1', [conversation!.id]);
  await world.reaches(id, 'done');

  expect(await rowsWith(CANARY)).toEqual([]);
});
