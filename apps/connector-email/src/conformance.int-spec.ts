import { join } from 'node:path';
import { describeConnector } from '../../../test/support/describe-connector';
import { MailSimulator } from '../../simulator/src';
import { MailboxWorld } from './testing/mailbox-world';

const ADDRESS = 'support@example.test';

describeConnector('e-mail', async () => {
  const world = await MailboxWorld.open();
  const simulator = await MailSimulator.start({ dir: join(world.dir, 'provider') });
  simulator.addMailbox(ADDRESS, { password: 'secret', storesSent: false });
  return {
    world,
    run: (wrap = (connector) => connector) => {
      const connector = world.connector();
      return world.run(wrap(connector), {}, () => connector.close());
    },
    account: () => ({
      address: ADDRESS,
      name: 'Lumen',
      settings: world.settings(simulator, ADDRESS, { sentIsAuthoritative: false, appendSent: false }),
      credentials: world.credentials('secret'),
    }),
    arrive: async (texts) => {
      for (const text of texts) {
        const from = { name: 'Jeanne', address: 'jeanne@customers.test' };
        await simulator.writeAs({ from, to: ADDRESS, subject: text, text });
      }
    },
    received: () => simulator.mailbox('jeanne@customers.test').inbox.length,
    cut: () => simulator.dropConnections(),
    refuseOnce: () => void (simulator.faults = { data: { code: 554, text: '5.7.1 refused by policy', often: 1 } }),
    deferOnce: () => void (simulator.faults = { rcpt: { code: 451, text: '4.7.1 try later', often: 1 } }),
    swallowOnce: () => void (simulator.faults = { cutAfterData: 1 }),
    changeCredentials: () => {
      simulator.addMailbox(ADDRESS, { password: 'changed' });
      return world.credentials('changed');
    },
    close: async () => {
      // the hosts first: their connections would keep the provider's ports
      await world.close();
      await simulator.stop();
    },
  };
});
