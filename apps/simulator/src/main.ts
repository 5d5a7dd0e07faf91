import 'reflect-metadata';
import { resolve } from 'node:path';
import {
  closeServer,
  createLimitedServer,
  listen,
  Logger,
  readConfig,
  runtimeSettings,
  untilStopped,
} from '@app/runtime';
import { simulatorSettings } from './config';
import { DEMO_MAILBOX, MailSimulator } from './mail-simulator';
import { simulatorHttp } from './simulator-http';

/** The simulated mail provider as a process of its own: no database, its mailboxes in the data directory. */
void untilStopped(async () => {
  const config = readConfig({ ...runtimeSettings, ...simulatorSettings });
  const logger = Logger.create({ level: config.EVENHAND_LOG_LEVEL, app: 'simulator' });
  const simulator = await MailSimulator.start({
    dir: resolve(config.EVENHAND_DATA_DIR, 'simulator'),
    host: config.EVENHAND_HOST,
    imapPort: config.EVENHAND_SIMULATOR_IMAP_PORT,
    smtpPort: config.EVENHAND_SIMULATOR_SMTP_PORT,
  });
  simulator.addMailbox(DEMO_MAILBOX, {
    storesSent: true,
    ...(config.EVENHAND_SIMULATOR_PASSWORD === undefined ? {} : { password: config.EVENHAND_SIMULATOR_PASSWORD }),
  });
  if (config.EVENHAND_SIMULATOR_LIFE === 'on') {
    await simulator.seedDemo();
    simulator.startLife();
  }
  const page = await simulatorHttp(simulator, logger);
  const server = createLimitedServer().on('request', (request, response) => {
    if (request.url === '/health/ready' || request.url === '/health/live') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
    } else page.handler(request, response);
  });
  const port = await listen(server, config.EVENHAND_HOST, config.EVENHAND_PORT);
  logger.info('listening', { port, imapPort: simulator.imapPort, smtpPort: simulator.smtpPort });
  return async () => {
    await closeServer(server);
    await page.close();
    await simulator.stop();
  };
});
