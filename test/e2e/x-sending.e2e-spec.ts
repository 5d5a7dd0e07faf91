import type { CallFault, DeliveryFault } from '../../apps/simulator/src';
import { until } from '../support/product';
import { QueueAnswers } from '../support/queue-answers';
import { differences } from '../support/x-inbox';
import { XProof } from '../support/x-proof';
import { deliver, newId, ToldPerson } from '../support/x-webhook';

/*
 * Answers of which nobody heard whether X took them. Seen red: `ONCE` without the call that posts, together with a look-up that
 * finds a post and says that there is none.
 */

const SECOND = 1_000;
/** After it a look-up that finds nothing means something; product time. */
const LATE_MS = 70 * SECOND;

/** Three processes and the connecting of a handle, on a busy machine. */
const START_MS = 120_000;

let proof: XProof;
let asked = 0;

beforeAll(async () => {
  proof = await XProof.start();
}, START_MS);
afterEach(() => proof.simulator.setFaults({ webhooks: [], calls: [] }));
afterAll(() => proof?.stop());

const PLACES = {
  'in private': 'POST /2/dm_conversations/with/:id/messages',
  'in public': 'POST /2/tweets',
} as const;
type Place = keyof typeof PLACES;

/** A customer asks; nobody else waits. */
async function ask(place: Place): Promise<{ who: string; conversation: string }> {
  const { simulator, handle } = proof;
  const { userId: who } = simulator.addUser();
  const text = `question ${(asked += 1)}`;
  if (place === 'in public') simulator.writePost({ author: who, text: `@${handle.username} ${text}` });
  else simulator.writeDirect({ from: who, to: handle.userId, text });
  await proof.everythingIn();
  return { who, conversation: await until('somebody waits', () => new QueueAnswers(proof.product).next()) };
}

async function answer(conversation: string, text: string): Promise<string> {
  return (await new QueueAnswers(proof.product).answer(conversation, text))!;
}

/** What stands on X with this text. */
const seen = (text: string) => proof.simulator.truth(proof.handle.userId).filter(({ written }) => written === text);

async function becomes(id: string, state: string): Promise<void> {
  const { person, product } = proof;
  await until(`it is ${state}`, async () => (await person.sendOf(id)).state === state).catch(async (error: Error) => {
    const now = JSON.stringify(await person.sendOf(id));
    throw new Error(`${error.message}; it is ${now}\n${product.output.slice(-3_000)}`);
  });
}

/** Calls that asked for something to be written. */
const sends = (): number => Object.values(PLACES).flatMap((endpoint) => proof.calls(endpoint)).length;

const LOST_ANSWERS = ['no-answer', 'answer-503', 'half-answer'] as const satisfies CallFault['kind'][];
const UNHEARD: DeliveryFault[] = [
  { kind: 'lose', on: 'post.create' },
  { kind: 'lose', on: 'dm.sent' },
];

describe.each(Object.entries(PLACES))('%s', (name, endpoint) => {
  const place = name as Place;

  it.each(LOST_ANSWERS)(
    'what X took without a whole answer (%s) is known by its copy and leaves once',
    async (kind) => {
      const { conversation } = await ask(place);
      const before = sends();
      proof.simulator.setFaults({ calls: [{ kind, on: endpoint, often: 1 }] });
      const text = `copied ${place} after ${kind}`;
      await becomes(await answer(conversation, text), 'SENT');
      expect(seen(text)).toHaveLength(1);
      expect(sends() - before).toBe(1);
    },
  );

  it.each(LOST_ANSWERS)('it is looked up where its copy is lost, too (%s), and leaves once', async (kind) => {
    const { conversation } = await ask(place);
    const before = sends();
    proof.simulator.setFaults({ calls: [{ kind, on: endpoint, often: 1 }], webhooks: UNHEARD });
    const text = `found ${place} after ${kind}`;
    await becomes(await answer(conversation, text), 'SENT');
    expect(seen(text)).toHaveLength(1);
    expect(sends() - before).toBe(1);
  });

  it('what X says it has nothing of leaves once more', async () => {
    const { conversation } = await ask(place);
    const before = sends();
    proof.simulator.setFaults({ calls: [{ kind: 'reset', on: endpoint, often: 1 }] });
    const text = `never arrived ${place}`;
    const id = await answer(conversation, text);
    await until('the first try failed', async () => (await proof.person.sendOf(id)).attempt >= 1 && sends() > before);
    await proof.pass(LATE_MS);
    await becomes(id, 'SENT');
    expect(seen(text)).toHaveLength(1);
    expect(sends() - before).toBe(2);
  });

  it('what X takes in the moment in which the process is killed is found, and leaves once', async () => {
    const { product, simulator } = proof;
    const { conversation } = await ask(place);
    const before = sends();
    simulator.setFaults({ webhooks: UNHEARD });
    const text = `killed ${place}`;
    const dead = new Promise<void>((resolve, reject) => {
      const heard = simulator.onHappening((happening) => {
        if (happening.kind !== 'post.created' && happening.kind !== 'direct.written') return;
        heard();
        void product.killApp('connector-x').then(resolve, reject);
      });
    });
    const id = await answer(conversation, text);
    await dead;
    product.launch('connector-x');
    await proof.leasesEnd();
    await becomes(id, 'SENT');
    expect(seen(text)).toHaveLength(1);
    expect(sends() - before).toBe(1);
  });
});

it('what somebody has sent again although X has it is refused as a repetition, and shown as sent', async () => {
  const { simulator, person } = proof;
  const { conversation } = await ask('in public');
  const before = sends();
  const unseen: CallFault = { kind: 'problem', status: 403, detail: 'Forbidden', on: 'GET /2/users/:id/tweets' };
  const lost: CallFault = { kind: 'answer-503', on: 'POST /2/tweets', often: 1 };
  simulator.setFaults({ calls: [lost, unseen], webhooks: UNHEARD });
  const id = await answer(conversation, 'said twice');
  const uncertain = (): Promise<true> =>
    until('nobody can say', async () => {
      await proof.pass(LATE_MS);
      return (await person.sendOf(id)).state === 'UNCERTAIN';
    });
  await uncertain();
  await person.settle(id, 'SEND_AGAIN');
  await until('it was sent again', () => sends() - before === 2);
  await uncertain();
  simulator.setFaults({ calls: [] });
  await until('it is found', async () => {
    await proof.pass(LATE_MS);
    return (await person.sendOf(id)).state === 'SENT';
  });
  expect(proof.calls('POST /2/tweets').at(-1)).toMatchObject({ status: 403 });
  expect(seen('said twice')).toHaveLength(1);
  expect(sends() - before).toBe(2);
});

it('never takes back that an answer was sent or read, in whatever order it is told so', async () => {
  const { simulator, handle, person } = proof;
  // a quarter of an hour later as many may be sent again
  await proof.pass(16 * 60 * SECOND);
  simulator.setFaults({ webhooks: UNHEARD });
  const RANKS = ['QUEUED', 'SENDING', 'SENT', 'DELIVERED', 'READ'];
  for (const order of [
    [0, 1, 2],
    [1, 0, 2],
    [1, 2, 0],
  ]) {
    const { who, conversation } = await ask('in private');
    const id = await answer(conversation, `read ${order.join('')}`);
    await becomes(id, 'SENT');
    const sent = simulator.visibleOf(handle.userId, who).at(-1)!;
    const told = new ToldPerson(who, handle.userId);
    const earlier = sent.at - 60 * SECOND;
    const news = [
      told.directSent(sent.id, sent.at, sent.text),
      told.read(sent.id, sent.at + SECOND),
      told.read(newId(earlier), earlier),
    ];
    const states = [RANKS.indexOf('SENT')];
    for (const one of order) {
      await deliver(proof, news[one]!);
      await proof.everythingIn();
      states.push(RANKS.indexOf((await person.sendOf(id)).state));
    }
    expect(states.toSorted((a, b) => a - b)).toEqual(states);
    expect(states.at(-1)).toBe(RANKS.indexOf('READ'));
  }
});

it('shows everything once in the inbox after all that', async () => {
  await proof.pass(6 * 60 * SECOND);
  await proof.everythingIn();
  expect(await differences(proof, proof.handle)).toEqual([]);
});
