import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Logger } from '@app/runtime';
import type { Installation } from '../../cli/src';
import { DEMO_MAILBOX, MailSimulator, simulatorHttp } from '../../simulator/src';
import { seedWorkspace } from './demo-workspace';

/** The demo: a simulated mail provider whose customers write to a workspace of its own. */
export interface Demo {
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void;
  /** Lets the fictional customers write. */
  live(): void;
  stop(): Promise<void>;
}

/** Starts the simulator with the mailboxes it had, and makes the demo workspace the first time. */
export async function startDemo(installation: Installation): Promise<Demo> {
  const logger = Logger.create({ level: 'warn', app: 'simulator' });
  const simulator = await MailSimulator.start({ dir: join(installation.dataDir, 'simulator') });
  try {
    const { password } = simulator.addMailbox(DEMO_MAILBOX, { storesSent: true });
    await simulator.seedDemo();
    await seedWorkspace(installation, {
      address: DEMO_MAILBOX,
      password,
      imapPort: simulator.imapPort,
      smtpPort: simulator.smtpPort,
    });
    const page = await simulatorHttp(simulator, logger);
    return {
      handler: page.handler,
      live: () => void simulator.startLife(),
      stop: async () => {
        await page.close();
        await simulator.stop();
      },
    };
  } catch (error) {
    await simulator.stop();
    throw error;
  }
}
