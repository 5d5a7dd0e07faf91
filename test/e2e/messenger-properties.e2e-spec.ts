import { Chance } from '../support/chaos';
import { Answers } from '../support/messenger-answers';
import { Customers } from '../support/messenger-customers';
import { differences } from '../support/messenger-inbox';
import { MessengerProof } from '../support/messenger-proof';
import { bodyOf, deliver, ToldCustomer } from '../support/messenger-webhook';
import { until } from '../support/product';
import { rowCounts } from '../support/row-counts';

/*
 * What is promised of Messenger, each promise seen broken by the change named above it.
 */

const MINUTE = 60_000;
const full = process.env['EVENHAND_PROOF'] === 'full';

/** Three processes and the connecting of a Page, on a busy machine. */
const START_MS = 120_000;

let proof: MessengerProof;

beforeAll(async () => {
  proof = await MessengerProof.start();
}, START_MS);
afterEach(() => proof.simulator.faults.set({}));
afterAll(() => proof?.stop());

/** Answers that person, and whoever waits before. @returns the message. */
async function answerTo(psid: string, text: string): Promise<string> {
  const answers = new Answers(proof);
  for (;;) {
    const id = await until('somebody waits', () => answers.next());
    const [row] = await proof.product.query<{ key: string }>(
      'select thread_key as key from inbox.conversations where id = $1',
      [id],
    );
    const message = await answers.answer(id, row!.key === psid ? text : 'to somebody else');
    if (row!.key === psid && message !== undefined) return message;
  }
}

/** What the page shows of the conversation with a person, oldest first. */
async function shown(psid: string): Promise<object[]> {
  const [row] = await proof.product.query<{ id: string }>('select id from inbox.conversations where thread_key = $1', [
    psid,
  ]);
  const { node } = await proof.product.api.call<{ node: { timeline: { nodes: object[] } } }>(
    `query ($id: ID!) { node(id: $id) { ... on Conversation { timeline(last: 50) { nodes { ... on Message {
       text createdAt direction editedAt withdrawnAt reactions } } } } } }`,
    { id: row!.id },
  );
  return node.timeline.nodes;
}

// red: of receipts the newest to come instead of the greatest
it('never takes back that an answer was sent, delivered or read, in whatever order it is told so', async () => {
  const { simulator, page, person } = proof;
  simulator.chats.receipts = 'none';
  simulator.faults.set({ webhooks: [{ kind: 'lose', on: 'message_echoes' }] });
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  const RANKS = ['QUEUED', 'SENDING', 'SENT', 'DELIVERED', 'READ'];
  const ranks: number[][] = [];
  for (const [n, order] of orders.entries()) {
    const who = simulator.person({ name: `Receipts ${n}` });
    simulator.writeAs(who, page.pageId, { text: `question ${n}` });
    await proof.everythingIn();
    const psid = simulator.psid(who, page.pageId);
    const id = await answerTo(psid, `answered ${n}`);
    await until('it is sent', async () => (await person.sendOf(id)).state === 'SENT');
    const sent = simulator.truth(page.pageId).find(({ text }) => text === `answered ${n}`)!;
    const told = new ToldCustomer(psid, page.pageId);
    const news = [
      told.echo(sent.id, sent.at, sent.text, { app_id: proof.app.appId, metadata: sent.metadata }),
      told.delivered(sent.at + 1),
      told.read(sent.at + 2),
    ];
    const states = [2];
    for (const one of order) {
      await deliver(proof, bodyOf(page.pageId, [news[one]!]));
      await proof.everythingIn();
      states.push(RANKS.indexOf((await person.sendOf(id)).state));
    }
    ranks.push(states);
  }
  simulator.chats.receipts = 'delivered';

  for (const states of ranks) {
    expect(states.toSorted((a, b) => a - b)).toEqual(states);
    expect(states.at(-1)).toBe(RANKS.indexOf('READ'));
  }
});

// red: the usage that answers tell forgotten
it('asks the platform nothing between a limit and its reset, and goes on after it', async () => {
  const { simulator, page, person, product } = proof;
  const writers = Array.from({ length: 3 }, (_, n) => simulator.person({ name: `Limited ${n}` }));
  for (const who of writers) simulator.writeAs(who, page.pageId, { text: 'before the limit' });
  await proof.everythingIn();
  const calls = () =>
    simulator.journal().filter(({ kind }) => kind === 'graph') as { at: number; code?: number; path: string }[];
  simulator.faults.set({ usage: { percent: 100, regainMinutes: 10 } });
  const from = calls().length;
  const ids: string[] = [];
  for (const who of writers) ids.push(await answerTo(simulator.psid(who, page.pageId), 'an answer'));
  await until('the limit is met', () => calls().length > from);
  const limit = calls()[from]!;
  expect(limit.code).toBe(80006);
  // what else would ask: the name of whoever is new, the upkeep of the Page, answers that wait
  for (const minutes of [4, 4, 1.75]) {
    await proof.pass(minutes * MINUTE);
    simulator.writeAs(simulator.person({ name: 'New' }), page.pageId, { text: 'during the limit' });
    await until(
      'it is in',
      async () => (await product.query('select 1 from intake.events where ingested_at is null')).length === 0,
    );
  }
  expect((await person.sendOf(ids.at(-1)!)).state).toBe('QUEUED');
  simulator.faults.set({});
  await proof.pass(MINUTE);
  for (const id of ids) await until('it is sent', async () => /SENT|DELIVERED/.test((await person.sendOf(id)).state));

  expect(
    calls()
      .slice(from + 1)
      .filter(({ at }) => at < limit.at + 9.75 * MINUTE),
  ).toEqual([]);
});

// red: the signature not looked at
it('leaves nothing of what the platform did not sign, but a count', async () => {
  const { page, app, product } = proof;
  const counted = async () => {
    const rows = await product.query<{ n: number }>(
      'select coalesce(sum(rejected), 0)::int as n from intake.webhook_counts',
    );
    return rows[0]!.n;
  };
  const stranger = new ToldCustomer('6600000000001', page.pageId);
  const body = bodyOf(page.pageId, [stranger.message('m_forged', Date.now(), 'let me in')]);
  await proof.everythingIn();
  await until('nothing is left to do', async () => (await product.query('select 1 from jobs.jobs')).length === 0);
  const [before, rejected] = [await rowCounts(proof.product), await counted()];
  const forged = [
    { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` },
    { 'x-hub-signature-256': '' },
    { 'x-hub-signature-256': 'sha256=' },
    { 'x-hub-signature-256': app.appSecret },
  ];
  for (const headers of forged) expect(await deliver(proof, body, headers)).toBe(401);

  await until('they are counted', async () => (await counted()) === rejected + forged.length);
  const after = await rowCounts(proof.product);
  delete before['intake.webhook_counts'];
  delete after['intake.webhook_counts'];
  expect(after).toEqual(before);
});

// red: a message named anew by each reading
it('holds a message once, however often and on however many connections it comes', async () => {
  const chance = Chance.ofRun('repeats');
  const customers = new Customers(proof, chance, 5);
  proof.simulator.faults.set({
    webhooks: [
      { kind: 'repeat', often: { rate: 0.5 } },
      { kind: 'duplicate', often: { rate: 0.5 } },
      { kind: 'twice', often: true },
    ],
  });
  for (let n = 0; n < 60; n++) customers.act();
  await proof.everythingIn();
  const known = (await differences(proof, proof.page)).filter((fault) => !fault.startsWith('m_kept_'));
  expect(known).toEqual([]);
});

// red: webhooks answered before their commit
it('keeps everything it has accepted, although it is killed a moment after', async () => {
  const customers = Array.from({ length: 20 }, (_, n) => new ToldCustomer(`88000000000${n + 10}`, proof.page.pageId));
  const at = Date.now();
  const statuses = await Promise.all(
    customers.map((customer, n) =>
      deliver(proof, bodyOf(customer.pageId, [customer.message(`m_kept_${n}`, at, 'kept')])),
    ),
  );
  await proof.product.victims()['connector-messenger'].kill();
  await proof.product.victims().triage.kill();

  expect(new Set(statuses)).toEqual(new Set([200]));
  const kept = async () =>
    (await proof.product.query(`select 1 from inbox.messages where external_id like 'm\\_kept\\_%'`)).length;
  await until('all of them are in the inbox', async () => (await kept()) === customers.length);
  // they may have been there before the kill: what follows needs the processes that came after it
  await until('every app serves again', () => proof.product.ready());
});

// red: of edits the latest instead of the one with the greatest number; an edit that gives a text to what was unsent
it('shows a conversation the same in whatever order it came, the edit of the greatest number, and what was unsent as gone', async () => {
  const chance = Chance.ofRun('orders');
  const at = Math.floor(Date.now() / 1_000) * 1_000 - 10 * MINUTE;
  const tell = (psid: string): object[] => {
    const who = new ToldCustomer(psid, proof.page.pageId);
    const mid = (n: number): string => `m_${psid}_${n}`;
    return [
      who.message(mid(1), at + 1, 'one'),
      who.edit(mid(1), at + 20, 1, 'one, again'),
      who.edit(mid(1), at + 10, 2, 'one, finally'),
      who.message(mid(2), at + 2, 'two'),
      who.unsend(mid(2), at + 30),
      who.edit(mid(2), at + 31, 1, 'two, again'),
      who.message(mid(3), at + 3, 'three'),
      who.react(mid(3), at + 40, '🦔'),
      who.react(mid(3), at + 41, null),
      who.react(mid(3), at + 42, '👍'),
      who.tap(mid(4), at + 4, 'four'),
      who.echo(mid(5), at + 5, 'five', { app_id: '263902037430900', reply_to: { mid: mid(4) } }),
    ];
  };
  const psids = Array.from({ length: full ? 40 : 12 }, (_, n) => `770000000000${n + 10}`);
  await Promise.all(
    psids.map(async (psid) => {
      for (const update of chance.shuffled(tell(psid)))
        expect(await deliver(proof, bodyOf(proof.page.pageId, [update]))).toBe(200);
    }),
  );
  await proof.everythingIn();

  const time = (ms: number): string => new Date(at + ms).toISOString();
  const wanted = [
    ['one, finally', 1, 'INBOUND', 10, null, []],
    ['', 2, 'INBOUND', 31, 30, []],
    ['three', 3, 'INBOUND', null, null, ['👍']],
    ['four', 4, 'INBOUND', null, null, []],
    ['five', 5, 'OUTBOUND', null, null, []],
  ].map(([text, created, direction, edited, withdrawn, reactions]) => ({
    text,
    createdAt: time(created as number),
    direction,
    editedAt: edited === null ? null : time(edited as number),
    withdrawnAt: withdrawn === null ? null : time(withdrawn as number),
    reactions,
  }));
  for (const psid of psids) expect(await shown(psid)).toEqual(wanted);
});

// red: a pause of 6 s before a large body is stored
it('answers a body of 1,000 updates within the time of the platform', async () => {
  const { page } = proof;
  const at = Date.now();
  const bodies = Array.from({ length: full ? 20 : 4 }, (_, body) =>
    bodyOf(
      page.pageId,
      Array.from({ length: 1_000 }, (__, n) =>
        new ToldCustomer(`55000000${body}${n % 100}`, page.pageId).message(`m_many_${body}_${n}`, at + n, `many ${n}`),
      ),
    ),
  );
  const times: number[] = [];
  for (const body of bodies) {
    const started = performance.now();
    expect(await deliver(proof, body)).toBe(200);
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const p99 = times[Math.ceil(times.length * 0.99) - 1]!;
  process.stderr.write(
    `bodies of 1,000 updates: median ${Math.round(times[times.length >> 1]!)} ms, p99 ${Math.round(p99)} ms\n`,
  );
  // the platform waits for 5 s; the aim is 1 s, which a busy machine may miss
  expect(p99).toBeLessThan(5_000);
  const inbox = async () =>
    (
      await proof.product.query<{ n: number }>(
        `select count(*)::int as n from inbox.messages where external_id like 'm\\_many\\_%'`,
      )
    )[0]!.n;
  await until('all are in the inbox', async () => (await inbox()) === bodies.length * 1_000, 120_000);
}, 180_000);
