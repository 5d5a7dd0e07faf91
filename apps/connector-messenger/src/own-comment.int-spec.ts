import type { RunningHost } from '../../../test/support/host-world';
import type { MessengerConnector } from './connector';
import { PageWorld, type TestPage } from './testing/page-world';

let world: PageWorld;
let running: RunningHost<MessengerConnector>;
let page: TestPage;
let accountId: string;

beforeEach(async () => {
  world = await PageWorld.open();
  running = await world.host();
  page = await world.page();
  accountId = await world.connect(running, page);
  await world.subscribe(page);
});
afterEach(() => world.close());

/** An answer below a customer's comment, sent. @returns the platform's id of it. */
async function answerInPublic(): Promise<string> {
  const { simulator } = world;
  const { commentId } = simulator.comment(page.pageId, simulator.person({ name: 'Marie' }), { text: 'How much?' });
  const to = { to: [{ value: commentId }], inReplyTo: commentId };
  const reply = world.outbound(accountId, running.connector, { ...to, visibility: 'public', text: '12 €' });
  await world.send(running.jobs, reply);
  await world.state(reply, 'sent');
  return simulator.truth(page.pageId).find(({ text }) => text === '12 €')!.id;
}

async function withdrawn() {
  await world.simulator.settled();
  return world.until(async () => (await world.events('change')).at(-1), 'the withdrawal');
}

/** What the inbox knows our answers by. */
async function known(): Promise<string[]> {
  return (await world.events('send')).flatMap(({ nativeIds }) => nativeIds);
}

it.each([
  ['before the feed tells of it', [{ kind: 'delay', on: 'feed', often: 1, ms: 60_000 }]],
  ['when the feed never tells of it', [{ kind: 'lose', on: 'feed', often: 1 }]],
  ['after the feed told of it', []],
] as const)(
  'our comment that is removed on the Page is told by an id that it is known under, %s',
  async (_when, webhooks) => {
    await world.simulator.settled();
    world.simulator.faults.set({ webhooks: [...webhooks] });
    const id = await answerInPublic();
    world.simulator.removeComment(id);

    const change = await withdrawn();
    expect(change.change.type).toBe('withdrawn');
    expect(await known()).toContain(change.target);
    // and it is no second message
    expect((await world.events('message')).filter(({ direction }) => direction === 'outbound')).toEqual([]);
  },
);

it('our comment whose answer was lost is known under the same ids once it was looked up', async () => {
  world.simulator.faults.set({
    graph: [{ kind: 'no-answer', on: '/comments', often: 1 }],
    webhooks: [{ kind: 'lose', on: 'feed', often: true }],
  });
  const id = await answerInPublic();
  world.simulator.faults.set({});
  world.simulator.removeComment(id);
  expect(await known()).toContain((await withdrawn()).target);
});
