import type { GraphFault, MessengerFaults } from '../../apps/simulator/src';
import { Answers } from '../support/messenger-answers';
import { differences } from '../support/messenger-inbox';
import { MessengerProof } from '../support/messenger-proof';
import { until } from '../support/product';

/*
 * Answers of which nobody heard whether Messenger took them. Seen red: `once` left out of the call that sends; a look-up that
 * finds a message and says that there is none; messages, and comments, that have no fingerprint.
 */

/** After it a look-up that finds nothing means something; product time. */
const LATE_MS = 70_000;

/** Three processes and the connecting of a Page, on a busy machine. */
const START_MS = 120_000;

let proof: MessengerProof;
let asked = 0;

beforeAll(async () => {
  proof = await MessengerProof.start({ simulator: { receipts: 'none' } });
}, START_MS);
afterEach(() => proof.simulator.faults.set({}));
afterAll(() => proof?.stop());

/** A customer asks, in private or under a post. */
async function ask(inPublic = false): Promise<{ who: string; conversation: string }> {
  const { simulator, page } = proof;
  const who = simulator.person({ name: `Asks ${(asked += 1)}` });
  if (inPublic) simulator.comment(page.pageId, who, { text: `question ${asked}` });
  else simulator.writeAs(who, page.pageId, { text: `question ${asked}` });
  await proof.everythingIn();
  return { who, conversation: await until('somebody waits', () => new Answers(proof).next()) };
}

async function answer(conversation: string, text: string): Promise<string> {
  return (await new Answers(proof).answer(conversation, text))!;
}

/** What stands on the platform with this text. */
const seen = (text: string) => proof.simulator.truth(proof.page.pageId).filter(({ written }) => written === text);

async function becomes(id: string, state: string): Promise<void> {
  const { person, product } = proof;
  await until(`it is ${state}`, async () => (await person.sendOf(id)).state === state).catch(async (error: Error) => {
    const now = JSON.stringify(await person.sendOf(id));
    throw new Error(`${error.message}; it is ${now}\n${product.output.slice(-3_000)}`);
  });
}

/** Calls that asked for a message to be sent, or a comment to be written. */
function sends(): number {
  return proof.simulator
    .journal()
    .filter((entry) => entry.kind === 'graph' && entry.method === 'POST' && /\/(messages|comments)$/.test(entry.path))
    .length;
}

const LOST_ANSWERS = ['no-answer', 'answer-500', 'half-answer'] as const satisfies GraphFault['kind'][];
const lose = (kind: GraphFault['kind'], more: MessengerFaults = {}): void =>
  proof.simulator.faults.set({ graph: [{ kind, on: '/messages', often: 1 }], ...more });
const NO_ECHO: MessengerFaults = { webhooks: [{ kind: 'lose', on: 'message_echoes' }] };

describe.each(LOST_ANSWERS)('an answer that Messenger took, and whose answer was lost (%s)', (kind) => {
  it('is settled by its echo and leaves once', async () => {
    const { conversation } = await ask();
    const before = sends();
    lose(kind);
    const text = `echoed after ${kind}`;
    await becomes(await answer(conversation, text), 'SENT');
    expect(seen(text)).toHaveLength(1);
    expect(sends() - before).toBe(1);
  });

  it('is found in the conversation where its echo is lost, too, and leaves once', async () => {
    const { conversation } = await ask();
    const before = sends();
    lose(kind, NO_ECHO);
    const text = `found after ${kind}`;
    await becomes(await answer(conversation, text), 'SENT');
    expect(seen(text)).toHaveLength(1);
    expect(sends() - before).toBe(1);
  });
});

it('leaves once more when Messenger says that it has nothing of it', async () => {
  const { conversation } = await ask();
  const before = sends();
  lose('reset');
  const id = await answer(conversation, 'never arrived');
  await until('the first try failed', () => sends() > before);
  await proof.pass(LATE_MS);
  await becomes(id, 'SENT');
  expect(seen('never arrived')).toHaveLength(1);
  expect(sends() - before).toBe(2);
});

it('is recognised in public by its text, where no answer and no mark tell of it', async () => {
  const { conversation } = await ask(true);
  const before = sends();
  proof.simulator.faults.set({ graph: [{ kind: 'no-answer', on: '/comments', often: 1 }] });
  await becomes(await answer(conversation, 'said in public'), 'SENT');
  expect(seen('said in public')).toHaveLength(1);
  expect(sends() - before).toBe(1);
});

describe('a process that is killed the moment Messenger takes an answer', () => {
  /** Answers; kills the connector when the platform has the message, and starts it again. */
  async function killedInSending(text: string): Promise<string> {
    const { product, simulator } = proof;
    const { conversation } = await ask();
    const dead = new Promise<void>((resolve, reject) => {
      simulator.once('message', () => void product.killApp('connector-messenger').then(resolve, reject));
    });
    const id = await answer(conversation, text);
    await dead;
    product.launch('connector-messenger');
    await proof.leasesEnd();
    return id;
  }

  it('finds it sent by the echo that comes again', async () => {
    const before = sends();
    const id = await killedInSending('killed before the echo');
    await proof.everythingIn();
    await becomes(id, 'SENT');
    expect(seen('killed before the echo')).toHaveLength(1);
    expect(sends() - before).toBe(1);
  });

  it('finds it in the conversation where the echo is lost, and shows it once', async () => {
    const before = sends();
    proof.simulator.faults.set(NO_ECHO);
    const id = await killedInSending('killed without an echo');
    await becomes(id, 'SENT');
    await proof.everythingIn();
    expect(seen('killed without an echo')).toHaveLength(1);
    expect(sends() - before).toBe(1);
  });
});

it('shows everything once in the inbox after all that', async () => {
  await proof.everythingIn();
  expect(await differences(proof, proof.page)).toEqual([]);
});
