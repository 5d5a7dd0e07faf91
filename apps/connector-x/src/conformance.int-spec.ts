import type { LookUpResult } from '@app/channel';
import { describeConnector } from '../../../test/support/describe-connector';
import { HandleWorld } from './testing/handle-world';

const UNSURE: LookUpResult = { found: false, authoritative: false };

describeConnector('X', async () => {
  const world = await HandleWorld.open();
  const { simulator } = world;
  const shop = await world.handle();
  const { userId: jeanne } = simulator.addUser({ username: 'jeanne', name: 'Jeanne' });
  // product time moves a second with each post: then everything is due that is due every half minute or hour
  const soon = { mentionsMs: 1_000, directMs: 60_000, ownPostsMs: 60_000, threadsMs: 60_000 };
  const sendsDirect = 'POST /2/dm_conversations/with/:id/messages';
  let hidden = false;
  return {
    world,
    run: async (wrap = (connector) => connector) => {
      const connector = world.connector({
        publicUrl: world.publicUrl,
        upkeep: { lookMs: 20, pushMs: 1_000, pushAgainMs: 1_000, alone: soon, beside: soon },
      });
      const lookUp = connector.lookUp.bind(connector);
      // the suite asks for a platform where finding nothing proves nothing; X's word is tried beside look-up.ts
      connector.lookUp = async (...question) => {
        const result = hidden ? UNSURE : await lookUp(...question);
        return result.found ? result : UNSURE;
      };
      return world.run(wrap(connector), {}, async () => connector.close());
    },
    account: () => ({
      address: shop.userId,
      name: '@shop',
      settings: { userId: shop.userId, username: shop.username },
      credentials: world.permission(shop),
      appId: shop.appId,
    }),
    to: { to: [{ value: jeanne }], threadKey: `dm:${jeanne}` },
    arrive: async (texts) => {
      for (const text of texts) {
        // a post per second: ids tell the order
        world.clock.advance(1_000);
        simulator.writePost({ author: jeanne, text: `@shop ${text}` });
      }
    },
    received: () => simulator.visibleOf(shop.userId, jeanne).filter(({ kind }) => kind === 'direct').length,
    // what is there to be cut is what tells us of messages
    cut: () => {
      for (const { id } of simulator.pushing.subscriptions.listOf(shop.xAppId)) {
        simulator.pushing.subscriptions.unsubscribe(id);
      }
    },
    refuseOnce: () => simulator.setUser(jeanne, { directs: 'nobody' }),
    deferOnce: () =>
      simulator.setFaults({
        calls: [{ kind: 'problem', status: 403, detail: 'Over capacity (130).', on: sendsDirect, often: 1 }],
      }),
    swallowOnce: () => {
      hidden = true;
      simulator.setFaults({
        calls: [
          { kind: 'no-answer', on: sendsDirect, often: 1 },
          // nor may the upkeep come upon it in the lists
          { kind: 'problem', status: 429, on: 'GET /2/dm_events' },
        ],
        webhooks: [{ kind: 'lose', on: 'dm.sent' }],
      });
    },
    changeCredentials: () => {
      simulator.revoke(shop.userId, shop.xAppId);
      return world.permission(shop);
    },
    close: async () => world.close(),
  };
});
