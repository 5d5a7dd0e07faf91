import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Logger, type Clock } from '@app/runtime';
import type { Installation } from '../../cli/src';
import {
  Customers,
  DEMO_MAILBOX,
  MailSimulator,
  MessengerSimulator,
  simulatorHttp,
  XSimulator,
} from '../../simulator/src';
import { untilXTells } from './until-x-tells';
import { seedHandle, seedPage, seedWorkspace } from './demo-workspace';

/** The demo: a simulated mail provider, Messenger and X, whose customers write to a workspace of its own. */
export interface Demo {
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void;
  /** Lets Messenger and X tell of their messages, once webhooks are answered; the first time customers have written some. */
  connect(): Promise<void>;
  /** Lets the fictional customers write. */
  live(): void;
  stop(): Promise<void>;
}

/**
 * Starts the simulators with what they had, and makes the demo workspace the first time.
 * @param origin where this process answers, such as `http://127.0.0.1:3000`.
 * @param base under which people reach it; another than `origin` behind a proxy, where no simulator can deliver to it.
 */
export async function startDemo(installation: Installation, origin: string, base: string, clock: Clock): Promise<Demo> {
  const logger = Logger.create({ level: 'warn', app: 'simulator' });
  const dir = join(installation.dataDir, 'simulator');
  const mail = await MailSimulator.start({ dir });
  const messenger = await MessengerSimulator.start({ dir: join(dir, 'messenger'), clock, origin });
  const x = await XSimulator.start({ dir: join(dir, 'x'), clock, origin });
  const customers = new Customers({ mail, messenger, x, clock, dir });
  const stop = async (): Promise<void> => {
    customers.stop();
    await x.stop();
    await messenger.stop();
    await mail.stop();
  };
  try {
    const { password } = mail.addMailbox(DEMO_MAILBOX, { storesSent: true });
    await customers.writeEarlier('mail');
    const { imapPort, smtpPort } = mail;
    await seedWorkspace(installation, { address: DEMO_MAILBOX, password, imapPort, smtpPort });
    const page = messenger.seedDemo();
    const addresses = { graphUrl: `${origin}/sim/graph`, dialogUrl: `${origin}/sim/facebook` };
    const webhook = await seedPage(installation, { ...page, ...addresses });
    const addressesOfX = { apiUrl: `${origin}/sim/x/api`, authorizeUrl: `${origin}/sim/x` };
    const handle = x.seedDemo();
    const delivers = base === origin;
    await seedHandle(installation, { ...handle, ...addressesOfX, delivers });
    const http = await simulatorHttp(customers, logger);
    return {
      handler: http.handler,
      connect: async () => {
        const { appId, pageId } = page;
        const hook = { url: `${origin}${webhook.path}`, verifyToken: webhook.verifyToken };
        await messenger.subscribeApp(appId, hook).catch((error: unknown) => {
          logger.warn('the simulated Messenger cannot reach this process; its messages come by back-fill', {}, error);
        });
        messenger.subscribePage(appId, pageId);
        await customers.writeEarlier('messenger');
        // what nobody is told of would only be found as history: then they begin as time goes by
        if (delivers && (await untilXTells(x, handle))) await customers.writeEarlier('x');
      },
      live: () => void customers.startLife(),
      stop: async () => {
        await http.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
