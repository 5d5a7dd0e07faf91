import { until } from '../support/product';
import { differences } from '../support/x-inbox';
import { XProof } from '../support/x-proof';

/*
 * Hours in which nobody hears what X tells. Seen red: no replay asked for.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Three processes and the connecting of a handle, on a busy machine. */
const START_MS = 120_000;

let proof: XProof;

beforeAll(async () => {
  proof = await XProof.start();
}, START_MS);
afterAll(() => proof?.stop());

it('fetches what was missed in hours in which it was down, page by page, and hears what was deleted meanwhile', async () => {
  const { simulator, handle, product } = proof;
  const people = Array.from({ length: 4 }, () => simulator.addUser().userId);
  const mention = (author: string, text: string): string =>
    simulator.writePost({ author, text: `@${handle.username} ${text}` }).postId;
  for (const who of people) mention(who, `before ${who}`);
  const slip = mention(people[0]!, 'a slip, soon deleted');
  await proof.everythingIn();

  await product.killApp('connector-x');
  // a moment for each: ids tell the order
  for (let n = 0; n < 250; n++) mention(people[n % 4]!, `missed ${n}`);
  for (let n = 0; n < 120; n++) {
    simulator.writeDirect({ from: people[n % 4]!, to: handle.userId, text: `missed in private ${n}` });
  }
  const answered = mention(people[1]!, 'answered by a colleague');
  simulator.writePost({ author: handle.userId, inReplyTo: answered, text: 'on X itself' });
  simulator.editPost(mention(people[2]!, 'wrong wrods'), `@${handle.username} right words`);
  simulator.deletePost(slip);
  await proof.pass(2 * HOUR);
  await simulator.settled();
  await until('X gives up', async () => {
    await proof.pass(MINUTE);
    await simulator.settled();
    return simulator.idle;
  });

  product.launch('connector-x');
  await proof.leasesEnd();
  await until('X is asked to tell again what nobody heard', () => proof.calls('POST /2/webhooks/replay').length > 0);
  await proof.everythingIn(60_000);
  const left = (): Promise<string[]> => differences(proof, handle);
  await until(
    'what was missed is there',
    async () => {
      await proof.pass(2 * MINUTE);
      return (await left()).length === 0;
    },
    60_000,
  ).catch(() => undefined);
  expect(await left()).toEqual([]);
}, 180_000);
