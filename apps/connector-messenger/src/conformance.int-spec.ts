import type { LookUpResult } from '@app/channel';
import { describeConnector } from '../../../test/support/describe-connector';
import { PageWorld } from './testing/page-world';

const UNSURE: LookUpResult = { found: false, authoritative: false };

describeConnector('Messenger', async () => {
  const world = await PageWorld.open();
  const { simulator } = world;
  const page = await world.page();
  const jeanne = simulator.person({ name: 'Jeanne' });
  // she wrote before the Page was connected, so that she may be answered
  simulator.writeAs(jeanne, page.pageId, { text: 'long ago' });
  world.clock.advance(5_000);
  let hidden = false;
  return {
    world,
    run: async (wrap = (connector) => connector) => {
      const connector = world.connector({ upkeep: { lookMs: 20 } });
      const lookUp = connector.lookUp.bind(connector);
      // the suite asks for a platform where finding nothing proves nothing; Messenger's word is tried beside look-up.ts
      connector.lookUp = async (...question) => {
        const result = hidden ? UNSURE : await lookUp(...question);
        return result.found ? result : UNSURE;
      };
      const running = await world.run(wrap(connector), {}, async () => connector.close());
      await world.subscribe(page);
      return running;
    },
    account: () => ({
      address: page.pageId,
      name: 'Lumen',
      settings: { pageId: page.pageId },
      credentials: { pageToken: page.token },
      appId: page.appId,
    }),
    to: { to: [{ value: simulator.psid(jeanne, page.pageId) }], threadKey: simulator.psid(jeanne, page.pageId) },
    arrive: async (texts) => {
      // not while the lists are walked for the first time: then it is chance in which of two ways a message comes
      await world.until(
        async () => (await world.database.query('select from intake.cursors')).length > 0,
        'the first walk',
      );
      for (const text of texts) simulator.writeAs(jeanne, page.pageId, { text });
      await simulator.settled();
    },
    received: () => simulator.visibleTo(jeanne, page.pageId).length,
    // what is there to be cut is what tells us of messages
    cut: () => simulator.unsubscribePage(page.metaAppId, page.pageId),
    refuseOnce: () => simulator.faults.set({ graph: [{ kind: 'error', code: 551, on: '/messages', often: 1 }] }),
    deferOnce: () => simulator.faults.set({ graph: [{ kind: 'error', code: 2, on: '/messages', often: 1 }] }),
    swallowOnce: () => {
      hidden = true;
      simulator.faults.set({
        graph: [
          { kind: 'no-answer', on: '/messages', often: 1 },
          // nor may the upkeep come upon it in the lists
          { kind: 'error', code: 2, on: 'conversations' },
        ],
        webhooks: [{ kind: 'lose', on: 'message_echoes' }],
      });
    },
    changeCredentials: () => {
      simulator.expireToken(page.token);
      return { pageToken: simulator.token({ appId: page.metaAppId, userId: page.userId, pageId: page.pageId }) };
    },
    close: async () => world.close(),
  };
});
