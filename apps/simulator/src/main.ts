import 'reflect-metadata';
import { join, resolve } from 'node:path';
import {
  Clock,
  closeServer,
  createLimitedServer,
  listen,
  Logger,
  readConfig,
  runtimeSettings,
  untilStopped,
} from '@app/runtime';
import { simulatorSettings } from './config';
import { Customers } from './customers/customers';
import { DEMO_MAILBOX, MailSimulator } from './mail-simulator';
import { MessengerSimulator } from './messenger/messenger-simulator';
import { simulatorHttp } from './simulator-http';
import { XSimulator } from './x/x-simulator';

/** The simulated mail provider, Messenger and X as a process of their own: no database, all they keep in the data directory. */
void untilStopped(async () => {
  const config = readConfig({ ...runtimeSettings, ...simulatorSettings });
  const logger = Logger.create({ level: config.EVENHAND_LOG_LEVEL, app: 'simulator' });
  const dir = resolve(config.EVENHAND_DATA_DIR, 'simulator');
  const simulator = await MailSimulator.start({
    dir,
    host: config.EVENHAND_HOST,
    imapPort: config.EVENHAND_SIMULATOR_IMAP_PORT,
    smtpPort: config.EVENHAND_SIMULATOR_SMTP_PORT,
  });
  simulator.addMailbox(DEMO_MAILBOX, {
    storesSent: true,
    ...(config.EVENHAND_SIMULATOR_PASSWORD === undefined ? {} : { password: config.EVENHAND_SIMULATOR_PASSWORD }),
  });
  const clock = new Clock();
  const messenger = await MessengerSimulator.start({ dir: join(dir, 'messenger'), clock, receipts: 'delivered' });
  messenger.seedDemo();
  const x = await XSimulator.start({ dir: join(dir, 'x'), clock });
  x.seedDemo();
  const customers = new Customers({ mail: simulator, messenger, x, clock, dir });
  if (config.EVENHAND_SIMULATOR_LIFE === 'on') {
    await customers.writeEarlier('mail');
    customers.startLife();
  }
  const page = await simulatorHttp(customers, logger);
  const server = createLimitedServer().on('request', (request, response) => {
    if (request.url === '/health/ready' || request.url === '/health/live') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
    } else page.handler(request, response);
  });
  const port = await listen(server, config.EVENHAND_HOST, config.EVENHAND_PORT);
  messenger.origin = `http://127.0.0.1:${port}`;
  x.origin = `http://127.0.0.1:${port}`;
  logger.info('listening', { port, imapPort: simulator.imapPort, smtpPort: simulator.smtpPort });
  return async () => {
    await closeServer(server);
    await page.close();
    customers.stop();
    await messenger.stop();
    await x.stop();
    await simulator.stop();
  };
});
