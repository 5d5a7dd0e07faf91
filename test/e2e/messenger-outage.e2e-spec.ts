import { differences } from '../support/messenger-inbox';
import { MessengerProof } from '../support/messenger-proof';
import { until } from '../support/product';

/*
 * Webhooks that fail for an hour end the subscription, and what happened since is never pushed. Seen red: a Page that
 * is not subscribed again; one that is, without a look at what was missed.
 */

const MINUTE = 60_000;
/** Details exist of so many messages of a conversation, the newest. */
const HORIZON = 20;

/** Three processes and the connecting of a Page, on a busy machine. */
const START_MS = 120_000;

let proof: MessengerProof;

beforeAll(async () => {
  proof = await MessengerProof.start();
}, START_MS);
afterAll(() => proof?.stop());

const told = (kind: string): number => proof.simulator.journal().filter((entry) => entry.kind === kind).length;

const subscribed = (): boolean =>
  Object.hasOwn(proof.simulator.world.page(proof.page.pageId).subscriptions, proof.app.appId);

it('fetches what was missed in an hour in which it was down, as far back as the platform tells', async () => {
  const { simulator, page, product } = proof;
  const people = Array.from({ length: 4 }, (_, n) => simulator.person({ name: `Person ${n}` }));
  for (const who of people) simulator.writeAs(who, page.pageId, { text: `before ${who}` });
  simulator.comment(page.pageId, people[0]!, { text: 'in public before' });
  await proof.everythingIn();

  await product.killApp('connector-messenger');
  const [long, ...others] = people;
  for (let n = 0; n < HORIZON + 5; n++) simulator.writeAs(long!, page.pageId, { text: `missed ${n}` });
  for (const who of others) simulator.writeAs(who, page.pageId, { text: `missed of ${who}` });
  simulator.pageInboxReply(page.pageId, others[0]!, 'answered by a colleague meanwhile');
  simulator.comment(page.pageId, others[1]!, { text: 'in public meanwhile' });
  const newcomer = simulator.person({ name: 'New' });
  simulator.writeAs(newcomer, page.pageId, { text: 'is anybody there?' });
  while (told('disabled') === 0) {
    await proof.pass(10 * MINUTE);
    await simulator.settled();
  }
  expect(subscribed()).toBe(false);
  expect(told('lost')).toBeGreaterThan(HORIZON);

  product.launch('connector-messenger');
  await proof.leasesEnd();
  await until('the Page is subscribed again', subscribed, 60_000);
  const beyond = (): Promise<string[]> => differences(proof, page);
  await until('what was missed is there', async () => (await beyond()).length <= 5, 60_000).catch(() => undefined);
  const gone = simulator.truth(page.pageId).filter(({ text }) => /^missed [0-4]$/.test(text));
  expect((await beyond()).toSorted()).toEqual(
    gone.map(({ id, text }) => `inbound message ${id} "${text}" is there 0 times`).toSorted(),
  );
}, 120_000);

it('notices by itself that it is no longer told, and goes on where it was', async () => {
  const { simulator, app, page } = proof;
  const who = simulator.person({ name: 'Unheard' });
  simulator.unsubscribePage(app.appId, page.pageId);
  simulator.writeAs(who, page.pageId, { text: 'can you hear me?' });
  await proof.pass(6 * MINUTE);
  await until('the Page is subscribed again', subscribed, 60_000);
  simulator.writeAs(who, page.pageId, { text: 'and now?' });
  const texts = async () =>
    (
      await proof.product.query<{ text: string }>(
        `select m.text from inbox.messages m join inbox.conversations c on c.id = m.conversation_id
          where c.thread_key = $1 order by m.at`,
        [simulator.psid(who, page.pageId)],
      )
    ).map(({ text }) => text);
  await until('both are there', async () => (await texts()).length === 2, 60_000);
  expect(await texts()).toEqual(['can you hear me?', 'and now?']);
});
