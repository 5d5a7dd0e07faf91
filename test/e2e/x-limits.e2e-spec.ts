import type { XRules } from '../../apps/simulator/src';
import { until } from '../support/product';
import { QueueAnswers } from '../support/queue-answers';
import { differences } from '../support/x-inbox';
import { XProof } from '../support/x-proof';

/*
 * What X lets an app do no longer, or for now: limits, credit, tokens that end, and what its author took back. A promise was seen
 * broken by the change named above it.
 */

const MINUTE = 60_000;

/** Three processes and the connecting of two handles, on a busy machine. */
const START_MS = 120_000;

let proof: XProof;

beforeAll(async () => {
  proof = await XProof.start({ handles: 2 });
}, START_MS);
afterEach(() => {
  proof.simulator.setFaults({ webhooks: [], calls: [] });
  proof.simulator.setCredit(proof.app.appId, null);
});
afterAll(() => proof?.stop());

/** Somebody new asks that handle in private; nobody else waits. @returns id of the answer. */
async function askedAndAnswered(userId: string, text: string): Promise<string> {
  const { simulator, product } = proof;
  simulator.writeDirect({ from: simulator.addUser().userId, to: userId, text: `before ${text}` });
  await proof.everythingIn();
  const answers = new QueueAnswers(product);
  const conversation = await until('somebody waits', () => answers.next());
  return (await answers.answer(conversation, text))!;
}

const stateOf = async (id: string): Promise<string> => (await proof.person.sendOf(id)).state;

async function becomes(id: string, state: string): Promise<void> {
  await until(`it is ${state}`, async () => (await stateOf(id)) === state).catch(async (error: Error) => {
    throw new Error(
      `${error.message}; it is ${JSON.stringify(await proof.person.sendOf(id))}\n${proof.product.output.slice(-3_000)}`,
    );
  });
}

const LIMITED = [
  'POST /2/dm_conversations/with/:id/messages',
  'GET /2/users/:id/mentions',
  'GET /2/dm_events',
  'GET /2/users/:id/tweets',
  'GET /2/tweets/search/recent',
];

// red: the time until a limit ends forgotten, where a call begins and where its refusal is read
it.each<[string, Partial<XRules>]>([
  ['with its headers', { limitHeaders: true, limitShape: 'problem' }],
  ['with the words of long ago', { limitHeaders: true, limitShape: 'legacy' }],
])('asks X nothing between a limit and its reset (%s), and goes on after it', async (_, rules) => {
  const { simulator, handle } = proof;
  simulator.setRules(rules);
  const from = proof.calls().length;
  for (const endpoint of LIMITED) simulator.api.limits.exhaust(endpoint, 12 * MINUTE);
  const ids = [
    await askedAndAnswered(handle.userId, 'limited one'),
    await askedAndAnswered(handle.userId, 'limited two'),
  ];
  const refused = (): string[] =>
    proof
      .calls()
      .slice(from)
      .filter(({ status }) => status === 429)
      .map(({ endpoint }) => endpoint);
  await until('the limit is met', () => refused().includes(LIMITED[0]!));
  for (const minutes of [3, 3, 5]) {
    await proof.pass(minutes * MINUTE);
    simulator.writeDirect({ from: simulator.addUser().userId, to: handle.userId, text: 'during the limit' });
    await proof.everythingIn();
  }
  expect(await stateOf(ids[0]!)).toBe('QUEUED');
  const during = proof.calls().slice(from);
  // the product sees first that time has passed: what it calls then comes early by the platform's clock
  await proof.pass(2 * MINUTE);
  for (const id of ids) await becomes(id, 'SENT');

  expect(new Set(refused()).size).toBeGreaterThan(1);
  await emptyQueue();
  expect(during.filter(({ tooEarly }) => tooEarly)).toEqual([]);
});

/** Answers whoever still waits. */
async function emptyQueue(): Promise<void> {
  const answers = new QueueAnswers(proof.product);
  for (let id = await answers.next(); id !== undefined; id = await answers.next()) {
    await answers.answer(id, `and you, ${id}`);
  }
}

// red: want of credit taken as a limit of one account
it.each<XRules['creditShape']>(['account', 'payment'])(
  'pauses every handle of an app whose credit is used up (%s), and goes on by itself when there is some',
  async (creditShape) => {
    const { simulator, app, handles, product } = proof;
    await proof.pass(16 * MINUTE);
    simulator.setRules({ creditShape });
    const ids: string[] = [];
    const details = async (): Promise<string[]> =>
      (
        await product.query<{ detail: string }>(`select detail from inbox.accounts where id = any($1::uuid[])`, [
          handles.map(({ accountId }) => accountId),
        ])
      ).map(({ detail }) => detail);
    simulator.setCredit(app.appId, 0);
    for (const { userId } of handles) ids.push(await askedAndAnswered(userId, `on credit ${userId} ${creditShape}`));
    await until('every handle says so', async () => (await details()).every((detail) => /credit/.test(detail)));
    const paused = proof.calls().length;
    await proof.pass(5 * MINUTE);
    simulator.writePost({ author: simulator.addUser().userId, text: `@${handles[0]!.username} without credit` });
    await proof.everythingIn();
    // what one handle learns the other must not find out again
    expect(
      proof
        .calls()
        .slice(paused)
        .filter(({ status }) => status === 402).length,
    ).toBeLessThanOrEqual(1);
    expect(await Promise.all(ids.map(stateOf))).toEqual(['QUEUED', 'QUEUED']);

    simulator.setCredit(app.appId, null);
    await proof.pass(16 * MINUTE);
    for (const id of ids) await becomes(id, 'SENT');
    await until('no handle speaks of it', async () => (await details()).every((detail) => !/credit/.test(detail)));
    await emptyQueue();
  },
);

it('renews a token once, however many processes find that it has ended', async () => {
  const { simulator, product, handle } = proof;
  await proof.pass(16 * MINUTE);
  simulator.setRules({ reuseEndsLogin: true });
  await proof.signIn(handle);
  await product.launchBeside('connector-x');
  const renewals = () => proof.calls('POST /2/oauth2/token').filter(({ path }) => path.startsWith('/2/'));
  const before = renewals().length;
  const answers = new QueueAnswers(product);
  const people = Array.from({ length: 8 }, () => simulator.addUser().userId);
  for (const who of people) simulator.writeDirect({ from: who, to: handle.userId, text: 'anybody?' });
  await proof.everythingIn();
  const open: string[] = [];
  for (let id = await answers.next(); id !== undefined; id = await answers.next()) {
    open.push(id);
    if (open.length === people.length) break;
  }
  simulator.expireTokens(handle.userId);
  const ids = await Promise.all(open.map((id) => answers.answer(id, `here, ${id}`)));
  for (const id of ids) await becomes(id!, 'SENT');
  expect(renewals().length - before).toBe(1);
  expect(ids).toHaveLength(people.length);
});

// red: what was taken back left with the connectors
it('keeps neither text nor bytes of what its author deleted, whichever came first', async () => {
  const { simulator, handle, product } = proof;
  const { userId: who } = simulator.addUser();
  const gone = simulator.writePost({ author: who, text: `@${handle.username} a secret slip` }).postId;
  const stays = simulator.writePost({ author: who, text: `@${handle.username} this stays` }).postId;
  await proof.everythingIn();
  simulator.deletePost(gone);
  await proof.everythingIn();
  const traces = async (id: string): Promise<object[]> =>
    product.query(
      `select 'event' as trace from intake.events where external_id = $1 and kind = 'message' and body->>'text' <> ''
       union all select 'bytes' from intake.events e join intake.raw_bytes r on r.delivery_id = e.delivery_id
        where e.external_id = $1 and e.kind = 'message'
       union all select 'text' from inbox.messages where external_id = $1 and text <> ''`,
      [id],
    );
  await until('nothing is left of it', async () => (await traces(gone)).length === 0, 5_000).catch(async () =>
    expect(await traces(gone)).toEqual([]),
  );
  expect(await traces(stays)).toHaveLength(3);
  const [slips] = await product.query<{ n: number }>(
    `select (select count(*) from intake.events where body::text like '%secret slip%')
          + (select count(*) from inbox.message_changes where change::text like '%secret slip%')
          + (select count(*) from jobs.jobs where payload::text like '%secret slip%') as n`,
  );
  expect(Number(slips!.n)).toBe(0);
});

it('shows everything once in the inbox after all that', async () => {
  await proof.pass(6 * MINUTE);
  await proof.everythingIn();
  const found = await until(
    'the lists are read',
    async () => {
      const all = (await Promise.all(proof.handles.map((one) => differences(proof, one)))).flat();
      return all.length === 0 && all;
    },
    10_000,
  ).catch(async () => (await Promise.all(proof.handles.map((one) => differences(proof, one)))).flat());
  expect(found).toEqual([]);
});
